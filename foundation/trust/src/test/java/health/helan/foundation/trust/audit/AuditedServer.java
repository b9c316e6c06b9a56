package health.helan.foundation.trust.audit;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.rest.Audits;
import health.helan.foundation.rest.CapabilityStatements;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.Operations;
import health.helan.foundation.rest.RestConfig;
import health.helan.foundation.rest.StandardFormats;
import health.helan.foundation.rest.operations.StandardOperations;
import health.helan.foundation.rest.testing.TomcatForTests;
import health.helan.foundation.store.AccessPolicy;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.store.objects.ObjectStoreConfig;
import health.helan.foundation.store.sql.SqlText;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.trust.oversight.AlertSettings;
import health.helan.foundation.trust.oversight.Alerts;
import health.helan.foundation.trust.oversight.AlertsOperation;
import health.helan.foundation.trust.oversight.HandleAlertOperation;
import health.helan.foundation.trust.oversight.TraceOperation;
import health.helan.foundation.trust.policy.RolePolicy;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The API with its audit, on a real PostgreSQL behind a real HTTP server. The header {@code
 * X-Caller} says who calls: {@code role subject institution practitioner patient,patient}, {@code
 * -} for none.
 */
final class AuditedServer implements AutoCloseable {
  static final String OPERATOR = "OPERATOR operator - - -";

  final HikariDataSource pool;
  final RecordStore store;
  final AuditLog log;
  final SignerForTests signer = SignerForTests.sm2();

  /** While true, no trace can be kept. */
  volatile boolean isCut;

  /** Every row for everybody, but operations by role. */
  private static final AccessPolicy OPEN_ROWS =
      new AccessPolicy() {
        private final AccessPolicy roles = new RolePolicy(Clock.systemUTC());

        @Override
        public boolean isUnlimited(Caller caller) {
          return true;
        }

        @Override
        public boolean may(Caller caller, Action action, String type) {
          return true;
        }

        @Override
        public boolean mayOperate(Caller caller, String operation) {
          return roles.mayOperate(caller, operation);
        }

        @Override
        public void restrict(SqlText sql, Caller caller, String type, String alias) {}

        @Override
        public void restrictHistory(SqlText sql, Caller caller, String type, String alias) {}
      };

  private final TomcatForTests tomcat;
  private final String base;
  private final HttpClient client = HttpClient.newHttpClient();

  AuditedServer() {
    this(Duration.ofSeconds(5));
  }

