package health.helan.foundation.quality.rules;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which rules are in force: the shipped ones, and over them what operators activated or retired.
 * Read anew when older than {@code fresh}, so that a decision works on every instance soon.
 */
public final class RuleBook {
  private static final Logger LOG = LoggerFactory.getLogger(RuleBook.class);

  private static final String VERSIONS =
      "select rule, version, state, spec, made_by, made, decided_by, decided from quality_rule"
          + " order by rule, version";
  private static final String INSERT =
      "insert into quality_rule (rule, version, state, spec, made_by, made, decided_by, decided)"
          + " values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (rule, version) do nothing";
  private static final String RETIRE_ACTIVE =
      "update quality_rule set state = 'retired', decided_by = ?, decided = ? where rule = ? and"
          + " state = 'active'";
  private static final String DECIDE =
      "update quality_rule set state = ?, decided_by = ?, decided = ? where rule = ? and version ="
          + " ? and state = ?";

  /** What an operator made of a rule. */
  public record Version(
      String rule,
      int version,
      String state,
      String spec,
      String madeBy,
      Instant made,
      String decidedBy,
      @Nullable Instant decided) {}

  /**
   * The rules in force at a moment.
   *
   * @param byId in the order of the shipped files, then the operators' own
   */
  public record InForce(Map<String, Rule> byId, Map<String, List<Rule>> byDataset) {
    public List<Rule> of(String dataset) {
      return byDataset.getOrDefault(dataset, List.of());
    }

    public Set<String> datasets() {
      return byDataset.keySet();
    }
  }

  private final DataSource database;
  private final Duration fresh;
  private final Clock clock;
  private volatile @Nullable InForce inForce;
  private volatile long read;

  public RuleBook(DataSource database, Duration fresh, Clock clock) {
    this.database = database;
    this.fresh = fresh;
    this.clock = clock;
  }

  /** The rules in force, as of a moment ago. */
  public InForce inForce() {
    InForce now = inForce;
    if (now == null || System.nanoTime() - read > fresh.toNanos()) {
      now = load(versions());
      inForce = now;
      read = System.nanoTime();
    }
    return now;
  }

