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
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
  private static final String LIST_OF =
      COLUMNS
          + "where wanted and institution = ? and (opened, key, other) > (?, ?, ?) and (state = 'open'"
          + " or until <= ? or ?) and (? = '' or assignee = ?) order by opened, key, other limit ?";
  private static final String COUNT_OF =
      "select count(*) from resident_review where wanted and institution = ? and (state = 'open' or"
          + " until <= ?)";
  private static final String UNPLACED =
      "select key, other from resident_review where institution is null limit ?";
  private static final String OWNERS =
      "select record, owner from resident_record where record = any(?)";
  private static final String PLACE =
      "update resident_review set institution = ? where key = ? and other = ?";

  /** Pairs placed in one round, and rounds of one call: a long backlog is placed by and by. */
  private static final int PLACED_AT_ONCE = 1_000;

  private static final int ROUNDS = 20;

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

  /**
   * The same of pairs whose Patients are both of one institution.
   *
   * @param institution not empty
   */
  public List<Review> listOf(
      String institution, String after, boolean withPostponed, String assignee, int limit) {
    Key from = after.isEmpty() ? null : key(after);
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      place(connection);
      try (var statement = connection.prepareStatement(LIST_OF)) {
        statement.setString(1, institution);
        statement.setObject(2, at(from == null ? Instant.EPOCH : from.opened));
        statement.setLong(3, from == null ? Long.MIN_VALUE : from.low);
        statement.setLong(4, from == null ? Long.MIN_VALUE : from.high);
        statement.setObject(5, at(clock.instant()));
        statement.setBoolean(6, withPostponed);
        statement.setString(7, assignee);
        statement.setString(8, assignee);
        statement.setInt(9, limit);
        try (var rows = statement.executeQuery()) {
          var found = new ArrayList<Review>();
          while (rows.next()) {
            found.add(review(rows));
          }
          return found;
        }
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** How many pairs wait now whose Patients are both of one institution. */
  public long waitingOf(String institution) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      place(connection);
      try (var statement = connection.prepareStatement(COUNT_OF)) {
        statement.setString(1, institution);
        statement.setObject(2, at(clock.instant()));
        try (var rows = statement.executeQuery()) {
          rows.next();
          return rows.getLong(1);
        }
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /**
   * Notes of which institution pairs are that have come since somebody last asked: the index, which
   * writes them by the thousand, has nothing to do with it. Of none where the two differ.
   */
  private static void place(Connection connection) throws SQLException {
    for (int round = 0; round < ROUNDS; round++) {
      record Pair(long key, long other) {}
      var pairs = new ArrayList<Pair>();
      try (var statement = connection.prepareStatement(UNPLACED)) {
        statement.setInt(1, PLACED_AT_ONCE);
        try (var rows = statement.executeQuery()) {
          while (rows.next()) {
            pairs.add(new Pair(rows.getLong(1), rows.getLong(2)));
          }
        }
      }
      if (pairs.isEmpty()) {
        return;
      }
      var records = new HashSet<Long>();
      pairs.forEach(pair -> records.addAll(List.of(pair.key, pair.other)));
      Map<Long, String> owners = owners(connection, records);
      try (var statement = connection.prepareStatement(PLACE)) {
        for (Pair pair : pairs) {
          String one = owners.getOrDefault(pair.key, "");
          statement.setString(1, one.equals(owners.get(pair.other)) ? one : "");
          statement.setLong(2, pair.key);
          statement.setLong(3, pair.other);
          statement.addBatch();
        }
        statement.executeBatch();
      }
      if (pairs.size() < PLACED_AT_ONCE) {
        return;
      }
    }
  }

  private static Map<Long, String> owners(Connection connection, Collection<Long> records)
      throws SQLException {
    var owners = new HashMap<Long, String>();
    try (var statement = connection.prepareStatement(OWNERS)) {
      statement.setArray(1, connection.createArrayOf("bigint", records.toArray()));
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          owners.put(rows.getLong(1), rows.getString(2));
        }
      }
    }
    return owners;
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
