package health.helan.foundation.terminology;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.terminology.TerminologyServer.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Concept maps, closure tables, names, and the work list of local codes. */
class TranslatingTests {
  private static final TerminologyServer SERVER = TerminologyServer.get();
  private static final String OPERATOR = "OPERATOR/op-1";
  private static final String SEX = "urn:oid:2.16.156.10011.2.3.3.4";

  @BeforeAll
  static void put() {
    Reply put =
        SERVER.put(
            TerminologyServer.json(
                """
                {"resourceType": "ConceptMap", "id": "sex", "url": "urn:test:map:sex", "version": "1", "status": "active",
                 "sourceUri": "urn:test:vs:his-sex", "targetUri": "urn:test:vs:sex",
                 "group": [{"source": "urn:his:sex", "target": "urn:oid:2.16.156.10011.2.3.3.4",
                   "element": [
                     {"code": "M", "target": [{"code": "1", "display": "男性", "equivalence": "equal"}]},
                     {"code": "F", "target": [{"code": "2", "equivalence": "equivalent"}]},
                     {"code": "X", "target": [{"equivalence": "unmatched", "comment": "no such"}]},
                     {"code": "C", "target": [{"code": "9", "equivalence": "wider",
                        "dependsOn": [{"property": "urn:age", "value": "child"}]}]}],
                   "unmapped": {"mode": "fixed", "code": "9", "display": "未说明的性别"}},
                  {"source": "urn:his:sex", "target": "http://hl7.org/fhir/administrative-gender",
                   "element": [{"code": "M", "target": [{"code": "male", "equivalence": "equal"}]}]}]}"""));
    assertThat(put.status()).isLessThan(300);
  }

  private static List<String> codes(Reply reply) {
    List<String> codes = new ArrayList<>();
    for (JsonNode match : reply.parameters("match")) {
      for (JsonNode part : match.path("part")) {
        if (part.path("name").asString("").equals("concept")) {
          codes.add(part.path("valueCoding").path("code").asString(""));
        }
      }
    }
    return codes;
  }

  @Test
  void goesBothWays() {
    Reply there =
        SERVER.ask(
            "ConceptMap/$translate",
            "url",
            "urn:test:map:sex",
            "system",
            "urn:his:sex",
            "code",
            "M");
    assertThat(there.parameter("result")).isEqualTo("true");
    assertThat(codes(there)).containsExactly("1", "male");
    assertThat(
            codes(
                SERVER.ask(
                    "ConceptMap/$translate",
                    "url",
                    "urn:test:map:sex",
                    "system",
                    "urn:his:sex",
                    "code",
                    "M",
                    "targetsystem",
                    SEX)))
        .containsExactly("1");
    Reply back =
        SERVER.ask(
            "ConceptMap/$translate",
            "url",
            "urn:test:map:sex",
            "system",
            SEX,
            "code",
            "2",
            "reverse",
            "true");
    assertThat(codes(back)).containsExactly("F");
    assertThat(codes(SERVER.get("ConceptMap/sex/$translate?system=urn:his:sex&code=F")))
        .containsExactly("2");
  }

  @Test
  void saysWhenThereIsNone() {
    Reply none =
        SERVER.ask(
            "ConceptMap/$translate",
            "url",
            "urn:test:map:sex",
            "system",
            "urn:his:sex",
            "code",
            "X");
    assertThat(none.parameter("result")).isEqualTo("false");
    assertThat(none.parameters("match")).hasSize(1);
    Reply unmapped =
        SERVER.ask(
            "ConceptMap/$translate",
            "url",
            "urn:test:map:sex",
            "system",
            "urn:his:sex",
            "code",
            "Q",
            "targetsystem",
            SEX);
    assertThat(codes(unmapped)).as("the map's own answer for all others").containsExactly("9");
    assertThat(
            SERVER
                .ask("ConceptMap/$translate", "url", "urn:test:nowhere", "system", "s", "code", "c")
                .issue())
        .isEqualTo("not-found");
  }

