package health.helan.foundation.delivery.bulkimport;

import static health.helan.foundation.delivery.DeliveryServer.system;
import static health.helan.foundation.store.testing.StoreForTests.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import health.helan.foundation.delivery.DeliveryServer;
import health.helan.foundation.delivery.DeliveryServer.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Bulk imports over HTTP, with the real access policy and a real server of files on loopback. */
class ImportTests {
  private static final DeliveryServer SERVER = DeliveryServer.get();
  private static final Map<String, byte[]> FILES = new ConcurrentHashMap<>();

  /** Fetches that are cut after so many bytes, and how many of them there were. */
  private static final AtomicInteger CUTS = new AtomicInteger();

  private static final AtomicInteger FETCHES = new AtomicInteger();
  private static HttpServer files;

  @BeforeAll
  static void serve() throws IOException {
    files = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 50);
    files.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    files.createContext(
        "/",
        exchange -> {
          FETCHES.incrementAndGet();
          try (exchange) {
            byte[] file = FILES.get(exchange.getRequestURI().getPath());
            if (file == null) {
              exchange.sendResponseHeaders(404, -1);
              return;
            }
            if (exchange.getRequestURI().getPath().contains("busy") && CUTS.get() > 0) {
              CUTS.decrementAndGet();
              exchange.sendResponseHeaders(503, -1);
              return;
            }
            boolean cut = exchange.getRequestURI().getPath().contains("cut") && CUTS.get() > 0;
            exchange.sendResponseHeaders(200, file.length);
            if (cut) {
              CUTS.decrementAndGet();
              exchange.getResponseBody().write(file, 0, file.length * 2 / 3);
              return;
            }
            exchange.getResponseBody().write(file);
          } catch (IOException e) {
            // The other side has gone, or this one cut it.
          }
        });
    files.start();
  }

  @AfterAll
  static void stop() {
    files.stop(0);
  }

  private static String url(String path) {
    return "http://127.0.0.1:" + files.getAddress().getPort() + path;
  }

  private static void file(String path, String... lines) {
    FILES.put(path, String.join("\n", lines).replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }

  /** Types and addresses in turn. */
  private static String manifest(String... inputs) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("resourceType", "Parameters");
    var parameters = body.putArray("parameter");
    parameters.addObject().put("name", "inputFormat").put("valueString", "application/fhir+ndjson");
    for (int i = 0; i < inputs.length; i += 2) {
      var parts = parameters.addObject().put("name", "input").putArray("part");
      parts.addObject().put("name", "type").put("valueCode", inputs[i]);
      parts.addObject().put("name", "url").put("valueUrl", inputs[i + 1]);
    }
    return body.toString();
  }

  private static Reply kickOff(Caller caller, String manifest) {
    return SERVER.send(caller, "POST", "$import", manifest, "Prefer", "respond-async");
  }

  private static JsonNode completed(Caller caller, String manifest) {
    Reply begun = kickOff(caller, manifest);
    assertThat(begun.status()).as(begun.text()).isEqualTo(202);
    String status = begun.header("Content-Location");
    assertThat(SERVER.get(caller, status).status()).isIn(200, 202);
    await("the import", () -> SERVER.get(caller, status).status() == 200);
    return SERVER.get(caller, status).json();
  }

  private static String[] observations(String prefix, int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                "{'resourceType':'Observation','id':'"
                    + prefix
                    + i
                    + "','status':'final','code':{'text':'"
                    + i
                    + "'},'subject':{'reference':'Patient/"
                    + prefix
                    + "'}}")
        .toArray(String[]::new);
  }

  private static int count(Caller caller, String prefix) {
    return SERVER
        .get(caller, "Observation?_summary=count&subject=Patient/" + prefix)
        .json()
        .path("total")
        .asInt();
  }

  @Test
  void writesWithNoMoreThanIsAllowedToday() {
    Caller ours = DeliveryServer.system("imp-narrowed");
    file("/narrowed.ndjson", observations("imp-narrowed-", 3));
    SERVER.narrowed.put(ours.subject(), Set.of("system/Patient.cruds"));
    try {
      JsonNode done = completed(ours, manifest("Observation", url("/narrowed.ndjson")));
      assertThat(done.path("error").path(0).path("count").asInt()).isEqualTo(3);
    } finally {
      SERVER.narrowed.remove(ours.subject());
    }
    completed(ours, manifest("Observation", url("/narrowed.ndjson")));
    assertThat(count(ours, "imp-narrowed-")).isEqualTo(3);
  }

  private static byte[] packed(byte[] bytes) {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  @Test
  void storesAllButTheBadLinesAndTellsWhich() {
    Caller ours = system("imp1");
    file("/a/Patient.ndjson", "{'resourceType':'Patient','id':'impa'}", "");
    String[] lines = observations("impa", 35);
    lines[7] = "no json";
    lines[12] = "{'resourceType':'Patient'}";
    lines[16] =
        "{'resourceType':'Observation','id':'impa16','status':'\\u000112345678','code':{'text':'x'}}";
    lines[20] =
        "{'resourceType':'Observation','id':'impa20','status':'nonsense','code':{'text':'x'}}";
    file("/a/Observation.ndjson", lines);
    FILES.put(
        "/a/Observation.ndjson.gz",
        packed(java.util.Objects.requireNonNull(FILES.get("/a/Observation.ndjson"))));
    JsonNode manifest =
        completed(
            ours,
            manifest(
                "Patient",
                url("/a/Patient.ndjson"),
                "Observation",
                url("/a/Observation.ndjson.gz"),
                "Condition",
                url("/a/nosuch.ndjson")));
    assertThat(manifest.path("output").path(0).path("count").asInt()).isEqualTo(1);
    assertThat(manifest.path("output").path(1).path("count").asInt()).isEqualTo(31);
    assertThat(manifest.path("error").path(0).path("count").asInt()).isEqualTo(4);
    assertThat(manifest.path("error").path(1).path("fault").asString()).isEqualTo("HTTP 404");
    assertThat(count(ours, "impa")).isEqualTo(31);
    String url = manifest.path("error").path(0).path("url").asString();
    List<JsonNode> errors =
        SERVER.get(ours, url).text().lines().map(line -> Json.MAPPER.readTree(line)).toList();
    assertThat(
            errors.stream()
                .map(one -> one.path("extension").path(0).path("valueDecimal").asInt())
                .collect(Collectors.toList()))
        .containsExactly(8, 13, 17, 21);
    assertThat(errors.toString()).doesNotContain("12345678");
    assertThat(errors.get(3).toString()).contains("OperationOutcome").contains("status");
    assertThat(SERVER.audited)
        .anySatisfy(
            trace -> {
              assertThat(trace.operation()).isEqualTo("import");
              assertThat(trace.remote()).isEqualTo("127.0.0.1");
              assertThat(trace.subjects())
                  .contains(SERVER.store.parameters().digests().reference("Patient", "impa"));
            });
    // Nobody else's to see.
    Caller theirs = system("imp2");
    assertThat(SERVER.get(theirs, url).status()).isEqualTo(404);
    assertThat(SERVER.get(theirs, url.replace("import-errors", "import-status")).status())
        .isEqualTo(404);
    // What it wrote belongs to the institution.
    assertThat(SERVER.get(theirs, "Observation/impa1").status()).isEqualTo(404);
  }

  @Test
  void goesOnAfterCutsAndStoresNothingTwice() {
    Caller ours = system("imp3");
    file("/b/cut.ndjson", observations("impb", 100));
    file("/b/busy.ndjson", observations("impc", 5));
    CUTS.set(3);
    JsonNode manifest =
        completed(
            ours,
            manifest("Observation", url("/b/cut.ndjson"), "Observation", url("/b/busy.ndjson")));
    assertThat(manifest.path("error").isEmpty()).as(manifest.toString()).isTrue();
    assertThat(manifest.path("output").path(0).path("count").asInt()).isEqualTo(100);
    assertThat(count(ours, "impb")).isEqualTo(100);
    assertThat(count(ours, "impc")).isEqualTo(5);
    for (int i : new int[] {0, 50, 65, 66, 99}) {
      assertThat(
              SERVER
                  .get(ours, "Observation/impb" + i)
                  .json()
                  .path("meta")
                  .path("versionId")
                  .asString())
          .isEqualTo("1");
    }
    // One that never answers is given up in the end, and named.
    CUTS.set(1000);
    JsonNode given =
        completed(
            ours,
            manifest("Observation", url("/b/busy.ndjson"), "Observation", url("/b/cut.ndjson")));
    CUTS.set(0);
    assertThat(given.path("error").path(0).path("fault").asString()).isEqualTo("HTTP 503");
    assertThat(given.path("error").path(1).path("fault").asString()).isEqualTo("cut");
  }

  @Test
  void writesWhatTheSystemMayWriteAndNoMore() {
    Caller ours = system("imp4");
    Caller theirs = system("imp5");
    file("/c/Observation.ndjson", observations("impd", 3));
    completed(ours, manifest("Observation", url("/c/Observation.ndjson")));
    // The same ids by another institution are taken.
    JsonNode manifest = completed(theirs, manifest("Observation", url("/c/Observation.ndjson")));
    assertThat(manifest.path("output").path(0).path("count").asInt()).isZero();
    assertThat(manifest.path("error").path(0).path("count").asInt()).isEqualTo(3);
    assertThat(
            SERVER.get(ours, "Observation/impd1").json().path("meta").path("versionId").asString())
        .isEqualTo("1");
  }

  @Test
  void isRefusedAtOnceWhereItCannotBe() {
    Caller ours = system("imp6");
    String good = manifest("Observation", url("/d/x.ndjson"));
    assertThat(SERVER.send(ours, "POST", "$import", good).status()).isEqualTo(400);
    for (Role role : List.of(Role.PRACTITIONER, Role.REGULATOR, Role.OPERATOR, Role.RESIDENT)) {
      assertThat(kickOff(DeliveryServer.caller(role, "imp6", Binding.NONE), good).status())
          .isEqualTo(403);
    }
    assertThat(kickOff(system("imp6", "system/*.rs"), good).status()).isEqualTo(403);
    int before = FETCHES.get();
    assertThat(kickOff(ours, manifest()).status()).isEqualTo(400);
    assertThat(kickOff(ours, manifest("Nothing", url("/d/x"))).status()).isEqualTo(400);
    assertThat(kickOff(ours, manifest("AuditEvent", url("/d/x"))).status()).isEqualTo(400);
    assertThat(kickOff(ours, manifest("SearchParameter", url("/d/x"))).status()).isEqualTo(403);
    assertThat(kickOff(ours, manifest("Observation", "file:///etc/passwd")).status())
        .isEqualTo(422);
    assertThat(kickOff(ours, manifest("Observation", "http://10.0.0.1/x")).status()).isEqualTo(422);
    assertThat(kickOff(ours, good.replace("application/fhir+ndjson", "text/csv")).status())
        .isEqualTo(400);
    assertThat(kickOff(ours, good.replace("inputFormat", "mode")).status()).isEqualTo(400);
    assertThat(FETCHES.get()).isEqualTo(before);
    assertThat(SERVER.get(ours, "$import-status?job=nosuch").status()).isEqualTo(404);

    // Cancelled, it is no more.
    CUTS.set(1000);
    file("/d/busy.ndjson", observations("impe", 1));
    String status =
        kickOff(ours, manifest("Observation", url("/d/busy.ndjson"))).header("Content-Location");
    assertThat(SERVER.send(ours, "DELETE", status, null).status()).isEqualTo(202);
    assertThat(SERVER.get(ours, status).status()).isEqualTo(404);
    CUTS.set(0);
  }
}
