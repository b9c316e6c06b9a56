package health.helan.care.appointment.places;

import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;

/**
 * How often an account does something, counted in the database, so that several instances count
 * together, and in a transaction of its own, so that what is refused counts. Thread-safe.
 */
public final class Pace {
  private static final long SWEEP_EVERY = 5_000;

  private final Sql sql;
  private final IndexKey key;
  private final AtomicLong counted = new AtomicLong();

  public Pace(DataSource database, IndexKey key) {
    sql = new Sql(database);
    this.key = key;
  }

  /**
   * Counts one.
   *
   * @throws Refusal THROTTLED when there were more than so many within the while
   */
  public void count(String account, String what, int most, Duration within, Instant now) {
    Integer count =
        sql.one(
            """
            insert into booking_pace as p (key, until, count) values (?, ?, 1)
            on conflict (key) do update
            set count = case when p.until <= ? then 1 else p.count + 1 end,
                until = case when p.until <= ? then excluded.until else p.until end
            returning count""",
            row -> row.getInt(1),
            key.digests().of("booking|" + what + "|" + account),
            now.plus(within),
            now,
            now);
    if (counted.incrementAndGet() % SWEEP_EVERY == 0) {
      sql.update("delete from booking_pace where until < ?", now);
    }
    if (count != null && count > most) {
      throw new Refusal(Refusal.Kind.THROTTLED, "appointment.too-fast");
    }
  }
}