  @Test
  void findsTheMapByItsSourceAndTarget() {
    Reply found =
        SERVER.ask(
            "ConceptMap/$translate",
            "source",
            "urn:test:vs:his-sex",
            "target",
            "urn:test:vs:sex",
            "system",
            "urn:his:sex",
            "code",
            "F");
    assertThat(codes(found)).containsExactly("2");
    assertThat(
            SERVER
                .ask(
                    "ConceptMap/$translate",
                    "source",
                    "urn:test:vs:nowhere",
                    "system",
                    "urn:his:sex",
                    "code",
                    "F")
                .issue())
        .isEqualTo("not-found");
  }

  @Test
  void heedsWhatAnElementDependsOn() {
    ObjectNode asked =
        TerminologyServer.json(
            """
            {"resourceType": "Parameters", "parameter": [
              {"name": "url", "valueUri": "urn:test:map:sex"},
              {"name": "coding", "valueCoding": {"system": "urn:his:sex", "code": "C"}},
              {"name": "targetsystem", "valueUri": "urn:oid:2.16.156.10011.2.3.3.4"},
              {"name": "dependency", "part": [{"name": "element", "valueUri": "urn:age"},
                {"name": "concept", "valueCoding": {"code": "child"}}]}]}""");
    Reply with = SERVER.post("ConceptMap/$translate", asked);
    assertThat(with.json().toString()).contains("wider");
    ((tools.jackson.databind.node.ArrayNode) asked.path("parameter")).remove(3);
    assertThat(SERVER.post("ConceptMap/$translate", asked).json().toString())
        .doesNotContain("wider");
  }

  @Test
  void keepsClosureTablesByNameAndVersion() {
    SERVER.put(
        TerminologyServer.json(
            """
            {"resourceType": "CodeSystem", "id": "tree", "url": "urn:test:tree", "status": "active", "content": "complete",
             "concept": [{"code": "a", "concept": [{"code": "b", "concept": [{"code": "c"}]}]}]}"""));
    assertThat(SERVER.post("$closure", closure("t", "a")).issue())
        .as("it has to be made first")
        .isEqualTo("not-found");
    assertThat(SERVER.post("$closure", closure("t")).json().path("version").asString(""))
        .isEqualTo("0");
    Reply first = SERVER.post("$closure", closure("t", "a"));
    assertThat(first.json().path("version").asString("")).isEqualTo("1");
    assertThat(first.json().has("group")).isFalse();
    Reply second = SERVER.post("$closure", closure("t", "c"));
    assertThat(second.json().path("group").toString())
        .contains("\"code\":\"c\",\"target\":[{\"code\":\"a\",\"equivalence\":\"subsumes\"}]");
    SERVER.post("$closure", closure("t", "b"));
    ObjectNode replay = closure("t");
    replay.withArray("parameter").addObject().put("name", "version").put("valueString", "1");
    Reply replayed = SERVER.post("$closure", replay);
    assertThat(replayed.json().path("version").asString("")).isEqualTo("3");
    assertThat(replayed.json().path("group").path(0).path("element")).hasSize(2);
    assertThat(SERVER.post("$closure", closure("t", "nothing")).status()).isEqualTo(404);
  }

  private static ObjectNode closure(String name, String... codes) {
    ObjectNode parameters = TerminologyServer.parameters("name", name);
    for (String code : codes) {
      parameters
          .withArray("parameter")
          .addObject()
          .put("name", "concept")
          .putObject("valueCoding")
          .put("system", "urn:test:tree")
          .put("code", code);
    }
    return parameters;
  }

  @Test
  void boundsClosureTables() {
    String as = "OPERATOR/closer";
    SERVER.put(
        TerminologyServer.json(
            """
            {"resourceType": "CodeSystem", "id": "tree", "url": "urn:test:tree", "status": "active", "content": "complete",
             "concept": [{"code": "a", "concept": [{"code": "b", "concept": [{"code": "c"}]}]}]}"""));
    for (int i = 0; i < 100; i++) {
      assertThat(SERVER.post("$closure", closure("t" + i), "X-As", as).status()).isEqualTo(200);
    }
    assertThat(SERVER.post("$closure", closure("t100"), "X-As", as).issue())
        .as("one table too many")
        .isEqualTo("too-costly");
    assertThat(SERVER.post("$closure", closure("t7"), "X-As", as).status())
        .as("but one may be begun anew")
        .isEqualTo(200);
    assertThat(SERVER.post("$closure", closure("t100"), "X-As", "OPERATOR/another").status())
        .isEqualTo(200);
    String[] many = new String[20_001];
    java.util.Arrays.fill(many, "a");
    assertThat(SERVER.post("$closure", closure("t0", many), "X-As", as).issue())
        .isEqualTo("too-costly");
    assertThat(SERVER.post("$closure", closure("t0", "b", "nothing"), "X-As", as).status())
        .isEqualTo(404);
    assertThat(
            SERVER
                .post("$closure", closure("t0", "a"), "X-As", as)
                .json()
                .path("version")
                .asString(""))
        .as("what is refused changes nothing")
        .isEqualTo("1");
  }

