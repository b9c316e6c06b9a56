package health.helan.pharmacy.review;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import health.helan.pharmacy.knowledge.KnowledgeBook;
import health.helan.pharmacy.review.rules.CaseReader;
import health.helan.pharmacy.review.rules.Rule;
import health.helan.pharmacy.review.rules.Screening;
import health.helan.pharmacy.review.rules.ShippedRules;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
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
 * older than a few seconds, so that a decision works on every instance soon.
 */
final class RuleBook {
  private static final Logger LOG = LoggerFactory.getLogger(RuleBook.class);

  private static final String VERSIONS =
      "select rule, version, state, spec, tried, made, made_by, decided, decided_by, reason"
          + " from review_rule order by rule, version";
  private static final String INSERT =
      "insert into review_rule (version, made, rule, state, spec, made_by) values (?, ?, ?,"
          + " 'draft', ?, ?) on conflict (rule, version) do nothing";
  private static final String RETIRE_LIVE =
      "update review_rule set state = 'retired', decided = ?, decided_by = ?, reason = ? where"
          + " rule = ? and state = 'live'";
  private static final String DECIDE =
      "update review_rule set state = ?, decided = ?, decided_by = ?, reason = ? where rule = ? and"
          + " version = ? and state = ?";
  private static final String TRIED =
      "update review_rule set tried = ? where rule = ? and version = ?";

  private static final int RACES = 10;

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
  private final KnowledgeBook knowledge;
  private final Clock clock;
  private final long fresh;
  private volatile @Nullable List<Screening.InForce> inForce;
  private volatile long read;

  RuleBook(DataSource database, KnowledgeBook knowledge, Duration fresh, Clock clock) {
    sql = new Sql(database);
    this.knowledge = knowledge;
    this.clock = clock;
    this.fresh = fresh.toNanos();
  }

  /** The rules in force, as of a moment ago. */
  List<Screening.InForce> inForce() {
    List<Screening.InForce> now = inForce;
    if (now == null || System.nanoTime() - read > fresh) {
      now = look(versions());
      inForce = now;
      read = System.nanoTime();
    }
    return now;
  }

  private static List<Screening.InForce> look(List<Version> versions) {
    Map<String, Screening.InForce> live = new LinkedHashMap<>();
    ShippedRules.all().forEach((id, rule) -> live.put(id, new Screening.InForce(rule, false)));
    List<Screening.InForce> trials = new ArrayList<>();
    for (Version version : versions) {
      if (version.state == RuleState.LIVE && version.isOff()) {
        live.remove(version.rule);
      } else if (version.state == RuleState.LIVE || version.state == RuleState.TRIAL) {
        Rule rule = rule(version);
        if (rule == null) {
          continue;
        }
        if (version.state == RuleState.LIVE) {
          live.put(version.rule, new Screening.InForce(rule, false));
        } else {
          trials.add(new Screening.InForce(rule, true));
        }
      }
    }
    List<Screening.InForce> all = new ArrayList<>(live.values());
    all.addAll(trials);
    return List.copyOf(all);
  }

  private static @Nullable Rule rule(Version version) {
    try {
      return Rule.of(version.spec, version.version, null);
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
    OffsetDateTime decided = row.getObject(8, OffsetDateTime.class);
    RuleState state = RuleState.of(row.getString(3));
    return new Version(
        row.getString(1),
        row.getInt(2),
        state == null ? RuleState.RETIRED : state,
        Rule.json(row.getString(4)),
        row.getString(5),
        row.getObject(6, OffsetDateTime.class).toInstant(),
        row.getString(7),
        decided == null ? null : decided.toInstant(),
        row.getString(9),
        row.getString(10));
  }

  Version find(String rule, int version) {
    return versions().stream()
        .filter(one -> one.rule.equals(rule) && one.version == version)
        .findFirst()
        .orElseThrow(
            () -> new Refusal(Refusal.Kind.NOT_FOUND, "review.rule-not-found", rule, version));
  }

  /**
   * Reads a rule and runs its cases.
   *
   * @throws Refusal where it is no rule, or does not do what its cases say
   */
  Rule check(ObjectNode spec) {
    var base = knowledge.inForce();
    Rule rule = Rule.of(spec, Rule.OWN, new CaseReader(base));
    for (int i = 0; i < rule.cases().size(); i++) {
      Rule.Case one = rule.cases().get(i);
      if (Screening.fires(rule, one.facts(), base) != one.fires()) {
        throw new Refusal(
            Refusal.Kind.INVALID,
            "cases[" + i + "]",
            one.fires() ? "review.case-silent" : "review.case-fires",
            new Object[] {i});
      }
    }
    return rule;
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
        throw new Refusal(Refusal.Kind.NOT_FOUND, "review.rule-not-shipped", id);
      }
    } else {
      id = check(spec).rule();
    }
    for (int attempt = 0; attempt < RACES; attempt++) {
      int version = last(id) + 1;
      if (sql.update(INSERT, version, now(), id, spec.toString(), by) == 1) {
        return find(id, version);
      }
    }
    throw new Refusal(Refusal.Kind.CONFLICT, "review.rule-raced", id);
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
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "review.rule-not-tried", rule, version);
    }
    if (to != RuleState.RETIRED && !one.isOff()) {
      check(one.spec); // The knowledge may be another by now.
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
      throw new Refusal(Refusal.Kind.CONFLICT, "review.rule-raced", rule);
    }
    inForce = null;
    return find(rule, version);
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
