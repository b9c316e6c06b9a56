package health.helan.foundation.onboarding;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Tables {@code onboarding…}. */
final class OnboardingTable {
  /** In one list; there are some hundreds in a province. */
  static final int MOST = 500;

  private static final String COLUMNS =
      "select id, version, state, created, changed, institution, content, settings from onboarding";

  private final Sql sql;

  OnboardingTable(Sql sql) {
    this.sql = sql;
  }

  @Nullable Onboarding read(String id) {
    return sql.one(COLUMNS + " where id = ?", OnboardingTable::row, id);
  }

  /** The last changed first. */
  List<Onboarding> find(@Nullable State state) {
    return state == null
        ? sql.list(COLUMNS + " order by changed desc, id limit " + MOST, OnboardingTable::row)
        : sql.list(
            COLUMNS + " where state = ? order by changed desc, id limit " + MOST,
            OnboardingTable::row,
            state.ordinal());
  }

  /** Those whose clients and feeds are not yet as their state says. */
  List<Onboarding> unsettled(Instant before) {
    return sql.list(
        COLUMNS + " where settled < version and changed < ? order by id limit 50",
        OnboardingTable::row,
        before);
  }

  /** Whether any of them needs the sandbox. */
  boolean needsSandbox() {
    return sql.one("select 1 from onboarding where state in (1, 2, 3, 4) limit 1", _ -> true)
        != null;
  }

  void settled(Onboarding one) {
    sql.update(
        "update onboarding set settled = ? where id = ? and settled < ?",
        one.version(),
        one.id(),
        one.version());
  }

  List<Onboarding.Act> acts(String id) {
    return sql.list(
        "select number, step, state, at, by_subject, by_role, reason from onboarding_step"
            + " where id = ? order by number",
        row ->
            new Onboarding.Act(
                row.getInt(1),
                row.getString(2),
                State.values()[row.getInt(3)],
                Sql.instant(row, "at"),
                row.getString(5),
                row.getString(6),
                row.getString(7)),
        id);
  }

  Map<String, Onboarding.Evidence> evidence(String id) {
    var found = new LinkedHashMap<String, Onboarding.Evidence>();
    sql.list(
            "select line, at, evidence from onboarding_evidence where id = ?",
            row ->
                Map.entry(
                    row.getString(1),
                    new Onboarding.Evidence(
                        Sql.instant(row, "at"),
                        (ObjectNode) Json.MAPPER.readTree(row.getString(3)))),
            id)
        .forEach(each -> found.put(each.getKey(), each.getValue()));
    return found;
  }

  /** Keeps the first proof of a line. */
  void prove(String id, String line, Instant at, ObjectNode what) {
    sql.update(
        "insert into onboarding_evidence (at, id, line, evidence) values (?, ?, ?, ?)"
            + " on conflict (id, line) do nothing",
        at,
        id,
        line,
        what.toString());
  }

  /** A new one, with its first step. */
  void insert(Onboarding one, Onboarding.Act act) {
    sql.together(
        connection -> {
          Sql.update(
              connection,
              "insert into onboarding (version, settled, state, created, changed, id, institution, content, settings)"
                  + " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
              one.version(),
              one.version(),
              one.state().ordinal(),
              one.created(),
              one.changed(),
              one.id(),
              one.application().institution(),
              one.application().json().toString(),
              one.settings().toString());
          insert(connection, one.id(), act);
          return true;
        });
  }

  /**
   * The next version, with the step that led to it.
   *
   * @throws Refusal CONFLICT when somebody was faster
   */
  void update(Onboarding next, Onboarding.Act act) {
    sql.together(
        connection -> {
          int changed =
              Sql.update(
                  connection,
                  "update onboarding set version = ?, state = ?, changed = ?, institution = ?, content = ?, settings = ?"
                      + " where id = ? and version = ?",
                  next.version(),
                  next.state().ordinal(),
                  next.changed(),
                  next.application().institution(),
                  next.application().json().toString(),
                  next.settings().toString(),
                  next.id(),
                  next.version() - 1);
          if (changed == 0) {
            throw new Refusal(Refusal.Kind.CONFLICT, "onboarding.changed-meanwhile");
          }
          insert(connection, next.id(), act);
          return true;
        });
  }

  private static void insert(Connection connection, String id, Onboarding.Act act)
      throws SQLException {
    Sql.update(
        connection,
        "insert into onboarding_step (number, state, at, id, step, by_subject, by_role, reason)"
            + " values (?, ?, ?, ?, ?, ?, ?, ?)",
        act.number(),
        act.state().ordinal(),
        act.at(),
        id,
        act.step(),
        act.by(),
        act.role(),
        act.reason());
  }

  private static Onboarding row(ResultSet row) throws SQLException {
    return new Onboarding(
        row.getString("id"),
        row.getInt("version"),
        State.values()[row.getInt("state")],
        Sql.instant(row, "created"),
        Sql.instant(row, "changed"),
        Application.kept(row.getString("content")).at(row.getString("institution")),
        (ObjectNode) Json.MAPPER.readTree(row.getString("settings")));
  }
}