  @Test
  void relatesNothingToACodeThatIsGone() {
    ObjectNode system =
        TerminologyServer.json(
            """
            {"resourceType": "CodeSystem", "id": "shrinking", "url": "urn:test:shrinking", "status": "active",
             "caseSensitive": false, "content": "complete", "concept": [{"code": "a", "concept": [{"code": "b"}]}]}""");
    SERVER.put(system);
    SERVER.post("$closure", closure("gone"));
    ObjectNode both = closure("gone", "A", "b");
    both.path("parameter")
        .forEach(
            one -> {
              if (one.path("valueCoding") instanceof ObjectNode coding) {
                coding.put("system", "urn:test:shrinking");
              }
            });
    assertThat(SERVER.post("$closure", both).json().path("group").toString())
        .as("letters' case does not count in this system")
        .contains("\"code\":\"b\",\"target\":[{\"code\":\"A\",\"equivalence\":\"subsumes\"}]");
    system.putArray("concept").addObject().put("code", "b");
    SERVER.put(system);
    ObjectNode replay = closure("gone");
    replay.withArray("parameter").addObject().put("name", "version").put("valueString", "0");
    Reply replayed = SERVER.post("$closure", replay);
    assertThat(replayed.status()).isEqualTo(200);
    assertThat(replayed.json().has("group")).isFalse();
  }

  @Test
  void knowsTheNamesOfASystem() {
    SERVER.put(
        TerminologyServer.json(
            """
            {"resourceType": "NamingSystem", "id": "sexes", "name": "Sex", "status": "active", "kind": "codesystem",
             "date": "2026-01-01", "uniqueId": [{"type": "oid", "value": "1.2.3.4"},
              {"type": "uri", "value": "urn:test:sexes", "preferred": true}]}"""));
    assertThat(
            SERVER
                .ask("NamingSystem/$preferred-id", "id", "1.2.3.4", "type", "uri")
                .parameter("result"))
        .isEqualTo("urn:test:sexes");
    assertThat(
            SERVER
                .ask("NamingSystem/$preferred-id", "id", "urn:test:sexes", "type", "uuid")
                .status())
        .isEqualTo(404);
  }

