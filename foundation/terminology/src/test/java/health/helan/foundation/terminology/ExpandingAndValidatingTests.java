package health.helan.foundation.terminology;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.terminology.TerminologyServer.Reply;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Value sets and code systems, asked over HTTP. */
class ExpandingAndValidatingTests {
  private static final TerminologyServer SERVER = TerminologyServer.get();
  private static final String URL = "urn:test:diseases";

  private static final ObjectNode DISEASES =
      TerminologyServer.json(
          """
          {"resourceType": "CodeSystem", "id": "diseases", "url": "urn:test:diseases", "version": "1",
           "name": "Diseases", "title": "疾病", "status": "active", "content": "complete",
           "caseSensitive": false, "valueSet": "urn:test:all-diseases", "hierarchyMeaning": "is-a",
           "property": [{"code": "organ", "type": "code"}],
           "concept": [
             {"code": "E", "display": "内分泌疾病", "property": [{"code": "notSelectable", "valueBoolean": true}],
              "concept": [
                {"code": "E10-E14", "display": "糖尿病", "concept": [
                  {"code": "E10", "display": "1型糖尿病",
                   "designation": [{"language": "en", "value": "Type 1 diabetes mellitus"}],
                   "property": [{"code": "organ", "valueCode": "pancreas"}]},
                  {"code": "E11", "display": "2型糖尿病",
                   "designation": [{"language": "en", "value": "Type 2 diabetes mellitus"}],
                   "property": [{"code": "organ", "valueCode": "pancreas"}]}]},
                {"code": "E66", "display": "肥胖症"}]},
             {"code": "N", "display": "肾病", "concept": [
                {"code": "N08", "display": "糖尿病肾病",
                 "property": [{"code": "parent", "valueCode": "E10-E14"}, {"code": "organ", "valueCode": "kidney"}]},
                {"code": "N09", "display": "旧称肾炎", "property": [{"code": "inactive", "valueBoolean": true}]}]}]}""");

  @BeforeAll
  static void put() {
    assertThat(SERVER.put(DISEASES).status()).isLessThan(300);
    assertThat(
            SERVER
                .put(
                    TerminologyServer.json(
                        """
                        {"resourceType": "ValueSet", "id": "diabetes", "url": "urn:test:diabetes", "version": "1",
                         "status": "active", "compose": {"include": [
                           {"system": "urn:test:diseases", "filter": [{"property": "concept", "op": "is-a", "value": "E10-E14"}]}],
                           "exclude": [{"system": "urn:test:diseases", "concept": [{"code": "E10"}]}]}}"""))
                .status())
        .isLessThan(300);
  }

  private static Reply expand(String compose, String... parameters) {
    ObjectNode all = TerminologyServer.parameters(parameters);
    all.withArray("parameter")
        .addObject()
        .put("name", "valueSet")
        .set(
            "resource",
            TerminologyServer.json(
                "{\"resourceType\": \"ValueSet\", \"status\": \"draft\", \"compose\": "
                    + compose
                    + "}"));
    return SERVER.post("ValueSet/$expand", all);
  }

  private static String filter(String property, String op, String value) {
    return """
        {"include": [{"system": "urn:test:diseases", "filter": [{"property": "%s", "op": "%s", "value": "%s"}]}]}"""
        .formatted(property, op, value);
  }

  @Test
  void expandAtOnceWhatWasJustWritten() {
    Reply all = SERVER.ask("ValueSet/$expand", "url", "urn:test:all-diseases");
    assertThat(all.status()).isEqualTo(200);
    assertThat(all.total()).isEqualTo(8);
    assertThat(all.codes()).containsExactly("E", "E10-E14", "E10", "E11", "E66", "N", "N08", "N09");
    Reply diabetes = SERVER.ask("ValueSet/$expand", "url", "urn:test:diabetes");
    assertThat(diabetes.codes())
        .as("N08 by its second parent")
        .containsExactly("E10-E14", "E11", "N08");
    assertThat(SERVER.get("ValueSet/diabetes/$expand").codes()).isEqualTo(diabetes.codes());
  }

