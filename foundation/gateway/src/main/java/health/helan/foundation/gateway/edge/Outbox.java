package health.helan.foundation.gateway.edge;

import health.helan.foundation.gateway.State;
import health.helan.foundation.store.SqlErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Tables {@code edge_feed} and {@code edge_outbox}, and the states of the journal's messages as the
 * centre tells them. A message gets its number in the feed when it is about to be handed on, not
 * when it comes: so no sender waits for another's number. Used by one process alone; each call is a
 * transaction.
 */
final class Outbox {
  /**
   * Gives numbers to all that wait and have none: in the order in which they came, but for those of
   * one home always in the order of the journal, which is what the gateway's order is.
   */
  private static final String NUMBER =
      """
      insert into edge_outbox (feed, seq, at, asked, home, open, id)
      select ?, ? + row_number() over (order by w.since, w.home, w.seq), ?, ?, w.home, true, w.id
      from (
        select i.id, i.home, i.seq, max(i.received) over (partition by i.home order by i.seq) as since
        from intake i where i.feed = ? and i.state = 0
          and not exists (select from edge_outbox o where o.id = i.id)) w""";

  private static final String SIZES =
      """
      select o.seq, i.size from edge_outbox o left join intake i on i.home = o.home and i.id = o.id
      where o.feed = ? and o.seq > ? order by o.seq limit ?""";

  private static final String ITEMS =
      """
      select o.seq, o.id, i.received from edge_outbox o
      left join intake i on i.home = o.home and i.id = o.id
      where o.feed = ? and o.seq > ? and o.seq <= ? order by o.seq""";

  private final DataSource database;
  private final Clock clock;

