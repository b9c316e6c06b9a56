package health.helan.pharmacy.review;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.pharmacy.review.ReviewServer.Hospital;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Rules that a region writes, and knowledge that it loads: by four eyes, after a dry run. */
class RulesOfTheRegionTests {
  private static final ReviewServer SERVER = ReviewServer.get();
  private static Hospital hospital;

  @BeforeAll
  static void region() {
    hospital = ReviewServer.hospital();
  }

  private static String id() {
    return "no-digoxin-" + UUID.randomUUID().toString().substring(0, 8).replaceAll("[^a-z0-9]", "");
  }

  /** A rule of our region: one antiarrhythmic at most. */
  private static String rule(String id, String fires, String silent) {
    return """
    {"rule":"%s","kind":"class-count","with":{"class":"cardiac-glycoside","most":0},"severity":"warn","code":"2-9",
     "title":{"zh":"洋地黄须专科","en":"Glycosides are for specialists"},
     "says":{"zh":"{class} 有 {count} 种","en":"{count} of {class}"},
     "source":{"zh":"本区规定","en":"a rule of the region"},
     "cases":[{"fires":true,"items":[{"drug":"%s"}]},{"fires":false,"items":[{"drug":"%s"}]}]}
    """
        .formatted(id, fires, silent);
  }

