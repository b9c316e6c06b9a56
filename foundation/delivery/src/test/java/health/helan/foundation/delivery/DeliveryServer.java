package health.helan.foundation.delivery;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.delivery.agreement.Agreements;
import health.helan.foundation.delivery.bulkimport.Imports;
import health.helan.foundation.delivery.export.Exports;
import health.helan.foundation.delivery.mhd.MhdParameters;
import health.helan.foundation.delivery.mhd.ProvidedDocuments;
import health.helan.foundation.delivery.subscription.Subscriptions;
import health.helan.foundation.delivery.summary.SummaryOperation;
import health.helan.foundation.delivery.upload.Uploads;
import health.helan.foundation.rest.Audits;
import health.helan.foundation.rest.CapabilityStatements;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.Operations;
import health.helan.foundation.rest.RestConfig;
import health.helan.foundation.rest.StandardFormats;
import health.helan.foundation.rest.TransactionRules;
import health.helan.foundation.rest.operations.StandardOperations;
import health.helan.foundation.rest.testing.TomcatForTests;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Retention;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.store.objects.ObjectStoreConfig;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StoreForTests;
import health.helan.foundation.trust.policy.RolePolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The API with delivery and the real access policy, on a real PostgreSQL behind a real HTTP server.
 * One per test JVM.
 */
public final class DeliveryServer {
  /** Small files, short leases. */
  public static final Exports.Settings QUICK =
      new Exports.Settings(
          2, 3, Duration.ofHours(1), Duration.ofSeconds(2), Duration.ofMillis(50), 20, 1L << 20);

  /** Short pauses and little patience. */
  public static final Subscriptions.Settings QUICK_SUBSCRIPTIONS =
      new Subscriptions.Settings(
          4,
          100,
          Duration.ofMillis(500),
          Duration.ofMillis(50),
          Duration.ofMillis(400),
          Duration.ofSeconds(5),
          Duration.ofDays(7),
          Duration.ofMillis(50),
          Duration.ofSeconds(1));

  /** Short pauses, little patience, small transactions. */
  public static final Uploads.Settings QUICK_UPLOADS =
      new Uploads.Settings(
          2,
          4,
          Duration.ofMillis(1500),
          Duration.ofMillis(50),
          Duration.ofMillis(400),
          Duration.ofSeconds(10),
          Duration.ofDays(7),
          Duration.ofMillis(50),
          8);

  /** Small chunks, few tries. */
  public static final Imports.Settings QUICK_IMPORTS =
      new Imports.Settings(
          2,
          3,
          Duration.ofMillis(1000),
          Duration.ofSeconds(20),
          Duration.ofMillis(20),
          4,
          Duration.ofSeconds(5),
          Duration.ofDays(7),
          Duration.ofMillis(50),
          10);

  private static final DeliveryServer RUNNING = new DeliveryServer();

  public final DataSource database;
  public final RecordStore store;
  public final ObjectStore objects;
  public final Agreements agreements;
  public final Uploads uploads;
  public final Imports imports;
  public Exports exports;
  public final Subscriptions subscriptions;
  public final String base;

  /** What the audit was told. */
  public final List<AuditSink.Request> audited = new CopyOnWriteArrayList<>();

  /** What subjects are registered for by now, where it is less than their tokens say. */
  public final Map<String, Set<String>> narrowed = new ConcurrentHashMap<>();

  /** Subjects that are no longer registered. */
  public final Set<String> dismissed = ConcurrentHashMap.newKeySet();

  private final Map<String, Caller> callers = new ConcurrentHashMap<>();
  private final HttpClient client = HttpClient.newHttpClient();

  public static DeliveryServer get() {
    return RUNNING;
  }