  Outbox(DataSource database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /** How far a feed is. */
  record Progress(String epoch, long numbered, long delivered) {}

  Progress progress(String feed) {
    try (Connection connection = database.getConnection()) {
      try (var insert =
          connection.prepareStatement(
              "insert into edge_feed (feed, epoch, numbered, delivered) values (?, ?, 0, 0) on conflict (feed) do nothing")) {
        insert.setString(1, feed);
        insert.setString(2, newEpoch());
        insert.executeUpdate();
      }
      try (var select =
          connection.prepareStatement(
              "select epoch, numbered, delivered from edge_feed where feed = ?")) {
        select.setString(1, feed);
        try (ResultSet row = select.executeQuery()) {
          row.next();
          return new Progress(row.getString(1), row.getLong(2), row.getLong(3));
        }
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private static String newEpoch() {
    return UUID.randomUUID().toString().replace("-", "");
  }

  /** Something that is done whole or not at all. */
  @FunctionalInterface
  private interface Work {
    void on(Connection connection) throws SQLException;
  }

  private void whole(Work work) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try {
        work.on(connection);
        connection.commit();
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private OffsetDateTime now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS).atOffset(ZoneOffset.UTC);
  }

  /** Numbers what waits and has no number yet. */
  void number(String feed) {
    whole(
        connection -> {
          long last;
          try (var lock =
              connection.prepareStatement(
                  "select numbered from edge_feed where feed = ? for update")) {
            lock.setString(1, feed);
            try (ResultSet row = lock.executeQuery()) {
              row.next();
              last = row.getLong(1);
            }
          }
          int fresh;
          try (var insert = connection.prepareStatement(NUMBER)) {
            insert.setString(1, feed);
            insert.setLong(2, last);
            insert.setObject(3, now());
            insert.setObject(4, now());
            insert.setString(5, feed);
            fresh = insert.executeUpdate();
          }
          update(
              connection, "update edge_feed set numbered = ? where feed = ?", last + fresh, feed);
        });
  }

  private static int update(Connection connection, String sql, @Nullable Object... values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      return statement.executeUpdate();
    }
  }

  /**
   * A message that is to go.
   *
   * @param received null when the journal has it no more
   */
  record Next(long seq, String id, @Nullable Instant received) {}

  /**
   * What comes after a number, as much as fits; at least one if there is any.
   *
   * @param bytes about how many in all
   */
  List<Next> next(String feed, long after, int most, long bytes) {
    try (Connection connection = database.getConnection()) {
      long until = after;
      long sum = 0;
      try (var sizes = connection.prepareStatement(SIZES)) {
        sizes.setString(1, feed);
        sizes.setLong(2, after);
        sizes.setInt(3, most);
        try (ResultSet row = sizes.executeQuery()) {
          while (row.next()) {
            sum += row.getInt(2);
            if (until > after && sum > bytes) {
              break;
            }
            until = row.getLong(1);
          }
        }
      }
      var found = new ArrayList<Next>();
      if (until == after) {
        return found;
      }
      try (var items = connection.prepareStatement(ITEMS)) {
        items.setString(1, feed);
        items.setLong(2, after);
        items.setLong(3, until);
        try (ResultSet row = items.executeQuery()) {
          while (row.next()) {
            OffsetDateTime received = row.getObject(3, OffsetDateTime.class);
            found.add(
                new Next(
                    row.getLong(1),
                    row.getString(2),
                    received == null ? null : received.toInstant()));
          }
        }
      }
      return found;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** First 128 bits of the digest of a message that has a number; null when it is gone. */
  byte @Nullable [] digest(String feed, long seq) {
    try (Connection connection = database.getConnection();
        var select =
            connection.prepareStatement(
                "select i.digest from edge_outbox o join intake i on i.home = o.home and i.id = o.id where o.feed = ? and o.seq = ?")) {
      select.setString(1, feed);
      select.setLong(2, seq);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? row.getBytes(1) : null;
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /**
   * Notes what the centre has committed, and what became of it there: done, but for those that are
   * named.
   *
   * @param from first number that this answer speaks of
   * @param last the centre's last number
   */
  void delivered(String feed, long from, long last, List<Centre.Verdict> others) {
    whole(
        connection -> {
          update(
              connection,
              """
              update intake i set state = 1, changed = ?, reason = null from edge_outbox o
              where o.feed = ? and o.seq >= ? and o.seq <= ? and i.home = o.home and i.id = o.id
                and not (o.seq = any(?)) and i.reason is distinct from '["edge.unreadable"]'""",
              now(),
              feed,
              from,
              last,
              others.stream().map(Centre.Verdict::seq).toArray(Long[]::new));
          update(
              connection,
              "update edge_outbox set open = false where feed = ? and seq >= ? and seq <= ? and not (seq = any(?))",
              feed,
              from,
              last,
              others.stream().map(Centre.Verdict::seq).toArray(Long[]::new));
          judge(connection, feed, others);
          update(connection, "update edge_feed set delivered = ? where feed = ?", last, feed);
        });
  }

  /** The centre's position, where no verdicts come with it. */
  void position(String feed, long last) {
    whole(
        connection ->
            update(connection, "update edge_feed set delivered = ? where feed = ?", last, feed));
  }

  /** Notes verdicts that were asked for afterwards. */
  void judge(String feed, List<Long> asked, List<Centre.Verdict> verdicts) {
    whole(
        connection -> {
          judge(connection, feed, verdicts);
          update(
              connection,
              "update edge_outbox set asked = ? where feed = ? and seq = any(?)",
              now(),
              feed,
              asked.toArray(Long[]::new));
        });
  }

  private void judge(Connection connection, String feed, List<Centre.Verdict> verdicts)
      throws SQLException {
    for (Centre.Verdict verdict : verdicts) {
      update(
          connection,
          """
          update intake i set state = ?, changed = ?, reason = ? from edge_outbox o
          where o.feed = ? and o.seq = ? and i.home = o.home and i.id = o.id and i.state <> 5
            and (i.state <> ? or i.reason is distinct from ?)""",
          verdict.state().code(),
          now(),
          verdict.reason(),
          feed,
          verdict.seq(),
          verdict.state().code(),
          verdict.reason());
      update(
          connection,
          "update edge_outbox set open = ? where feed = ? and seq = ?",
          verdict.state() != State.DONE && verdict.state() != State.DISCARDED,
          feed,
          verdict.seq());
    }
  }

  /**
   * Numbers of what was delivered and is not settled at the centre, those not asked for longest.
   */
  List<Long> open(String feed, int most) {
    try (Connection connection = database.getConnection();
        var select =
            connection.prepareStatement(
                """
                select seq from edge_outbox where feed = ? and open
                  and seq <= (select delivered from edge_feed where feed = ?) order by asked limit ?""")) {
      select.setString(1, feed);
      select.setString(2, feed);
      select.setInt(3, most);
      var found = new ArrayList<Long>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.add(row.getLong(1));
        }
      }
      return found;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /**
   * Begins to number anew: all that waits will be handed on again under new numbers, and what the
   * centre has already it finds again by control id or content.
   */
  void beginAnew(String feed) {
    whole(
        connection -> {
          update(connection, "delete from edge_outbox where feed = ?", feed);
          update(
              connection,
              "update edge_feed set epoch = ?, numbered = 0, delivered = 0 where feed = ?",
              newEpoch(),
              feed);
        });
  }

  /**
   * A message whose bytes cannot be read here any more: for a person to see, and out of the way.
   */
  void unreadable(String id) {
    whole(
        connection ->
            update(
                connection,
                "update intake set state = 2, changed = ?, reason = '[\"edge.unreadable\"]' where home = ? and id = ?",
                now(),
                health.helan.foundation.store.Ids.home(id),
                id));
  }

  /** Forgets numbers of messages that retention has taken. */
  void forget(String feed) {
    whole(
        connection ->
            update(
                connection,
                """
                delete from edge_outbox o where o.feed = ?
                  and o.seq <= (select delivered from edge_feed f where f.feed = o.feed)
                  and not exists (select from intake i where i.home = o.home and i.id = o.id)""",
                feed));
  }

  /**
   * What waits to be handed on.
   *
   * @param oldest null for none
   */
  record Waiting(long count, @Nullable Instant oldest) {}

  Waiting waiting(String feed) {
    try (Connection connection = database.getConnection();
        var select =
            connection.prepareStatement(
                """
                select count(*), min(i.received) from intake i where i.feed = ? and i.state = 0
                  and not exists (select from edge_outbox o where o.id = i.id
                    and o.seq <= (select delivered from edge_feed f where f.feed = o.feed))""")) {
      select.setString(1, feed);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        OffsetDateTime oldest = row.getObject(2, OffsetDateTime.class);
        return new Waiting(row.getLong(1), oldest == null ? null : oldest.toInstant());
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }
}