  /** From a feed's unknown code to a map, as the work list is worked off. */
  @Test
  void worksOffLocalCodesByFrequency() {
    String feed = "hospital-7";
    for (int i = 0; i < 3; i++) {
      SERVER.terminology.localCodes().seen(feed, "urn:his:dx", "T01", "糖尿病（２型）");
    }
    SERVER.terminology.localCodes().seen(feed, "urn:his:dx", "T02", "");
    Reply list = SERVER.get("ConceptMap/$local-codes?feed=" + feed, "X-As", OPERATOR);
    assertThat(list.parameters("localCode")).hasSize(2);
    assertThat(list.parameters("localCode").getFirst().toString()).contains("T01").contains("3");

    ObjectNode diseases =
        TerminologyServer.json(
            """
            {"resourceType": "CodeSystem", "id": "dx", "url": "urn:test:dx", "status": "active", "content": "complete",
             "valueSet": "urn:test:all-dx", "concept": [{"code": "E11.9", "display": "2型糖尿病"},
              {"code": "E10.9", "display": "1型糖尿病"}, {"code": "I10", "display": "原发性高血压"}]}""");
    SERVER.put(diseases);
    Reply suggested =
        SERVER.get(
            "ConceptMap/$suggest?feed="
                + feed
                + "&system=urn:his:dx&code=T01&target=urn:test:all-dx",
            "X-As",
            OPERATOR);
    assertThat(codesOf(suggested)).startsWith("E11.9").doesNotContain("I10");

    ObjectNode decision =
        TerminologyServer.parameters(
            "feed",
            feed,
            "system",
            "urn:his:dx",
            "code",
            "T01",
            "decision",
            "map",
            "targetSystem",
            "urn:test:dx",
            "targetCode",
            "E11.9");
    // Whoever reads the code where only some are allowed has a word in it.
    SERVER.terminology.readBy(system -> system.equals("urn:his:dx") ? Set.of("X") : null);
    Reply refused = SERVER.post("ConceptMap/$map-local-code", decision, "X-As", OPERATOR);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.json().toString()).contains("urn:his:dx", "T01", "E11.9");
    SERVER.terminology.readBy(_ -> null);
    Reply mapped = SERVER.post("ConceptMap/$map-local-code", decision, "X-As", OPERATOR);
    assertThat(mapped.status()).isEqualTo(200);
    String map = mapped.json().path("url").asString("");
    assertThat(
            codes(
                SERVER.ask(
                    "ConceptMap/$translate", "url", map, "system", "urn:his:dx", "code", "T01")))
        .containsExactly("E11.9");
    SERVER.post(
        "ConceptMap/$map-local-code",
        TerminologyServer.parameters(
            "feed", feed, "system", "urn:his:dx", "code", "T02", "decision", "ignore"),
        "X-As",
        OPERATOR);
    assertThat(
            SERVER
                .get("ConceptMap/$local-codes?feed=" + feed, "X-As", OPERATOR)
                .parameters("localCode"))
        .isEmpty();
    Reply wrong =
        SERVER.post(
            "ConceptMap/$map-local-code",
            TerminologyServer.parameters(
                "feed",
                feed,
                "system",
                "urn:his:dx",
                "code",
                "T02",
                "decision",
                "map",
                "targetSystem",
                "urn:test:dx",
                "targetCode",
                "nothing"),
            "X-As",
            OPERATOR);
    assertThat(wrong.status()).isEqualTo(400);
    assertThat(
            SERVER
                .get("ConceptMap/$local-codes?state=ignored&feed=" + feed, "X-As", OPERATOR)
                .parameters("localCode"))
        .hasSize(1);
  }

  @Test
  void tellsFeedsWhatTheirCodesMean() throws InterruptedException {
    assertThat(SERVER.terminology.meaning("hospital-8", "urn:his:sex", "F"))
        .as("by a map for all feeds")
        .isEqualTo(new Terminology.Meaning(SEX, "2", "", "equivalent"));
    assertThat(SERVER.terminology.meaning("hospital-8", "urn:his:unit", "KE")).isNull();
    SERVER.terminology.localCodes().seen("hospital-8", "urn:his:unit", "KE", "科", 3);
    SERVER.terminology.localCodes().seen("hospital-8", "urn:his:unit", "KE", "", 2);
    assertThat(SERVER.get("ConceptMap/$local-codes?feed=hospital-8", "X-As", OPERATOR).json())
        .asString()
        .contains("KE", "科", "\"valueDecimal\":5");
    SERVER.post(
        "ConceptMap/$map-local-code",
        TerminologyServer.parameters(
            "feed",
            "hospital-8",
            "system",
            "urn:his:unit",
            "code",
            "KE",
            "decision",
            "map",
            "targetSystem",
            SEX,
            "targetCode",
            "9"),
        "X-As",
        OPERATOR);
    Thread.sleep(1100); // A change counts within a second.
    assertThat(SERVER.terminology.meaning("hospital-8", "urn:his:unit", "KE"))
        .extracting(Terminology.Meaning::code)
        .isEqualTo("9");
    assertThat(SERVER.terminology.meaning("another", "urn:his:unit", "KE"))
        .as("what one feed means by a code, another may not")
        .isNull();
  }

  private static Reply mapLocal(String feed, String code, String target) {
    return SERVER.post(
        "ConceptMap/$map-local-code",
        TerminologyServer.parameters(
            "feed",
            feed,
            "system",
            "urn:his:unit",
            "code",
            code,
            "decision",
            "map",
            "targetSystem",
            SEX,
            "targetCode",
            target),
        "X-As",
        OPERATOR);
  }

  private static Reply translate(String code, String... feed) {
    List<String> asked = new ArrayList<>(List.of("system", "urn:his:unit", "code", code));
    asked.addAll(List.of(feed));
    return SERVER.ask("ConceptMap/$translate", asked.toArray(new String[0]));
  }

  @Test
  void asksTheMapOfTheFeedFirstAndNeverAnothers() {
    SERVER.put(
        TerminologyServer.json(
            """
            {"resourceType": "ConceptMap", "id": "units", "url": "urn:test:map:units", "status": "active",
             "group": [{"source": "urn:his:unit", "target": "urn:oid:2.16.156.10011.2.3.3.4",
               "element": [{"code": "OWN", "target": [{"code": "1", "equivalence": "equal"}]}]}]}"""));
    for (String code : List.of("OWN", "ALONE")) {
      SERVER.terminology.localCodes().seen("hospital-10", "urn:his:unit", code, "");
      assertThat(mapLocal("hospital-10", code, "2").status()).isEqualTo(200);
    }
    assertThat(codes(translate("OWN", "feed", "hospital-10"))).containsExactly("2");
    assertThat(codes(translate("OWN", "feed", "hospital-11"))).containsExactly("1");
    assertThat(codes(translate("OWN"))).containsExactly("1");
    assertThat(codes(translate("ALONE", "feed", "hospital-10"))).containsExactly("2");
    assertThat(codes(translate("ALONE", "feed", "hospital-11"))).isEmpty();
    assertThat(codes(translate("ALONE"))).isEmpty();
    String id = LocalCodes.mapOf("hospital-10");
    ObjectNode map = (ObjectNode) SERVER.get("ConceptMap/" + id).json();
    assertThat(SERVER.put(map.put("status", "retired")).status()).isEqualTo(200);
    assertThat(codes(translate("ALONE", "feed", "hospital-10"))).isEmpty();
  }

  @Test
  void losesNoneOfTwoFirstDecisionsAtOnce() throws Exception {
    for (int round = 0; round < 10; round++) {
      String feed = "hospital-at-once-" + round;
      List<java.util.concurrent.Future<Integer>> answers = new ArrayList<>();
      try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
        for (String code : List.of("A", "B")) {
          SERVER.terminology.localCodes().seen(feed, "urn:his:unit", code, "");
          answers.add(threads.submit(() -> mapLocal(feed, code, "1").status()));
        }
      }
      for (var answer : answers) {
        assertThat(answer.get()).isEqualTo(200);
      }
      assertThat(codes(translate("A", "feed", feed))).containsExactly("1");
      assertThat(codes(translate("B", "feed", feed))).containsExactly("1");
    }
  }

  private static List<String> codesOf(Reply reply) {
    return codes(reply);
  }

  @Test
  void putsVainTranslationsOnTheWorkList() {
    SERVER.ask(
        "ConceptMap/$translate",
        "url",
        "urn:test:map:sex",
        "system",
        "urn:his:unknown",
        "code",
        "ZZ",
        "feed",
        "hospital-9");
    Reply list = SERVER.get("ConceptMap/$local-codes?feed=hospital-9", "X-As", OPERATOR);
    assertThat(list.json().toString()).contains("ZZ");
  }

  @Test
  void keepsOthersFromTheWorkList() {
    for (String as : List.of("RESIDENT/r", "PRACTITIONER/p", "REGULATOR/g", "SYSTEM/s")) {
      assertThat(SERVER.get("ConceptMap/$local-codes", "X-As", as).status()).as(as).isEqualTo(403);
      assertThat(
              SERVER.get("ConceptMap/$suggest?text=x&target=urn:test:all-dx", "X-As", as).status())
          .as(as)
          .isEqualTo(403);
      assertThat(
              SERVER
                  .post(
                      "ConceptMap/$map-local-code",
                      TerminologyServer.parameters("feed", "x"),
                      "X-As",
                      as)
                  .status())
          .as(as)
          .isEqualTo(403);
      assertThat(
              SERVER
                  .post(
                      "CodeSystem/$import-concepts",
                      TerminologyServer.parameters("load", "x"),
                      "X-As",
                      as)
                  .status())
          .as(as)
          .isEqualTo(403);
      assertThat(
              SERVER
                  .get("CodeSystem/$lookup?system=" + SEX + "&code=1", "X-As", as)
                  .parameter("display"))
          .as("what codes mean is open to all: " + as)
          .isEqualTo("男性");
    }
  }
}
