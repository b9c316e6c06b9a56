package health.helan.foundation.store.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * One PostgreSQL per test JVM, started on first use and stopped with the JVM. Each call makes a
 * database of its own, so that test classes do not see each other's rows. Durable, as the store
 * demands.
 */
public final class PostgresForTests {
  private static final String TEMPLATE = "migrated";
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static boolean templateIsReady;

  private PostgresForTests() {}

  /** A new empty database; connections are not pooled. */
  public static DataSource emptyDatabase() {
    return create("template0");
  }

  /** A new database with all migrations of the store applied; connections are not pooled. */
  public static DataSource storeDatabase() {
    synchronized (PostgresForTests.class) {
      if (!templateIsReady) {
        execute("create database " + TEMPLATE + " template template0");
        Flyway.configure().dataSource(dataSource(TEMPLATE)).load().migrate();
        templateIsReady = true;
      }
      return create(TEMPLATE);
    }
  }

  private static DataSource create(String template) {
    String name = "test_" + NUMBER.incrementAndGet();
    execute("create database " + name + " template " + template);
    return dataSource(name);
  }

  private static DataSource dataSource(String database) {
    var source = new PGSimpleDataSource();
    source.setUrl(
        "jdbc:postgresql://localhost:"
            + Server.RUNNING.getPort()
            + "/"
            + database
            + "?user=postgres&reWriteBatchedInserts=true&assumeMinServerVersion=15");
    return source;
  }

  private static void execute(String sql) {
    try (Connection connection = Server.RUNNING.getPostgresDatabase().getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** Holds the server, so that only the first use starts it. */
  private static final class Server {
    static final EmbeddedPostgres RUNNING = start();

    private static EmbeddedPostgres start() {
      try {
        return EmbeddedPostgres.builder()
            .setLocaleConfig("locale", "C.UTF-8")
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("full_page_writes", "on")
            .setServerConfig("shared_buffers", "256MB")
            .setServerConfig("max_connections", "200")
            .setServerConfig("max_wal_size", "4GB")
            .start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
