package health.helan.oversight.supervision;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import health.helan.oversight.supervision.rules.Act;
import health.helan.oversight.supervision.rules.Rule;
import health.helan.oversight.supervision.rules.ShippedRules;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which rules are in force: the shipped ones, and over them what the region wrote. Read anew when
 * older than a few seconds, so that a decision works on every instance soon; who holds a connection
 * already reads by that one.
 */
final class RuleBook {
  private static final Logger LOG = LoggerFactory.getLogger(RuleBook.class);

  private static final String VERSIONS =
      "select rule, version, state, spec, tried, made, made_by, decided, decided_by, reason"
          + " from supervision_rule order by rule, version";
  private static final String INSERT =
      "insert into supervision_rule (version, made, rule, state, spec, made_by) values (?, ?, ?,"
          + " 'draft', ?, ?) on conflict (rule, version) do nothing";
  private static final String RETIRE_LIVE =
      "update supervision_rule set state = 'retired', decided = ?, decided_by = ?, reason = ? where"
          + " rule = ? and state = 'live'";
  private static final String DECIDE =
      "update supervision_rule set state = ?, decided = ?, decided_by = ?, reason = ? where rule = ?"
          + " and version = ? and state = ?";
  private static final String TRIED =
      "update supervision_rule set tried = ? where rule = ? and version = ?";

  private static final int RACES = 10;

  /** A rule in force, and whether it is only on trial. */
  record InForce(Rule rule, boolean onTrial) {}

  /** A version that the region wrote. */
  record Version(
      String rule,
      int version,
      RuleState state,
      ObjectNode spec,
      @Nullable String tried,
      Instant made,
      String madeBy,
      @Nullable Instant decided,
      @Nullable String decidedBy,
      @Nullable String reason) {

    /** It switches a shipped rule off. */
    boolean isOff() {
      return spec.path("off").asBoolean(false);
    }
  }

  private final Sql sql;
  private final Clock clock;
  private final long fresh;
  private volatile @Nullable List<InForce> inForce;
  private volatile long read;

  RuleBook(DataSource database, Duration fresh, Clock clock) {
    sql = new Sql(database);
    this.clock = clock;
    this.fresh = fresh.toNanos();
  }

  /** The rules in force, as of a moment ago. */
  List<InForce> inForce() {
    List<InForce> now = inForce;
    return now == null || isOld() ? keep(look(versions())) : now;
  }

  /** The same, in the midst of a transaction. */
  List<InForce> inForce(Connection connection) throws SQLException {
    List<InForce> now = inForce;
    return now == null || isOld()
        ? keep(look(Sql.list(connection, VERSIONS, RuleBook::version)))
        : now;
  }

  private boolean isOld() {
    return System.nanoTime() - read > fresh;
  }

  private List<InForce> keep(List<InForce> now) {
    inForce = now;
    read = System.nanoTime();
    return now;
  }

  /** Rules on a kind of act that hold on a day. */
  List<InForce> on(Connection connection, Act act, LocalDate day) throws SQLException {
    return inForce(connection).stream()
        .filter(one -> one.rule.kind().act() == act && one.rule.holdsOn(day))
        .toList();
  }

  /** The rule of an id that is live now, or null. */
  @Nullable Rule live(String rule) {
    for (InForce one : inForce()) {
      if (!one.onTrial && one.rule.rule().equals(rule)) {
        return one.rule;
      }
    }
    return null;
  }

  private static List<InForce> look(List<Version> versions) {
    Map<String, InForce> live = new LinkedHashMap<>();
    ShippedRules.all().forEach((id, rule) -> live.put(id, new InForce(rule, false)));
    List<InForce> trials = new ArrayList<>();
    for (Version version : versions) {
      if (version.state == RuleState.LIVE && version.isOff()) {
        live.remove(version.rule);
      } else if (version.state == RuleState.LIVE || version.state == RuleState.TRIAL) {
        Rule rule = rule(version);
        if (rule == null) {
          continue;
        }
        if (version.state == RuleState.LIVE) {
          live.put(version.rule, new InForce(rule, false));
        } else {
          trials.add(new InForce(rule, true));
        }
      }
    }
    List<InForce> all = new ArrayList<>(live.values());
    all.addAll(trials);
    return List.copyOf(all);
  }

