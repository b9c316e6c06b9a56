package health.helan.oversight.settlement;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import health.helan.oversight.settlement.rules.RuleSet;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which rule set shares the bills of a day. One person writes a version, another puts it into
 * force; a version that is in force is never changed. Of several for a day the latest beginning
 * counts, then the latest version. Without any the demonstration's is asked, if there is to be one.
 */
public final class RuleBook {
  private static final Logger LOG = LoggerFactory.getLogger(RuleBook.class);
  private static final String VERSIONS =
      "select id, version, state, spec, made, made_by, decided, decided_by, reason from settlement_rules";
  private static final int RACES = 10;

  private final Sql sql;
  private final Clock clock;
  private final @Nullable RuleSet shipped;

  /**
   * @param withDemonstration whether rules that are made up may stand in where there are none
   */
  public RuleBook(DataSource database, boolean withDemonstration, Clock clock) {
    sql = new Sql(database);
    this.clock = clock;
    shipped = withDemonstration ? RuleSet.demonstration() : null;
  }

  /** A version as it stands. */
  public record Version(
      String id,
      int version,
      String state,
      ObjectNode spec,
      Instant made,
      String madeBy,
      @Nullable Instant decided,
      @Nullable String decidedBy,
      @Nullable String reason) {}

  /**
   * @throws Refusal BUSINESS_RULE when no rules are in force on that day
   */
  public RuleSet inForce(LocalDate day) {
    RuleSet found =
        sql.list(VERSIONS + " where state = 'live'", RuleBook::version).stream()
            .map(RuleBook::read)
            .filter(rules -> rules != null && rules.isInForce(day))
            .max(Comparator.comparing(RuleSet::from).thenComparing(RuleSet::version))
            .orElse(shipped != null && shipped.isInForce(day) ? shipped : null);
    if (found == null) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "settlement.no-rules", day.toString());
    }
    return found;
  }

  /** What is written and what is shipped. */
  public List<Version> versions() {
    return sql.list(VERSIONS + " order by id, version desc", RuleBook::version);
  }

  public @Nullable RuleSet shipped() {
    return shipped;
  }

  private static @Nullable RuleSet read(Version version) {
    try {
      return RuleSet.of(version.spec(), version.version());
    } catch (Refusal e) {
      LOG.error("Rules {} version {} cannot be read", version.id(), version.version());
      return null;
    }
  }

  private static Version version(ResultSet row) throws SQLException {
    return new Version(
        row.getString("id"),
        row.getInt("version"),
        row.getString("state"),
        (ObjectNode) Json.MAPPER.readTree(row.getString("spec")),
        Sql.instant(row, "made"),
        row.getString("made_by"),
        Sql.instantOrNull(row, "decided"),
        row.getString("decided_by"),
        row.getString("reason"));
  }

  public Version find(String id, int version) {
    Version found =
        sql.one(VERSIONS + " where id = ? and version = ?", RuleBook::version, id, version);
    if (found == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "settlement.rules-unknown", id, version);
    }
    return found;
  }

  /**
   * Keeps a draft.
   *
   * @throws Refusal INVALID for what is no rule set
   */
  public Version draft(ObjectNode spec, String by) {
    RuleSet rules = RuleSet.of(spec, 1);
    for (int race = 0; race < RACES; race++) {
      Integer last =
          sql.one(
              "select coalesce(max(version), 0) from settlement_rules where id = ?",
              row -> row.getInt(1),
              rules.id());
      int version = (last == null ? 0 : last) + 1;
      if (sql.update(
              "insert into settlement_rules (version, made, id, state, spec, made_by)"
                  + " values (?, ?, ?, 'draft', ?, ?) on conflict (id, version) do nothing",
              version,
              now(),
              rules.id(),
              spec.toString(),
              by)
          == 1) {
        return find(rules.id(), version);
      }
    }
    throw new Refusal(Refusal.Kind.CONFLICT, "settlement.rules-raced", rules.id());
  }

  /**
   * Puts a draft into force, by another than who wrote it; or retires what is in force or a draft.
   *
   * @param isToBeLive false: retired
   */
  public Version decide(String id, int version, boolean isToBeLive, String by, String reason) {
    Version one = find(id, version);
    if (isToBeLive && one.madeBy().equals(by)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "settlement.rules-own");
    }
    if (isToBeLive ? !one.state().equals("draft") : one.state().equals("retired")) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE, "settlement.rules-state", id, version, one.state());
    }
    if (sql.update(
            "update settlement_rules set state = ?, decided = ?, decided_by = ?, reason = ?"
                + " where id = ? and version = ? and state = ?",
            isToBeLive ? "live" : "retired",
            now(),
            by,
            reason,
            id,
            version,
            one.state())
        != 1) {
      throw new Refusal(Refusal.Kind.CONFLICT, "settlement.rules-raced", id);
    }
    return find(id, version);
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