  @Test
  void choosesByFilters() {
    assertThat(expand(filter("concept", "is-a", "E10-E14")).codes())
        .containsExactly("E10-E14", "E10", "E11", "N08");
    assertThat(expand(filter("concept", "descendent-of", "E10-E14")).codes())
        .containsExactly("E10", "E11", "N08");
    assertThat(expand(filter("concept", "is-not-a", "E")).codes()).containsExactly("N", "N09");
    assertThat(expand(filter("concept", "generalizes", "N08")).codes())
        .containsExactly("E", "E10-E14", "N", "N08");
    assertThat(expand(filter("concept", "in", "E10,N09")).codes()).containsExactly("E10", "N09");
    assertThat(expand(filter("concept", "not-in", "E10, E11,E66,N,N08,N09,E")).codes())
        .containsExactly("E10-E14");
    assertThat(expand(filter("organ", "=", "pancreas")).codes()).containsExactly("E10", "E11");
    assertThat(expand(filter("organ", "exists", "true")).codes())
        .containsExactly("E10", "E11", "N08");
    assertThat(expand(filter("code", "regex", "E1[01]")).codes()).containsExactly("E10", "E11");
    assertThat(expand(filter("parent", "=", "N")).codes()).containsExactly("N08", "N09");
    assertThat(expand(filter("inactive", "=", "true")).codes()).containsExactly("N09");
  }

  @Test
  void refusesWhatItCannotChooseBy() {
    assertThat(expand(filter("organ", "is-a", "x")).issue()).isEqualTo("not-supported");
    assertThat(expand(filter("concept", "is-a", "nothing")).status()).isEqualTo(422);
    assertThat(expand(filter("code", "regex", "(")).issue()).isEqualTo("invalid");
    assertThat(expand("{\"include\": [{\"system\": \"urn:test:nowhere\"}]}").status())
        .isEqualTo(404);
    assertThat(expand("{\"include\": [{\"valueSet\": [\"urn:test:nowhere\"]}]}").status())
        .isEqualTo(404);
    assertThat(SERVER.ask("ValueSet/$expand", "url", "urn:test:nowhere").issue())
        .isEqualTo("not-found");
    assertThat(SERVER.get("ValueSet/$expand").text()).contains("url");
    assertThat(SERVER.ask("ValueSet/$expand", "url", "urn:test:diabetes", "context", "x").issue())
        .isEqualTo("not-supported");
  }

  @Test
  void cutsNestedValueSets() {
    assertThat(
            expand(
                    """
                    {"include": [{"system": "urn:test:diseases", "filter": [{"property": "organ", "op": "=", "value": "pancreas"}],
                      "valueSet": ["urn:test:diabetes"]}]}""")
                .codes())
        .containsExactly("E11");
  }

  @Test
  void keepsTheOrderOfAListAndItsDisplays() {
    Reply list =
        expand(
            """
            {"include": [{"system": "urn:test:diseases", "concept": [{"code": "N08"}, {"code": "E11", "display": "二型"}]},
             {"system": "urn:not:here", "concept": [{"code": "x", "display": "别处"}]}]}""");
    assertThat(list.codes()).containsExactly("N08", "E11", "x");
    assertThat(list.json().path("expansion").path("contains").path(1).path("display").asString(""))
        .isEqualTo("二型");
  }

  @Test
  void filtersByTextInChineseByFirstLettersAndInEnglish() {
    String url = "urn:test:all-diseases";
    assertThat(SERVER.ask("ValueSet/$expand", "url", url, "filter", "糖尿病").codes())
        .containsExactly("E10-E14", "E10", "E11", "N08");
    assertThat(SERVER.ask("ValueSet/$expand", "url", url, "filter", "肾").codes())
        .containsExactly("N", "N08", "N09");
    assertThat(SERVER.ask("ValueSet/$expand", "url", url, "filter", "tnbsb").codes())
        .containsExactly("N08");
    assertThat(SERVER.ask("ValueSet/$expand", "url", url, "filter", "fpz").codes())
        .containsExactly("E66");
    assertThat(SERVER.ask("ValueSet/$expand", "url", url, "filter", "type mellitus 2").codes())
        .containsExactly("E11");
    assertThat(SERVER.ask("ValueSet/$expand", "url", url, "filter", "e1").codes())
        .containsExactly("E10-E14", "E10", "E11");
    assertThat(SERVER.ask("ValueSet/$expand", "url", url, "filter", "没有").total()).isZero();
  }