  private static int version(Reply reply) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return Integer.parseInt(reply.values("rule", "version").getFirst());
  }

  private static Reply step(Caller by, String rule, int version, String step) {
    return SERVER.call(
        by,
        "$review-rule-step",
        "rule",
        rule,
        "version",
        Integer.toString(version),
        "step",
        step,
        "reason",
        "药事委员会决定");
  }

  private static boolean isFound(String rule, String severity) {
    String patient = hospital.patient("1960-05-01", "male");
    Reply reply =
        hospital.screen(hospital.doctor, hospital.request(patient, "地高辛片 0.25mg", 1, "片", 1, 7));
    int at = reply.values("finding", "rule").indexOf(rule);
    return at >= 0 && reply.values("finding", "severity").get(at).equals(severity);
  }

  @Test
  void goesFromDraftToTrialToLiveAndOut() {
    Caller author = ReviewServer.operator();
    Caller other = ReviewServer.operator();
    String id = id();
    int version =
        version(SERVER.call(author, "$review-rule", "spec", rule(id, "digoxin", "amlodipine")));
    assertThat(version).isGreaterThan(1000);
    assertThat(isFound(id, "warn")).isFalse();
    assertThat(step(other, id, version, "go-live").sentence()).contains("dry run");
    String patient = hospital.patient("1960-05-01", "male");
    ObjectNode past = hospital.request(patient, "地高辛片 0.25mg", 1, "片", 1, 7);
    past.put("status", "completed");
    SERVER.created(hospital.system, past.toString().replace('"', '\''));
    Reply tried =
        SERVER.call(author, "$review-rule-try", "rule", id, "version", Integer.toString(version));
    assertThat(tried.status()).as(tried.text()).isEqualTo(200);
    assertThat(Integer.parseInt(tried.values("result", "prescriptions").getFirst())).isPositive();
    assertThat(tried.values("result", "fired").getFirst()).isEqualTo("<5");
    assertThat(tried.text()).doesNotContain("MedicationRequest/");
    assertThat(version(step(author, id, version, "try"))).isEqualTo(version);
    assertThat(isFound(id, "info")).as("a rule on trial informs only").isTrue();
    Reply alone = step(author, id, version, "go-live");
    assertThat(alone.status()).isEqualTo(403);
    assertThat(alone.sentence()).contains("Somebody else");
    assertThat(step(other, id, version, "go-live").status()).isEqualTo(200);
    assertThat(isFound(id, "warn")).isTrue();
    assertThat(step(author, id, version, "retire").status()).isEqualTo(403);
    assertThat(step(other, id, version, "retire").status()).isEqualTo(200);
    assertThat(isFound(id, "warn")).isFalse();
    assertThat(step(other, id, version, "go-live").status()).isEqualTo(422);
  }

  @Test
  void switchesAShippedRuleOffByFourEyes() {
    Caller author = ReviewServer.operator();
    Caller other = ReviewServer.operator();
    String off = "{\"rule\":\"infant-birth-day\",\"off\":true}";
    int version = version(SERVER.call(author, "$review-rule", "spec", off));
    assertThat(step(author, "infant-birth-day", version, "go-live").status()).isEqualTo(403);
    assertThat(step(other, "infant-birth-day", version, "go-live").status()).isEqualTo(200);
    assertThat(SERVER.review.rules().inForce())
        .noneMatch(one -> one.rule().rule().equals("infant-birth-day"));
    assertThat(step(other, "infant-birth-day", version, "retire").status()).isEqualTo(200);
    assertThat(SERVER.review.rules().inForce())
        .anyMatch(one -> one.rule().rule().equals("infant-birth-day"));
    assertThat(
            SERVER
                .call(author, "$review-rule", "spec", "{\"rule\":\"nothing\",\"off\":true}")
                .status())
        .isEqualTo(404);
  }

  @Test
  void isRefusedWhereItsCasesSayOtherwise() {
    Caller author = ReviewServer.operator();
    Reply silent =
        SERVER.call(author, "$review-rule", "spec", rule(id(), "amlodipine", "amlodipine"));
    assertThat(silent.status()).isEqualTo(400);
    assertThat(silent.sentence()).contains("Case 0 should fire");
    Reply fires = SERVER.call(author, "$review-rule", "spec", rule(id(), "digoxin", "digoxin"));
    assertThat(fires.sentence()).contains("Case 1 should not fire");
    Reply unknown =
        SERVER.call(author, "$review-rule", "spec", rule(id(), "pixie-dust", "digoxin"));
    assertThat(unknown.sentence()).contains("no drug");
  }

  @Test
  void isRefusedWhereItIsNoRule() {
    Caller author = ReviewServer.operator();
    String good = rule(id(), "digoxin", "amlodipine");
    String[][] faults = {
      {"\"kind\":\"class-count\"", "\"kind\":\"magic\"", "kind"},
      {"\"most\":0", "\"most\":-1", "with.most"},
      {"\"most\":0", "\"most\":0,\"mst\":1", "with.mst"},
      {"\"code\":\"2-9\"", "\"code\":\"9-9\"", "code"},
      {"\"severity\":\"warn\"", "\"severity\":\"maybe\"", "severity"},
      {"{count} of {class}", "{count} of {dose}", "says"},
      {"\"en\":\"a rule of the region\"", "\"fr\":\"non\"", "source"},
      {"\"fires\":false", "\"fires\":true", "cases"},
    };
    for (String[] fault : faults) {
      Reply refused = SERVER.call(author, "$review-rule", "spec", good.replace(fault[0], fault[1]));
      assertThat(refused.status()).as(fault[1]).isEqualTo(400);
      assertThat(refused.json().path("issue").path(0).path("expression").path(0).asString(""))
          .isEqualTo(fault[2]);
    }
    assertThat(SERVER.call(author, "$review-rule", "spec", "{").status()).isEqualTo(400);
  }

  @Test
  void isReadByManyAndWrittenByOperators() {
    assertThat(SERVER.get(hospital.doctor, "$review-rules").values("rule", "rule"))
        .contains("allergy", "interaction-contraindicated");
    assertThat(SERVER.get(ReviewServer.resident("x"), "$review-rules").status()).isEqualTo(403);
    for (Caller caller : new Caller[] {hospital.doctor, hospital.system}) {
      for (String operation :
          new String[] {
            "$review-rule",
            "$review-rule-step",
            "$review-rule-try",
            "$drug-knowledge-load",
            "$drug-knowledge-step"
          }) {
        assertThat(SERVER.call(caller, operation).status()).as(operation).isEqualTo(403);
      }
    }
  }

  // ------------------------------------------------------------------ knowledge

  private static Reply load(Caller by, String json) {
    ObjectNode body = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    body.putArray("parameter")
        .addObject()
        .put("name", "file")
        .putObject("valueAttachment")
        .put("data", Base64.getEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8)));
    return SERVER.send(by, "POST", "$drug-knowledge-load", body.toString());
  }

  private static Reply knowledge(Caller by, String version, String step) {
    return SERVER.call(
        by,
        "$drug-knowledge-step",
        "base",
        "ours",
        "version",
        version,
        "step",
        step,
        "reason",
        "药事委员会决定");
  }

  @Test
  void knowledgeIsLoadedWholeAndByFourEyes() {
    Caller loader = ReviewServer.operator();
    Caller other = ReviewServer.operator();
    String version = UUID.randomUUID().toString();
    String good =
        """
        {"format":"helan-drug-knowledge","formatVersion":1,"id":"ours","version":"%s","title":{"zh":"本区知识库","en":"Ours"},
         "verified":true,"source":{"zh":"出版社","en":"a publisher"},"licence":"contract",
         "drugs":[{"id":"digoxin","name":{"zh":"地高辛","en":"Digoxin"},"kind":"western"}]}\
        """
            .formatted(version);
    Reply faulty =
        load(loader, good.replace("western", "x").replace("\"en\":\"Digoxin\"", "\"q\":1"));
    assertThat(faulty.status()).isEqualTo(400);
    assertThat(faulty.json().path("issue")).hasSize(2);
    assertThat(faulty.text()).contains("drugs[0].kind", "drugs[0].name");
    assertThat(load(loader, good).status()).isEqualTo(200);
    assertThat(load(loader, good).status()).as("again has the effect of once").isEqualTo(200);
    assertThat(load(loader, good.replace("地高辛", "地高辛片")).status()).isEqualTo(409);
    assertThat(knowledge(loader, version, "go-live").status()).isEqualTo(403);
    assertThat(knowledge(other, "none", "go-live").status()).isEqualTo(404);
    Reply live = knowledge(other, version, "go-live");
    assertThat(live.status()).as(live.text()).isEqualTo(200);
    assertThat(live.values("inForce", "base")).containsExactly("ours");
    assertThat(knowledge(other, version, "go-live").status()).isEqualTo(422);
    assertThat(SERVER.review.knowledge().inForce().head().id()).isEqualTo("ours");
    assertThat(knowledge(other, version, "retire").values("inForce", "base"))
        .containsExactly("helan-demonstration");
  }

  @Test
  void drugsAreFoundByAPartOfTheirName() {
    Reply reply = SERVER.send(hospital.doctor, "GET", "$drugs?name=%E6%B0%A8%E6%B0%AF", null);
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.text()).contains("苯磺酸氨氯地平片", "unverified");
    for (String letters : new String[] {"aldp", "bhsaldpp"}) {
      assertThat(SERVER.get(hospital.doctor, "$drugs?name=" + letters).text())
          .as("first letters of the pinyin")
          .contains("苯磺酸氨氯地平片", "C08CA01");
    }
    assertThat(SERVER.get(hospital.doctor, "$drugs?name=zzzz").all("drug")).isEmpty();
    assertThat(SERVER.get(hospital.doctor, "$drugs").status()).isEqualTo(400);
  }
}
