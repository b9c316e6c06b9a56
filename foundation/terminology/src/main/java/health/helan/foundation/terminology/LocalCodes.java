package health.helan.foundation.terminology;

import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.store.sql.SqlText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The work list of local codes: what feeds sent and no map knew, by how often. A feed that finds a
 * code unmapped says so with {@link #seen}; somebody maps it, or says that it needs no map.
 */
public final class LocalCodes {
  /** Ids of the ConceptMaps that hold what was decided about a feed's codes begin with this. */
  static final String MAP_PREFIX = "feed-";

  /** Longest texts kept; longer ones are cut. */
  private static final int LONGEST = 300;

  private final DataSource database;
  private final Clock clock;

  LocalCodes(DataSource database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * A local code.
   *
   * @param state {@code unmapped, mapped, ignored}
   * @param target what it was mapped to; empty for none
   */
  public record LocalCode(
      String feed,
      String system,
      String code,
      String display,
      long seen,
      Instant firstSeen,
      Instant lastSeen,
      String state,
      String targetSystem,
      String target) {}

  /** Id of the ConceptMap of a feed: by its name, so that two who decide at once write the same. */
  public static String mapOf(String feed) {
    return MAP_PREFIX + UUID.nameUUIDFromBytes(feed.getBytes(StandardCharsets.UTF_8));
  }

  /** Notes that a feed sent a code that no map knew. */
  public void seen(String feed, String system, String code, String display) {
    seen(feed, system, code, display, 1);
  }

  /** The same, for so many times at once. */
  public void seen(String feed, String system, String code, String display, int times) {
    OffsetDateTime now = clock.instant().atOffset(ZoneOffset.UTC);
    try (Connection connection = database.getConnection();
        var statement =
            connection.prepareStatement(
                "insert into term_local_code (key, feed, system, code, display, seen, first_seen,"
                    + " last_seen, state, decided_by, target_system, target_code)"
                    + " values (?, ?, ?, ?, ?, ?, ?, ?, 'unmapped', '', '', '')"
                    + " on conflict (key, feed, system, code) do update set"
                    + " seen = term_local_code.seen + excluded.seen, last_seen = excluded.last_seen,"
                    + " display = case when excluded.display = '' then term_local_code.display"
                    + " else excluded.display end")) {
      statement.setLong(1, key(cut(feed), cut(system), cut(code)));
      statement.setString(2, cut(feed));
      statement.setString(3, cut(system));
      statement.setString(4, cut(code));
      statement.setString(5, cut(display));
      statement.setInt(6, times);
      statement.setObject(7, now);
      statement.setObject(8, now);
      statement.executeUpdate();
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private static String cut(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
  }

  private static long key(String feed, String system, String code) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest((feed + "\n" + system + "\n" + code).getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(digest).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The most frequent first. */
  public List<LocalCode> list(
      String state, @Nullable String feed, @Nullable String system, int offset, int count) {
    var sql =
        new SqlText()
            .add(
                "select feed, system, code, display, seen, first_seen, last_seen, state,"
                    + " target_system, target_code from term_local_code where state = ?",
                state);
    if (feed != null) {
      sql.add(" and feed = ?", feed);
    }
    if (system != null) {
      sql.add(" and system = ?", system);
    }
    sql.add(" order by seen desc, feed, system, code limit ? offset ?", count, offset);
    return read(sql);
  }

  /** Null when no feed has sent it. */
  public @Nullable LocalCode find(String feed, String system, String code) {
    List<LocalCode> found =
        read(
            new SqlText()
                .add(
                    "select feed, system, code, display, seen, first_seen, last_seen, state,"
                        + " target_system, target_code from term_local_code"
                        + " where key = ? and feed = ? and system = ? and code = ?",
                    key(feed, system, code),
                    feed,
                    system,
                    code));
    return found.isEmpty() ? null : found.getFirst();
  }

  private List<LocalCode> read(SqlText sql) {
    try (Connection connection = database.getConnection();
        var statement = sql.prepare(connection);
        var rows = statement.executeQuery()) {
      List<LocalCode> found = new ArrayList<>();
      while (rows.next()) {
        found.add(
            new LocalCode(
                rows.getString(1),
                rows.getString(2),
                rows.getString(3),
                rows.getString(4),
                rows.getLong(5),
                rows.getObject(6, OffsetDateTime.class).toInstant(),
                rows.getObject(7, OffsetDateTime.class).toInstant(),
                rows.getString(8),
                rows.getString(9),
                rows.getString(10)));
      }
      return found;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** Takes a code off the list: mapped, or needing no map; or puts it back. */
  public void decide(
      LocalCode code, String state, String by, String targetSystem, String targetCode) {
    try (Connection connection = database.getConnection();
        var statement =
            connection.prepareStatement(
                "update term_local_code set state = ?, decided_by = ?, decided = ?,"
                    + " target_system = ?, target_code = ?"
                    + " where key = ? and feed = ? and system = ? and code = ?")) {
      statement.setString(1, state);
      statement.setString(2, by);
      statement.setObject(3, clock.instant().atOffset(ZoneOffset.UTC));
      statement.setString(4, targetSystem);
      statement.setString(5, targetCode);
      statement.setLong(6, key(code.feed(), code.system(), code.code()));
      statement.setString(7, code.feed());
      statement.setString(8, code.system());
      statement.setString(9, code.code());
      statement.executeUpdate();
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }
}
