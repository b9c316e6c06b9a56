package health.helan.foundation.trust.signature;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.rest.CapabilityStatements;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.Operations;
import health.helan.foundation.rest.RestConfig;
import health.helan.foundation.rest.StandardFormats;
import health.helan.foundation.rest.operations.StandardOperations;
import health.helan.foundation.rest.testing.TomcatForTests;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.content.ZstdCodec;
import health.helan.foundation.store.sql.Tables;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.trust.crypto.CertificateAuthority;
import health.helan.foundation.trust.crypto.KeyStoreVault;
import health.helan.foundation.trust.crypto.KeyVault;
import health.helan.foundation.trust.crypto.TimeStamps;
import health.helan.foundation.trust.crypto.TrustedAuthorities;
import health.helan.foundation.trust.policy.RolePolicy;
import health.helan.foundation.trust.print.Fonts;
import health.helan.foundation.trust.print.PrintOperation;
import health.helan.foundation.trust.print.Printing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The API with policy, key vault and authority, on a real PostgreSQL behind a real HTTP server. Who
 * calls is said by a header that names one of the callers that the test registered.
 */
public final class SigningServer {
  /** A clock that signs in the future or in the past. */
  public static final class Hand extends Clock {
    private volatile Duration ahead = Duration.ZERO;

    public void ahead(Duration by) {
      ahead = by;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.now().plus(ahead);
    }
  }

  private static final SigningServer RUNNING = new SigningServer();

  public final Hand clock = new Hand();
  public final RecordStore store;
  final DataSource database;
  public final KeyVault vault;
  final CertificateAuthority authority;
  final TrustedAuthorities trusted;
  public final TimeStamps stamps;
  public final Signers signers;
  public final Signatures signatures;
  public final String base;
  private final Map<String, Caller> callers = new ConcurrentHashMap<>();
  private final HttpClient client = HttpClient.newHttpClient();

  public static SigningServer get() {
    return RUNNING;
  }

  /** The signers, where another key in the vault seals. */
  public Signers sealedBy(String key) {
    return new Signers(vault, authority, trusted, database, clock, key);
  }

