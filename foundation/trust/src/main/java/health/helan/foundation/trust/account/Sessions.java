package health.helan.foundation.trust.account;

import health.helan.foundation.store.Ids;
import java.security.MessageDigest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sessions in the database, so that every instance knows them and an owner can end them. A browser
 * holds {@code id.secret}; the row holds a digest of the secret.
 */
public final class Sessions {
  /** A session ends this long after the last request. */
  public static final Duration IDLE = Duration.ofMinutes(60);

  /** A session ends this long after its start. */
  public static final Duration LONGEST = Duration.ofHours(12);

  /** Time to give the second factor. */
  static final Duration HALF_WAY = Duration.ofMinutes(10);

  private static final Duration NOTED_EVERY = Duration.ofMinutes(1);

  private final Sql sql;
  private final SignInKey key;
  private final Clock clock;
  private final List<Consumer<String>> endings = new CopyOnWriteArrayList<>();
  private final List<Consumer<String>> clearings = new CopyOnWriteArrayList<>();

  Sessions(Sql sql, SignInKey key, Clock clock) {
    this.sql = sql;
    this.key = key;
    this.clock = clock;
  }

  /**
   * A session that has just begun.
   *
   * @param cookie what the browser has to keep
   */
  public record Begun(Session session, String cookie) {}

  /** Called with the id of each session that ends here, so that what hangs on it ends too. */
  public void onEnd(Consumer<String> listener) {
    endings.add(listener);
  }

  /** Called with the id of each account whose sessions end altogether, one perhaps excepted. */
  public void onEndAll(Consumer<String> listener) {
    clearings.add(listener);
  }

  Begun begin(
      String account,
      Session.Stage stage,
      String role,
      Visitor visitor,
      Instant created,
      Instant proved) {
    Instant now = clock.instant();
    Instant until = stage == Session.Stage.SIGNED_IN ? created.plus(LONGEST) : now.plus(HALF_WAY);
    String secret = SignInKey.token();
    Session session =
        new Session(
            Ids.next(Ids.home(account)),
            account,
            stage,
            role,
            visitor.device(),
            visitor.masked(),
            created,
            now,
            until,
            proved);
    sql.update(
        """
        insert into account_session
          (home, id, account, mac, stage, role, device, source, created, seen, until, proved)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        Ids.home(account),
        session.id(),
        account,
        mac(session.id(), secret),
        stage.code(),
        role,
        session.device(),
        session.source(),
        created,
        now,
        until,
        proved);
    return new Begun(session, session.id() + "." + secret);
  }

  private byte[] mac(String id, String secret) {
    return key.digest("session", id + "|" + secret).mac();
  }

  private record Kept(Session session, byte[] mac) {}

  /** The session of a browser; null if there is none, or it has ended. */
  public @Nullable Session find(@Nullable String cookie) {
    int dot = cookie == null ? -1 : cookie.indexOf('.');
    if (cookie == null || dot < 0 || !Ids.isAssigned(cookie.substring(0, dot))) {
      return null;
    }
    String id = cookie.substring(0, dot);
    Kept kept =
        sql.one(
            "select * from account_session where home = ? and id = ?",
            row -> new Kept(session(row), row.getBytes("mac")),
            Ids.home(id),
            id);
    if (kept == null || !MessageDigest.isEqual(kept.mac(), mac(id, cookie.substring(dot + 1)))) {
      return null;
    }
    return isAlive(kept.session()) ? noted(kept.session()) : null;
  }

  /** By its id, for what hangs on it; null if it has ended. */
  public @Nullable Session byId(String id) {
    if (!Ids.isAssigned(id)) {
      return null;
    }
    Session session =
        sql.one(
            "select * from account_session where home = ? and id = ?",
            Sessions::session,
            Ids.home(id),
            id);
    return session != null && session.until().isAfter(clock.instant()) ? session : null;
  }

  /** When its person last proved to be it; null for a session that has ended, or none. */
  public @Nullable Instant proved(String id) {
    Session session = byId(id);
    return session == null || !session.isSignedIn() ? null : session.proved();
  }

  /**
   * Its person proves to be it, now.
   *
   * @return false if the session has ended, or is another account's
   */
  boolean prove(String account, String id) {
    return Ids.isAssigned(id)
        && sql.update(
                "update account_session set proved = ? where home = ? and id = ? and account = ?",
                clock.instant(),
                Ids.home(account),
                id,
                account)
            == 1;
  }

  private boolean isAlive(Session session) {
    Instant now = clock.instant();
    return session.until().isAfter(now) && session.seen().plus(IDLE).isAfter(now);
  }

  private Session noted(Session session) {
    Instant now = clock.instant();
    if (session.seen().plus(NOTED_EVERY).isBefore(now)) {
      sql.update(
          "update account_session set seen = ? where home = ? and id = ?",
          now,
          Ids.home(session.id()),
          session.id());
    }
    return session;
  }

  /** Those of an account that are alive, the newest first. */
  public List<Session> of(String account) {
    return sql
        .list(
            "select * from account_session where home = ? and account = ? order by created desc",
            Sessions::session,
            Ids.home(account),
            account)
        .stream()
        .filter(session -> session.isSignedIn() && isAlive(session))
        .toList();
  }

  /** Ends one; nothing happens if it belongs to another account. */
  public boolean end(String account, String id) {
    boolean ended =
        Ids.isAssigned(id)
            && sql.update(
                    "delete from account_session where home = ? and id = ? and account = ?",
                    Ids.home(account),
                    id,
                    account)
                == 1;
    if (ended) {
      endings.forEach(listener -> listener.accept(id));
    }
    return ended;
  }

  /** Ends all of an account but one. */
  void endAll(String account, @Nullable String but) {
    List<String> ids =
        sql.list(
            "select id from account_session where home = ? and account = ?",
            row -> row.getString(1),
            Ids.home(account),
            account);
    ids.stream().filter(id -> !id.equals(but)).forEach(id -> end(account, id));
    clearings.forEach(listener -> listener.accept(account));
  }

  /** Removes those that are over. */
  void sweep() {
    sql.update(
        "delete from account_session where home between ? and ? and until < ?",
        0,
        Ids.HOMES - 1,
        clock.instant());
  }

  private static Session session(ResultSet row) throws SQLException {
    return new Session(
        row.getString("id"),
        row.getString("account"),
        Session.Stage.of(row.getInt("stage")),
        row.getString("role"),
        row.getString("device"),
        row.getString("source"),
        Sql.instant(row, "created"),
        Sql.instant(row, "seen"),
        Sql.instant(row, "until"),
        Objects.requireNonNullElse(Sql.instantOrNull(row, "proved"), Sql.instant(row, "created")));
  }
}
