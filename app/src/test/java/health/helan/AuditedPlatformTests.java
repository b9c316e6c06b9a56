package health.helan;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The audit of a real platform: through kills and outages, and as an auditor sees it. */
class AuditedPlatformTests {
  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  Path folder;

  private Path data() {
    return folder.resolve("data");
  }

  private RunningPlatform.Ended command(String... words) throws Exception {
    var all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--data", data().toString()));
    return RunningPlatform.run(Map.of(), all);
  }

  private long count(String where) throws SQLException, IOException {
    try (Connection connection = database();
        var statement = connection.createStatement();
        var rows = statement.executeQuery("select count(*) from audit where " + where)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /** As the operator of the database may. */
  private Connection database() throws SQLException, IOException {
    return RunningPlatform.database(data());
  }

  private static RunningPlatform.Ended auditor(String... words) throws Exception {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dstdout.encoding=UTF-8",
                Path.of("..", "tools", "AuditVerifier.java").toString()));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new RunningPlatform.Ended(process.waitFor(), said);
  }

  @Test
  void staysWholeThroughOutagesAndKillsAndIsProvedByAnyone() throws Exception {
    var read = new AtomicInteger();
    var refused = new AtomicInteger();
    var wrong = new AtomicInteger();
    RunningPlatform platform = RunningPlatform.start(PreparedData.in(data()), "--no-demo");
    String patient = "{\"resourceType\":\"Patient\",\"active\":true}";
    String created =
        platform.send("POST", "fhir/Patient", patient, "application/fhir+json", true).body();
    String id = created.replaceAll("(?s).*\"id\":\"([^\"]+)\".*", "$1");

    // Refused before anyone knew who called.
    assertThat(
            platform
                .send("GET", "fhir/Patient/" + id, "", "application/fhir+json", false)
                .statusCode())
        .isEqualTo(401);
    assertThat(count("status = 401 and account = '' and interaction = 'read'")).isEqualTo(1);
    assertThat(platform.send("GET", "metrics", "", "text/plain", false).statusCode())
        .isEqualTo(401);
    assertThat(count("status = 401 and interaction = 'other'")).isEqualTo(1);
    // A message that no feed takes.
    assertThat(
            platform
                .send("POST", "hl7v2/nobody", "MSH|^~\\&|", "x-application/hl7-v2+er7", true)
                .statusCode())
        .isEqualTo(404);
    assertThat(count("status = 404 and interaction = 'other'")).isEqualTo(1);

    var stop = new AtomicBoolean();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) {
        threads.submit(
            () -> {
              while (!stop.get()) {
                try {
                  HttpResponse<String> answer = platform.get("fhir/Patient/" + id);
                  if (answer.statusCode() == 200) {
                    read.incrementAndGet();
                  } else if (answer.statusCode() == 503 && !answer.body().contains("active")) {
                    refused.incrementAndGet();
                  } else {
                    wrong.incrementAndGet();
                  }
                } catch (IOException e) {
                  // Killed.
                }
              }
              return null;
            });
      }
      Thread.sleep(2_000);
      // The database dies under the platform, which starts it again.
      RunningPlatform.postgres(data()).destroyForcibly();
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (refused.get() == 0 && System.nanoTime() < until) {
        Thread.sleep(20);
      }
      int before = read.get();
      while (read.get() < before + 50 && System.nanoTime() < until) {
        Thread.sleep(20);
      }
      platform.kill();
      stop.set(true);
    }
    assertThat(wrong.get()).isZero();
    assertThat(refused.get()).isPositive();
    assertThat(read.get()).isGreaterThan(100);

    // On the folder of a platform that was killed.
    var offline = command("verify");
    assertThat(offline.output()).contains("The audit is whole");
    assertThat(offline.exitCode()).isZero();

    try (RunningPlatform next = RunningPlatform.start(data(), "--no-demo")) {
      // What was answered has its row.
      assertThat(count("status = 200 and interaction = 'read' and id = '" + id + "'"))
          .isGreaterThanOrEqualTo(read.get());
      assertThat(next.get("fhir/AuditEvent?patient=" + id + "&_count=5").body())
          .contains("\"AuditEvent\"")
          .contains("RESTful Operation");
      // Beside a platform that runs.
      assertThat(command("verify").exitCode()).isZero();
      Path export = folder.resolve("export");
      var exported = command("audit-export", export.toString());
      assertThat(exported.exitCode()).as(exported.output()).isZero();
      String certificate = data().resolve("audit-certificate.pem").toString();
      var proved = auditor(export.toString(), "--certificate", certificate);
      assertThat(proved.output()).contains("Whole");
      assertThat(proved.exitCode()).isZero();

      long chain;
      try (Connection connection = database();
          var statement = connection.createStatement()) {
        var rows = statement.executeQuery("select chain from audit where seq = 3 limit 1");
        rows.next();
        chain = rows.getLong(1);
        // Whoever has the password can give the role what it has taken from itself.
        statement.execute("grant update on audit to current_user");
        statement.executeUpdate(
            "update audit set account = 'nobody' where seq = 3 and chain = " + chain);
      }
      String link = "First broken link: chain " + chain + " row 3: ";
      var broken = command("verify", "--earlier", export.toString());
      assertThat(broken.output()).contains(link);
      assertThat(broken.exitCode()).isEqualTo(1);
      Path again = folder.resolve("again");
      command("audit-export", again.toString());
      var found = auditor(again.toString(), "--certificate", certificate);
      assertThat(found.output()).contains(link);
      assertThat(found.exitCode()).isEqualTo(1);
    }
    // Ended in order: every chain is closed and sealed.
    assertThat(command("verify").output()).contains("after the last seal: 0");
  }

  @Test
  void refusesWithTheHeadersOfEveryAnswerWhenItCannotWrite() throws Exception {
    String origin = "https://app.example";
    try (RunningPlatform platform =
        RunningPlatform.start(
            Map.of("HELAN_CORS_ORIGINS", origin), PreparedData.in(data()), "--no-demo")) {
      everyOperationHasANameForWhoReadsTheAudit(platform);
      try (Connection connection = database();
          var statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        statement.execute("lock table audit in share mode");
        // With a token the API itself refuses, without one the filter before it.
        for (boolean withToken : List.of(true, false)) {
          var request =
              HttpRequest.newBuilder(URI.create(platform.url() + "fhir/Patient"))
                  .header("Origin", origin);
          if (withToken) {
            request.header("Authorization", "Bearer " + platform.token());
          }
          var answer =
              HttpClient.newHttpClient()
                  .send(request.build(), HttpResponse.BodyHandlers.ofString());
          assertThat(answer.statusCode()).isEqualTo(503);
          assertThat(answer.headers().firstValue("Retry-After")).hasValue("2");
          assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
          assertThat(answer.headers().firstValue("Content-Security-Policy")).isPresent();
          assertThat(answer.headers().firstValue("X-Frame-Options")).hasValue("DENY");
          assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).hasValue(origin);
          assertThat(answer.headers().allValues("Vary")).contains("Origin");
          assertThat(answer.headers().firstValue("WWW-Authenticate")).isEmpty();
        }
        connection.rollback();
      }
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      // What was on its way when its answer was refused is put right; the rest has no row.
      String meant = "type = 'Patient' and status in (200, 401)";
      while ((count("status = 503") == 0 || count("status = 503") < count(meant))
          && System.nanoTime() < until) {
        Thread.sleep(50);
      }
      assertThat(count("status = 503 and count = 0")).isBetween(1L, 2L).isEqualTo(count(meant));
    }
    assertThat(command("verify").exitCode()).isZero();
  }

  /** In both languages; what is new is named in web/src/shared/i18n/{zh,en}/operations.json. */
  private static void everyOperationHasANameForWhoReadsTheAudit(RunningPlatform platform)
      throws Exception {
    var names = new TreeSet<String>();
    var rest = Json.MAPPER.readTree(platform.get("fhir/metadata").body()).path("rest").path(0);
    rest.path("operation").forEach(one -> names.add(one.path("name").asString("")));
    for (var resource : rest.path("resource")) {
      resource.path("operation").forEach(one -> names.add(one.path("name").asString("")));
    }
    assertThat(names).hasSizeGreaterThan(200);
    Path texts =
        Stream.of(Path.of("web"), Path.of("..", "web"))
            .filter(Files::isDirectory)
            .findFirst()
            .orElseThrow();
    for (String language : List.of("zh", "en")) {
      Path file = texts.resolve("src/shared/i18n/" + language + "/operations.json");
      assertThat(Json.MAPPER.readTree(Files.readString(file)).propertyNames())
          .as(language)
          .containsAll(names);
    }
  }

  @Test
  void isNotVerifiedWhereThereIsNone() throws Exception {
    var nothing = command("verify");
    assertThat(nothing.exitCode()).isEqualTo(2);
    assertThat(nothing.output()).contains("audit-certificate.pem");
    assertThat(command("verify", "--nonsense").exitCode()).isEqualTo(2);
    assertThat(command("audit-export").exitCode()).isEqualTo(2);
  }
}