  private static @Nullable Rule rule(Version version) {
    try {
      return Rule.of(version.spec, version.version);
    } catch (Refusal e) {
      // Of a newer platform, perhaps: a shipped one of that id goes on judging.
      LOG.error("Rule {} version {} cannot be read: {}", version.rule, version.version, e.kind());
      return null;
    }
  }

  /** What the region wrote, by ids and versions. */
  List<Version> versions() {
    return sql.list(VERSIONS, RuleBook::version);
  }

  private static Version version(ResultSet row) throws SQLException {
    RuleState state = RuleState.of(row.getString("state"));
    return new Version(
        row.getString("rule"),
        row.getInt("version"),
        state == null ? RuleState.RETIRED : state,
        Rule.json(row.getString("spec")),
        row.getString("tried"),
        Sql.instant(row, "made"),
        row.getString("made_by"),
        Sql.instantOrNull(row, "decided"),
        row.getString("decided_by"),
        row.getString("reason"));
  }

  Version find(String rule, int version) {
    return versions().stream()
        .filter(one -> one.rule.equals(rule) && one.version == version)
        .findFirst()
        .orElseThrow(
            () -> new Refusal(Refusal.Kind.NOT_FOUND, "supervision.rule-not-found", rule, version));
  }

  /**
   * Keeps a draft; a rule of that id that is in force stays so.
   *
   * @param spec a rule, or {@code {"rule": …, "off": true}} for a shipped one
   */
  Version draft(ObjectNode spec, String by) {
    String id = spec.path("rule").asString("");
    if (spec.path("off").asBoolean(false)) {
      if (!ShippedRules.all().containsKey(id) || spec.size() != 2) {
        throw new Refusal(Refusal.Kind.NOT_FOUND, "supervision.rule-not-shipped", id);
      }
    } else {
      id = Rule.of(spec, Rule.OWN).rule();
    }
    for (int attempt = 0; attempt < RACES; attempt++) {
      int version = last(id) + 1;
      if (sql.update(INSERT, version, now(), id, spec.toString(), by) == 1) {
        return find(id, version);
      }
    }
    throw new Refusal(Refusal.Kind.CONFLICT, "supervision.rule-raced", id);
  }

  private int last(String rule) {
    return versions().stream()
        .filter(version -> version.rule.equals(rule))
        .mapToInt(Version::version)
        .max()
        .orElse(Rule.OWN - 1);
  }

  /** Keeps what a dry run found. */
  void tried(String rule, int version, ObjectNode counts) {
    sql.update(TRIED, counts.toString(), rule, version);
  }

  /** Takes a step; a rule that goes live retires the version before. */
  Version take(String rule, int version, RuleStep step, String by, String reason) {
    Version one = find(rule, version);
    RuleState to = step.take(one.state, one.madeBy.equals(by));
    if (to == RuleState.LIVE && !one.isOff() && one.tried == null) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "supervision.rule-not-tried", rule, version);
    }
    Instant now = now();
    boolean isDone =
        sql.together(
            connection -> {
              if (to == RuleState.LIVE) {
                Sql.update(connection, RETIRE_LIVE, now, by, reason, rule);
              }
              if (Sql.update(
                      connection,
                      DECIDE,
                      to.code(),
                      now,
                      by,
                      reason,
                      rule,
                      version,
                      one.state.code())
                  == 1) {
                return true;
              }
              connection.rollback();
              return false;
            });
    if (!isDone) {
      throw new Refusal(Refusal.Kind.CONFLICT, "supervision.rule-raced", rule);
    }
    inForce = null;
    return find(rule, version);
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
