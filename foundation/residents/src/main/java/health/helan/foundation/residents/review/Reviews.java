package health.helan.foundation.residents.review;

import health.helan.foundation.residents.index.Index;
import health.helan.foundation.residents.index.Reason;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The queue of pairs for people. Which pairs stand in it the index decides. Thread-safe. */
public final class Reviews {
  private static final String COLUMNS =
      "select key, other, weight, reason, wanted, opened, until, state, key_id, other_id, assignee,"
          + " note from resident_review ";
  private static final String LIST =
      COLUMNS
          + "where wanted and (opened, key, other) > (?, ?, ?) and (state = 'open' or until <= ? or"
          + " ?) and (? = '' or assignee = ?) order by opened, key, other limit ?";
  private static final String FIND = COLUMNS + "where key = ? and other = ?";
  private static final String COUNT =
      "select count(*) from resident_review where wanted and (state = 'open' or until <= ?)";
  private static final String AGES =
      "select count(*), count(*) filter (where opened <= ?), count(*) filter (where opened <= ?),"
          + " count(*) filter (where opened <= ?), min(opened) from resident_review where wanted and"
          + " (state = 'open' or until <= ?)";
  private static final String CHANGE =
      "update resident_review set state = ?, until = ?, assignee = ?, note = ? where key = ? and"
          + " other = ?";

  private final DataSource database;
  private final Index index;
  private final Clock clock;

  public Reviews(DataSource database, Index index, Clock clock) {
    this.database = database;
    this.index = index;
    this.clock = clock;
  }

  /**
   * The queue, what waits longest first.
   *
   * @param after id of the last one told; empty for the first page
   * @param withPostponed also those that were put off
   * @param assignee only those given to somebody; empty for all
   */
  public List<Review> list(String after, boolean withPostponed, String assignee, int limit) {
    Key from = after.isEmpty() ? null : key(after);
    try (Connection connection = database.getConnection();
        var statement = connection.prepareStatement(LIST)) {
      statement.setObject(1, at(from == null ? Instant.EPOCH : from.opened));
      statement.setLong(2, from == null ? Long.MIN_VALUE : from.low);
      statement.setLong(3, from == null ? Long.MIN_VALUE : from.high);
      statement.setObject(4, at(clock.instant()));
      statement.setBoolean(5, withPostponed);
      statement.setString(6, assignee);
      statement.setString(7, assignee);
      statement.setInt(8, limit);
      try (var rows = statement.executeQuery()) {
        var found = new ArrayList<Review>();
        while (rows.next()) {
          found.add(review(rows));
        }
        return found;
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** How many wait now. */
  public long waiting() {
    try (Connection connection = database.getConnection();
        var statement = connection.prepareStatement(COUNT)) {
      statement.setObject(1, at(clock.instant()));
      try (var rows = statement.executeQuery()) {
        rows.next();
        return rows.getLong(1);
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /**
   * How long those that wait have waited.
   *
   * @param day how many for a day or longer; {@code week} and {@code month} (30 days) likewise
   * @param oldest since when the first of them waits; null when none does
   */
  public record Ages(long all, long day, long week, long month, @Nullable Instant oldest) {}

  /** How long those that wait now have waited. */
  public Ages ages() {
    Instant now = clock.instant();
    try (Connection connection = database.getConnection();
        var statement = connection.prepareStatement(AGES)) {
      statement.setObject(1, at(now.minus(Duration.ofDays(1))));
      statement.setObject(2, at(now.minus(Duration.ofDays(7))));
      statement.setObject(3, at(now.minus(Duration.ofDays(30))));
      statement.setObject(4, at(now));
      try (var rows = statement.executeQuery()) {
        rows.next();
        OffsetDateTime oldest = rows.getObject(5, OffsetDateTime.class);
        return new Ages(
            rows.getLong(1),
            rows.getLong(2),
            rows.getLong(3),
            rows.getLong(4),
            oldest == null ? null : oldest.toInstant());
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /**
   * @throws Refusal NOT_FOUND
   */
  public Review find(String id) {
    Key key = key(id);
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      Review review = find(connection, key);
      if (review == null) {
        throw new Refusal(Refusal.Kind.NOT_FOUND, "residents.no-review", id);
      }
      return review;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** False for a pair that nothing is known of any more. */
  public boolean isThere(String id) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      return find(connection, key(id)) != null;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private @Nullable Review find(Connection connection, Key key) throws SQLException {
    try (var statement = connection.prepareStatement(FIND)) {
      statement.setLong(1, key.low);
      statement.setLong(2, key.high);
      try (var rows = statement.executeQuery()) {
        return rows.next() ? review(rows) : null;
      }
    }
  }

  /**
   * Puts a pair off, or gives it to somebody.
   *
   * @param until null leaves it as it is; a time that is over takes it up again
   * @param assignee null leaves it as it is; empty gives it back
   * @throws Refusal NOT_FOUND; BUSINESS_RULE when it is settled
   */
  public Review change(String id, @Nullable Instant until, @Nullable String assignee, String note) {
    Key key = key(id);
    return index.inTransaction(
        transaction -> {
          Index.holdGate(transaction);
          Review review = find(transaction, key);
          if (review == null) {
            throw new Refusal(Refusal.Kind.NOT_FOUND, "residents.no-review", id);
          }
          if (review.state().equals("settled")) {
            throw new Refusal(Refusal.Kind.BUSINESS_RULE, "residents.review-settled");
          }
          Instant end = until == null ? review.until() : until;
          try (var change = transaction.prepareStatement(CHANGE)) {
            change.setString(1, end.isAfter(clock.instant()) ? "postponed" : "open");
            change.setObject(2, at(end));
            change.setString(3, assignee == null ? review.assignee() : assignee);
            change.setString(4, note.isEmpty() ? review.note() : note);
            change.setLong(5, key.low);
            change.setLong(6, key.high);
            change.executeUpdate();
          }
          Review changed = find(transaction, key);
          return changed == null ? review : changed;
        });
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  private Review review(ResultSet row) throws SQLException {
    Instant until = row.getObject(7, OffsetDateTime.class).toInstant();
    Instant opened = row.getObject(6, OffsetDateTime.class).toInstant();
    String state =
        !row.getBoolean(5)
            ? "settled"
            : row.getString(8).equals("postponed") && until.isAfter(clock.instant())
                ? "postponed"
                : "open";
    return new Review(
        new Key(opened, row.getLong(1), row.getLong(2)).text(),
        state,
        Reason.of(row.getInt(4)).code(),
        row.getFloat(3),
        opened,
        until,
        row.getString(9),
        row.getString(10),
        row.getString(11),
        row.getString(12));
  }

  /** A place in the queue. */
  private record Key(Instant opened, long low, long high) {
    String text() {
      return "%013x-%016x-%016x"
          .formatted(opened.getEpochSecond() * 1_000_000 + opened.getNano() / 1_000, low, high);
    }
  }

  private static Key key(String id) {
    if (!id.matches("[0-9a-f]{13,16}-[0-9a-f]{16}-[0-9a-f]{16}")) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "residents.no-review", id);
    }
    String[] parts = id.split("-", -1);
    long micros = Long.parseUnsignedLong(parts[0], 16);
    return new Key(
        Instant.ofEpochSecond(
            Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000),
        Long.parseUnsignedLong(parts[1], 16),
        Long.parseUnsignedLong(parts[2], 16));
  }
}