  private DeliveryServer() {
    try {
      var config = new HikariConfig();
      config.setDataSource(PostgresForTests.emptyDatabase());
      config.setMaximumPoolSize(30);
      database = new HikariDataSource(config);
      store =
          RecordStore.open(
              database,
              null,
              new StoreConfig(
                  new byte[32],
                  UUID.randomUUID().toString(),
                  "test",
                  new RolePolicy(Clock.systemUTC()),
                  true),
              StoreForTests.QUICK,
              Retention.DEFAULT);
      objects =
          ObjectStore.open(
              new ObjectStoreConfig.Folder(Files.createTempDirectory("helan-objects")));
      agreements = agreements(database, store);
      exports = new Exports(database, store, objects, agreements, QUICK);
      List<FhirOperation> all = new ArrayList<>(StandardOperations.all());
      all.add(exports.ofEverything());
      all.add(exports.ofPatients());
      all.add(exports.ofGroup());
      all.add(exports.status());
      all.add(exports.file());
      subscriptions =
          new Subscriptions(
              database,
              store,
              new Flipping(),
              agreements,
              audited::add,
              this::today,
              InetAddress::isLoopbackAddress,
              "https://helan.example/fhir",
              QUICK_SUBSCRIPTIONS);
      all.add(subscriptions.status());
      all.add(subscriptions.events());
      all.add(subscriptions.replay());
      all.add(subscriptions.bindingToken());
      all.add(subscriptions.states());
      uploads =
          new Uploads(
              database,
              store,
              new Flipping(),
              agreements,
              audited::add,
              this::today,
              InetAddress::isLoopbackAddress,
              QUICK_UPLOADS);
      imports =
          new Imports(
              database,
              store,
              new Flipping(),
              audited::add,
              this::today,
              InetAddress::isLoopbackAddress,
              QUICK_IMPORTS);
      all.addAll(imports.operations());
      all.addAll(agreements.operations());
      all.addAll(uploads.operations());
      all.add(new SummaryOperation());
      var operations = new Operations(all);
      MhdParameters.install(store);
      MhdParameters.install(store); // As at the next start: nothing more.
      List<TransactionRules> rules = List.of(new ProvidedDocuments());
      var servlet =
          new FhirServlet(
              store,
              operations,
              new RestConfig(
                  null,
                  8 << 20,
                  new StandardFormats(),
                  new CapabilityStatements(
                      "test", "2026-11-22", store.parameters(), (_, _) -> {}, rules),
                  objects,
                  RestConfig.DEFAULT_MAX_BINARY_BYTES,
                  rules),
              new Audits(store, operations, audited::add),
              List.of(subscriptions));
      base =
          new TomcatForTests(
                  servlet,
                  (request, response, chain) -> {
                    String name =
                        ((jakarta.servlet.http.HttpServletRequest) request)
                            .getHeader("X-Test-Caller");
                    if (name != null) {
                      request.setAttribute(FhirServlet.CALLER, callers.get(name));
                    }
                    chain.doFilter(request, response);
                  })
              .base();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Stands for a cipher: what is written is not what was given. */
  public static final class Flipping implements ContentCodec {
    @Override
    public Encoded encode(Place place, byte[] json) {
      return new Encoded((short) 0, (short) 0, flipped(json));
    }

    @Override
    public byte[] decode(Place place, short codec, short keyId, byte[] content) {
      return flipped(content);
    }

    private static byte[] flipped(byte[] bytes) {
      byte[] all = bytes.clone();
      for (int i = 0; i < all.length; i++) {
        all[i] ^= (byte) 0xa5;
      }
      return all;
    }
  }

  /** After a test has closed those of this server. */
  public void reopenExports() {
    exports = new Exports(database, store, objects, agreements, QUICK);
  }

  /** Agreements that nothing needs but uploads. */
  public static Agreements agreements(DataSource database, RecordStore store) {
    return new Agreements(database, store, Clock.systemUTC(), false);
  }

  private @Nullable Caller today(Caller kept) {
    if (dismissed.contains(kept.subject())) {
      return null;
    }
    Set<String> scopes = narrowed.getOrDefault(kept.subject(), kept.binding().scopes());
    Binding binding = kept.binding();
    return kept.isRoot()
        ? kept
        : new Caller(
            kept.subject(),
            kept.role(),
            kept.institution(),
            kept.purposes(),
            kept.request(),
            new Binding(binding.practitioner(), binding.teams(), binding.patients(), scopes));
  }

  // ---- callers

  public static Caller system(String institution, String... scopes) {
    return caller(
        Role.SYSTEM,
        institution,
        new Binding(
            "",
            Set.of(),
            Set.of(),
            scopes.length == 0 ? Set.of("system/*.cruds") : Set.of(scopes)));
  }

  public static Caller caller(Role role, String institution, Binding binding) {
    String name = role + "-" + UUID.randomUUID();
    return new Caller(name, role, institution, Set.of(), name, binding);
  }

  public static Caller resident(String patient) {
    return caller(
        Role.RESIDENT, "", new Binding("", Set.of(), Set.of(patient), Binding.ALL_SCOPES));
  }

  // ---- HTTP

  /** An answer. */
  public record Reply(int status, HttpResponse<byte[]> http) {
    public JsonNode json() {
      return Json.MAPPER.readTree(http.body());
    }

    public String text() {
      return new String(http.body(), StandardCharsets.UTF_8);
    }

    public String header(String name) {
      return http.headers().firstValue(name).orElse("");
    }
  }

  /**
   * @param path below the base, or a whole address
   * @param headers name, value, name, value …
   */
  public Reply send(
      @Nullable Caller caller,
      String method,
      String path,
      @Nullable String body,
      String... headers) {
    var request =
        HttpRequest.newBuilder(URI.create(path.startsWith("http") ? path : base + "/" + path))
            .header("Accept-Language", "en")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (caller != null) {
      callers.put(caller.request(), caller);
      request.header("X-Test-Caller", caller.request());
    }
    boolean isTyped = false;
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
      isTyped |= headers[i].equals("Content-Type");
    }
    if (body != null && !isTyped) {
      request.header("Content-Type", "application/fhir+json");
    }
    try {
      var response = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      return new Reply(response.statusCode(), response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public Reply get(Caller caller, String path, String... headers) {
    return send(caller, "GET", path, null, headers);
  }

  /** JSON with single quotes for double ones. */
  public static ObjectNode tree(String json) {
    return (ObjectNode) Json.MAPPER.readTree(json.replace('\'', '"'));
  }

  /** The id of a resource that must be created; JSON with single quotes. */
  public String created(Caller caller, String json) {
    ObjectNode tree = tree(json);
    Reply reply = send(caller, "POST", tree.path("resourceType").asString(), tree.toString());
    if (reply.status() != 201) {
      throw new AssertionError(reply.status() + " " + reply.text());
    }
    return reply.json().path("id").asString();
  }

  public String patient(Caller caller, String name) {
    return created(caller, "{'resourceType':'Patient','name':[{'text':'" + name + "'}]}");
  }

  public String observation(Caller caller, String patient, String code) {
    return created(
        caller,
        "{'resourceType':'Observation','status':'final','code':{'coding':[{'system':'http://loinc.org','code':'"
            + code
            + "'}]},'subject':{'reference':'Patient/"
            + patient
            + "'}}");
  }
}