  /** What operators made, in the order of ids and versions. */
  public List<Version> versions() {
    try (Connection connection = database.getConnection();
        var statement = connection.prepareStatement(VERSIONS);
        var rows = statement.executeQuery()) {
      var versions = new ArrayList<Version>();
      while (rows.next()) {
        versions.add(version(rows));
      }
      return versions;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private static Version version(ResultSet rows) throws SQLException {
    OffsetDateTime decided = rows.getObject(8, OffsetDateTime.class);
    return new Version(
        rows.getString(1),
        rows.getInt(2),
        rows.getString(3),
        rows.getString(4),
        rows.getString(5),
        rows.getObject(6, OffsetDateTime.class).toInstant(),
        rows.getString(7),
        decided == null ? null : decided.toInstant());
  }

  private static InForce load(List<Version> versions) {
    var decided = new TreeMap<String, Version>();
    for (Version version : versions) {
      Version before = decided.get(version.rule());
      // An active one counts, else that somebody retired the rule.
      if (version.state().equals("active")
          || version.state().equals("retired")
              && (before == null || !before.state().equals("active"))) {
        decided.put(version.rule(), version);
      }
    }
    var byId = new LinkedHashMap<>(ShippedRules.all());
    decided.forEach(
        (id, version) -> {
          byId.remove(id);
          if (version.state().equals("active")) {
            try {
              byId.put(id, Rule.of(Rule.json(version.spec()), version.version()));
            } catch (Refusal e) {
              // A rule of a newer platform, perhaps: it holds nobody to anything here.
              LOG.error("Rule {} version {} cannot be read: {}", id, version.version(), e.kind());
            }
          }
        });
    var byDataset = new LinkedHashMap<String, List<Rule>>();
    byId.values()
        .forEach(
            rule -> byDataset.computeIfAbsent(rule.dataset(), _ -> new ArrayList<>()).add(rule));
    return new InForce(byId, byDataset);
  }

  /**
   * Keeps a draft; a rule of that id that is in force stays so.
   *
   * @return its version
   * @throws Refusal where it is no rule
   */
  public Rule draft(String spec, String by) {
    var json = Rule.json(spec);
    Rule checked = Rule.of(json, Rule.OPERATORS);
    Rule shipped = ShippedRules.all().get(checked.rule());
    if (shipped != null && !shipped.dataset().equals(checked.dataset())) {
      throw Rule.wrong("dataset", "quality.rule-moved", checked.rule(), shipped.dataset());
    }
    for (int attempt = 0; attempt < 10; attempt++) {
      int version = last(checked.rule()) + 1;
      if (insert(checked.rule(), version, "draft", json.toString(), by, false)) {
        return Rule.of(json, version);
      }
    }
    throw new Refusal(Refusal.Kind.CONFLICT, "quality.rule-raced", checked.rule());
  }

  private int last(String rule) {
    return versions().stream()
        .filter(version -> version.rule().equals(rule))
        .mapToInt(Version::version)
        .max()
        .orElse(Rule.OPERATORS - 1);
  }

  private boolean insert(
      String rule, int version, String state, String spec, String by, boolean isDecided) {
    OffsetDateTime now = clock.instant().atOffset(ZoneOffset.UTC);
    try (Connection connection = database.getConnection();
        var statement = connection.prepareStatement(INSERT)) {
      statement.setString(1, rule);
      statement.setInt(2, version);
      statement.setString(3, state);
      statement.setString(4, spec);
      statement.setString(5, by);
      statement.setObject(6, now);
      statement.setString(7, isDecided ? by : "");
      statement.setObject(8, isDecided ? now : null);
      return statement.executeUpdate() == 1;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** A draft of an operator; null for none. */
  public @Nullable Version find(String rule, int version) {
    return versions().stream()
        .filter(one -> one.rule().equals(rule) && one.version() == version)
        .findFirst()
        .orElse(null);
  }

  /**
   * Puts a draft in force, in the place of what was.
   *
   * @param alone whether whoever made the draft may do so: a rule tells of each record whether it
   *     keeps it, so a second person reads it first
   */
  public void activate(String rule, int version, String by, boolean alone) {
    Version draft = find(rule, version);
    if (draft == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "quality.no-rule", rule + " " + version);
    }
    if (!draft.state().equals("draft")) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE, "quality.illegal-step", "activate", draft.state());
    }
    if (!alone && draft.madeBy().equals(by)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "quality.own-rule");
    }
    OffsetDateTime now = clock.instant().atOffset(ZoneOffset.UTC);
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try (var retire = connection.prepareStatement(RETIRE_ACTIVE);
          var decide = connection.prepareStatement(DECIDE)) {
        retire.setString(1, by);
        retire.setObject(2, now);
        retire.setString(3, rule);
        retire.executeUpdate();
        decide.setString(1, "active");
        decide.setString(2, by);
        decide.setObject(3, now);
        decide.setString(4, rule);
        decide.setInt(5, version);
        decide.setString(6, "draft");
        if (decide.executeUpdate() != 1) {
          connection.rollback();
          throw new Refusal(Refusal.Kind.CONFLICT, "quality.rule-raced", rule);
        }
        connection.commit();
      } catch (SQLException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
    inForce = null;
  }

  /** Takes a rule out of force, a shipped one too. */
  public void retire(String rule, String by) {
    Rule there = inForce().byId().get(rule);
    if (there == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "quality.no-rule", rule);
    }
    if (there.version() < Rule.OPERATORS) {
      if (!insert(rule, last(rule) + 1, "retired", there.spec().toString(), by, true)) {
        throw new Refusal(Refusal.Kind.CONFLICT, "quality.rule-raced", rule);
      }
    } else {
      try (Connection connection = database.getConnection();
          var statement = connection.prepareStatement(RETIRE_ACTIVE)) {
        statement.setString(1, by);
        statement.setObject(2, clock.instant().atOffset(ZoneOffset.UTC));
        statement.setString(3, rule);
        statement.executeUpdate();
      } catch (SQLException e) {
        throw SqlErrors.refusal(e);
      }
    }
    inForce = null;
  }
}