  @Test
  void pagesInAStableOrder() {
    String url = "urn:test:all-diseases";
    Reply first = SERVER.ask("ValueSet/$expand", "url", url, "count", "3");
    Reply second = SERVER.ask("ValueSet/$expand", "url", url, "count", "3", "offset", "3");
    Reply none = SERVER.ask("ValueSet/$expand", "url", url, "count", "0");
    assertThat(first.codes()).containsExactly("E", "E10-E14", "E10");
    assertThat(second.codes()).containsExactly("E11", "E66", "N");
    assertThat(second.total()).isEqualTo(8);
    assertThat(none.codes()).isEmpty();
    assertThat(none.total()).isEqualTo(8);
  }

  @Test
  void leavesOutWhatIsInactiveOrOnlyGroups() {
    String url = "urn:test:all-diseases";
    assertThat(SERVER.ask("ValueSet/$expand", "url", url, "activeOnly", "true").codes())
        .doesNotContain("N09");
    assertThat(SERVER.ask("ValueSet/$expand", "url", url, "excludeNotForUI", "true").codes())
        .doesNotContain("E");
  }

  @Test
  void speaksTheLanguageAskedFor() {
    Reply english =
        SERVER.ask(
            "ValueSet/$expand",
            "url",
            "urn:test:diabetes",
            "displayLanguage",
            "en",
            "property",
            "organ",
            "includeDesignations",
            "true");
    assertThat(english.json().toString())
        .contains("Type 2 diabetes mellitus")
        .contains("pancreas")
        .contains("designation");
  }

  @Test
  void validatesCodes() {
    Reply right =
        SERVER.ask(
            "ValueSet/$validate-code",
            "url",
            "urn:test:diabetes",
            "system",
            URL,
            "code",
            "e11",
            "display",
            "2型糖尿病");
    assertThat(right.parameter("result")).isEqualTo("true");
    assertThat(right.parameter("display")).isEqualTo("2型糖尿病");
    Reply excluded =
        SERVER.ask(
            "ValueSet/$validate-code", "url", "urn:test:diabetes", "system", URL, "code", "E10");
    assertThat(excluded.parameter("result")).isEqualTo("false");
    assertThat(excluded.parameter("message")).contains("不在值集中");
    Reply named =
        SERVER.ask("CodeSystem/$validate-code", "url", URL, "code", "E10", "display", "高血压");
    assertThat(named.parameter("result")).isEqualTo("false");
    assertThat(named.parameter("message")).contains("1型糖尿病");
    assertThat(SERVER.ask("CodeSystem/$validate-code", "url", URL, "code", "E").parameter("result"))
        .as("abstract")
        .isEqualTo("false");
    assertThat(
            SERVER.ask("CodeSystem/$validate-code", "url", URL, "code", "N09").parameter("message"))
        .contains("停用");
    assertThat(
            SERVER.ask("CodeSystem/$validate-code", "url", "urn:test:nowhere", "code", "x").issue())
        .isEqualTo("not-found");
    assertThat(SERVER.get("CodeSystem/diseases/$validate-code?code=E66").parameter("result"))
        .isEqualTo("true");
  }

  @Test
  void takesOneValidCodingOfAConcept() {
    Reply reply =
        SERVER.post(
            "ValueSet/diabetes/$validate-code",
            TerminologyServer.json(
                """
                {"resourceType": "Parameters", "parameter": [{"name": "codeableConcept", "valueCodeableConcept":
                  {"coding": [{"system": "urn:local", "code": "7"}, {"system": "urn:test:diseases", "code": "E11"}]}}]}"""));
    assertThat(reply.parameter("result")).isEqualTo("true");
  }

  @Test
  void looksUpAndSubsumes() {
    Reply lookup = SERVER.ask("CodeSystem/$lookup", "system", URL, "code", "N08");
    assertThat(lookup.parameter("name")).isEqualTo("疾病");
    assertThat(lookup.parameter("display")).isEqualTo("糖尿病肾病");
    assertThat(lookup.json().toString()).contains("E10-E14").contains("kidney");
    assertThat(SERVER.ask("CodeSystem/$lookup", "system", URL, "code", "X").status())
        .isEqualTo(404);
    assertThat(
            SERVER
                .ask("CodeSystem/$lookup", "system", URL, "code", "E10", "displayLanguage", "en")
                .parameter("display"))
        .isEqualTo("Type 1 diabetes mellitus");
    for (String[] row :
        new String[][] {
          {"E", "N08", "subsumes"},
          {"N08", "E", "subsumed-by"},
          {"N08", "n08", "equivalent"},
          {"N", "E", "not-subsumed"}
        }) {
      assertThat(
              SERVER
                  .ask("CodeSystem/$subsumes", "system", URL, "codeA", row[0], "codeB", row[1])
                  .parameter("outcome"))
          .isEqualTo(row[2]);
    }
    assertThat(
            SERVER.ask("CodeSystem/$subsumes", "system", URL, "codeA", "E", "codeB", "?").status())
        .isEqualTo(404);
  }

