package health.helan.foundation.trust.account;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How fast may be tried. Nobody can lock another out: what counts are failures of one source (a
 * network, or a device known to the account) at one login name, and of one network at all names.
 * Failures only delay, and an account that is attacked from many networks costs a new network
 * patience after its first failure, while devices known to it are not touched.
 */
public final class Throttle {
  /** Failures at one name from one source before delays begin. */
  static final int FREE_PER_NAME = 5;

  /** Failures of one network, whatever the name, before delays begin: a hospital shares one. */
  static final int FREE_PER_NETWORK = 60;

  /** Failures at one name from anywhere after which a new source has one free failure only. */
  static final int UNDER_ATTACK = 50;

  private static final Duration FIRST_DELAY = Duration.ofSeconds(2);
  private static final Duration LONGEST_DELAY = Duration.ofMinutes(15);

  /** Failures are forgotten after this long without another. */
  private static final Duration MEMORY = Duration.ofHours(1);

  private final Sql sql;
  private final SignInKey key;
  private final Clock clock;

  Throttle(Sql sql, SignInKey key, Clock clock) {
    this.sql = sql;
    this.key = key;
    this.clock = clock;
  }

  private record Count(int failures, Instant until) {}

  /**
   * How long this source has to wait before it may try this name.
   *
   * @param knownDevice digest of a device that has signed in to this account before; null for none
   */
  Duration delay(String login, Visitor visitor, @Nullable String knownDevice) {
    Instant now = clock.instant();
    Instant until = read(source(login, visitor, knownDevice)).until();
    if (knownDevice == null) {
      Instant network = read("network|" + visitor.network()).until();
      until = network.isAfter(until) ? network : until;
    }
    return until.isAfter(now) ? Duration.between(now, until) : Duration.ZERO;
  }

  /** Counts a failure. */
  void failed(String login, Visitor visitor, @Nullable String knownDevice) {
    boolean attacked =
        knownDevice == null && count("name|" + login, Integer.MAX_VALUE) >= UNDER_ATTACK;
    count(source(login, visitor, knownDevice), attacked ? 1 : FREE_PER_NAME);
    if (knownDevice == null) {
      count("network|" + visitor.network(), FREE_PER_NETWORK);
    }
  }

  /** As much work as a note in the history: for names that belong to nobody. */
  void pretend() {
    count("nobody", Integer.MAX_VALUE);
  }

  /** Forgets the failures of this source at this name; those of its network stay. */
  void succeeded(String login, Visitor visitor, @Nullable String knownDevice) {
    SignInKey.Digest digest = key.digest("throttle", source(login, visitor, knownDevice));
    sql.update(
        "delete from sign_in_throttle where key = ? and mac = ?", digest.key(), digest.mac());
  }

  /** Removes what is forgotten anyway. */
  void sweep() {
    sql.update("delete from sign_in_throttle where updated < ?", clock.instant().minus(MEMORY));
  }

  private static String source(String login, Visitor visitor, @Nullable String knownDevice) {
    return knownDevice == null
        ? "source|" + visitor.network() + "|" + login
        : "device|" + knownDevice + "|" + login;
  }

  private Count read(String what) {
    SignInKey.Digest digest = key.digest("throttle", what);
    Count found =
        sql.one(
            "select failures, until from sign_in_throttle where key = ? and mac = ?",
            row -> new Count(row.getInt("failures"), Sql.instant(row, "until")),
            digest.key(),
            digest.mac());
    return found == null ? new Count(0, Instant.EPOCH) : found;
  }

  /** Number of failures now; sets the delay that follows from it. */
  private int count(String what, int free) {
    Instant now = clock.instant();
    SignInKey.Digest digest = key.digest("throttle", what);
    Integer failures =
        sql.one(
            """
            insert into sign_in_throttle as t (key, mac, failures, until, updated)
            values (?, ?, 1, ?, ?)
            on conflict (key, mac) do update
            set failures = case when t.updated < ? then 1 else t.failures + 1 end,
                updated = excluded.updated
            returning failures""",
            row -> row.getInt(1),
            digest.key(),
            digest.mac(),
            now,
            now,
            now.minus(MEMORY));
    int so = failures == null ? 1 : failures;
    if (so >= free) {
      sql.update(
          "update sign_in_throttle set until = ? where key = ? and mac = ?",
          now.plus(delayAfter(so - free)),
          digest.key(),
          digest.mac());
    }
    return so;
  }

  /** 2 s, 4 s, 8 s … 15 min. */
  static Duration delayAfter(int beyond) {
    if (beyond > 20) {
      return LONGEST_DELAY;
    }
    Duration delay = FIRST_DELAY.multipliedBy(1L << beyond);
    return delay.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : delay;
  }
}
