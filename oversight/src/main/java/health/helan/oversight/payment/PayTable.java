package health.helan.oversight.payment;

import health.helan.foundation.store.Ids;
import health.helan.foundation.trust.account.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Tables {@code pay_order}, {@code pay_attempt} and {@code pay_refund}. */
final class PayTable {
  private static final String ORDERS =
      "select id, state, payable, institution, patient, fen, refunded, delivered, tries, refunds, revision, checks,"
          + " created, expires, paid, due from pay_order";

  /** States of an order that counts: one for each thing to pay. */
  private static final String LIVE = " and state between 1 and 3";

  private final Sql sql;

  PayTable(Sql sql) {
    this.sql = sql;
  }

  /** Null for none. */
  @Nullable Order order(String id) {
    return Ids.isAssigned(id)
        ? first(ORDERS + " where home = ? and id = ?", Ids.home(id), id)
        : null;
  }

  /** The order that counts for something; null for none. */
  @Nullable Order live(String payable) {
    return first(ORDERS + " where payable = ?" + LIVE, payable);
  }

  /** The latest order for something, of whatever state; null for none. */
  @Nullable Order latest(String payable) {
    return first(ORDERS + " where payable = ? order by created desc limit 1", payable);
  }

  private @Nullable Order first(String query, Object... values) {
    List<Order> found = sql.on(connection -> orders(connection, query, values));
    return found.isEmpty() ? null : found.getFirst();
  }

  /** All orders of which an attempt is a part of a payment, by their ids. */
  List<Order> joint(int home, String key) {
    return sql
        .list(
            "select order_id from pay_attempt where home = ? and joint = ? order by order_id",
            row -> row.getString(1),
            home,
            key)
        .stream()
        .map(this::order)
        .filter(Objects::nonNull)
        .toList();
  }

  /** Of a resident, the latest first. */
  List<Order> ofPatient(long patient, int most) {
    return sql.on(
        connection ->
            orders(
                connection,
                ORDERS + " where patient = ? order by created desc limit ?",
                patient,
                most));
  }

  /** Ids of what the clock has to look at. */
  List<String> due(Instant now, int most) {
    return sql.list(
        "select id from pay_order where due <= ? order by due limit ?",
        row -> row.getString(1),
        now,
        most);
  }

  private static List<Order> orders(Connection connection, String query, Object... values)
      throws SQLException {
    List<Order> bare = Sql.list(connection, query, PayTable::order, values);
    List<Order> whole = new ArrayList<>();
    for (Order order : bare) {
      whole.add(
          new Order(
              order.id(),
              order.state(),
              order.payable(),
              order.institution(),
              order.patient(),
              order.fen(),
              order.refunded(),
              order.delivered(),
              order.tries(),
              order.refunds(),
              order.revision(),
              order.checks(),
              order.created(),
              order.expires(),
              order.paid(),
              order.due(),
              Sql.list(
                  connection,
                  "select number, state, late, fen, channel, code, transaction, changed, joint, joined,"
                      + " joint_fen from pay_attempt"
                      + " where home = ? and order_id = ? order by number",
                  PayTable::attempt,
                  order.home(),
                  order.id()),
              Sql.list(
                  connection,
                  "select number, attempt, state, late, fen, reason, key, changed from pay_refund"
                      + " where home = ? and order_id = ? order by number",
                  PayTable::refund,
                  order.home(),
                  order.id())));
    }
    return whole;
  }

  private static Order order(ResultSet row) throws SQLException {
    return new Order(
        row.getString("id"),
        OrderState.values()[row.getInt("state")],
        row.getString("payable"),
        row.getString("institution"),
        row.getLong("patient"),
        row.getLong("fen"),
        row.getLong("refunded"),
        Order.Delivery.values()[row.getInt("delivered")],
        row.getInt("tries"),
        row.getInt("refunds"),
        row.getInt("revision"),
        row.getInt("checks"),
        Sql.instant(row, "created"),
        Sql.instant(row, "expires"),
        Sql.instantOrNull(row, "paid"),
        Sql.instantOrNull(row, "due"),
        List.of(),
        List.of());
  }

  private static Order.Attempt attempt(ResultSet row) throws SQLException {
    String joint = row.getString("joint");
    return new Order.Attempt(
        row.getInt("number"),
        Order.Attempt.State.values()[row.getInt("state")],
        row.getBoolean("late"),
        row.getLong("fen"),
        row.getString("channel"),
        row.getString("code"),
        row.getString("transaction"),
        joint == null
            ? null
            : new Order.Joint(joint, row.getInt("joined"), row.getLong("joint_fen")),
        Sql.instant(row, "changed"));
  }

