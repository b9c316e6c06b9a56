package health.helan.bench.server;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.bench.measure.CpuMeter;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.flywaydb.core.Flyway;

/** The one PostgreSQL under all that is measured. */
public final class Postgres {
  private static final String PREFIX = "jdbc:postgresql://";

  private final String server;
  private final String user;
  private final String password;

  /**
   * @param url {@code jdbc:postgresql://host:port/} with or without a database, which is not
   *     touched
   * @param user a role that may create databases
   * @throws IllegalArgumentException if the URL is of another form
   */
  public Postgres(String url, String user, String password) {
    if (!url.matches("jdbc:postgresql://[^/?]+/[^?]*")) {
      throw new IllegalArgumentException(
          "The database URL must be jdbc:postgresql://host:port/, not " + url);
    }
    this.server = url.substring(0, url.indexOf('/', PREFIX.length()) + 1);
    this.user = user;
    this.password = password;
  }

  /** One at an address, as who the environment names (HELAN_DB_USER, HELAN_DB_PASSWORD). */
  public static Postgres at(String url) {
    return new Postgres(
        url,
        System.getenv().getOrDefault("HELAN_DB_USER", "postgres"),
        System.getenv().getOrDefault("HELAN_DB_PASSWORD", ""));
  }

  /**
   * Makes a database anew with the platform's tables, and says what it is measured on.
   *
   * @param database as in {@link #recreate}
   */
  public HikariDataSource fresh(String database, int connections) {
    recreate(database);
    var config = new HikariConfig();
    config.setJdbcUrl(url(database));
    config.setUsername(user);
    config.setPassword(password);
    config.setMaximumPoolSize(connections);
    var pool = new HikariDataSource(config);
    Flyway.configure().dataSource(pool).load().migrate();
    System.out.println(describe());
    return pool;
  }

  public String url(String database) {
    return server + database;
  }

  public String user() {
    return user;
  }

  public String password() {
    return password;
  }

  /**
   * Drops a database and makes it anew.
   *
   * @param database must begin with {@code helan_bench}: nothing else may be lost here
   */
  public void recreate(String database) {
    if (!database.matches("helan_bench[a-z0-9_]*")) {
      throw new IllegalArgumentException(database + " is not a database of the benchmarks.");
    }
    execute("postgres", "drop database if exists " + database + " with (force)");
    execute("postgres", "create database " + database + " template template0");
  }

  public boolean exists(String database) {
    return number("postgres", "select count(*) from pg_database where datname = '" + database + "'")
        > 0;
  }

  public long bytes(String database) {
    return number("postgres", "select pg_database_size('" + database + "')");
  }

  /** The one number that a query gives. */
  public long number(String database, String sql) {
    return Long.parseLong(text(database, sql));
  }

  /** How many current resources a server's own tables hold. */
  public long resources(Server.Kind kind, String database) {
    if (kind == Server.Kind.PEER) {
      return number(database, "select count(*) from hfj_resource where res_deleted_at is null");
    }
    String tables =
        text(
            database,
            "select string_agg(quote_ident(tablename), ',') from pg_tables"
                + " where schemaname = 'public' and tablename like 'res\\_%'");
    long sum = 0;
    for (String table : tables.split(",")) {
      // Method 4 is DELETE: the row stays as the resource's last word.
      sum += number(database, "select count(*) from " + table + " where method <> 4");
    }
    return sum;
  }

  private String text(String database, String sql) {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      if (!rows.next()) {
        throw new IllegalStateException("no row from " + sql);
      }
      return rows.getString(1);
    } catch (SQLException e) {
      throw new IllegalStateException("PostgreSQL could not answer: " + sql, e);
    }
  }

  private void execute(String database, String sql) {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException("PostgreSQL refused: " + sql, e);
    }
  }

  private Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(url(database), user, password);
  }

  /**
   * Writes out what earlier phases left dirty and waits for autovacuum to end, so that one
   * contestant does not pay for another.
   *
   * @param atMost autovacuum of a large table is not waited for longer
   */
  public void settle(Duration atMost) throws InterruptedException {
    execute("postgres", "checkpoint");
    long end = System.nanoTime() + atMost.toNanos();
    while (System.nanoTime() < end
        && number(
                "postgres",
                "select count(*) from pg_stat_activity where backend_type = 'autovacuum worker'")
            > 0) {
      Thread.sleep(500);
    }
  }

  /** Gathers statistics, as autovacuum would some time after a load. */
  public void analyze(String database) {
    execute(database, "analyze");
  }

  /** Process id of the postmaster if it runs on this machine. */
  public long postmaster() {
    try {
      String host = URI.create("x" + server.substring("jdbc:postgresql".length())).getHost();
      if (!InetAddress.getByName(host).isLoopbackAddress()) {
        return CpuMeter.NOBODY;
      }
    } catch (UnknownHostException e) {
      throw new IllegalStateException("unknown host in " + server, e);
    }
    try (Connection connection = connect("postgres");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select pg_backend_pid()")) {
      rows.next();
      return CpuMeter.parentOf(rows.getLong(1));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Version and the settings that matter for the figures. */
  public String describe() {
    var text = new StringBuilder("PostgreSQL ");
    text.append(text("postgres", "show server_version").replaceAll(" .*", ""));
    for (String setting :
        List.of(
            "fsync",
            "synchronous_commit",
            "full_page_writes",
            "shared_buffers",
            "max_wal_size",
            "default_toast_compression")) {
      text.append(", ").append(setting.toLowerCase(Locale.ROOT)).append(' ');
      text.append(text("postgres", "show " + setting));
    }
    return text.toString();
  }
}
