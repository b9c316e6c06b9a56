package health.helan.foundation.store.changes;

import health.helan.foundation.store.sql.ChangeSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parts of one consumer that this instance holds. Instances agree through rows with an end of
 * validity; each aims at its fair share, gives up what it has above it, and takes what is free or
 * run out. Clocks that differ cost time, never correctness: each new holder raises the part's
 * epoch. One thread uses it.
 */
public final class Leases {
  private final ChangeLog log;
  private final String consumer;

  /** Epoch under which a part is held; 0 for not held. */
  private final long[] epochs = new long[ChangeLog.PARTS];

  private long renewAt = System.nanoTime();

  private record Lease(int part, @Nullable String instance, Instant until, long epoch) {}

  /** Told of a part that is now held, in the transaction that takes it. */
  public interface Taking {
    void taken(Connection transaction, int part, long epoch) throws SQLException;
  }

  public Leases(ChangeLog log, String consumer) {
    this.log = log;
    this.consumer = consumer;
  }

  public boolean holds(int part) {
    return epochs[part] != 0;
  }

  long epoch(int part) {
    return epochs[part];
  }

  int held() {
    int held = 0;
    for (long epoch : epochs) {
      if (epoch != 0) {
        held++;
      }
    }
    return held;
  }

  private static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  /** Makes the rows, when they are missing. */
  public void create(Connection connection) throws SQLException {
    try (var statement = connection.prepareStatement(ChangeSql.INSERT_LEASES)) {
      statement.setString(1, consumer);
      statement.setObject(2, utc(Instant.EPOCH));
      statement.setInt(3, ChangeLog.PARTS - 1);
      statement.executeUpdate();
    }
  }

  /** Renews, gives up, takes. */
  public void keep(Connection connection, Taking taking) throws SQLException {
    Instant now = Instant.now();
    Instant until = now.plusMillis(log.settings().leaseMillis());
    if (System.nanoTime() - renewAt >= 0) {
      try (var join = connection.prepareStatement(ChangeSql.JOIN_MEMBERS);
          var forget = connection.prepareStatement(ChangeSql.FORGET_MEMBERS);
          var renew = connection.prepareStatement(ChangeSql.RENEW_LEASES)) {
        join.setString(1, consumer);
        join.setString(2, log.instance());
        join.setObject(3, utc(until));
        join.executeUpdate();
        forget.setString(1, consumer);
        forget.setObject(2, utc(now.minusSeconds(3600)));
        forget.executeUpdate();
        if (held() > 0) {
          renew.setObject(1, utc(until));
          renew.setString(2, consumer);
          renew.setString(3, log.instance());
          renew.executeUpdate();
        }
      }
      renewAt = System.nanoTime() + log.settings().leaseMillis() * 1_000_000 / 3;
    }

    var leases = new ArrayList<Lease>();
    long members = 1;
    try (var statement = connection.prepareStatement(ChangeSql.LEASES)) {
      statement.setObject(1, utc(now));
      statement.setString(2, consumer);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          leases.add(
              new Lease(
                  rows.getInt(1),
                  rows.getString(2),
                  rows.getObject(3, OffsetDateTime.class).toInstant(),
                  rows.getLong(4)));
          members = Math.max(1, rows.getLong(5));
        }
      }
    }
    for (Lease lease : leases) {
      boolean mine = log.instance().equals(lease.instance) && lease.epoch == epochs[lease.part];
      if (!mine) {
        epochs[lease.part] = 0;
      }
    }
    long share = (ChangeLog.PARTS + members - 1) / members;
    for (int part = ChangeLog.PARTS - 1; part >= 0 && held() > share; part--) {
      if (holds(part)) {
        release(connection, part);
      }
    }
    var free = new ArrayList<Lease>();
    for (Lease lease : leases) {
      boolean isFree =
          lease.instance == null
              || lease.until.isBefore(now)
              || lease.instance.equals(log.instance());
      if (!holds(lease.part) && isFree && held() + free.size() < share) {
        free.add(lease);
      }
    }
    if (!free.isEmpty()) {
      take(connection, free, now, until, taking);
    }
  }

  private void take(
      Connection connection, List<Lease> free, Instant now, Instant until, Taking taking)
      throws SQLException {
    connection.setAutoCommit(false);
    var taken = new ArrayList<Lease>();
    try (var limit = connection.createStatement();
        var statement = connection.prepareStatement(ChangeSql.TAKE_LEASE)) {
      // A former holder may still be in a transaction: its part is left for the next time.
      limit.execute(ChangeSql.LOCK_LIMIT + "2000");
      for (Lease lease : free) {
        statement.setString(1, log.instance());
        statement.setObject(2, utc(until));
        statement.setString(3, consumer);
        statement.setInt(4, lease.part);
        statement.setLong(5, lease.epoch);
        statement.setString(6, log.instance());
        statement.setObject(7, utc(now));
        if (statement.executeUpdate() == 1) {
          taking.taken(connection, lease.part, lease.epoch + 1);
          taken.add(lease);
        }
      }
      connection.commit();
    } catch (SQLException e) {
      connection.rollback();
      if ("55P03".equals(e.getSQLState()) && free.size() > 1) {
        connection.setAutoCommit(true);
        for (Lease one : free) {
          take(connection, List.of(one), now, until, taking);
        }
        return;
      }
      if (!"55P03".equals(e.getSQLState())) {
        throw e;
      }
      return;
    } finally {
      connection.setAutoCommit(true);
    }
    for (Lease lease : taken) {
      epochs[lease.part] = lease.epoch + 1;
    }
  }

  private void release(Connection connection, int part) throws SQLException {
    try (var statement = connection.prepareStatement(ChangeSql.RELEASE_LEASE)) {
      statement.setString(1, consumer);
      statement.setInt(2, part);
      statement.setString(3, log.instance());
      statement.setLong(4, epochs[part]);
      statement.executeUpdate();
    }
    epochs[part] = 0;
  }

  /** Hands everything over to other instances. */
  public void leave(Connection connection) throws SQLException {
    for (int part = 0; part < ChangeLog.PARTS; part++) {
      if (holds(part)) {
        release(connection, part);
      }
    }
    try (var statement = connection.prepareStatement(ChangeSql.LEAVE_MEMBERS)) {
      statement.setString(1, consumer);
      statement.setString(2, log.instance());
      statement.executeUpdate();
    }
  }

  /** Looks at once, and renews, when asked next. */
  void recheck() {
    renewAt = System.nanoTime();
  }
}
