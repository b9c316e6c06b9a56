package health.helan.foundation.delivery.agreement;

import health.helan.foundation.delivery.kept.Statements;
import health.helan.foundation.store.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The table. */
final class AgreementTable {
  private static final String COLUMNS =
      "id, giver, receiver, receiver_name, what, purpose, since, until, proposed_by, made,"
          + " given_by, given, taken_by, taken, ended_by, ended";

  private final Statements sql;

  AgreementTable(DataSource dataSource) {
    this.sql = new Statements(dataSource);
  }

  private static Agreement agreement(ResultSet rows) throws SQLException {
    List<String> what = new ArrayList<>();
    Json.MAPPER.readTree(rows.getString("what")).forEach(one -> what.add(one.asString()));
    return new Agreement(
        rows.getString("id"),
        rows.getString("giver"),
        rows.getString("receiver"),
        rows.getString("receiver_name"),
        List.copyOf(what),
        rows.getString("purpose"),
        Objects.requireNonNull(Statements.instant(rows, "since")),
        Objects.requireNonNull(Statements.instant(rows, "until")),
        rows.getString("proposed_by"),
        Objects.requireNonNull(Statements.instant(rows, "made")),
        rows.getString("given_by"),
        Statements.instant(rows, "given"),
        rows.getString("taken_by"),
        Statements.instant(rows, "taken"),
        rows.getString("ended_by"),
        Statements.instant(rows, "ended"));
  }

  void add(Agreement one) {
    var what = Json.MAPPER.createArrayNode();
    one.what().forEach(what::add);
    sql.update(
        "insert into delivery_agreement ("
            + COLUMNS
            + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        one.id(),
        one.giver(),
        one.receiver(),
        one.receiverName(),
        what.toString(),
        one.purpose(),
        one.since(),
        one.until(),
        one.proposedBy(),
        one.made(),
        one.givenBy(),
        one.given(),
        one.takenBy(),
        one.taken(),
        one.endedBy(),
        one.ended());
  }

  @Nullable Agreement find(String id) {
    List<Agreement> found =
        sql.list(
            AgreementTable::agreement,
            "select " + COLUMNS + " from delivery_agreement where id = ?",
            id);
    return found.isEmpty() ? null : found.getFirst();
  }

  /** In the order of their ids. */
  List<Agreement> all(String after, int limit) {
    return sql.list(
        AgreementTable::agreement,
        "select " + COLUMNS + " from delivery_agreement where id > ? order by id limit ?",
        after,
        limit);
  }

  /** The first signature counts; a second changes nothing. */
  void sign(String id, boolean given, boolean taken, String by, Instant now) {
    if (given) {
      sql.update(
          "update delivery_agreement set given_by = ?, given = ? where id = ? and given is null and"
              + " ended is null",
          by,
          now,
          id);
    }
    if (taken) {
      sql.update(
          "update delivery_agreement set taken_by = ?, taken = ? where id = ? and taken is null and"
              + " ended is null",
          by,
          now,
          id);
    }
  }

  void end(String id, String by, Instant now) {
    sql.update(
        "update delivery_agreement set ended_by = ?, ended = ? where id = ? and ended is null",
        by,
        now,
        id);
  }
}