  @Test
  void servesWhatR4ShipsAndTheNationalTables() {
    assertThat(
            SERVER
                .ask(
                    "ValueSet/$expand", "url", "http://hl7.org/fhir/ValueSet/administrative-gender")
                .codes())
        .containsExactly("male", "female", "other", "unknown");
    assertThat(
            SERVER
                .ask(
                    "CodeSystem/$subsumes",
                    "system",
                    "http://terminology.hl7.org/CodeSystem/v3-ActCode",
                    "codeA",
                    "_ActEncounterCode",
                    "codeB",
                    "AMB")
                .parameter("outcome"))
        .isEqualTo("subsumes");
    assertThat(
            SERVER
                .ask("CodeSystem/$lookup", "system", "urn:oid:2.16.156.10011.2.3.3.3", "code", "03")
                .parameter("display"))
        .isEqualTo("回族");
    assertThat(
            SERVER
                .ask(
                    "CodeSystem/$validate-code",
                    "url",
                    "http://unitsofmeasure.org",
                    "code",
                    "mmol/L")
                .parameter("result"))
        .isEqualTo("true");
    assertThat(
            SERVER
                .ask(
                    "CodeSystem/$validate-code",
                    "url",
                    "http://unitsofmeasure.org",
                    "code",
                    "mmol per L")
                .parameter("result"))
        .isEqualTo("false");
    assertThat(
            SERVER
                .ask(
                    "ValueSet/$validate-code",
                    "url",
                    "http://hl7.org/fhir/ValueSet/ucum-units",
                    "system",
                    "http://unitsofmeasure.org",
                    "code",
                    "mg/dL")
                .parameter("result"))
        .isEqualTo("true");
    assertThat(
            SERVER
                .ask("ValueSet/$expand", "url", "http://hl7.org/fhir/ValueSet/ucum-units")
                .issue())
        .isEqualTo("too-costly");
    Reply converted =
        SERVER.ask("CodeSystem/$convert-unit", "value", "1.5", "from", "g/dL", "to", "g/L");
    assertThat(converted.json().toString()).contains("15").contains("g/L");
    assertThat(SERVER.ask("CodeSystem/$convert-unit", "value", "1", "from", "g", "to", "m").issue())
        .isEqualTo("value");
  }

  @Test
  void refusesAnUnboundedExpansion() {
    ObjectNode large =
        TerminologyServer.json(
            """
            {"resourceType": "CodeSystem", "id": "many", "url": "urn:test:many", "status": "active", "content": "complete",
             "valueSet": "urn:test:all-many"}""");
    for (int i = 0; i < 5_001; i++) {
      large.withArray("concept").addObject().put("code", "c" + i).put("display", "第" + i + "项");
    }
    assertThat(SERVER.put(large).status()).isLessThan(300);
    Reply all = SERVER.ask("ValueSet/$expand", "url", "urn:test:all-many");
    assertThat(all.status()).isEqualTo(403);
    assertThat(all.issue()).isEqualTo("too-costly");
    Reply page =
        SERVER.ask("ValueSet/$expand", "url", "urn:test:all-many", "count", "2", "offset", "4999");
    assertThat(page.codes()).containsExactly("c4999", "c5000");
    assertThat(page.total()).isEqualTo(5_001);
  }

