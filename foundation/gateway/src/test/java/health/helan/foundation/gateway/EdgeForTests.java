package health.helan.foundation.gateway;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.gateway.edge.Centre;
import health.helan.foundation.gateway.edge.Forwarder;
import health.helan.foundation.gateway.edge.HttpCentre;
import health.helan.foundation.gateway.fhir.FhirBundle;
import health.helan.foundation.gateway.hl7v2.Hl7v2;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.content.ZstdCodec;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.trust.policy.RolePolicy;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** An edge node on a database of its own, whose forwarder can be stopped and started. */
final class EdgeForTests implements AutoCloseable {
  static final Forwarder.Settings QUICK =
      new Forwarder.Settings(
          100, 1 << 20, Duration.ofMillis(150), Duration.ofMillis(50), Duration.ofMillis(300));

  final HikariDataSource pool;
  final RecordStore store;
  final Gateway gateway;
  final HttpClient client = HttpClient.newHttpClient();
  private final URI centre;
  private final String token;
  private @Nullable Forwarder forwarder;

  /**
   * @param token of the node; see the filter in {@link EdgeTests}
   */
  EdgeForTests(URI centre, String token, Settings settings) {
    this.centre = centre;
    this.token = token;
    var config = new HikariConfig();
    config.setDataSource(PostgresForTests.storeDatabase());
    config.setMaximumPoolSize(10);
    config.setMinimumIdle(1);
    pool = new HikariDataSource(config);
    store =
        RecordStore.open(
            pool,
            new StoreConfig(
                new byte[32],
                UUID.randomUUID().toString(),
                "edge",
                new RolePolicy(Clock.systemUTC()),
                true,
                new ZstdCodec()));
    gateway =
        Gateway.openForForwarding(
            store,
            pool,
            new ZstdCodec(),
            AuditSink.NONE,
            List.of(new Hl7v2(), new FhirBundle()),
            settings,
            Clock.systemUTC());
  }

  /** The centre over HTTP, as this node calls it. */
  Centre centre(long kilobits) {
    return new HttpCentre(
        centre,
        client,
        new HttpCentre.Tokens() {
          @Override
          public String token() {
            return token;
          }

          @Override
          public void refused(String refused) {
            // There is no other.
          }
        },
        kilobits);
  }

  Forwarder forward() {
    Forwarder begun =
        new Forwarder(
            gateway, pool, centre(0), QUICK, Clock.systemUTC(), Json.MAPPER::createObjectNode);
    forwarder = begun;
    return begun;
  }

  void stopForwarding() {
    if (forwarder != null) {
      forwarder.close();
      forwarder = null;
    }
  }

  Feed feed(String name) {
    return gateway
        .feeds()
        .put(name, Json.MAPPER.createObjectNode().put("institution", "hospital"), "test");
  }

  Receipt take(Feed feed, String message) {
    return gateway.take(feed, message.getBytes(StandardCharsets.UTF_8), "127.0.0.1");
  }

  Message message(String id) {
    return Journal.required(gateway.message(id));
  }

  long number(String sql) throws SQLException {
    try (var connection = pool.getConnection();
        var statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  void run(String sql) throws SQLException {
    try (var connection = pool.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static void await(String what, BooleanSupplier is) throws InterruptedException {
    long until = System.nanoTime() + 60_000_000_000L;
    while (!is.getAsBoolean()) {
      if (System.nanoTime() > until) {
        throw new AssertionError("in vain: " + what);
      }
      Thread.sleep(20);
    }
  }

  @Override
  public void close() {
    stopForwarding();
    gateway.close();
    store.close();
    pool.close();
    client.close();
  }
}
