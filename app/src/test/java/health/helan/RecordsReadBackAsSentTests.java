package health.helan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.demo.SyntheaLike;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bundles go in over the API of a running platform, and every resource of them reads back equal to
 * what was sent: as JSON trees with the digits of their numbers, but for the id, what the server
 * says in {@code meta}, and references, which must name the very resource that the sender meant.
 * What was meant is worked out here from the bundles alone.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RecordsReadBackAsSentTests {
  private static final boolean FULL = Boolean.getBoolean("helan.test.full");

  /** Reads that are under way at a time. */
  private static final int READERS = 8;

  private final HttpClient client = HttpClient.newHttpClient();

  /** {@code Type?identifier=system|value} of all that was sent, to {@code Type/id}. */
  private final Map<String, String> byIdentifier = new HashMap<>();

  private final Map<String, Integer> sentByType = new TreeMap<>();
  private int resources;
  private int links;
  private RunningPlatform platform;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    platform = RunningPlatform.start(PreparedData.in(folder.resolve("data")), "--no-demo");
  }

  @BeforeEach
  void countAnew() {
    resources = 0;
    links = 0;
  }

  @AfterAll
  void stop() throws Exception {
    platform.close();
    client.close();
  }

  /** Shapes of a hospital's export; all made up, so that they can be kept with the project. */
  @Test
  void bundlesInTheShapesOfSynthea() throws Exception {
    int number = 0;
    for (byte[] bundle : SyntheaLike.bundles(SyntheaLike.MOST_PATIENTS).toList()) {
      goesInAndComesBack("synthea-like " + ++number, bundle);
    }
    assertThat(resources).isEqualTo(4 * SyntheaLike.HOSPITALS + 31 * SyntheaLike.MOST_PATIENTS);
    // Each patient's bundle refers to itself and, by identifier, to hospital and doctor.
    assertThat(links).isGreaterThan(20 * SyntheaLike.MOST_PATIENTS);
    everythingIsCounted();
  }

  /** What JSON and FHIR allow and few senders use. */
  @Test
  void peculiarShapes() throws Exception {
    try (InputStream peculiar = getClass().getResourceAsStream("/peculiar-bundle.json")) {
      goesInAndComesBack("peculiar", peculiar.readAllBytes());
    }
    assertThat(links).isEqualTo(6);
    everythingIsCounted();
  }

  /** Real output of Synthea: some patients, or all with {@code -Dhelan.test.full=true}. */
  @Test
  void bundlesOfSynthea() throws Exception {
    Path corpus = synthea();
    try (ZipFile zip = new ZipFile(corpus.toFile())) {
      List<? extends ZipEntry> files =
          zip.stream()
              .filter(entry -> entry.getName().endsWith(".json"))
              .sorted(
                  Comparator.<ZipEntry>comparingInt(entry -> rank(entry.getName()))
                      .thenComparingLong(ZipEntry::getSize))
              .toList();
      List<ZipEntry> chosen = new ArrayList<>();
      for (int i = 0; i < files.size(); i++) {
        // Hospitals and staff, the small ones, and one of middle size with all that befalls people.
        if (FULL || rank(files.get(i).getName()) < 2 || i < 10 || i == files.size() / 2) {
          chosen.add(files.get(i));
        }
      }
      for (ZipEntry file : chosen) {
        try (InputStream content = zip.getInputStream(file)) {
          goesInAndComesBack(file.getName(), content.readAllBytes());
        }
      }
      System.out.printf(
          "%,d resources of %d bundles of Synthea read back as sent, %,d references%n",
          resources, chosen.size(), links);
    }
    assertThat(resources).isGreaterThan(FULL ? 150_000 : 2_000);
    assertThat(links).isGreaterThan(resources);
    everythingIsCounted();
  }

  private static int rank(String name) {
    return name.startsWith("hospitalInformation")
        ? 0
        : name.startsWith("practitionerInformation") ? 1 : 2;
  }

  private static Path synthea() throws IOException {
    String place = "shared/data/synthea/synthea-r4-seed20191.zip";
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.isReadable(at.resolve(place))) {
        return at.resolve(place);
      }
    }
    String skipped = "SKIPPED: no " + place + " above this folder, so no real bundles were loaded";
    System.err.println(skipped);
    return Assumptions.abort(skipped);
  }

  private void goesInAndComesBack(String name, byte[] bundle) throws Exception {
    List<Object> sent = JsonTree.list(JsonTree.object(bundle).get("entry"));
    HttpResponse<byte[]> answer = request("POST", "", bundle);
    assertThat(answer.statusCode())
        .as(() -> name + ": " + new String(answer.body(), UTF_8))
        .isEqualTo(200);
    List<Object> stored = JsonTree.list(JsonTree.object(answer.body()).get("entry"));
    assertThat(stored).as(name).hasSameSizeAs(sent);

    Map<String, String> byUrl = new HashMap<>();
    List<String> places = new ArrayList<>();
    for (int i = 0; i < sent.size(); i++) {
      var response = JsonTree.asObject(JsonTree.asObject(stored.get(i)).get("response"));
      assertThat(JsonTree.text(response.get("status")))
          .as("%s, entry %d: %s", name, i, response)
          .startsWith("201");
      String place = place(JsonTree.text(response.get("location")));
      places.add(place);
      var entry = JsonTree.asObject(sent.get(i));
      var resource = JsonTree.asObject(entry.get("resource"));
      String type = JsonTree.text(resource.get("resourceType"));
      assertThat(place).startsWith(type + "/");
      sentByType.merge(type, 1, Integer::sum);
      String url = JsonTree.text(entry.get("fullUrl"));
      byUrl.put(url, place);
      if (url.startsWith("http")) {
        // Beside an absolute fullUrl a relative reference means that entry (R4, Bundle, 2.36.4).
        String[] segments = url.split("/");
        byUrl.put(segments[segments.length - 2] + "/" + segments[segments.length - 1], place);
      }
      for (Object each : identifiers(resource)) {
        var identifier = JsonTree.asObject(each);
        byIdentifier.put(
            "%s?identifier=%s|%s"
                .formatted(type, identifier.get("system"), identifier.get("value")),
            place);
      }
    }
    assertThat(places).as(name).doesNotHaveDuplicates();

    try (ExecutorService readers = Executors.newFixedThreadPool(READERS)) {
      List<Callable<Void>> checks = new ArrayList<>();
      for (int i = 0; i < sent.size(); i++) {
        String place = places.get(i);
        String what = name + ", entry " + i;
        Map<String, @Nullable Object> expected =
            JsonTree.asObject(
                resolved(JsonTree.asObject(sent.get(i)).get("resource"), byUrl, what));
        expected.put("id", place.substring(place.indexOf('/') + 1));
        checks.add(
            () -> {
              HttpResponse<byte[]> read = request("GET", "/" + place, new byte[0]);
              assertThat(read.statusCode()).as(what).isEqualTo(200);
              Map<String, @Nullable Object> found = JsonTree.object(read.body());
              takeOutWhatTheServerSays(found);
              takeOutWhatTheServerSays(expected);
              assertThat(found).as(what).isEqualTo(expected);
              return null;
            });
      }
      for (Future<Void> check : readers.invokeAll(checks)) {
        check.get();
      }
    }
    resources += sent.size();
  }

  /** {@code Type/id} of a location, which may be absolute and names the version. */
  private static String place(String location) {
    String[] segments = location.substring(0, location.indexOf("/_history/")).split("/");
    return segments[segments.length - 2] + "/" + segments[segments.length - 1];
  }

  private static List<Object> identifiers(Map<String, @Nullable Object> resource) {
    return resource.get("identifier") instanceof List<?> list ? JsonTree.list(list) : List.of();
  }

  /** A copy in which each reference names the resource that the sender meant. */
  private @Nullable Object resolved(
      @Nullable Object value, Map<String, String> byUrl, String what) {
    if (value instanceof Map<?, ?> object) {
      Map<String, @Nullable Object> copy = new LinkedHashMap<>();
      object.forEach(
          (name, child) ->
              copy.put(
                  (String) name,
                  name.equals("reference") && child instanceof String reference
                      ? meant(reference, byUrl, what)
                      : resolved(child, byUrl, what)));
      return copy;
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> copy = new ArrayList<>();
      list.forEach(child -> copy.add(resolved(child, byUrl, what)));
      return copy;
    }
    return value;
  }

  private String meant(String reference, Map<String, String> byUrl, String what) {
    String target = byUrl.getOrDefault(reference, byIdentifier.get(reference));
    if (target != null) {
      links++;
      return target;
    }
    // Nothing that only the bundle can explain may be left.
    assertThat(reference).as(what).doesNotStartWith("urn:uuid:").doesNotContain("?");
    return reference;
  }

  private static void takeOutWhatTheServerSays(Map<String, @Nullable Object> resource) {
    if (resource.get("meta") instanceof Map<?, ?> meta) {
      meta.remove("versionId");
      meta.remove("lastUpdated");
      if (meta.isEmpty()) {
        resource.remove("meta");
      }
    }
  }

  /** Nothing is in that was not sent, nothing twice. */
  private void everythingIsCounted() throws Exception {
    for (Map.Entry<String, Integer> type : sentByType.entrySet()) {
      var count =
          JsonTree.object(
              request("GET", "/" + type.getKey() + "?_summary=count", new byte[0]).body());
      assertThat(count.get("total"))
          .as(type.getKey())
          .isEqualTo(BigDecimal.valueOf(type.getValue()));
    }
  }

  private HttpResponse<byte[]> request(String method, String path, byte[] body)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create(platform.url() + "fhir" + path))
            .header("Authorization", "Bearer " + platform.token())
            .header("Content-Type", "application/fhir+json")
            .header("Prefer", "return=minimal")
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
            .build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }
}