  private SigningServer() {
    try {
      database = PostgresForTests.emptyDatabase();
      var config = new HikariConfig();
      config.setDataSource(database);
      config.setMaximumPoolSize(8);
      var pool = new HikariDataSource(config);
      store =
          RecordStore.open(
              pool,
              new StoreConfig(
                  new byte[32],
                  UUID.randomUUID().toString(),
                  "test",
                  new RolePolicy(Clock.systemUTC()),
                  true));
      vault =
          KeyStoreVault.open(
              Files.createTempDirectory("helan-keys").resolve("keystore"),
              "correct horse battery".toCharArray());
      trusted = new TrustedAuthorities(pool);
      authority = new CertificateAuthority(vault, pool, trusted, clock);
      authority.establish("试验区");
      authority.platformKey("seal", CertificateAuthority.Kind.SEAL, "平台印章 Seal");
      authority.platformKey("time", CertificateAuthority.Kind.TIME, "时间戳 Time");
      stamps = new TimeStamps(vault, "time", clock);
      signers = new Signers(vault, authority, trusted, pool, clock, Signers.SEAL);
      signatures = new Signatures(signers, trusted, stamps, clock);
      List<FhirOperation> operations = new ArrayList<>(StandardOperations.all());
      operations.add(new SignOperation(signatures));
      operations.add(new SignatureInputOperation(signatures));
      operations.add(new VerifySignatureOperation(signatures));
      operations.add(new SignerOperation(signers));
      operations.add(new PrintOperation(new Printing(fonts(), signatures, signers, stamps, clock)));
      var servlet =
          new FhirServlet(
              store,
              new Operations(operations),
              new RestConfig(
                  null,
                  8 << 20,
                  new StandardFormats(),
                  new CapabilityStatements("test", "2026-11-26", store.parameters())));
      base =
          new TomcatForTests(
                  servlet,
                  (request, response, chain) -> {
                    String name =
                        ((jakarta.servlet.http.HttpServletRequest) request)
                            .getHeader("X-Test-Caller");
                    request.setAttribute(FhirServlet.CALLER, callers.get(name));
                    chain.doFilter(request, response);
                  })
              .base();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Those that the pages' build brings, else what the machine has. */
  public static Fonts fonts() {
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      Path there = folder.resolve("web/node_modules/@expo-google-fonts/noto-sans-sc");
      if (Files.exists(there)) {
        return Fonts.of(
            there.resolve("400Regular/NotoSansSC_400Regular.ttf"),
            there.resolve("700Bold/NotoSansSC_700Bold.ttf"));
      }
    }
    return Fonts.found();
  }

  // ------------------------------------------------------------------ callers

  public static final Caller ROOT = Caller.operator("root");

  public static Caller practitioner(String id, String institution) {
    return of(
        Caller.Role.PRACTITIONER,
        institution,
        new Caller.Binding(id, Set.of(), Set.of(), Caller.Binding.ALL_SCOPES));
  }

  public static Caller resident(String... patients) {
    return of(
        Caller.Role.RESIDENT,
        "",
        new Caller.Binding("", Set.of(), Set.of(patients), Caller.Binding.ALL_SCOPES));
  }

  public static Caller system(String institution) {
    return of(
        Caller.Role.SYSTEM,
        institution,
        new Caller.Binding("", Set.of(), Set.of(), Set.of("system/*.cruds")));
  }

  public static Caller of(Caller.Role role, String institution, Caller.Binding binding) {
    String name = role + "-" + UUID.randomUUID();
    return new Caller(name, role, institution, Set.of(), name, binding);
  }

  // ------------------------------------------------------------------ HTTP

  public record Reply(int status, HttpResponse<byte[]> http) {
    public JsonNode json() {
      return Json.MAPPER.readTree(http.body());
    }

    public String text() {
      return new String(http.body(), StandardCharsets.UTF_8);
    }

    public String id() {
      return json().path("id").asString("");
    }

    /** Value of a parameter, or of a part of the first one that has it; empty for none. */
    public String value(String name) {
      return value(json().path("parameter"), name);
    }

    private static String value(JsonNode parameters, String name) {
      for (JsonNode parameter : parameters) {
        if (parameter.path("name").asString("").equals(name)) {
          for (var property : parameter.properties()) {
            if (property.getKey().startsWith("value")) {
              return property.getValue().isValueNode()
                  ? property.getValue().asString()
                  : property.getValue().toString();
            }
          }
        }
      }
      for (JsonNode parameter : parameters) {
        if (parameter.has("part")) {
          String found = value(parameter.path("part"), name);
          if (!found.isEmpty()) {
            return found;
          }
        }
      }
      return "";
    }
  }

  public Reply send(
      Caller caller, String method, String path, @Nullable String body, String... headers) {
    callers.put(caller.request(), caller);
    var request =
        HttpRequest.newBuilder(URI.create(base + "/" + path))
            .header("X-Test-Caller", caller.request())
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    boolean languageSaid = false;
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
      languageSaid |= headers[i].equals("Accept-Language");
    }
    if (!languageSaid) {
      request.header("Accept-Language", "en");
    }
    if (body != null) {
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

  public Reply get(Caller caller, String path) {
    return send(caller, "GET", path, null);
  }

  /** Calls an operation with text parameters, in pairs. */
  public Reply call(Caller caller, String path, String... parameters) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("resourceType", "Parameters");
    var list = body.putArray("parameter");
    for (int i = 0; i < parameters.length; i += 2) {
      list.addObject().put("name", parameters[i]).put("valueString", parameters[i + 1]);
    }
    return send(caller, "POST", path, body.toString());
  }

  /** The id of a resource that must be created; JSON with single quotes for double ones. */
  public String created(Caller caller, String json) {
    ObjectNode tree = tree(json);
    Reply reply =
        tree.has("id")
            ? send(
                caller,
                "PUT",
                tree.path("resourceType").stringValue() + "/" + tree.path("id").stringValue(),
                tree.toString())
            : send(caller, "POST", tree.path("resourceType").stringValue(), tree.toString());
    if (reply.status() != 201) {
      throw new AssertionError(reply.status() + " " + reply.text());
    }
    return reply.id();
  }

  public static ObjectNode tree(String json) {
    return (ObjectNode) Json.MAPPER.readTree(json.replace('\'', '"'));
  }

  // ------------------------------------------------------------------ tampering

  /** Changes the content of a version in the database, past the platform. */
  public void alter(String type, String id, int version, UnaryOperator<String> change)
      throws SQLException {
    byte[] now = store.readVersion(Caller.platform("test"), type, id, version).content();
    String changed = change.apply(new String(now, StandardCharsets.UTF_8));
    if (changed.equals(new String(now, StandardCharsets.UTF_8))) {
      throw new AssertionError("nothing was changed");
    }
    ContentCodec.Encoded encoded =
        new ZstdCodec()
            .encode(
                new ContentCodec.Place(type, id, version),
                changed.getBytes(StandardCharsets.UTF_8));
    int rows = 0;
    for (String table : List.of(Tables.of(type), "history")) {
      try (var connection = database.getConnection();
          var update =
              connection.prepareStatement(
                  "update "
                      + table
                      + " set content = ?, codec = ?, key_id = ? where id = ? and version = ?")) {
        update.setBytes(1, encoded.content());
        update.setShort(2, encoded.codec());
        update.setShort(3, encoded.keyId());
        update.setString(4, id);
        update.setInt(5, version);
        rows += update.executeUpdate();
      }
    }
    if (rows != 1) {
      throw new AssertionError(rows + " rows");
    }
  }
}
