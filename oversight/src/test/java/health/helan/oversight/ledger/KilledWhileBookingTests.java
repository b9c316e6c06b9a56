package health.helan.oversight.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.store.Ids;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * PostgreSQL is killed, and connections are cut as when the application dies, while eight threads
 * reserve and settle. Afterwards everything acknowledged is there, nothing is there by halves, and
 * whoever asks again brings every intent to its end, once.
 */
class KilledWhileBookingTests {
  private static final int KILLS = Boolean.getBoolean("helan.test.full") ? 12 : 2;
  private static final Account CHANNEL = Account.of(AccountKind.CHANNEL, "c");
  private static final Account INSTITUTION = Account.of(AccountKind.INSTITUTION, "i");

  private Path folder = Path.of("");
  private final Map<Posting, Boolean> acknowledged = new ConcurrentHashMap<>();
  private final Queue<String> begun = new ConcurrentLinkedQueue<>();
  private final Queue<Connection> open = new ConcurrentLinkedQueue<>();
  private final Random random = new Random();
  private int port;

  @Test
  void leavesNothingByHalvesAndNoIntentWithoutEnd(@TempDir Path given) throws Exception {
    folder = given;
    try (var probe = new ServerSocket(0)) {
      port = probe.getLocalPort();
    }
    EmbeddedPostgres postgres = start();
    try (HikariDataSource pool = pool()) {
      Flyway.configure().dataSource(pool).load().migrate();
      var ledger = new Ledger(pool, Clock.systemUTC());
      for (int kill = 0; kill < KILLS; kill++) {
        int before = acknowledged.size();
        var goOn = new AtomicBoolean(true);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          int home = i % 3;
          threads.add(Thread.ofPlatform().start(() -> write(home, goOn)));
        }
        waitFor(before + 200);
        Thread.sleep(random.nextInt(300));
        for (Connection connection = open.poll(); connection != null; connection = open.poll()) {
          // Mid-statement, as the process's sockets close when it is killed.
          connection.abort(Runnable::run);
        }
        waitFor(acknowledged.size() + 100);
        Thread.sleep(random.nextInt(300));
        killPostgres();
        goOn.set(false);
        for (Thread thread : threads) {
          thread.join();
        }
        postgres.close();
        postgres = start();
        pool.getHikariPoolMXBean().softEvictConnections();
        check(ledger);
      }
    } finally {
      postgres.close();
    }
  }

  private void check(Ledger ledger) {
    assertThat(ledger.check()).isEmpty();
    acknowledged
        .keySet()
        .forEach(
            posting ->
                assertThat(ledger.post(posting).isNew())
                    .as("%s %s was acknowledged", posting.intent(), posting.step())
                    .isFalse());
    // What the platform does after a kill: it asks again for what it does not know the end of.
    long expected = 0;
    for (String order : begun) {
      for (Posting posting : life(order)) {
        var unused = ledger.post(posting);
      }
      assertThat(ledger.open(order)).isEmpty();
      assertThat(ledger.movements(order)).hasSize(3);
      expected += fen(order);
    }
    assertThat(ledger.balance(CHANNEL)).isEqualTo(new Balance(expected, 0, 0, 0));
    assertThat(ledger.balance(INSTITUTION)).isEqualTo(new Balance(0, expected, 0, 0));
    assertThat(ledger.check()).isEmpty();
  }

  private static long fen(String order) {
    return 1 + Math.abs(order.hashCode() % 500);
  }

  private static List<Posting> life(String order) {
    long fen = fen(order);
    Account resident = Account.of(AccountKind.RESIDENT, order);
    return List.of(
        new Posting(order, "due", new Line.Reserve(resident, INSTITUTION, fen)),
        new Posting(
            order, "paid", new Line.Settle("due", 1, fen), new Line.Move(CHANNEL, resident, fen)));
  }

  private void write(int home, AtomicBoolean goOn) {
    while (goOn.get()) {
      try (Connection connection = source().getConnection()) {
        open.add(connection);
        connection.setAutoCommit(false);
        var ledger = new Ledger(source(), Clock.systemUTC());
        while (goOn.get()) {
          String order = Ids.next(home);
          begun.add(order);
          for (Posting posting : life(order)) {
            var unused = ledger.post(connection, posting);
            connection.commit();
            acknowledged.put(posting, true);
          }
        }
      } catch (SQLException | RuntimeException cut) {
        // Whether the last one was booked is not known: check() asks again.
      }
    }
  }

  private void waitFor(int number) throws InterruptedException {
    long end = System.nanoTime() + 60_000_000_000L;
    while (acknowledged.size() < number) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("nothing is booked any more");
      }
      Thread.sleep(10);
    }
  }

  private EmbeddedPostgres start() throws IOException {
    return EmbeddedPostgres.builder()
        .setDataDirectory(folder.resolve("data"))
        .setCleanDataDirectory(false)
        .setPort(port)
        .setPGStartupWait(Duration.ofSeconds(60))
        .setLocaleConfig("locale", "C.UTF-8")
        .setServerConfig("fsync", "on")
        .setServerConfig("synchronous_commit", "on")
        .setServerConfig("full_page_writes", "on")
        .start();
  }

  private PGSimpleDataSource source() {
    var source = new PGSimpleDataSource();
    source.setUrl("jdbc:postgresql://localhost:" + port + "/postgres?user=postgres");
    return source;
  }

  private HikariDataSource pool() {
    var config = new HikariConfig();
    config.setDataSource(source());
    config.setMaximumPoolSize(4);
    return new HikariDataSource(config);
  }

  private void killPostgres() throws IOException, InterruptedException {
    long pid =
        Long.parseLong(
            Files.readAllLines(folder.resolve("data").resolve("postmaster.pid"))
                .getFirst()
                .strip());
    ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
    List<ProcessHandle> backends = postmaster.children().toList();
    assertThat(postmaster.destroyForcibly()).isTrue();
    // Its children see that they are orphans and go; a new server refuses to start before.
    for (ProcessHandle backend : backends) {
      for (int i = 0; backend.isAlive() && i < 600; i++) {
        Thread.sleep(100);
      }
    }
  }
}
