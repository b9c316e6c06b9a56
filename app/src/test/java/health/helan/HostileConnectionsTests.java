package health.helan;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a browser, a scanner and a bad client get, byte for byte from a running platform. */
class HostileConnectionsTests {
  private static final String ORIGIN = "https://app.example";

  private static RunningPlatform platform;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    platform =
        RunningPlatform.start(
            Map.of("HELAN_CORS_ORIGINS", ORIGIN, "HELAN_BASE_URL", "https://helan.example"),
            PreparedData.in(folder.resolve("data")),
            "--no-demo");
  }

  @AfterAll
  static void stop() throws Exception {
    platform.close();
  }

  private static Socket connect() throws IOException {
    Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), URI.create(platform.url()).getPort());
    socket.setSoTimeout(60_000);
    return socket;
  }

  /** Sends bytes as they are and reads until the other side closes. */
  private static String ask(String request) throws IOException {
    try (Socket socket = connect()) {
      OutputStream out = socket.getOutputStream();
      out.write(request.getBytes(ISO_8859_1));
      out.flush();
      return new String(readAll(socket), UTF_8);
    }
  }

  private static byte[] readAll(Socket socket) throws IOException {
    java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    try {
      for (int n = socket.getInputStream().read(buffer);
          n >= 0;
          n = socket.getInputStream().read(buffer)) {
        all.write(buffer, 0, n);
      }
    } catch (SocketException reset) {
      // Closed with bytes of ours unread: what came before counts.
    }
    return all.toByteArray();
  }

  private static String get(String path, String... headers) throws IOException {
    return request("GET", path, headers);
  }

  private static String request(String method, String path, String... headers) throws IOException {
    StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: x\r\n");
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    return ask(request + "Connection: close\r\n\r\n");
  }

  private static String status(String answer) {
    return answer.lines().findFirst().orElse("").replaceFirst("HTTP/1.1 (\\d+).*", "$1");
  }

  private static void saysNothingOfItself(String answer) {
    assertThat(answer)
        .doesNotContainIgnoringCase("tomcat")
        .doesNotContainIgnoringCase("apache")
        .doesNotContain("\tat ", "Exception", "springframework", "java.", "Whitelabel");
    assertThat(answer.split("\r\n\r\n", 2)[0].lines())
        .noneMatch(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("server:"))
        .noneMatch(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("x-powered-by:"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/fhir/metadata",
        "/fhir/Patient",
        "/health",
        "/metrics",
        "/none.txt",
        "/error"
      })
  void getTheHeadersThatProtectBrowsers(String path) throws Exception {
    String answer = get(path, "Accept: text/html");
    assertThat(answer)
        .contains("X-Content-Type-Options: nosniff")
        .contains("Content-Security-Policy: default-src 'self'; script-src 'self';")
        .contains("frame-ancestors 'none'")
        .contains("X-Frame-Options: DENY")
        .contains("Referrer-Policy: no-referrer")
        .contains("Cross-Origin-Opener-Policy: same-origin")
        .contains("Cross-Origin-Resource-Policy: same-origin")
        .contains("Permissions-Policy: ")
        .contains("Strict-Transport-Security: max-age=31536000");
    saysNothingOfItself(answer);
  }

  @Test
  void areKeptFromOtherOriginsUnlessTheyAreNamed() throws Exception {
    String[] preflight = {
      "Origin: " + ORIGIN,
      "Access-Control-Request-Method: PUT",
      "Access-Control-Request-Headers: authorization"
    };
    String allowed = request("OPTIONS", "/fhir/Patient/1", preflight);
    assertThat(status(allowed)).isEqualTo("204");
    assertThat(allowed)
        .contains("Access-Control-Allow-Origin: " + ORIGIN)
        .contains("Access-Control-Allow-Methods: GET, HEAD, POST, PUT")
        .contains("Authorization")
        .contains("Vary: Origin")
        .doesNotContain("Allow-Credentials");
    assertThat(get("/fhir/metadata", "Origin: " + ORIGIN))
        .contains("Access-Control-Allow-Origin: " + ORIGIN)
        .contains("Access-Control-Expose-Headers: ")
        .contains("ETag");
    for (String stranger :
        List.of("https://evil.example", "null", ORIGIN + ".evil.example", "http://app.example")) {
      preflight[0] = "Origin: " + stranger;
      assertThat(request("OPTIONS", "/fhir/Patient/1", preflight))
          .as(stranger)
          .doesNotContain("Access-Control-Allow-Origin");
      assertThat(get("/fhir/metadata", "Origin: " + stranger))
          .as(stranger)
          .doesNotContain("Access-Control-Allow-Origin");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        "GET /\u0001 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /fhir/Patient?name={\"<script>\" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "NONSENSE\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a b<script>\r\n\r\n",
        "POST /fhir HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
        "POST /fhir HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\nno\r\n",
        "TRACE / HTTP/1.1\r\nHost: x\r\nX-Secret: abc\r\nConnection: close\r\n\r\n",
        "TRACE /fhir/Patient HTTP/1.1\r\nHost: x\r\nX-Secret: abc\r\nConnection: close\r\n\r\n",
        "CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "PROPFIND / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "DELETE /index.html HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "PUT /new.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx"
      })
  void areRefusedWithoutAWordTooMany(String request) throws Exception {
    String answer = ask(request);
    if (answer.isEmpty()) {
      return; // Closed without a word.
    }
    assertThat(status(answer)).as(answer).matches("4\\d\\d|501|505");
    assertThat(answer).doesNotContain("X-Secret", "<script>");
    saysNothingOfItself(answer);
  }

  @Test
  void getNoMoreRoomThanIsMeantForThem() throws Exception {
    assertThat(status(get("/", "X-Long: " + "a".repeat(70_000)))).matches("400|431");
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      many.append("X-").append(i).append(": a\r\n");
    }
    assertThat(status(ask("GET / HTTP/1.1\r\nHost: x\r\n" + many + "Connection: close\r\n\r\n")))
        .matches("400|431");
    assertThat(status(get("/" + "a".repeat(70_000)))).matches("400|414|431");
    // A form with files goes nowhere.
    String part = "--b\r\nContent-Disposition: form-data; name=f; filename=a\r\n\r\nx\r\n--b--\r\n";
    String answer =
        ask(
            "POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                + platform.token()
                + "\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: "
                + part.length()
                + "\r\nConnection: close\r\n\r\n"
                + part);
    assertThat(status(answer)).isEqualTo("415");
    saysNothingOfItself(answer);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2f..%2fetc%2fpasswd",
        "/assets/../../application.properties",
        "/assets/..%2f..%2fapplication.properties",
        "/assets/%252e%252e/application.properties",
        "/assets/..;/..;/application.properties",
        "/..\\..\\application.properties",
        "/%5c..%5capplication.properties",
        "/application.properties",
        "/build.properties",
        "/META-INF/MANIFEST.MF",
        "/WEB-INF/web.xml",
        "/db/backup-rules.properties",
        "/assets/%00",
        "/%c0%ae%c0%ae/application.properties",
        "//etc/passwd",
        "/file:/etc/passwd"
      })
  void findNothingOutsideThePages(String path) throws Exception {
    String answer = get(path);
    assertThat(answer)
        .doesNotContain("root:")
        .doesNotContain("spring.application.name", "helan.version", "Manifest-Version")
        .doesNotContain("web-app", "res_patient=");
    assertThat(status(answer)).matches("200|400|404");
    if (status(answer).equals("200")) {
      // A place inside the pages, which gets the page itself.
      assertThat(answer).contains("<!doctype html>");
    }
    saysNothingOfItself(answer);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/fhir/../metrics",
        "/health/../metrics",
        "/%6detrics",
        "/metrics;x=/health",
        "//metrics",
        "/assets/../metrics",
        "/./metrics",
        "/health/%2e%2e/metrics",
        "/fhir/metadata/../Patient",
        "/fhir/metadata;/../Patient",
        "/FHIR/../fhir/Patient",
        "/metrics/"
      })
  void doNotGetAroundTheDoor(String path) throws Exception {
    String answer = get(path);
    assertThat(answer).doesNotContain("jvm_memory", "\"Bundle\"", "searchset");
    assertThat(status(answer)).matches("200|400|401|404");
  }

  @Test
  @EnabledIfSystemProperty(named = "helan.test.full", matches = "true")
  void areClosedWhenTheyDawdle() throws Exception {
    CompletableFuture<String> silent =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return ask("GET / HTTP/1.1\r\nHost: x\r\n");
              } catch (IOException closed) {
                return "";
              }
            });
    CompletableFuture<String> dripping =
        CompletableFuture.supplyAsync(
            () -> {
              try (Socket socket = connect()) {
                OutputStream out = socket.getOutputStream();
                out.write(
                    ("POST /fhir HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                            + platform.token()
                            + "\r\nContent-Type: application/fhir+json\r\nContent-Length: 100000\r\n\r\n")
                        .getBytes(ISO_8859_1));
                try {
                  for (int i = 0; i < 60; i++) {
                    out.write(' ');
                    out.flush();
                    Thread.sleep(1000);
                  }
                  return "still open";
                } catch (SocketException closed) {
                  return "closed";
                }
              } catch (Exception other) {
                return other.toString();
              }
            });
    assertThat(silent.get(40, TimeUnit.SECONDS)).doesNotContain("200");
    assertThat(dripping.get(90, TimeUnit.SECONDS)).isEqualTo("closed");
  }

  @Test
  void areRefusedAStartInProductionWithADemoRegion(@TempDir Path folder) throws Exception {
    RunningPlatform.Ended ended =
        RunningPlatform.run(
            Map.of("HELAN_MODE", "production"),
            List.of("run", "--port", "0", "--data", folder.resolve("data").toString()));
    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.output()).contains("add --no-demo").doesNotContain("\tat ");
    assertThat(folder.resolve("data")).doesNotExist();
  }
}