  /**
   * @param patience how long a request waits for its row
   */
  AuditedServer(Duration patience) {
    try {
      var config = new HikariConfig();
      config.setDataSource(PostgresForTests.emptyDatabase());
      config.setMaximumPoolSize(16);
      pool = new HikariDataSource(config);
      store = RecordStore.open(pool, new StoreConfig(new byte[32], "one", "test", OPEN_ROWS, true));
      log =
          AuditLog.open(
              pool,
              store.instance(),
              signer,
              new AuditLog.Settings(
                  2, patience, Duration.ofDays(1), 1_000_000, Duration.ofDays(1), Duration.ZERO));
      AuditSink sink =
          request -> {
            if (isCut) {
              throw new Refusal(Refusal.Kind.TRANSIENT, "audit.unwritable");
            }
            log.record(request);
          };
      var operations = new ArrayList<>(StandardOperations.all());
      operations.add(new SealOperation(pool));
      operations.add(new TraceOperation(store, pool, pool, log));
      operations.add(new AlertsOperation(alerts()));
      operations.add(new HandleAlertOperation(alerts()));
      var offered = new Operations(operations);
      var servlet =
          new FhirServlet(
              store,
              offered,
              new RestConfig(
                  null,
                  8 << 20,
                  new StandardFormats(),
                  new CapabilityStatements("test", "2026-11-25", store.parameters()),
                  ObjectStore.open(
                      new ObjectStoreConfig.Folder(Files.createTempDirectory("helan-objects"))),
                  RestConfig.DEFAULT_MAX_BINARY_BYTES),
              new Audits(store, offered, sink),
              List.of(new AuditEvents(pool, store.parameters().digests(), log)));
      tomcat =
          new TomcatForTests(
              servlet,
              (request, response, chain) -> {
                String caller = ((HttpServletRequest) request).getHeader("X-Caller");
                if (caller != null) {
                  request.setAttribute(FhirServlet.CALLER, caller(caller));
                }
                chain.doFilter(request, response);
              });
      base = tomcat.base();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Looks when it is told to. */
  Alerts alerts() {
    return new Alerts(pool, store, AlertSettings.DEFAULT, Clock.systemUTC());
  }

  private static Caller caller(String text) {
    String[] words = text.split(" ");
    for (int i = 0; i < words.length; i++) {
      words[i] = words[i].equals("-") ? "" : words[i];
    }
    return new Caller(
        words[1],
        Caller.Role.valueOf(words[0]),
        words[2],
        Set.of("TREAT"),
        "request-1",
        new Caller.Binding(
            words[3],
            Set.of(),
            words[4].isEmpty() ? Set.of() : Set.of(words[4].split(",")),
            words.length > 5 ? Set.of(words[5].split(",")) : Caller.Binding.ALL_SCOPES));
  }

  record Reply(int status, byte[] body, java.net.http.HttpHeaders headers) {
    JsonNode json() {
      return Json.MAPPER.readTree(body);
    }

    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    String id() {
      return json().path("id").asString("");
    }

    String issue() {
      return json().path("issue").path(0).path("code").asString("");
    }
  }

  /**
   * @param caller null for nobody
   */
  Reply send(@Nullable String caller, String method, String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(
                    path.startsWith("http") ? path : base + (path.isEmpty() ? "" : "/" + path)))
            .method(
                method,
                HttpRequest.BodyPublishers.ofByteArray(body.getBytes(StandardCharsets.UTF_8)));
    if (caller != null) {
      request.header("X-Caller", caller);
    }
    boolean isTyped = false;
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
      isTyped |= headers[i].equals("Content-Type");
    }
    if (!isTyped && !body.isEmpty()) {
      request.header("Content-Type", "application/fhir+json");
    }
    try {
      var response = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      return new Reply(response.statusCode(), response.body(), response.headers());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  Reply get(@Nullable String caller, String path, String... headers) {
    return send(caller, "GET", path, "", headers);
  }

  /** A resource that the operator stored; its id. */
  String create(String json) {
    String type = Json.MAPPER.readTree(json).path("resourceType").asString("");
    return send(OPERATOR, "POST", type, json).id();
  }

  static String escaped(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** Rows of requests, oldest first. */
  List<AuditRow> rows() {
    try (Connection connection = pool.getConnection();
        var statement =
            connection.prepareStatement(
                "select "
                    + AuditRow.COLUMNS
                    + " from audit where kind = 'request' order by at, chain, seq");
        var row = statement.executeQuery()) {
      var rows = new ArrayList<AuditRow>();
      while (row.next()) {
        rows.add(AuditRow.read(row));
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The one row that the work left. */
  AuditRow rowOf(Runnable work) {
    List<String> before = rows().stream().map(AuditEvents::id).toList();
    work.run();
    List<AuditRow> more =
        rows().stream().filter(row -> !before.contains(AuditEvents.id(row))).toList();
    if (more.size() != 1) {
      throw new AssertionError(more.size() + " rows: " + more);
    }
    return more.getFirst();
  }

  long digest(String patient) {
    return store.parameters().digests().reference("Patient", patient);
  }

  /** Digests of patients, as a row holds them. */
  long[] digests(String... patients) {
    return Arrays.stream(patients).mapToLong(this::digest).sorted().toArray();
  }

  @Override
  public void close() {
    tomcat.close();
    log.close();
    store.close();
    pool.close();
  }
}