  @Test
  void refusesWhatCostsMoreThanAnybodyNeeds() {
    assertThat(expand(filter("concept", "in", "E10,".repeat(1_001))).issue())
        .isEqualTo("too-costly");
    assertThat(expand(filter("concept", "in", "E10, E11")).codes()).containsExactly("E10", "E11");
    String expression = "{\"property\": \"concept\", \"op\": \"regex\", \"value\": \"E1.\"}";
    String compose = "{\"include\": [{\"system\": \"urn:test:diseases\", \"filter\": [%s]}]}";
    assertThat(
            expand(compose.formatted(String.join(",", java.util.List.of(expression, expression))))
                .codes())
        .containsExactly("E10", "E11");
    assertThat(expand(compose.formatted((expression + ",").repeat(3) + expression)).issue())
        .isEqualTo("too-costly");
    assertThat(
            SERVER
                .ask("ValueSet/$expand", "url", "urn:test:diabetes", "filter", "糖".repeat(201))
                .status())
        .isEqualTo(400);
    ObjectNode concept =
        TerminologyServer.json(
            "{\"resourceType\": \"Parameters\", \"parameter\": [{\"name\": \"codeableConcept\"}]}");
    var codings =
        ((ObjectNode) concept.path("parameter").path(0))
            .putObject("valueCodeableConcept")
            .putArray("coding");
    for (int i = 0; i < 101; i++) {
      codings.addObject().put("system", "urn:test:diseases").put("code", "E11");
    }
    assertThat(SERVER.post("ValueSet/diabetes/$validate-code", concept).status()).isEqualTo(400);
    codings.remove(0);
    assertThat(SERVER.post("ValueSet/diabetes/$validate-code", concept).parameter("result"))
        .isEqualTo("true");
  }

  /** A value set that was stored as its expansion only. */
  @Test
  void choosesWhatAnExpansionLists() {
    assertThat(
            SERVER
                .put(
                    TerminologyServer.json(
                        """
                        {"resourceType": "ValueSet", "id": "listed", "url": "urn:test:listed", "status": "active",
                         "expansion": {"timestamp": "2026-01-01", "contains": [
                          {"system": "urn:test:diseases", "code": "E", "abstract": true, "contains": [
                            {"system": "urn:test:diseases", "code": "E11"}]},
                          {"system": "http://hl7.org/fhir/administrative-gender", "code": "male"},
                          {"system": "urn:test:diseases", "code": "N08"}]}}"""))
                .status())
        .isLessThan(300);
    assertThat(SERVER.ask("ValueSet/$expand", "url", "urn:test:listed").codes())
        .containsExactlyInAnyOrder("E11", "N08", "male");
  }

