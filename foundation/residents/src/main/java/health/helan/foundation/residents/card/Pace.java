package health.helan.foundation.residents.card;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.index.Digests;
import health.helan.foundation.trust.account.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How often something may be done within a minute, counted in the database, so that several
 * instances count together. Thread-safe.
 */
final class Pace {
  private static final Duration WHILE = Duration.ofMinutes(1);
  private static final long SWEEP_EVERY = 2_000;

  private final Sql sql;
  private final Digests digests;
  private final Clock clock;
  private final AtomicLong counted = new AtomicLong();

  Pace(Sql sql, Digests digests, Clock clock) {
    this.sql = sql;
    this.digests = digests;
    this.clock = clock;
  }

  /**
   * Counts one.
   *
   * @throws Refusal THROTTLED when there were more than so many within the minute
   */
  void count(String what, String who, int most) {
    Instant now = clock.instant();
    Integer count =
        sql.one(
            """
            insert into health_card_pace as p (key, until, count) values (?, ?, 1)
            on conflict (key) do update
            set count = case when p.until <= ? then 1 else p.count + 1 end,
                until = case when p.until <= ? then excluded.until else p.until end
            returning count""",
            row -> row.getInt(1),
            key(what, who),
            now.plus(WHILE),
            now,
            now);
    if (counted.incrementAndGet() % SWEEP_EVERY == 0) {
      sql.update("delete from health_card_pace where until < ?", now.minus(WHILE));
    }
    if (count != null && count > most) {
      throw refusal(what);
    }
  }

  /**
   * Has whoever calls with the same words wait until this transaction ends. A row, as nothing else
   * holds across instances and nodes.
   */
  void hold(Connection connection, String what, String who) throws SQLException {
    Sql.update(
        connection,
        """
        insert into health_card_pace as p (key, until, count) values (?, ?, 1)
        on conflict (key) do update set count = p.count + 1""",
        key(what, who),
        clock.instant().plus(WHILE));
  }

  /**
   * Refuses without counting.
   *
   * @throws Refusal THROTTLED when so many were counted within the minute
   */
  void check(String what, String who, int most) {
    Integer count =
        sql.one(
            "select count from health_card_pace where key = ? and until > ?",
            row -> row.getInt(1),
            key(what, who),
            clock.instant());
    if (count != null && count >= most) {
      throw refusal(what);
    }
  }

  private static Refusal refusal(String what) {
    return new Refusal(Refusal.Kind.THROTTLED, "card.too-many-" + what);
  }

  private long key(String what, String who) {
    return digests.of("card|" + what + "|" + who);
  }
}
