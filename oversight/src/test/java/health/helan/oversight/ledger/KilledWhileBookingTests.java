package health.helan.oversight.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.testing.KilledPostgres;
import health.helan.oversight.testing.OversightForTests;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
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

/**
 * PostgreSQL is killed, and connections are cut as when the application dies, while eight threads
 * reserve and settle. Afterwards everything acknowledged is there, nothing is there by halves, and
 * whoever asks again brings every intent to its end, once.
 */
class KilledWhileBookingTests {
  private static final int KILLS = Boolean.getBoolean("helan.test.full") ? 12 : 2;
  private static final Account CHANNEL = Account.of(AccountKind.CHANNEL, "c");
  private static final Account INSTITUTION = Account.of(AccountKind.INSTITUTION, "i");

  private KilledPostgres killed = new KilledPostgres(Path.of(""), 0);
  private final Map<Posting, Boolean> acknowledged = new ConcurrentHashMap<>();
  private final Queue<String> begun = new ConcurrentLinkedQueue<>();
  private final Queue<Connection> open = new ConcurrentLinkedQueue<>();
  private final Random random = new Random();

  @Test
  void leavesNothingByHalvesAndNoIntentWithoutEnd(@TempDir Path given) throws Exception {
    killed = KilledPostgres.in(given);
    EmbeddedPostgres postgres = killed.start();
    try (HikariDataSource pool = OversightForTests.pool(killed.source(), 4)) {
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
        killed.kill();
        goOn.set(false);
        for (Thread thread : threads) {
          thread.join();
        }
        postgres.close();
        postgres = killed.start();
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
      try (Connection connection = killed.source().getConnection()) {
        open.add(connection);
        connection.setAutoCommit(false);
        var ledger = new Ledger(killed.source(), Clock.systemUTC());
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
}