  /** The library multiplies in text: what is far from its base units keeps it busy for long. */
  @Test
  void convertsNoUnitThatIsFarFromAllOthers() {
    for (String unit :
        java.util.List.of(
            "10*9999", "10*-9999", "10^9999", "Ym99", "m.Ym999", "Ym9.Ym9", "10*200.10*200")) {
      org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
          java.time.Duration.ofSeconds(10),
          () ->
              assertThat(
                      SERVER
                          .ask("CodeSystem/$convert-unit", "value", "1", "from", unit, "to", unit)
                          .issue())
                  .as(unit)
                  .isEqualTo("value"));
    }
    assertThat(
            SERVER
                .ask("CodeSystem/$convert-unit", "value", "3", "from", "10*12/L", "to", "10*9/L")
                .json()
                .toString())
        .contains("3000");
    assertThat(
            SERVER
                .ask(
                    "CodeSystem/$convert-unit",
                    "value",
                    "1",
                    "from",
                    "mL/min/{1.73_m2}",
                    "to",
                    "L/h")
                .status())
        .isEqualTo(200);
  }

  @Test
  void answersWithTheLatestActiveVersion() {
    for (String[] row :
        new String[][] {{"2.9", "active"}, {"2.10", "active"}, {"3", "draft"}, {"1", "retired"}}) {
      ObjectNode one =
          TerminologyServer.json(
              """
              {"resourceType": "CodeSystem", "url": "urn:test:versioned", "content": "complete"}""");
      one.put("id", "v" + row[0].replace('.', '-'));
      one.put("version", row[0]).put("status", row[1]);
      one.withArray("concept").addObject().put("code", "x").put("display", "第" + row[0] + "版");
      assertThat(SERVER.put(one).status()).isLessThan(300);
    }
    assertThat(
            SERVER
                .ask("CodeSystem/$lookup", "system", "urn:test:versioned", "code", "x")
                .parameter("version"))
        .isEqualTo("2.10");
    assertThat(
            SERVER
                .ask(
                    "CodeSystem/$lookup",
                    "system",
                    "urn:test:versioned",
                    "version",
                    "1",
                    "code",
                    "x")
                .parameter("display"))
        .isEqualTo("第1版");
    assertThat(
            SERVER
                .ask(
                    "CodeSystem/$lookup",
                    "system",
                    "urn:test:versioned",
                    "version",
                    "4",
                    "code",
                    "x")
                .status())
        .isEqualTo(404);
  }

  @Test
  void forgetsWhatWasChangedOrDeleted() {
    ObjectNode system =
        TerminologyServer.json(
            """
            {"resourceType": "CodeSystem", "id": "changing", "url": "urn:test:changing", "status": "active",
             "content": "complete", "concept": [{"code": "a"}]}""");
    SERVER.put(system);
    assertThat(
            SERVER
                .ask("CodeSystem/$validate-code", "url", "urn:test:changing", "code", "b")
                .parameter("result"))
        .isEqualTo("false");
    system.withArray("concept").addObject().put("code", "b");
    SERVER.put(system);
    assertThat(
            SERVER
                .ask("CodeSystem/$validate-code", "url", "urn:test:changing", "code", "b")
                .parameter("result"))
        .isEqualTo("true");
    assertThat(SERVER.send("DELETE", "CodeSystem/changing", "").status()).isLessThan(300);
    assertThat(
            SERVER
                .ask("CodeSystem/$validate-code", "url", "urn:test:changing", "code", "b")
                .status())
        .isEqualTo(404);
  }

  @Test
  void letsSearchesUseWhatIsStored() {
    for (String[] row :
        new String[][] {{"o1", "E11"}, {"o2", "E10"}, {"o3", "N08"}, {"o4", "E66"}}) {
      ObjectNode condition =
          TerminologyServer.json(
              """
              {"resourceType": "Condition", "subject": {"reference": "Patient/p"}}""");
      condition.put("id", "c-" + row[0]);
      condition
          .putObject("code")
          .putArray("coding")
          .addObject()
          .put("system", URL)
          .put("code", row[1]);
      assertThat(SERVER.put(condition).status()).isLessThan(300);
    }
    assertThat(found("code:in", "urn:test:diabetes")).containsExactlyInAnyOrder("c-o1", "c-o3");
    assertThat(found("code:not-in", "urn:test:diabetes"))
        .contains("c-o2", "c-o4")
        .doesNotContain("c-o1");
    assertThat(found("code:below", URL + "|E10-E14"))
        .containsExactlyInAnyOrder("c-o1", "c-o2", "c-o3");
    assertThat(found("code:above", URL + "|N08")).containsExactly("c-o3");
    assertThat(SERVER.ask("Condition", "code:in", "urn:test:nowhere").issue())
        .isEqualTo("not-supported");
  }

  private static java.util.List<String> found(String parameter, String value) {
    java.util.List<String> ids = new java.util.ArrayList<>();
    SERVER
        .ask("Condition", parameter, value, "_count", "100")
        .json()
        .path("entry")
        .forEach(entry -> ids.add(entry.path("resource").path("id").asString("")));
    return ids;
  }

  @Test
  void showsWhatIsShippedAndNoSearchFinds() {
    String url = "urn:oid:2.16.156.10011.2.3.3.4";
    Reply systems = SERVER.get("CodeSystem/$shipped");
    assertThat(systems.parameters("canonical").toString())
        .contains(url, "http://hl7.org/fhir/administrative-gender|4.0.1")
        .doesNotContain("http://hl7.org/fhir/ValueSet/", "urn:test:diseases");
    assertThat(SERVER.get("ValueSet/$shipped").parameters("canonical").toString())
        .contains("http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1");
    Reply one = SERVER.ask("CodeSystem/$shipped", "url", url);
    assertThat(one.json().path("resourceType").asString("")).isEqualTo("CodeSystem");
    assertThat(one.json().path("concept").toString()).contains("男");
    assertThat(SERVER.ask("CodeSystem/$shipped", "url", "urn:test:diseases").status())
        .isEqualTo(404);
    ObjectNode own = (ObjectNode) one.json();
    own.put("id", "own-sexes").put("status", "draft");
    assertThat(SERVER.put(own).status()).as("it can be made one's own").isEqualTo(201);
  }

  @Test
  void statesWhatItCan() {
    Reply statement = SERVER.get("metadata?mode=terminology");
    assertThat(statement.json().path("resourceType").asString(""))
        .isEqualTo("TerminologyCapabilities");
    assertThat(statement.json().toString())
        .contains("urn:test:diseases")
        .contains("http://hl7.org/fhir/administrative-gender")
        .contains("http://unitsofmeasure.org");
    assertThat(SERVER.get("metadata").json().toString())
        .contains("http://hl7.org/fhir/OperationDefinition/ValueSet-expand");
    assertThat(
            SERVER
                .send("POST", "TerminologyCapabilities/$validate", statement.json().toString())
                .json()
                .toString())
        .doesNotContain("\"error\"");
  }
}
