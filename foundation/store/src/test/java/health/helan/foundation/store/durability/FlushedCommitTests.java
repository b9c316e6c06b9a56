package health.helan.foundation.store.durability;

import static health.helan.foundation.store.testing.StoreForTests.create;
import static health.helan.foundation.store.testing.StoreForTests.resource;
import static health.helan.foundation.store.testing.StoreForTests.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.AccessPolicy;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.StoreUnusable;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StoreForTests;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.function.IntFunction;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** When a write is answered, its commit record is on disk. */
class FlushedCommitTests {
  private static final int WRITES = 40;

  /** Number of writes whose commit record was not flushed when their answer arrived. */
  private static int answeredTooEarly(StoreForTests store, IntFunction<Outcome> write)
      throws SQLException {
    int early = 0;
    try (Connection connection = store.database.getConnection();
        PreparedStatement flushed =
            connection.prepareStatement("select pg_current_wal_flush_lsn()::text")) {
      try (var statement = connection.createStatement()) {
        statement.execute("set synchronous_commit = on");
      }
      for (int i = 0; i < WRITES; i++) {
        String before = text(connection, "select pg_current_wal_insert_lsn()::text");
        Outcome outcome = write.apply(i);
        String atAnswer;
        try (var rows = flushed.executeQuery()) {
          rows.next();
          atAnswer = rows.getString(1);
        }
        // The transaction that wrote the row, and where its commit record ends.
        String xid =
            text(
                connection,
                "select xmin::text from res_other where id = '%s'".formatted(outcome.id()));
        // Records can be inspected once they are flushed; a synchronous commit sees to that.
        text(connection, "select pg_logical_emit_message(true, 'test', 'flush')::text");
        String commit =
            text(
                connection,
                """
                select end_lsn::text
                from pg_get_wal_records_info('%s', pg_current_wal_flush_lsn())
                where resource_manager = 'Transaction' and record_type like 'COMMIT%%'
                  and xid = '%s'"""
                    .formatted(before, xid));
        if (text(connection, "select '%s'::pg_lsn > '%s'::pg_lsn".formatted(commit, atAnswer))
            .equals("t")) {
          early++;
        }
      }
    }
    return early;
  }

  private static String text(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).as(sql).isTrue();
      return rows.getString(1);
    }
  }

  @Test
  void standsOnDiskBeforeTheAnswer() throws SQLException {
    try (var store = StoreForTests.open()) {
      store.execute("create extension pg_walinspect");
      assertThat(answeredTooEarly(store, _ -> store.write(create(resource("Device", "x")))))
          .isZero();
      assertThat(
              answeredTooEarly(
                  store,
                  i ->
                      store
                          .transact(
                              List.of(
                                  update("bundled", resource("Device", "v" + i), null),
                                  create(resource("Task", "x"))))
                          .getFirst()))
          .isZero();
    }
  }

  @Test
  void wouldNotStandThereWithoutSynchronousCommit() throws SQLException {
    try (var store = StoreForTests.open()) {
      store.execute("create extension pg_walinspect");
      String name = store.texts("select current_database()").getFirst();
      store.execute("alter database " + name + " set synchronous_commit = off");
      store.pool.getHikariPoolMXBean().softEvictConnections();
      assertThat(answeredTooEarly(store, _ -> store.write(create(resource("Device", "x")))))
          .as("the measurement can tell")
          .isPositive();
    }
  }

  @Test
  void isAskedOfTheDatabaseBeforeTheStoreOpens() throws SQLException {
    DataSource database = PostgresForTests.storeDatabase();
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement()) {
      String name = text(connection, "select current_database()");
      statement.execute("alter database " + name + " set synchronous_commit = off");
    }
    assertThatExceptionOfType(StoreUnusable.class)
        .isThrownBy(
            () ->
                RecordStore.open(
                    database,
                    new StoreConfig(new byte[32], "one", "test", AccessPolicy.EVERYTHING, false)))
        .withMessageContaining("synchronous_commit");
  }
}
