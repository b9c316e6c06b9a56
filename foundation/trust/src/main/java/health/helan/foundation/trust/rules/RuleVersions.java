package health.helan.foundation.trust.rules;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a region wrote over the rules of one room, by ids and versions. Thread-safe.
 *
 * <p>Columns of the room's table: the rule's id and {@code version} (its key), {@code state},
 * {@code spec} (JSON), {@code tried} (JSON), {@code made}, {@code made_by}, {@code decided}, {@code
 * decided_by}, {@code reason}.
 */
public final class RuleVersions {
  private static final int RACES = 10;

  private final Sql sql;
  private final Clock clock;
  private final Table table;
  private final String versions;
  private final String insert;
  private final String retireLive;
  private final String lock;
  private final String decide;
  private final String tried;

  /**
   * A version that the region wrote.
   *
   * @param tried what its dry run found, JSON; null before one
   */
  public record Version(
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

    /** It switches a rule off that comes with the platform. */
    public boolean isOff() {
      return spec.path("off").asBoolean(false);
    }
  }

  /**
   * Where a room keeps its rules.
   *
   * @param name of the table, one of ours; likewise {@code id}, the column of the rule's id
   * @param first version that a region's own rules begin with
   * @param isAlone whether a version that goes live retires the one before; false where versions
   *     speak for different times and stand beside each other
   */
  public record Table(String name, String id, int first, boolean isAlone) {
    /** One version at a time, in a table whose ids stand in {@code rule}. */
    public Table(String name, int first) {
      this(name, "rule", first, true);
    }
  }

  public RuleVersions(DataSource database, Table table, Clock clock) {
    sql = new Sql(database);
    this.clock = clock;
    this.table = table;
    String id = table.id();
    versions =
        "select %s as rule, version, state, spec, tried, made, made_by, decided, decided_by, reason from %s order by %s, version"
            .formatted(id, table.name(), id);
    insert =
        "insert into %s (version, made, %s, state, spec, made_by) values (?, ?, ?, 'draft', ?, ?) on conflict (%s, version) do nothing"
            .formatted(table.name(), id, id);
    retireLive =
        "update %s set state = 'retired', decided = ?, decided_by = ?, reason = ? where %s = ? and state = 'live'"
            .formatted(table.name(), id);
    decide =
        "update %s set state = ?, decided = ?, decided_by = ?, reason = ? where %s = ? and version = ? and state = ?"
            .formatted(table.name(), id);
    lock =
        "select version from %s where %s = ? order by version for update"
            .formatted(table.name(), id);
    tried = "update %s set tried = ? where %s = ? and version = ?".formatted(table.name(), id);
  }

  /** All, by ids and versions. */
  public List<Version> all() {
    return sql.list(versions, RuleVersions::version);
  }

  /** The same, for who holds a connection already. */
  public List<Version> all(Connection connection) throws SQLException {
    return Sql.list(connection, versions, RuleVersions::version);
  }

  private static Version version(ResultSet row) throws SQLException {
    RuleState state = RuleState.of(row.getString("state"));
    return new Version(
        row.getString("rule"),
        row.getInt("version"),
        state == null ? RuleState.RETIRED : state,
        (ObjectNode) Json.MAPPER.readTree(row.getString("spec")),
        row.getString("tried"),
        Sql.instant(row, "made"),
        row.getString("made_by"),
        Sql.instantOrNull(row, "decided"),
        row.getString("decided_by"),
        row.getString("reason"));
  }

  /**
   * @throws Refusal NOT_FOUND for none
   */
  public Version find(String rule, int version) {
    return all().stream()
        .filter(one -> one.rule.equals(rule) && one.version == version)
        .findFirst()
        .orElseThrow(() -> new Refusal(Refusal.Kind.NOT_FOUND, "rules.not-found", rule, version));
  }

  /**
   * Keeps a draft; a rule of that id that is in force stays so.
   *
   * @param spec a rule, or {@code {"rule": …, "off": true}} for one that comes with the platform
   * @param shipped ids of those
   * @param check reads a rule, refuses what is none, and answers its id
   */
  public Version draft(
      ObjectNode spec, Set<String> shipped, Function<ObjectNode, String> check, String by) {
    String id = spec.path("rule").asString("");
    if (!spec.path("off").asBoolean(false)) {
      id = check.apply(spec);
    } else if (!shipped.contains(id) || spec.size() != 2) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "rules.not-shipped", id);
    }
    for (int race = 0; race < RACES; race++) {
      int version = last(id) + 1;
      if (sql.update(insert, version, now(), id, spec.toString(), by) == 1) {
        return find(id, version);
      }
    }
    throw new Refusal(Refusal.Kind.CONFLICT, "rules.raced", id);
  }

  private int last(String rule) {
    return all().stream()
        .filter(version -> version.rule.equals(rule))
        .mapToInt(Version::version)
        .max()
        .orElse(table.first() - 1);
  }

  /** Keeps what a dry run found. */
  public void tried(String rule, int version, ObjectNode counts) {
    sql.update(tried, counts.toString(), rule, version);
  }

  /**
   * Takes a step; a rule that goes live retires the version before, where it is to be {@linkplain
   * Table alone}.
   *
   * @param check asked before a rule judges anything: what it rests on may be another by now
   */
  public Version take(
      String rule, int version, RuleStep step, String by, String reason, Consumer<Version> check) {
    Version one = find(rule, version);
    RuleState to = step.take(one.state, one.madeBy.equals(by));
    if (to == RuleState.LIVE && !one.isOff() && one.tried == null) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "rules.not-tried", rule, version);
    }
    if (to != RuleState.RETIRED && !one.isOff()) {
      check.accept(one);
    }
    Instant now = now();
    boolean isDone =
        sql.together(
            connection -> {
              if (to == RuleState.LIVE && table.isAlone()) {
                // Two versions that go live at once would not see each other.
                Sql.list(connection, lock, row -> row.getInt(1), rule);
                Sql.update(connection, retireLive, now, by, reason, rule);
              }
              int decided =
                  Sql.update(
                      connection,
                      decide,
                      to.code(),
                      now,
                      by,
                      reason,
                      rule,
                      version,
                      one.state.code());
              if (decided != 1) {
                connection.rollback();
              }
              return decided == 1;
            });
    if (!isDone) {
      throw new Refusal(Refusal.Kind.CONFLICT, "rules.raced", rule);
    }
    return find(rule, version);
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
