package health.helan.foundation.trust.audit;

import static health.helan.foundation.trust.audit.AuditForTests.STILL;
import static health.helan.foundation.trust.audit.AuditForTests.export;
import static health.helan.foundation.trust.audit.AuditForTests.findings;
import static health.helan.foundation.trust.audit.AuditForTests.request;
import static health.helan.foundation.trust.audit.AuditForTests.standAlone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.testing.StoreForTests;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AuditLogTests {
  private final SignerForTests signer = SignerForTests.sm2();
  private StoreForTests store;

  @BeforeEach
  void open() {
    store = StoreForTests.open();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private AuditLog log(AuditLog.Settings settings) {
    return AuditLog.open(store.pool, store.store.instance(), signer, settings);
  }

  @Test
  void keepsARowBeforeTheRequestGoesOn() {
    try (AuditLog log = log(STILL)) {
      log.record(request(1, 7));
      assertThat(store.number("select count(*) from audit where kind = 'request'")).isEqualTo(1);
      assertThat(store.texts("select id from audit where kind = 'request'")).containsExactly("o1");
    }
  }

  @Test
  void letsManyRequestsShareACommit() throws InterruptedException {
    try (AuditLog log = log(AuditLog.Settings.DEFAULT)) {
      long before = commits();
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 64; i++) {
          int number = i;
          threads.submit(
              () -> {
                for (int j = 0; j < 50; j++) {
                  log.record(request(number * 100 + j, number));
                }
              });
        }
      }
      assertThat(store.number("select count(*) from audit where kind = 'request'")).isEqualTo(3200);
      Thread.sleep(1500); // PostgreSQL's counters follow by a second.
      assertThat(commits() - before).isLessThan(3200 / 2);
    }
    assertThat(findings(store, signer)).isEmpty();
  }

  private long commits() {
    return store.number(
        "select xact_commit from pg_stat_database where datname = current_database()");
  }

  @Test
  void opensNewChainsAtEachStartAndClosesThemAtItsEnd() {
    for (int start = 1; start <= 3; start++) {
      try (AuditLog log = log(AuditLog.Settings.DEFAULT)) {
        log.record(request(start, 1));
      }
    }
    assertThat(store.number("select count(*) from audit where kind = 'open'")).isEqualTo(3);
    assertThat(store.number("select count(*) from audit where kind = 'close'")).isEqualTo(3);
    assertThat(store.number("select count(*) from audit_chain where closed")).isEqualTo(3);
    assertThat(findings(store, signer)).isEmpty();
    var said = standAlone(export(store), certificate());
    assertThat(said.text()).contains("after the last seal: 0").contains("Whole");
  }

  private Path certificate() {
    try {
      return signer.pem(Files.createTempDirectory("helan-audit"));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void closesTheChainsOfAnInstanceThatIsGone() {
    var killed = AuditLog.open(store.pool, "gone-1", signer, STILL); // Not in table instance.
    killed.record(request(1, 1));
    try (AuditLog next = log(STILL)) {
      next.record(request(2, 2));
      assertThat(
              store.number("select count(*) from audit_chain where instance = 'gone-1' and closed"))
          .isEqualTo(1);
      // It was not gone after all: its row goes into a new chain, and none is lost.
      killed.record(request(3, 3));
      assertThat(store.number("select count(*) from audit where kind = 'request'")).isEqualTo(3);
      assertThat(store.number("select count(*) from audit_chain where instance = 'gone-1'"))
          .isEqualTo(2);
      killed.close();
    }
    assertThat(findings(store, signer)).isEmpty();
  }

  @Test
  void canBeKeptByTwoInstancesAtOnce() throws Exception {
    var quick =
        new AuditLog.Settings(
            2,
            Duration.ofSeconds(10),
            Duration.ofMillis(40),
            200,
            Duration.ofDays(1),
            Duration.ZERO);
    try (StoreForTests second = StoreForTests.open(store.database, "two")) {
      try (AuditLog one = log(quick);
          AuditLog two = AuditLog.open(second.pool, second.store.instance(), signer, quick);
          var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 16; i++) {
          AuditLog log = i % 2 == 0 ? one : two;
          int number = i;
          threads.submit(
              () -> {
                for (int j = 0; j < 150; j++) {
                  log.record(request(number * 1000 + j, j));
                }
              });
        }
      }
    }
    assertThat(store.number("select count(*) from audit where kind = 'request'")).isEqualTo(2400);
    // Chains were closed and followed by others after 200 rows each.
    assertThat(store.number("select count(distinct chain) from audit")).isGreaterThan(6);
    assertThat(store.number("select count(*) from audit_seal")).isGreaterThan(6);
    assertThat(store.number("select count(*) from audit_chain where not closed")).isZero();
    assertThat(findings(store, signer)).isEmpty();
    assertThat(standAlone(export(store), certificate()).exitCode()).isZero();
  }

  @Test
  void refusesWhereItCannotWriteAndGoesOnAfterwards() {
    var cut = new AtomicBoolean();
    DataSource broken = failing(store.pool, cut);
    try (AuditLog log =
        AuditLog.open(
            broken,
            store.store.instance(),
            signer,
            new AuditLog.Settings(
                1,
                Duration.ofSeconds(2),
                Duration.ofDays(1),
                1_000_000,
                Duration.ofDays(1),
                Duration.ZERO))) {
      log.record(request(1, 1));
      cut.set(true);
      // The connection in hand is idle by now and given back.
      StoreForTests.await("refused", () -> isRefused(log, request(2, 2)));
      cut.set(false);
      log.record(request(3, 3));
    }
    assertThat(store.texts("select id from audit where kind = 'request' order by seq"))
        .startsWith("o1")
        .endsWith("o3");
    assertThat(findings(store, signer)).isEmpty();
  }

  private static boolean isRefused(AuditLog log, AuditSink.Request request) {
    try {
      log.record(request);
      return false;
    } catch (Refusal e) {
      assertThat(e.kind()).isEqualTo(Refusal.Kind.TRANSIENT);
      return true;
    }
  }

  @Test
  void goesOnInTheSameChainWhenItsConnectionsAreCut() throws InterruptedException {
    try (AuditLog log = log(STILL);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var kept = new AtomicInteger();
      var stop = new AtomicBoolean();
      for (int i = 0; i < 8; i++) {
        threads.submit(
            () -> {
              while (!stop.get()) {
                try {
                  log.record(request(1, 1));
                  kept.incrementAndGet();
                } catch (Refusal e) {
                  // What was refused may or may not be in the chain.
                }
              }
            });
      }
      for (int i = 0; i < 10; i++) {
        Thread.sleep(150);
        store.number(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                + " where datname = current_database() and pid <> pg_backend_pid()");
      }
      Thread.sleep(300);
      stop.set(true);
      threads.shutdown();
      threads.awaitTermination(20, java.util.concurrent.TimeUnit.SECONDS);
      assertThat(kept.get()).isGreaterThan(50);
      assertThat(store.number("select count(*) from audit where kind = 'request'"))
          .isGreaterThanOrEqualTo(kept.get());
      log.record(request(2, 2));
    }
    assertThat(findings(store, signer)).isEmpty();
  }

  @Test
  void acceptsNothingOnceItIsClosed() {
    AuditLog log = log(STILL);
    log.close();
    assertThatExceptionOfType(Refusal.class).isThrownBy(() -> log.record(request(1, 1)));
  }

  @Test
  void indexesRowsByResident() throws SQLException {
    try (AuditLog log = log(STILL)) {
      log.record(request(1, 7, 8));
      log.record(request(2, 8));
      log.record(request(3));
      log.index();
      log.index();
      assertThat(store.number("select count(*) from audit_subject where subject = 7")).isEqualTo(1);
      assertThat(store.number("select count(*) from audit_subject where subject = 8")).isEqualTo(2);
    }
    assertThat(store.number("select count(*) from audit_subject")).isEqualTo(3);
  }

  @Test
  void removesWholeChainsWhenTheirTimeIsOverAndSaysSo() throws SQLException {
    try (AuditLog old = log(STILL)) {
      old.record(request(1, 7));
    }
    Path earlier = export(store);
    Instant later = Instant.now().plusMillis(2);
    StoreForTests.await("a moment", () -> Instant.now().isAfter(later));
    try (AuditLog log = log(STILL)) {
      log.record(request(2, 8));
      assertThat(log.retire(Instant.now().minusSeconds(3600))).isZero();
      assertThat(log.retire(later)).isEqualTo(1);
      log.index();
      assertThat(store.texts("select id from audit where kind = 'request'")).containsExactly("o2");
      assertThat(store.number("select count(*) from audit_subject")).isEqualTo(1);
    }
    assertThat(findings(store, signer)).isEmpty();
    Path now = export(store);
    assertThat(standAlone(now, certificate()).exitCode()).isZero();
    assertThat(standAlone(now, certificate(), "--earlier", earlier.toString()).exitCode()).isZero();
  }

  @ParameterizedTest
  @EnumSource(SignatureAlgorithm.class)
  void isSealedWithAnyOfTheAlgorithms(SignatureAlgorithm algorithm) throws Exception {
    SignerForTests other = SignerForTests.of(algorithm);
    try (AuditLog log = AuditLog.open(store.pool, store.store.instance(), other, STILL)) {
      log.record(request(1, 7));
    }
    assertThat(findings(store, other)).isEmpty();
    Path pem = other.pem(Files.createTempDirectory("helan-audit"));
    assertThat(standAlone(export(store), pem).exitCode()).isZero();
    assertThat(standAlone(export(store), certificate()).exitCode()).isEqualTo(1);
  }

  /** Gives no connection while {@code cut}. */
  private static DataSource failing(DataSource real, AtomicBoolean cut) {
    return (DataSource)
        Proxy.newProxyInstance(
            DataSource.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("getConnection") && cut.get()) {
                throw new SQLTransientConnectionException("cut", "08006");
              }
              return method.invoke(real, arguments);
            });
  }
}
