package health.helan.foundation.terminology;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.terminology.TerminologyServer.Reply;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** From draft to retirement, and how large ones come in. */
class LifeOfACodeSystemTests {
  private static final TerminologyServer SERVER = TerminologyServer.get();
  private static final String AUTHOR = "OPERATOR/author";
  private static final String REVIEWER = "OPERATOR/reviewer";

  private static ObjectNode system(String id, String status) {
    ObjectNode system =
        TerminologyServer.json(
            """
            {"resourceType": "CodeSystem", "content": "complete", "concept": [{"code": "a", "display": "甲"}]}""");
    system
        .put("id", id)
        .put("url", "urn:test:life:" + id)
        .put("version", "1")
        .put("status", status);
    return system;
  }

  private static Reply step(String id, String step, String as) {
    return SERVER.send("POST", "CodeSystem/" + id + "/$" + step, "", "X-As", as);
  }

  @Test
  void goesStepByStepWithTwoPairsOfEyes() {
    String id = "steps";
    String url = "urn:test:life:steps";
    assertThat(SERVER.put(system(id, "draft"), "X-As", AUTHOR).status()).isEqualTo(201);
    assertThat(SERVER.ask("CodeSystem/$lookup", "system", url, "code", "a").text())
        .contains("没有启用的版本");
    assertThat(SERVER.get("CodeSystem/steps/$validate-code?code=a").parameter("result"))
        .as("a draft can be tried by the id of its resource")
        .isEqualTo("true");
    assertThat(step(id, "approve", REVIEWER).status()).as("not submitted yet").isEqualTo(422);
    assertThat(step(id, "submit", AUTHOR).status()).isEqualTo(200);
    Reply own = step(id, "approve", AUTHOR);
    assertThat(own.status()).isEqualTo(422);
    assertThat(own.text()).contains("自己提交");
    assertThat(step(id, "approve", REVIEWER).json().path("status").asString("")).isEqualTo("draft");
    assertThat(step(id, "activate", AUTHOR).json().path("status").asString("")).isEqualTo("active");
    assertThat(SERVER.ask("CodeSystem/$lookup", "system", url, "code", "a").parameter("display"))
        .isEqualTo("甲");
    assertThat(SERVER.put(system(id, "draft"), "X-As", AUTHOR).text())
        .as("an active version is not edited")
        .contains("active");
    assertThat(SERVER.send("DELETE", "CodeSystem/" + id, "", "X-As", AUTHOR).status())
        .isEqualTo(422);
    assertThat(step(id, "retire", REVIEWER).json().path("status").asString(""))
        .isEqualTo("retired");
    assertThat(SERVER.ask("CodeSystem/$lookup", "system", url, "code", "a").status())
        .isEqualTo(404);
    assertThat(
            SERVER
                .ask("CodeSystem/$lookup", "system", url, "version", "1", "code", "a")
                .parameter("display"))
        .as("old records are still understood")
        .isEqualTo("甲");
    assertThat(step(id, "retire", REVIEWER).status()).isEqualTo(422);
    Reply provenance = SERVER.ask("Provenance", "target", "CodeSystem/" + id);
    assertThat(provenance.json().path("entry")).hasSize(4);
    assertThat(provenance.json().toString()).contains("reviewer").contains("author");
  }

  @Test
  void isNotSkipped() {
    assertThat(SERVER.put(system("skipped", "active"), "X-As", AUTHOR).issue())
        .isEqualTo("business-rule");
    ObjectNode forged = system("forged", "draft");
    forged
        .putArray("extension")
        .addObject()
        .put("url", "https://helan.health/fhir/StructureDefinition/review-state")
        .put("valueCode", "reviewed");
    assertThat(SERVER.put(forged, "X-As", AUTHOR).issue()).isEqualTo("business-rule");
    assertThat(SERVER.get("CodeSystem/skipped").status()).isEqualTo(404);
  }

  @Test
  void fallsBackToDraftWhenItIsSentBackOrEdited() {
    SERVER.put(system("back", "draft"), "X-As", AUTHOR);
    step("back", "submit", AUTHOR);
    assertThat(step("back", "send-back", REVIEWER).json().has("extension")).isFalse();
    step("back", "submit", AUTHOR);
    step("back", "approve", REVIEWER);
    ObjectNode edited = system("back", "draft");
    edited.withArray("concept").addObject().put("code", "b");
    assertThat(SERVER.put(edited, "X-As", AUTHOR).status()).isEqualTo(200);
    assertThat(step("back", "activate", REVIEWER).status())
        .as("what was reviewed is not what is there now")
        .isEqualTo(422);
  }

  @Test
  void isNotForOthers() {
    SERVER.put(system("others", "draft"), "X-As", AUTHOR);
    for (String as : List.of("RESIDENT/r", "PRACTITIONER/p", "REGULATOR/g", "SYSTEM/s")) {
      assertThat(step("others", "submit", as).status()).as(as).isEqualTo(403);
      assertThat(SERVER.put(system("others", "draft"), "X-As", as).status())
          .as(as)
          .isGreaterThanOrEqualTo(400);
    }
  }

  // ------------------------------------------------------------------ large ones

  private static Reply chunk(String load, int chunk, String rows) {
    ObjectNode parameters = TerminologyServer.parameters("load", load, "rows", rows);
    parameters.withArray("parameter").addObject().put("name", "chunk").put("valueInteger", chunk);
    return SERVER.post("CodeSystem/$import-concepts", parameters);
  }

