package health.helan.foundation.trust.account;

import health.helan.foundation.store.Ids;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What happened to an account, for its owner to look through. Kept for six months. */
public final class History {
  /** General knowledge: 网络安全法 asks that network logs are kept for no less than six months. */
  static final Duration KEPT = Duration.ofDays(190);

  private static final int SHOWN = 100;

  private final Sql sql;
  private final Clock clock;

  History(Sql sql, Clock clock) {
    this.sql = sql;
    this.clock = clock;
  }

  /** Codes are stored: never renumber. */
  public enum What {
    SIGNED_IN(1),
    WRONG_PASSWORD(2),
    WRONG_SECOND_FACTOR(3),
    SIGNED_OUT(4),
    SESSION_ENDED(5),
    PASSWORD_CHANGED(6),
    SECOND_FACTOR_SET(7),
    ROLE_SWITCHED(8),
    RECOVERY_CODE_USED(9),
    LOCKED(10),
    UNLOCKED(11),
    ACTIVATED(12),
    APP_ALLOWED(13),
    SECOND_FACTOR_RESET(14),
    PROVED_AGAIN(15);

    private final int code;

    What(int code) {
      this.code = code;
    }

    static What of(int code) {
      return values()[code - 1];
    }
  }

  /** One entry. */
  public record Entry(Instant at, What what, String device, String source) {}

  /** Adds an entry. */
  public void note(String account, What what, Visitor visitor) {
    sql.update(
        """
        insert into account_event (home, account, id, at, what, device, source)
        values (?, ?, ?, ?, ?, ?, ?)""",
        Ids.home(account),
        account,
        Ids.next(Ids.home(account)),
        clock.instant(),
        what.code,
        visitor.device(),
        visitor.masked());
  }

  /** The newest first. */
  public List<Entry> of(String account) {
    return sql.list(
        """
        select at, what, device, source from account_event
        where home = ? and account = ? order by id desc limit %d"""
            .formatted(SHOWN),
        row ->
            new Entry(
                Sql.instant(row, "at"),
                What.of(row.getInt("what")),
                row.getString("device"),
                row.getString("source")),
        Ids.home(account),
        account);
  }

  void sweep() {
    sql.update(
        "delete from account_event where home between ? and ? and at < ?",
        0,
        Ids.HOMES - 1,
        clock.instant().minus(KEPT));
  }
}
