package health.helan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.RunningPlatform.Ended;
import health.helan.foundation.store.Json;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code helan load --codes} into a running platform, and what it answers then. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LoadingCodeTablesTests {
  private Path folder;
  private RunningPlatform platform;

  @BeforeAll
  void start(@TempDir Path given) throws Exception {
    folder = given;
    platform =
        RunningPlatform.start(
            PreparedData.in(given.resolve("data")), "--residents", "12", "--seed", "7");
    platform.awaitOutput("The demo region is ready.");
  }

  @AfterAll
  void stop() throws Exception {
    platform.close();
  }

  private Ended load(String... words) throws Exception {
    List<String> all =
        new ArrayList<>(
            List.of(
                "load",
                "--url",
                platform.url(),
                "--token-file",
                folder.resolve("data/operator-token").toString()));
    all.addAll(List.of(words));
    return RunningPlatform.run(Map.of("XDG_STATE_HOME", folder.resolve("state").toString()), all);
  }

  private String get(String path) throws Exception {
    return platform.get("fhir/" + path).body();
  }

  private static String q(String text) {
    return URLEncoder.encode(text, UTF_8);
  }

  @Test
  void findsTheDemoRegionsDiagnosesByBlock() throws Exception {
    int all = total("Condition?_summary=count");
    int known =
        total("Condition?_summary=count&code:in=" + q("https://helan.health/fhir/ValueSet/icd-10"));
    assertThat(all).isPositive();
    assertThat(known)
        .as("every diagnosis of the demo region is in the shipped table")
        .isEqualTo(all);
    int circulation =
        total("Condition?_summary=count&code:below=" + q("http://hl7.org/fhir/sid/icd-10|I00-I99"));
    assertThat(circulation).isBetween(1, all - 1);
  }

  private int total(String search) throws Exception {
    return Json.MAPPER.readTree(get(search)).path("total").asInt(-1);
  }

  @Test
  void putsAnOfficialTableToWork() throws Exception {
    var table = new StringBuilder("编码,名称\n");
    for (int i = 0; i < 4_500; i++) {
      table.append("9%03d.%d,示例病%d\n".formatted(i / 10, i % 10, i));
    }
    Path file = folder.resolve("table.csv");
    Files.write(file, table.toString().getBytes(Charset.forName("GB18030")));
    String[] words = {
      "--codes", "generic", "--system", "urn:test:table", "--code-version", "2", file.toString()
    };
    Ended first = load(words);
    assertThat(first.exitCode()).as(first.output()).isZero();
    assertThat(first.output()).contains("4,500");
    assertThat(get("CodeSystem/$lookup?system=urn:test:table&code=9449.9")).contains("示例病4499");
    Ended again = load(words);
    assertThat(again.exitCode()).as(again.output()).isZero();
    Path repeated = folder.resolve("repeated.csv");
    Files.writeString(repeated, "code,name\na,甲\na,乙\n,丙\n");
    Ended partly =
        load(
            "--codes",
            "generic",
            "--system",
            "urn:test:r",
            "--code-version",
            "1",
            repeated.toString());
    assertThat(partly.exitCode()).isEqualTo(1);
    assertThat(partly.output()).contains("重复").contains("缺少编码");
  }

  @Test
  void saysWhatItCannotLoad() throws Exception {
    Path file = folder.resolve("odd.csv");
    Files.writeString(file, "x,y\n1,2\n");
    assertThat(load("--codes", "nothing", file.toString()).output()).contains("icd10-cn");
    assertThat(load("--codes", "generic", file.toString()).output()).contains("--code-version");
    assertThat(load("--codes", "generic", "--code-version", "1", file.toString()).output())
        .contains("--system");
    Ended odd =
        load("--codes", "generic", "--system", "urn:x", "--code-version", "1", file.toString());
    assertThat(odd.exitCode()).isEqualTo(2);
    assertThat(odd.output()).contains("没有找到表头").contains("No header line");
  }

  @Test
  void answersNobodyWithoutAToken() throws Exception {
    var request =
        HttpRequest.newBuilder(
                URI.create(
                    platform.url() + "fhir/CodeSystem/$lookup?system=http://loinc.org&code=8867-4"))
            .build();
    assertThat(
            HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.discarding())
                .statusCode())
        .isEqualTo(401);
    assertThat(get("metadata?mode=terminology")).contains("TerminologyCapabilities");
  }
}
