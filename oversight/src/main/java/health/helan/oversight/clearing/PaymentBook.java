package health.helan.oversight.clearing;

import health.helan.foundation.trust.account.Sql;
import health.helan.oversight.ledger.AccountKind;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import javax.sql.DataSource;

/**
 * What orders of payment say of a channel. A line is known by the key that the channel was asked
 * with, belongs to its order, and has the time and amount of the ledger. Reads the rows of ledger
 * and payment in one statement: a day may have a million.
 */
public final class PaymentBook implements OwnBook {
  private static final int FETCH = 2_000;

  private final Sql sql;
  private final Set<String> channels;

  /**
   * @param channels codes of the channels that payment asks
   */
  public PaymentBook(DataSource database, Set<String> channels) {
    sql = new Sql(database);
    this.channels = Set.copyOf(channels);
  }

  @Override
  public boolean concerns(Counterpart counterpart) {
    return counterpart.kind() == AccountKind.CHANNEL && channels.contains(counterpart.code());
  }

  @Override
  public void entries(Counterpart counterpart, Instant from, Instant before, Consumer<Entry> into) {
    UUID own = counterpart.account().id();
    boolean unused =
        sql.together(
            connection -> {
              read(connection, own, from, before, into);
              return true;
            });
  }

  private static void read(
      Connection connection, UUID own, Instant from, Instant before, Consumer<Entry> into)
      throws SQLException {
    try (var statement =
        connection.prepareStatement(
            """
            select t.intent, t.step, t.debit = b.account as came, t.posted, t.at, o.institution, a.number
            from ledger_balance b
            cross join lateral (
              select intent, step, debit, posted, at from ledger_transfer d
                where d.home = b.home and d.debit = b.account and d.at >= ? and d.at < ? and d.posted > 0
              union all
              select intent, step, debit, posted, at from ledger_transfer c
                where c.home = b.home and c.credit = b.account and c.at >= ? and c.at < ? and c.posted > 0) t
            join pay_order o on o.home = b.home and o.id = t.intent
            left join pay_attempt a on a.home = b.home and a.order_id = t.intent and a.state = 2 and not a.late
              and t.step = 'paid'
            where b.account = ?""")) {
      statement.setFetchSize(FETCH);
      Sql.bind(statement, from, before, from, before, own);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          String order = row.getString("intent");
          String step = row.getString("step");
          boolean came = row.getBoolean("came");
          long fen = row.getLong("posted");
          into.accept(
              new Entry(
                  came ? Flow.PAYMENT : Flow.REFUND,
                  key(order, step, row.getInt("number")),
                  order,
                  row.getString("institution"),
                  came ? fen : -fen,
                  Sql.instant(row, "at")));
        }
      }
    }
  }

  /** As payment names attempts and refunds to channels; steps are those of its postings. */
  private static String key(String order, String step, int attempt) {
    String number = step.substring(step.lastIndexOf('-') + 1);
    if (step.startsWith("refunded-")) {
      return order + "-r" + number;
    }
    return order + "-" + (step.startsWith("late-") ? number : String.valueOf(attempt));
  }
}
