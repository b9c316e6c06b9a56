package health.helan.oversight.supervision;

import static health.helan.oversight.supervision.SupervisionServer.AUTHORITY;
import static health.helan.oversight.supervision.SupervisionServer.ROOT;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.oversight.supervision.SupervisionServer.Hospital;
import health.helan.oversight.supervision.rules.ShippedRules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * From a hit to a case and its end; rules by four eyes; the score; what the authority's system
 * gets.
 */
class CasesTests {
  private static final SupervisionServer SERVER = SupervisionServer.get();

  private final Caller regulator = ApiForTests.regulator();
  private final Caller colleague = ApiForTests.regulator();
  private Hospital hospital;
  private String visit = "";

  @BeforeEach
  void hit() {
    hospital = SupervisionServer.hospital();
    SERVER.unlicensed.add(hospital.doctor);
    visit = hospital.seen(hospital.noon);
    assertThat(SERVER.hits(visit)).containsExactly("doctor-licence");
  }

  @AfterEach
  void today() {
    SERVER.clock.ahead(Duration.ZERO);
  }

  private String key() {
    return "doctor-licence|" + visit;
  }

  private String warned() {
    Reply reply =
        SERVER.call(
            regulator, "$supervision-warn", "hit", key(), "words", "请核实医师注册并整改", "hours", "48");
    assertThat(reply.status()).as(reply.text()).isEqualTo(201);
    return reply.value("task");
  }

  private Reply step(Caller by, String task, String step) {
    return SERVER.call(by, task + "/$supervision-step", "step", step, "words", "依据核查结果");
  }

  private Reply rectify(Caller by, String task, String... evidence) {
    List<String> pairs = new ArrayList<>(List.of("words", "已停止该医师接诊并补办注册"));
    for (String one : evidence) {
      pairs.addAll(List.of("evidence", one));
    }
    return SERVER.call(by, task + "/$supervision-rectify", pairs.toArray(String[]::new));
  }