  private static Order.Refund refund(ResultSet row) throws SQLException {
    return new Order.Refund(
        row.getInt("number"),
        row.getInt("attempt"),
        Order.Refund.State.values()[row.getInt("state")],
        row.getBoolean("late"),
        row.getLong("fen"),
        row.getString("reason"),
        row.getString("key"),
        Sql.instant(row, "changed"));
  }

  // ------------------------------------------------------------------ writing

  /** False when another order counts for the same thing already. */
  static boolean insert(Connection connection, Order order) throws SQLException {
    return Sql.update(
            connection,
            """
            insert into pay_order (home, state, delivered, tries, refunds, revision, checks, fen, refunded, patient, created,
              expires, changed, paid, due, id, payable, institution)
            values (?, ?, 0, 0, 0, 1, 0, ?, 0, ?, ?, ?, ?, null, ?, ?, ?, ?)
            on conflict (home, payable) where state between 1 and 3 do nothing""",
            order.home(),
            (short) order.state().ordinal(),
            order.fen(),
            order.patient(),
            order.created(),
            order.expires(),
            order.created(),
            order.due(),
            order.id(),
            order.payable(),
            order.institution())
        == 1;
  }

  /**
   * Writes an order over what was read.
   *
   * @return false when it has changed since
   */
  static boolean update(Connection connection, Order read, Order now, Instant at)
      throws SQLException {
    return Sql.update(
            connection,
            """
            update pay_order set state = ?, delivered = ?, tries = ?, refunds = ?, checks = ?, refunded = ?, paid = ?,
              due = ?, changed = ?, revision = revision + 1
            where home = ? and id = ? and revision = ?""",
            (short) now.state().ordinal(),
            (short) now.delivered().ordinal(),
            (short) now.tries(),
            (short) now.refunds(),
            now.checks(),
            now.refunded(),
            now.paid(),
            now.due(),
            at,
            read.home(),
            read.id(),
            read.revision())
        == 1;
  }

  static void put(Connection connection, Order order, Order.Attempt attempt, Instant at)
      throws SQLException {
    Order.Joint joint = attempt.joint();
    var unused =
        Sql.update(
            connection,
            """
            insert into pay_attempt (home, number, state, late, fen, created, changed, order_id, channel, code, transaction,
              joint, joined, joint_fen)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            on conflict (home, order_id, number) do update set state = excluded.state, late = excluded.late,
              changed = excluded.changed, code = excluded.code, transaction = excluded.transaction""",
            order.home(),
            (short) attempt.number(),
            (short) attempt.state().ordinal(),
            attempt.isLate(),
            attempt.fen(),
            at,
            at,
            order.id(),
            attempt.channel(),
            attempt.code(),
            attempt.transaction(),
            joint == null ? null : joint.key(),
            joint == null ? null : (short) joint.parts(),
            joint == null ? null : joint.fen());
  }

  static void put(Connection connection, Order order, Order.Refund refund, Instant at)
      throws SQLException {
    var unused =
        Sql.update(
            connection,
            """
            insert into pay_refund (home, number, attempt, state, late, fen, created, changed, order_id, key, reason)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            on conflict (home, order_id, number) do update set state = excluded.state, changed = excluded.changed""",
            order.home(),
            (short) refund.number(),
            (short) refund.attempt(),
            (short) refund.state().ordinal(),
            refund.isLate(),
            refund.fen(),
            at,
            at,
            order.id(),
            refund.key(),
            refund.reason());
  }

  /**
   * Lets the clock look at the order for something at once, where there is one that counts. It lies
   * with the resident, as what it is for mostly does.
   */
  static void look(Connection connection, String payable, Instant at) throws SQLException {
    List<Integer> homes =
        Sql.list(
            connection,
            "select home from pay_order where payable = ?" + LIVE,
            row -> row.getInt(1),
            payable);
    for (int home : homes) {
      var unused =
          Sql.update(
              connection,
              "update pay_order set due = ?, checks = 0, revision = revision + 1 where home = ? and payable = ?"
                  + LIVE,
              at,
              home,
              payable);
    }
  }

  /** Puts off what could not be done now: others may try then. */
  void later(Order order, @Nullable Instant due) {
    var unused =
        sql.update(
            "update pay_order set due = ?, checks = checks + 1, revision = revision + 1"
                + " where home = ? and id = ? and revision = ?",
            due,
            order.home(),
            order.id(),
            order.revision());
  }
}
