package health.helan.foundation.gateway;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.gateway.cda.Cda;
import health.helan.foundation.gateway.fhir.FhirBundle;
import health.helan.foundation.gateway.hl7v2.Hl7v2;
import health.helan.foundation.gateway.hl7v2.MllpServer;
import health.helan.foundation.gateway.table.Table;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.content.ZstdCodec;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.trust.policy.RolePolicy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A store with the real access policy and a gateway over it, on a database of its own. */
final class GatewayForTests implements AutoCloseable {
  static final Caller ROOT = Caller.operator("test");

  static final Settings QUICK =
      new Settings(
          64,
          8,
          Duration.ofMillis(700),
          Duration.ofDays(30),
          Duration.ofMillis(200),
          Duration.ofMillis(500));

  final DataSource database;
  final HikariDataSource pool;
  final RecordStore store;
  final Gateway gateway;
  final MllpServer mllp;
  final List<AuditSink.Request> audited = new CopyOnWriteArrayList<>();
  final String institution;

  private GatewayForTests(DataSource database, Settings settings, ContentCodec codec) {
    this.database = database;
    var config = new HikariConfig();
    config.setDataSource(database);
    config.setMaximumPoolSize(24);
    config.setMinimumIdle(2);
    pool = new HikariDataSource(config);
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) 7);
    store =
        RecordStore.open(
            pool,
            new StoreConfig(
                key,
                UUID.randomUUID().toString(),
                "test",
                new RolePolicy(Clock.systemUTC()),
                true,
                codec));
    institution = organization();
    gateway =
        Gateway.open(
            store,
            pool,
            codec,
            audited::add,
            CodeTranslation.NONE,
            List.of(new Hl7v2(), new Cda(), new Table(), new FhirBundle()),
            settings,
            Clock.systemUTC());
    mllp =
        new MllpServer(
            gateway, InetAddress.getLoopbackAddress(), () -> null, MllpServer.Settings.DEFAULT);
  }

  static GatewayForTests open() {
    return new GatewayForTests(PostgresForTests.storeDatabase(), QUICK, new ZstdCodec());
  }

  static GatewayForTests open(DataSource database) {
    return new GatewayForTests(database, QUICK, new ZstdCodec());
  }

  static GatewayForTests open(Settings settings, ContentCodec codec) {
    return new GatewayForTests(PostgresForTests.storeDatabase(), settings, codec);
  }

  private String organization() {
    ObjectNode organization = Json.MAPPER.createObjectNode();
    organization.put("resourceType", "Organization").put("name", "测试医院").put("id", "hospital");
    return store
        .write(
            ROOT,
            new Interaction.Update(
                "Organization",
                "hospital",
                null,
                Interaction.Body.of(organization),
                null,
                false,
                null,
                null))
        .id();
  }

  /** A feed with settings as JSON besides the institution. */
  Feed feed(String name, String settings) {
    ObjectNode given = (ObjectNode) Json.MAPPER.readTree(settings);
    if (!given.has("institution")) {
      given.put("institution", institution);
    }
    return gateway.feeds().put(name, given, "test");
  }

  Feed feed(String name) {
    return feed(name, "{}");
  }

  static int freePort() {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  Receipt take(Feed feed, String message) {
    return gateway.take(
        feed, message.getBytes(java.nio.charset.StandardCharsets.UTF_8), "127.0.0.1");
  }

  /** Resources that match, as root. */
  List<JsonNode> find(String type, String... pairs) {
    return find(ROOT, type, pairs);
  }

  List<JsonNode> find(Caller caller, String type, String... pairs) {
    var parameters = new ArrayList<SearchRequest.Parameter>();
    parameters.add(new SearchRequest.Parameter("_count", "500"));
    for (int i = 0; i < pairs.length; i += 2) {
      parameters.add(new SearchRequest.Parameter(pairs[i], pairs[i + 1]));
    }
    SearchResult result =
        store.search(caller, new SearchRequest(type, null, null, parameters, false));
    var found = new ArrayList<JsonNode>();
    for (SearchResult.Entry entry : result.entries()) {
      byte[] content = entry.resource().content();
      if (content != null) {
        found.add(Json.MAPPER.readTree(content));
      }
    }
    return found;
  }

  JsonNode only(String type, String... pairs) {
    List<JsonNode> found = find(type, pairs);
    if (found.size() != 1) {
      throw new AssertionError(found.size() + " of " + type + ": " + found);
    }
    return found.getFirst();
  }

  Message message(String id) {
    return Journal.required(gateway.journal().read(id));
  }

  /** Key of the reason; empty for none. */
  static String why(Receipt receipt) {
    Message.Reason reason = receipt.reason();
    return reason == null ? "" : reason.key();
  }

  /** Key and arguments of the reason; empty for none. */
  static String whole(Receipt receipt) {
    Message.Reason reason = receipt.reason();
    return reason == null
        ? ""
        : (reason.key() + " " + String.join(" ", reason.arguments())).strip();
  }

  List<AuditSink.Request> auditedOf(String request) {
    return audited.stream()
        .filter(
            row -> {
              Caller caller = row.caller();
              return caller != null && caller.request().equals(request);
            })
        .toList();
  }

  @Override
  public void close() {
    mllp.close();
    gateway.close();
    store.close();
    pool.close();
  }
}
