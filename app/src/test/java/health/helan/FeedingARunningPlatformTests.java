package health.helan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.RunningPlatform.Ended;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code helan load} and everyone else at the door of one running platform with a small region. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FeedingARunningPlatformTests {
  private static final JsonMapper JSON = new JsonMapper();

  private Path folder;
  private RunningPlatform platform;

  @BeforeAll
  void start(@TempDir Path given) throws Exception {
    folder = given;
    platform = RunningPlatform.start(folder.resolve("data"), "--residents", "12", "--seed", "7");
    platform.awaitOutput("The demo region is ready.");
  }

  @AfterAll
  void stop() throws Exception {
    platform.close();
  }

  @Test
  void theDemoRegionIsInWithoutARefusal() throws Exception {
    JsonNode load = loads().getFirst();
    assertThat(part(load, "state").asString()).isEqualTo("done");
    assertThat(part(load, "refused").asInt()).isZero();
    assertThat(part(load, "resources").asInt()).isGreaterThan(500);
    assertThat(part(load, "done")).isEqualTo(part(load, "total"));
    assertThat(folder.resolve("data/demo-region")).hasContent("seed=7 residents=12 complete\n");
  }

  @Test
  void reportsOfTheDemoRegionAreSignedAndComeOutOnPaper() throws Exception {
    JsonNode signed =
        JSON.readTree(
            platform.get("fhir/Provenance?signature-type:missing=false&_count=200").body());
    String report = "";
    for (JsonNode entry : signed.path("entry")) {
      String target = entry.path("resource").path("target").path(0).path("reference").asString("");
      if (target.startsWith("DiagnosticReport/")) {
        report = target;
      }
    }
    assertThat(report).as("a signed report").startsWith("DiagnosticReport/");
    String path = "fhir/" + report.substring(0, report.indexOf("/_history/"));
    JsonNode verified = JSON.readTree(platform.get(path + "/$verify-signature").body());
    assertThat(verified.path("parameter").path(0).path("valueBoolean").asBoolean())
        .as(verified.toString())
        .isTrue();
    HttpResponse<String> paper = platform.get(path + "/$print");
    if (Files.exists(Path.of("..", "web", "node_modules", "@expo-google-fonts"))) {
      assertThat(paper.statusCode()).as(paper.body()).isEqualTo(200);
      assertThat(paper.headers().firstValue("Content-Type")).hasValue("application/pdf");
      assertThat(paper.body()).startsWith("%PDF-1");
    } else {
      System.err.println(
          "SKIPPED: the fonts of the pages' build are not there; printing not tried");
      assertThat(paper.statusCode()).isIn(200, 501);
    }
    assertThat(platform.get("fhir/metadata").body())
        .contains("OperationDefinition/sign", "OperationDefinition/verify-signature");
  }

  @Test
  void filesOfEveryKindGoIn() throws Exception {
    Path source = Files.createDirectory(folder.resolve("kinds"));
    Files.writeString(source.resolve("single.json"), organization("kind-single"));
    Files.writeString(
        source.resolve("collection.json"),
        """
        {"resourceType":"Bundle","type":"collection","entry":[{"resource":%s},{"resource":%s}]}"""
            .formatted(organization("kind-c1"), organization("kind-c2")));
    Files.write(
        source.resolve("lines.ndjson.gz"),
        gzip(organization("kind-l1") + "\n\n" + organization("kind-l2") + "\n"));
    try (ZipOutputStream zip =
        new ZipOutputStream(Files.newOutputStream(source.resolve("archive.zip")))) {
      zip.putNextEntry(new ZipEntry("deep/er/patient.json"));
      // Found only if the file with the organization of this rank was sent first.
      zip.write(
          """
          {"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"PUT","url":"Patient/kind-p"},
          "resource":{"resourceType":"Patient","id":"kind-p","managingOrganization":
          {"reference":"Organization?identifier=urn:test|kind-hospital"}}}]}"""
              .getBytes(UTF_8));
      zip.putNextEntry(new ZipEntry("hospitalInformation1.json"));
      zip.write(
          """
          {"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"PUT","url":"Organization/kind-hospital"},
          "resource":%s}]}"""
              .formatted(organization("kind-hospital"))
              .getBytes(UTF_8));
    }
    Files.writeString(source.resolve("notes.txt"), "not FHIR");
    tarball(source, "tape.tgz", "kind-t1");

    Ended ended = load(source, "kinds.tsv");

    assertThat(ended.exitCode()).as(ended.output()).isZero();
    assertThat(ended.output()).contains("1 files that are not FHIR JSON were left out");
    for (String id :
        List.of(
            "kind-single",
            "kind-c1",
            "kind-c2",
            "kind-l1",
            "kind-l2",
            "kind-hospital",
            "kind-t1")) {
      assertThat(platform.get("fhir/Organization/" + id).statusCode()).as(id).isEqualTo(200);
    }
    assertThat(platform.get("fhir/Patient/kind-p").body())
        .contains("\"Organization/kind-hospital\"");
    assertThat(folder.resolve("kinds.tsv")).doesNotExist();

    // Each file is in; a second run sends nothing and changes no version.
    Ended again = load(source, "kinds.tsv");
    assertThat(again.exitCode()).as(again.output()).isZero();
    assertThat(again.output()).contains("had gone in before");
    assertThat(
            JSON.readTree(platform.get("fhir/Organization/kind-single").body())
                .path("meta")
                .path("versionId")
                .asString())
        .isEqualTo("1");
  }

  @Test
  void whatIsRefusedIsReportedAndTheRestGoesIn() throws Exception {
    Path source = Files.createDirectory(folder.resolve("bad"));
    List<String> lines = new ArrayList<>();
    for (int i = 1; i <= 30; i++) {
      lines.add(organization("line-" + i));
    }
    lines.set(6, "{\"resourceType\":\"Organization\",\"id\":\"line-7\",\"active\":\"秘密\"}");
    lines.set(18, "{ this is not JSON");
    Files.write(source.resolve("Organization.ndjson"), lines);
    Files.writeString(
        source.resolve("old.json"), "{\"resourceType\":\"Bundle\",\"type\":\"history\"}");

    Ended ended = load(source, "bad.tsv");

    assertThat(ended.exitCode()).as(ended.output()).isEqualTo(1);
    assertThat(ended.output()).contains("3 resources were refused").contains("bad.tsv");
    List<String> report = Files.readAllLines(folder.resolve("bad.tsv"));
    assertThat(report.getFirst()).isEqualTo("file\tentry\tstatus\tcode\twhy");
    assertThat(report).hasSize(4);
    assertThat(report).anyMatch(line -> line.matches("Organization.ndjson\\t7\\t4\\d\\d\\t.*"));
    assertThat(report).anyMatch(line -> line.startsWith("Organization.ndjson\t19\t\tstructure\t"));
    assertThat(report).anyMatch(line -> line.startsWith("old.json\t\t\tstructure\t"));
    assertThat(String.join("\n", report)).as("no content").doesNotContain("秘密");
    for (int i : new int[] {1, 6, 8, 18, 20, 30}) {
      assertThat(platform.get("fhir/Organization/line-" + i).statusCode())
          .as("line " + i)
          .isEqualTo(200);
    }
    assertThat(platform.get("fhir/Organization/line-7").statusCode()).isEqualTo(404);
    assertThat(platform.get("fhir/Organization/line-19").statusCode()).isEqualTo(404);
  }

  @Test
  void aDamagedFileIsNamedAndKeepsNoOtherOut() throws Exception {
    Path source = Files.createDirectory(folder.resolve("damaged"));
    Files.writeString(source.resolve("a-broken.zip"), "not a zip");
    byte[] packed = gzip((organization("cut-1") + "\n").repeat(3));
    Files.write(source.resolve("b-cut.ndjson.gz"), java.util.Arrays.copyOf(packed, 40));
    Files.writeString(source.resolve("c-plain.json.gz"), organization("not-packed"));
    Files.writeString(source.resolve("d-good.json"), organization("beside-damage"));

    Ended ended = load(source, "damaged.tsv");

    assertThat(ended.exitCode()).as(ended.output()).isEqualTo(1);
    assertThat(ended.output()).contains("3 resources were refused").doesNotContain("\tat ");
    assertThat(Files.readString(folder.resolve("damaged.tsv")))
        .contains(
            "a-broken.zip\t", "b-cut.ndjson.gz\t", "c-plain.json.gz\t", "Damaged or unreadable");
    assertThat(platform.get("fhir/Organization/beside-damage").statusCode()).isEqualTo(200);
  }

  @Test
  void aTransactionWhoseAnswerWasLostIsNotStoredTwice() throws Exception {
    String bundle =
        """
        {"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"POST","url":"Basic"},
        "resource":{"resourceType":"Basic","code":{"text":"once"}}}]}""";
    Path file = Files.writeString(folder.resolve("once.json"), bundle);
    Path state = folder.resolve("state-lost");
    load(file, "once.tsv", state);
    // As after a crash between the answer and the note of it.
    Files.walk(state).filter(Files::isRegularFile).forEach(FeedingARunningPlatformTests::empty);
    load(file, "once.tsv", state);
    JsonNode history = JSON.readTree(platform.get("fhir/Basic/_history").body());
    assertThat(history.path("entry")).as(history.toString()).hasSize(1);
  }

  @Test
  void aLoadWithoutAPlatformOrATokenSaysSo() throws Exception {
    Path file = Files.writeString(folder.resolve("some.json"), organization("some"));
    Path token = Files.writeString(folder.resolve("wrong-token"), "0".repeat(64));
    Ended wrong =
        RunningPlatform.run(
            Map.of("XDG_STATE_HOME", folder.resolve("state").toString()),
            List.of(
                "load",
                "--url",
                platform.url(),
                "--token-file",
                token.toString(),
                "--report",
                folder.resolve("r.tsv").toString(),
                file.toString()));
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.output()).contains("does not accept the access token").doesNotContain("\tat ");
  }

  @ParameterizedTest
  @CsvSource({
    "GET, fhir",
    "GET, fhir/",
    "GET, fhir/Patient",
    "GET, fhir/Patient/x",
    "GET, fhir/Patient?name=x",
    "GET, fhir/_history",
    "GET, fhir/$loads",
    "POST, fhir/$loads",
    "POST, fhir",
    "POST, fhir/Patient",
    "POST, fhir/Patient/_search",
    "PUT, fhir/Patient/x",
    "PATCH, fhir/Patient/x",
    "DELETE, fhir/Patient/x",
    "POST, fhir/metadata",
    "GET, fhir/metadata/x",
    "GET, fhir//metadata/../Patient",
    "GET, fhir/metadata/..;/Patient",
    "GET, metrics",
    "GET, metrics/",
    "GET, health/x",
    "POST, health",
    "GET, error",
    "POST, /",
    "DELETE, index.html",
    "OPTIONS, fhir/Patient",
    "GET, fhir/%50atient",
    "GET, %66hir/Patient"
  })
  void noDoorIsOpenWithoutTheToken(String method, String path) throws Exception {
    HttpResponse<String> answer = platform.send(method, path, "", "application/fhir+json", false);
    assertThat(answer.statusCode()).as(answer.body()).isIn(401, 400);
    if (answer.statusCode() == 401) {
      assertThat(answer.headers().firstValue("WWW-Authenticate"))
          .hasValue("Bearer realm=\"helan\"");
      assertThat(JSON.readTree(answer.body()).path("issue").path(0).path("code").asString())
          .isEqualTo("login");
    }
  }

  @Test
  void onlyTheseAnswerWithoutTheToken() throws Exception {
    for (String path : List.of("fhir/metadata", "health", "health/ready")) {
      assertThat(platform.send("GET", path, "", "text/plain", false).statusCode())
          .as(path)
          .isEqualTo(200);
    }
    assertThat(
            JSON.readTree(platform.send("GET", "fhir/metadata", "", "text/plain", false).body())
                .path("resourceType")
                .asString())
        .isEqualTo("CapabilityStatement");
  }

  @Test
  void aWrongTokenIsRefusedHoweverMuchOfItIsRight() throws Exception {
    String token = platform.token();
    for (String wrong :
        List.of("", "x", token.substring(1), token + "0", token.replace(token.charAt(63), 'x'))) {
      var request =
          java.net.http.HttpRequest.newBuilder(
                  java.net.URI.create(platform.url() + "fhir/Patient/x"))
              .header("Authorization", "Bearer " + wrong)
              .build();
      try (var client = java.net.http.HttpClient.newHttpClient()) {
        assertThat(client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode())
            .isEqualTo(401);
      }
    }
  }

  /** As curl sends what it is given; Java's own client would not. */
  @ParameterizedTest
  @CsvSource({
    "'GET /fhir/Organization?identifier=urn:test|x HTTP/1.1', 200",
    "'GET /fhir/Organization?name=%E5%BC%A0 HTTP/1.1', 200",
    "'GET /fhir/Organization?name=张 HTTP/1.1', 400",
    "'GET /fhir/Organization?name=a b HTTP/1.1', 400",
    "'GET /fhir/%zz HTTP/1.1', 400",
    "'BROKEN', 400"
  })
  void whatIsNoProperRequestGetsAnOutcomeToo(String line, int status) throws Exception {
    java.net.URI address = java.net.URI.create(platform.url());
    try (Socket socket = new Socket(address.getHost(), address.getPort())) {
      socket.setSoTimeout(10_000);
      String request =
          "%s\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nConnection: close\r\n\r\n"
              .formatted(line, platform.token());
      socket.getOutputStream().write(request.getBytes(UTF_8));
      String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 " + status).doesNotContain("<html", "Tomcat");
      if (status == 400) {
        assertThat(answer)
            .contains("application/fhir+json", "OperationOutcome", "百分号编码", "percent-encoded");
      }
    }
  }

  @Test
  void metricsAndLogsNameNoResident() throws Exception {
    platform.get("fhir/Patient/zhang-san-secret?name=%E7%A7%98%E5%AF%86");
    platform.get("no-such-page-zhang-san-secret");
    String metrics = platform.get("metrics").body();
    assertThat(metrics)
        .contains("http_server_requests_seconds_count")
        .contains("uri=\"/fhir/{type}/{id}\"")
        .contains("hikaricp_connections")
        .doesNotContain("zhang-san-secret");
    assertThat(Files.readString(folder.resolve("data/logs/helan.log")))
        .doesNotContain("zhang-san-secret")
        .doesNotContain(platform.token());
  }

  @Test
  void answersCarryTheHeadersThatBrowsersObey() throws Exception {
    HttpResponse<String> answer = platform.get("health");
    assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("default-src 'self'")
        .contains("frame-ancestors 'none'");
    assertThat(answer.headers().firstValue("Server")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'',                            200, 'no-cache'",
    "index.html,                    200, 'no-cache'",
    "residents/somewhere,           200, 'no-cache'",
    "THE SCRIPT,                    200, 'max-age=31536000, public, immutable'",
    "assets/no-such-file.js,        404, ''",
    "no-such-file.css,              404, ''"
  })
  void pagesAreOpenAndCachedByTheirNames(String path, int status, String cacheControl)
      throws Exception {
    // The built pages where there are some, else the page among the test's resources.
    String page = platform.send("GET", "index.html", "", "text/html", false).body();
    String script = page.replaceAll("(?s).*?src=\"/(assets/[^\"]+\\.js)\".*", "$1");
    HttpResponse<String> answer =
        platform.send("GET", path.replace("THE SCRIPT", script), "", "text/html", false);
    assertThat(answer.statusCode()).isEqualTo(status);
    if (status == 200) {
      assertThat(answer.headers().firstValue("Cache-Control")).hasValue(cacheControl);
      String type = answer.headers().firstValue("Content-Type").orElse("");
      if (path.equals("THE SCRIPT")) {
        assertThat(type).contains("javascript");
        assertThat(answer.body()).isNotBlank().isNotEqualTo(page);
      } else {
        assertThat(type).startsWith("text/html");
        assertThat(answer.body()).contains("<title>").isEqualTo(page);
      }
    }
  }

  private Ended load(Path source, String report) throws IOException, InterruptedException {
    return load(source, report, folder.resolve("state"));
  }

  private Ended load(Path source, String report, Path state)
      throws IOException, InterruptedException {
    return RunningPlatform.run(
        Map.of("XDG_STATE_HOME", state.toString()),
        List.of(
            "load",
            "--url",
            platform.url(),
            "--token-file",
            folder.resolve("data/operator-token").toString(),
            "--report",
            folder.resolve(report).toString(),
            source.toString()));
  }

  private List<JsonNode> loads() throws Exception {
    List<JsonNode> loads = new ArrayList<>();
    for (JsonNode load : JSON.readTree(platform.get("fhir/$loads").body()).path("parameter")) {
      if (part(load, "id").asString().startsWith("demo-")) {
        loads.add(load);
      }
    }
    return loads;
  }

  private static JsonNode part(JsonNode load, String name) {
    for (JsonNode part : load.path("part")) {
      if (part.path("name").asString("").equals(name)) {
        return part.properties().stream()
            .filter(property -> property.getKey().startsWith("value"))
            .findFirst()
            .orElseThrow()
            .getValue();
      }
    }
    throw new AssertionError("no part " + name + " in " + load);
  }

  private static String organization(String id) {
    return """
        {"resourceType":"Organization","id":"%s","identifier":[{"system":"urn:test","value":"%s"}],"name":"医院"}"""
        .formatted(id, id);
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }

  private static void tarball(Path folder, String name, String id) throws IOException {
    try (var tar =
        new org.apache.commons.compress.archivers.tar.TarArchiveOutputStream(
            new GZIPOutputStream(Files.newOutputStream(folder.resolve(name))))) {
      byte[] content = organization(id).getBytes(UTF_8);
      var entry =
          new org.apache.commons.compress.archivers.tar.TarArchiveEntry("x/Organization.json");
      entry.setSize(content.length);
      tar.putArchiveEntry(entry);
      tar.write(content);
      tar.closeArchiveEntry();
    }
  }

  private static void empty(Path file) {
    try {
      Files.writeString(file, "");
    } catch (IOException failed) {
      throw new java.io.UncheckedIOException(failed);
    }
  }
}