  private static void ok(Reply reply, String state) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    assertThat(reply.value("state")).isEqualTo(state);
  }

  @Test
  void goesFromAWarningToAnAnswerThatIsVerified() {
    String task = warned();
    Reply shown = SERVER.get(hospital.chief, task + "/$supervision-case");
    ok(shown, "warned");
    assertThat(shown.json().toString()).contains("\"rectify\"").contains(visit + "/_history/1");
    assertThat(shown.text()).doesNotContain("张小三").doesNotContain(hospital.patient);
    // The evidence is kept with the version that the answer was given by.
    ok(rectify(hospital.chief, task, "Practitioner/" + hospital.doctor), "rectified");
    ok(step(regulator, task, "send-back"), "warned");
    ok(rectify(hospital.system, task), "rectified");
    Reply verified = step(colleague, task, "verify");
    ok(verified, "verified");
    assertThat(verified.text()).contains("Practitioner/" + hospital.doctor + "/_history/1");
    assertThat(verified.values("note", "step"))
        .containsExactly("warn", "rectify", "send-back", "rectify", "verify");
    assertThat(step(regulator, task, "escalate").status()).isEqualTo(422);
    JsonNode provenances = SERVER.get(ROOT, "Provenance?target=" + task).json();
    assertThat(provenances.path("entry").size()).isEqualTo(5);
  }

  @Test
  void isForTheAdministrationOfTheInstitutionAndTheAuthorityAlone() {
    String task = warned();
    Hospital other = SupervisionServer.hospital();
    assertThat(SERVER.get(hospital.nurse, task + "/$supervision-case").status()).isEqualTo(403);
    assertThat(SERVER.get(other.chief, task + "/$supervision-case").status()).isEqualTo(404);
    assertThat(rectify(other.system, task).status()).isEqualTo(404);
    assertThat(rectify(regulator, task).status()).isEqualTo(403);
    assertThat(step(hospital.chief, task, "verify").status()).isEqualTo(403);
    assertThat(
            SERVER
                .call(hospital.system, "$supervision-warn", "hit", key(), "words", "自己警告自己")
                .status())
        .isEqualTo(403);
    assertThat(SERVER.get(ApiForTests.resident(hospital.patient), "$supervision-hits").status())
        .isEqualTo(403);
    assertThat(SERVER.get(other.chief, "$supervision-hits?institution=" + hospital.id).status())
        .isEqualTo(403);
    assertThat(SERVER.get(hospital.chief, "$supervision-hits").values("hit", "key"))
        .containsExactly(key());
    assertThat(SERVER.get(other.chief, "$supervision-hits").all("hit")).isEmpty();
    // As a resource: for the systems of both sides, who may subscribe to it; nobody writes it.
    assertThat(SERVER.get(ApiForTests.system(AUTHORITY), task).status()).isEqualTo(200);
    assertThat(SERVER.get(hospital.system, task).status()).isEqualTo(200);
    assertThat(SERVER.get(other.system, task).status()).isEqualTo(404);
    ObjectNode forged = (ObjectNode) SERVER.get(hospital.system, task).json();
    forged.put("status", "completed");
    Reply written = SERVER.send(hospital.system, "PUT", task, forged.toString());
    assertThat(written.status()).as(written.text()).isEqualTo(403);
  }

  @Test
  void takesAHitIntoOneCaseOnly() {
    warned();
    Reply again = SERVER.call(colleague, "$supervision-warn", "hit", key(), "words", "再次警告");
    assertThat(again.status()).isEqualTo(409);
    assertThat(
            SERVER
                .call(
                    regulator,
                    "$supervision-warn",
                    "hit",
                    "doctor-licence|Encounter/nothing",
                    "words",
                    "没有这条")
                .status())
        .isEqualTo(404);
    Hospital other = SupervisionServer.hospital();
    SERVER.unlicensed.add(other.doctor);
    String two = other.seen(other.noon);
    assertThat(SERVER.hits(two)).isNotEmpty();
    String three = hospital.seen(hospital.noon.plusSeconds(1800));
    assertThat(SERVER.hits(three)).isNotEmpty();
    Reply mixed =
        SERVER.call(
            regulator,
            "$supervision-warn",
            "hit",
            "doctor-licence|" + two,
            "hit",
            "doctor-licence|" + three,
            "words",
            "两家机构");
    assertThat(mixed.status()).as(mixed.text()).isEqualTo(422);
  }

  @Test
  void goesUpByTheClockAndIsPunishedByFourEyes() {
    String task = warned();
    assertThat(SERVER.cases.tend()).isZero();
    SERVER.clock.ahead(Duration.ofHours(49));
    assertThat(SERVER.cases.tend()).isPositive();
    ok(SERVER.get(regulator, task + "/$supervision-case"), "escalated");
    assertThat(rectify(hospital.chief, task).status()).isEqualTo(422);
    Reply alone = step(regulator, task, "penalise");
    assertThat(alone.status()).isEqualTo(403);
    assertThat(alone.sentence()).contains("Somebody else");
    ok(step(colleague, task, "penalise"), "penalised");
    assertThat(step(colleague, task, "withdraw").status()).isEqualTo(422);
  }

  @Test
  void countsInTheScoreUntilItIsWithdrawn() {
    assertThat(score()).isEqualTo("90.0");
    Reply scores = SERVER.get(regulator, "$supervision-scores?institution=" + hospital.id);
    assertThat(scores.text()).contains("doctor-licence").contains("\"lost\"");
    String task = warned();
    String figures = "$supervision-figures?institution=" + hospital.id;
    assertThat(SERVER.get(regulator, figures).text()).contains("doctor-licence");
    ok(step(regulator, task, "withdraw"), "withdrawn");
    assertThat(score()).isEqualTo("100.0");
    assertThat(SERVER.get(regulator, figures).text())
        .as("nor is it a hit any more")
        .doesNotContain("doctor-licence");
    assertThat(SERVER.get(regulator, "$supervision-scores?month=%2B999999999-01").status())
        .isEqualTo(400);
    assertThat(SERVER.get(hospital.nurse, "$supervision-scores").status()).isEqualTo(403);
    assertThat(SERVER.get(regulator, "$supervision-scores?month=soon").status()).isEqualTo(400);
  }

  private String score() {
    String month = hospital.noon.atZone(Resources.BEIJING).toLocalDate().toString().substring(0, 7);
    return SERVER
        .get(regulator, "$supervision-scores?month=" + month + "&institution=" + hospital.id)
        .values("score", "score")
        .getFirst();
  }

  @Test
  void reachesTheAuthoritysSystemOnceAndWithoutAResident() {
    Caller system = ApiForTests.system(AUTHORITY);
    long last = 0;
    for (JsonNode line : lines(system, 0)) {
      last = line.path("number").asLong(0);
    }
    String task = warned();
    step(regulator, task, "escalate");
    List<JsonNode> news = lines(system, last);
    assertThat(news).hasSize(2).allMatch(line -> line.path("type").asString("").equals("case"));
    String next = hospital.seen(hospital.noon.plusSeconds(1800));
    assertThat(SERVER.hits(next)).isNotEmpty();
    List<JsonNode> more = lines(regulator, news.getLast().path("number").asLong(0));
    assertThat(more).hasSize(1);
    JsonNode hit = more.getFirst();
    assertThat(hit.path("doctor").path("licence").asString("")).isEqualTo("L-" + hospital.run);
    assertThat(hit.path("institution").path("name").asString("")).isEqualTo("试验互联网医院");
    assertThat(hit.toString()).doesNotContain("张小三").doesNotContain(next);
    // Where the records lie is told while the case is open.
    JsonNode inACase =
        lines(system, 0).stream()
            .filter(line -> line.path("case").asString("").equals(task.substring(5)))
            .filter(line -> line.path("type").asString("").equals("hit"))
            .findFirst()
            .orElseThrow();
    assertThat(inACase.path("evidence").asString("")).isEqualTo(visit + "/_history/1");
    ok(step(colleague, task, "penalise"), "penalised");
    assertThat(lines(system, 0).toString()).doesNotContain(visit + "/_history/1");
    assertThat(SERVER.get(hospital.system, "$supervision-export").status()).isEqualTo(403);
    assertThat(SERVER.get(system, "$supervision-export?after=x").status()).isEqualTo(400);
  }

  private static List<JsonNode> lines(Caller caller, long after) {
    List<JsonNode> lines = new ArrayList<>();
    while (true) {
      Reply reply =
          SERVER.send(
              caller,
              "GET",
              "$supervision-export?_count=5000&after=" + after,
              null,
              "Accept",
              "application/x-ndjson");
      assertThat(reply.status()).as(reply.text()).isEqualTo(200);
      int before = lines.size();
      reply.text().lines().forEach(line -> lines.add(Json.MAPPER.readTree(line)));
      if (lines.size() == before) {
        return lines;
      }
      for (JsonNode line : lines.subList(before, lines.size())) {
        assertThat(line.path("number").asLong(0)).isGreaterThan(after);
        after = line.path("number").asLong(0);
      }
    }
  }

  // ------------------------------------------------------------------ rules

  private static String longer(String id, int seconds) {
    ObjectNode spec =
        java.util.Objects.requireNonNull(ShippedRules.all().get("visit-too-short"))
            .spec()
            .deepCopy();
    spec.put("rule", id);
    ((ObjectNode) spec.path("with")).put("least", seconds);
    ((ObjectNode) spec.path("cases").path(1).path("facts")).put("seconds", seconds);
    return spec.toString();
  }

  private static Reply decide(Caller by, String rule, int version, String step) {
    return SERVER.call(
        by,
        "$supervision-rule-step",
        "rule",
        rule,
        "version",
        Integer.toString(version),
        "step",
        step,
        "reason",
        "会议决定");
  }

  @Test
  void changesItsRulesByFourEyesAfterADryRun() {
    String id =
        "longer-" + UUID.randomUUID().toString().substring(0, 4).replaceAll("[^a-z0-9]", "");
    Reply drafted = SERVER.call(regulator, "$supervision-rule", "spec", longer(id, 700));
    assertThat(drafted.status()).as(drafted.text()).isEqualTo(200);
    int version = Integer.parseInt(drafted.values("rule", "version").getFirst());
    assertThat(decide(colleague, id, version, "go-live").sentence()).contains("dry run");
    Reply tried =
        SERVER.call(
            regulator, "$supervision-rule-try", "rule", id, "version", Integer.toString(version));
    assertThat(tried.status()).as(tried.text()).isEqualTo(200);
    assertThat(Integer.parseInt(tried.values("result", "fired").getFirst())).isPositive();
    assertThat(decide(regulator, id, version, "try").status()).isEqualTo(200);
    String onTrial = hospital.seen(hospital.noon.plusSeconds(2000));
    assertThat(SERVER.hits(onTrial)).doesNotContain(id);
    assertThat(
            SERVER.number(
                "select count(*) from supervision_hit where trial and what = ? and rule = ?",
                onTrial,
                id))
        .isOne();
    assertThat(decide(regulator, id, version, "go-live").status()).isEqualTo(403);
    assertThat(decide(colleague, id, version, "go-live").status()).isEqualTo(200);
    String after = hospital.seen(hospital.noon.plusSeconds(3000));
    assertThat(SERVER.hits(after)).contains(id);
    assertThat(decide(regulator, id, version, "retire").status()).isEqualTo(403);
    assertThat(decide(colleague, id, version, "retire").status()).isEqualTo(200);
    assertThat(decide(colleague, id, version, "go-live").status()).isEqualTo(422);
    assertThat(SERVER.call(hospital.system, "$supervision-rule", "spec", "{}").status())
        .isEqualTo(403);
    assertThat(SERVER.call(ApiForTests.operator(), "$supervision-rule", "spec", "{}").status())
        .isEqualTo(403);
    assertThat(SERVER.call(regulator, "$supervision-rule", "spec", "{}").status()).isEqualTo(400);
    assertThat(SERVER.get(hospital.chief, "$supervision-rules").all("rule")).isNotEmpty();
  }

  @Test
  void showsHitsByRuleWithYesterdayAndLastMonth() {
    Reply figures = SERVER.get(regulator, "$supervision-figures?institution=" + hospital.id);
    assertThat(figures.status()).as(figures.text()).isEqualTo(200);
    assertThat(figures.values("figure", "rule")).containsExactly("doctor-licence");
    int hits = 0;
    for (String name : List.of("today", "yesterday")) {
      hits += Integer.parseInt(figures.values("figure", name).getFirst());
    }
    assertThat(hits).isOne();
  }
}
