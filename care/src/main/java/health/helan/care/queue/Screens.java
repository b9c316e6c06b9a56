package health.helan.care.queue;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.index.Digests;
import health.helan.foundation.trust.account.Sql;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Screens in halls, each with a token of its own that opens nothing but what it shows, and the code
 * it shows for telephones near the door. Thread-safe.
 */
public final class Screens {
  /** How long a door code is shown; it is taken for as long again. */
  static final Duration DOOR = Duration.ofMinutes(1);

  private static final int DOOR_CODES = 1_000_000;

  /** Wrong door codes of one account in {@link #WHILE}. */
  static final int WRONG = 5;

  private static final Duration WHILE = Duration.ofMinutes(10);
  private static final String PREFIX = "hqs_";
  private static final int ACTIVE = 0;
  private static final int SUSPENDED = 1;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String COLUMNS =
      "select id, institution, name, queues, state, created from visit_queue_screen";

  private final Sql sql;
  private final Digests digests;
  private final Clock clock;

  Screens(Sql sql, Digests digests, Clock clock) {
    this.sql = sql;
    this.digests = digests;
    this.clock = clock;
  }

  /**
   * A screen.
   *
   * @param queues ids; empty for all of the institution
   */
  public record Screen(
      String id,
      String institution,
      String name,
      List<String> queues,
      boolean isActive,
      Instant created) {
    public boolean shows(String queue) {
      return queues.isEmpty() || queues.contains(queue);
    }
  }

  /** A screen with its token, told once. */
  public record Made(Screen screen, String token) {}

  /** Whether a text could be the token of a screen. */
  public static boolean isToken(String text) {
    return text.startsWith(PREFIX);
  }

  /** A new one of an institution. */
  public Made make(String institution, String name, List<String> queues) {
    if (name.isBlank() || name.length() > 60 || queues.size() > 50) {
      throw new Refusal(Refusal.Kind.VALUE, "queue.screen-incomplete");
    }
    byte[] secret = new byte[32];
    RANDOM.nextBytes(secret);
    String token = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    var screen =
        new Screen(
            UUID.randomUUID().toString(),
            institution,
            name.strip(),
            List.copyOf(queues),
            true,
            now);
    sql.update(
        """
        insert into visit_queue_screen (state, created, changed, id, institution, name, queues, token)
        values (?, ?, ?, ?, ?, ?, ?, ?)""",
        ACTIVE,
        now,
        now,
        screen.id,
        institution,
        screen.name,
        screen.queues,
        hash(token));
    return new Made(screen, token);
  }

  /**
   * Switches one on or off.
   *
   * @throws Refusal NOT_FOUND for one of others and for none
   */
  Screen hold(Caller caller, String id, boolean isActive) {
    int changed =
        sql.update(
            "update visit_queue_screen set state = ?, changed = ? where id = ? and institution = ?",
            isActive ? ACTIVE : SUSPENDED,
            clock.instant(),
            id,
            caller.institution());
    Screen screen = sql.one(COLUMNS + " where id = ?", Screens::screen, id);
    if (changed == 0 || screen == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "queue.no-screen");
    }
    return screen;
  }

  List<Screen> of(String institution) {
    return sql.list(
        COLUMNS + " where institution = ? order by name, id", Screens::screen, institution);
  }

  /** The one that a token is of; null for none and for one that is switched off. */
  public @Nullable Screen byToken(String token) {
    return isToken(token)
        ? sql.one(COLUMNS + " where token = ? and state = 0", Screens::screen, (Object) hash(token))
        : null;
  }

  private static Screen screen(ResultSet row) throws SQLException {
    return new Screen(
        row.getString("id"),
        row.getString("institution"),
        row.getString("name"),
        Sql.texts(row, "queues"),
        row.getInt("state") == ACTIVE,
        Sql.instant(row, "created"));
  }

  private static byte[] hash(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  // ------------------------------------------------------------------ the door

  /** What it shows now: six digits that say that a telephone is in front of it. */
  public String door(Screen screen) {
    return door(screen, window(clock.instant()));
  }

  private static long window(Instant at) {
    return at.getEpochSecond() / DOOR.toSeconds();
  }

  private String door(Screen screen, long window) {
    return String.format(
        Locale.ROOT,
        "%06d",
        Math.floorMod(digests.of("queue-door|" + screen.id + "|" + window), DOOR_CODES));
  }

  /** Screens that show a code now, or did a moment ago. */
  List<Screen> byDoor(String code) {
    long window = window(clock.instant());
    return sql.list(COLUMNS + " where state = 0", Screens::screen).stream()
        .filter(
            screen -> code.equals(door(screen, window)) || code.equals(door(screen, window - 1)))
        .toList();
  }

  /**
   * @throws Refusal THROTTLED when the account has tried too many codes
   */
  void checkPace(String account) {
    Integer count =
        sql.one(
            "select count from visit_queue_pace where key = ? and until > ?",
            row -> row.getInt(1),
            digests.of("queue-door-by|" + account),
            clock.instant());
    if (count != null && count >= WRONG) {
      throw new Refusal(Refusal.Kind.THROTTLED, "queue.too-many-doors");
    }
  }

  /** Counts a wrong code. */
  void countWrong(String account) {
    Instant now = clock.instant();
    sql.update(
        """
        insert into visit_queue_pace as p (key, until, count) values (?, ?, 1)
        on conflict (key) do update
        set count = case when p.until <= ? then 1 else p.count + 1 end,
            until = case when p.until <= ? then excluded.until else p.until end""",
        digests.of("queue-door-by|" + account),
        now.plus(WHILE),
        now,
        now);
    sql.update("delete from visit_queue_pace where until < ?", now.minus(WHILE));
  }
}