  private static ObjectNode loaded(String id, String load) {
    ObjectNode system = system(id, "active");
    system.remove("concept");
    ArrayNode extensions = system.putArray("extension");
    extensions
        .addObject()
        .put("url", "https://helan.health/fhir/StructureDefinition/loaded-concepts")
        .put("valueString", load);
    return system;
  }

  @Test
  void takesLargeOnesInChunks() {
    String load = "load-0001";
    assertThat(
            chunk(
                    load,
                    0,
                    "[[\"A00\",\"霍乱\",\"Cholera\",\"\"],[\"A00.0\",\"古典生物型霍乱\",\"\",\"A00\"]]")
                .parameter("kept"))
        .isEqualTo("2");
    String second = "[[\"A00.1\",\"埃尔托生物型霍乱\",\"\",\"A00\",\"inactive\",\"kind\",\"x\"]]";
    chunk(load, 1, second);
    assertThat(chunk(load, 1, second).parameter("kept")).as("sent again").isEqualTo("3");
    assertThat(SERVER.put(loaded("large", load)).status()).isEqualTo(201);
    String url = "urn:test:life:large";
    assertThat(
            SERVER
                .ask("CodeSystem/$subsumes", "system", url, "codeA", "A00", "codeB", "A00.1")
                .parameter("outcome"))
        .isEqualTo("subsumes");
    assertThat(
            SERVER
                .ask("CodeSystem/$lookup", "system", url, "code", "A00", "displayLanguage", "en")
                .parameter("display"))
        .isEqualTo("Cholera");
    ObjectNode renamed = loaded("large", load);
    renamed.put("title", "新名称").put("version", "2");
    assertThat(SERVER.put(renamed).status()).isEqualTo(200);
    assertThat(SERVER.ask("CodeSystem/$lookup", "system", url, "code", "A00").parameter("version"))
        .as("the header alone was changed, its concepts stay")
        .isEqualTo("2");
    assertThat(SERVER.get("CodeSystem/large").json().has("concept")).isFalse();
  }

  @Test
  void refusesBrokenLoads() {
    assertThat(SERVER.put(loaded("broken", "load-nowhere")).status()).isEqualTo(422);
    assertThat(SERVER.get("CodeSystem/broken").status()).isEqualTo(404);
    assertThat(chunk("load-0002", 0, "[[\"\",\"x\"]]").text()).contains("第 0 行");
    assertThat(chunk("load-0002", 0, "[[\"a\"]]").status()).isEqualTo(400);
    assertThat(chunk("load-0002", 0, "no json").status()).isEqualTo(400);
    assertThat(chunk("short", 0, "[[\"a\",\"b\"]]").status()).isEqualTo(400);
  }

  @Test
  void compilesWhatAnOlderVersionStored() throws Exception {
    SERVER.put(system("older", "active"));
    try (var connection = SERVER.database.getConnection();
        var statement = connection.createStatement()) {
      statement.execute("delete from term_resource where id = 'older'");
      statement.execute("update term_generation set value = 'test'");
    }
    assertThat(
            SERVER.ask("CodeSystem/$lookup", "system", "urn:test:life:older", "code", "a").status())
        .isEqualTo(404);
    assertThat(SERVER.terminology.catchUp(SERVER.store)).isEqualTo(1);
    assertThat(
            SERVER
                .ask("CodeSystem/$lookup", "system", "urn:test:life:older", "code", "a")
                .parameter("display"))
        .isEqualTo("甲");
    assertThat(SERVER.terminology.catchUp(SERVER.store)).isZero();
  }

  @Test
  void leavesOutWhatAnOlderVersionStoredAndCannotBeCompiled() {
    var older =
        RecordStore.open(
            SERVER.database, StoreConfig.of(new byte[32], java.util.UUID.randomUUID().toString()));
    ObjectNode unreadable = system("unreadable", "active");
    ObjectNode concept = (ObjectNode) unreadable.path("concept").path(0);
    concept.remove("code");
    concept
        .putObject("_code")
        .putArray("extension")
        .addObject()
        .put("url", "http://hl7.org/fhir/StructureDefinition/data-absent-reason")
        .put("valueCode", "unknown");
    for (ObjectNode one : List.of(unreadable, system("unread", "active"))) {
      older.write(
          Caller.operator("test"),
          new Interaction.Update(
              "CodeSystem",
              one.path("id").asString(),
              null,
              Interaction.Body.of(one),
              null,
              false,
              null,
              null));
    }
    assertThat(SERVER.terminology.catchUp(SERVER.store)).isEqualTo(1);
    assertThat(SERVER.get("CodeSystem/unread/$validate-code?code=a").parameter("result"))
        .isEqualTo("true");
    assertThat(SERVER.send("DELETE", "CodeSystem/unreadable", "").status()).isLessThan(300);
  }

  @Test
  void isSeenByOtherInstancesAtOnce() {
    var other = new Terminology(SERVER.database, java.time.Clock.systemUTC());
    ObjectNode one = system("seen", "active");
    SERVER.put(one);
    assertThat(other.related("urn:test:life:seen", "b", true)).isEmpty();
    one.withArray("concept").addObject().put("code", "b");
    SERVER.put(one);
    assertThat(other.related("urn:test:life:seen", "b", true))
        .containsExactly("urn:test:life:seen|b");
  }
}
