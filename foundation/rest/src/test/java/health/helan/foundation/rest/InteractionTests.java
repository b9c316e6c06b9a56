package health.helan.foundation.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Reading and writing single resources (FHIR R4, http.html). */
class InteractionTests {
  private final FhirServerForTests server = FhirServerForTests.get();

  private static String patient(String family) {
    return "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"" + family + "\"}]}";
  }

  private static String patient(String id, String family) {
    return "{\"resourceType\":\"Patient\",\"id\":\""
        + id
        + "\",\"name\":[{\"family\":\""
        + family
        + "\"}]}";
  }

  private static String newId() {
    return "t-" + UUID.randomUUID();
  }

  @Test
  void aCreatedResourceReadsBackWithIdVersionAndTime() {
    var created = server.post("Patient", patient("张"));
    assertThat(created.status()).isEqualTo(201);
    assertThat(created.header("ETag")).isEqualTo("W/\"1\"");
    assertThat(created.header("Location"))
        .isEqualTo(server.base() + "/Patient/" + created.id() + "/_history/1");
    var read = server.get("Patient/" + created.id());
    assertThat(read.status()).isEqualTo(200);
    assertThat(read.json()).isEqualTo(created.json());
    assertThat(read.json().path("meta").path("versionId").asString()).isEqualTo("1");
    assertThat(read.header("Last-Modified")).endsWith("GMT");
  }

  @Test
  void decimalsKeepTheirDigits() {
    var created =
        server.post(
            "Observation",
            """
            {"resourceType":"Observation","status":"final","code":{"text":"x"},
             "valueQuantity":{"value":1.50}}""");
    assertThat(server.get("Observation/" + created.id()).text()).contains("\"value\":1.50");
  }

  @Test
  void anUpdateMakesANewVersionAndKeepsTheOld() {
    String id = newId();
    assertThat(server.put("Patient/" + id, patient(id, "甲")).status()).isEqualTo(201);
    var second = server.put("Patient/" + id, patient(id, "乙"));
    assertThat(second.status()).isEqualTo(200);
    assertThat(second.header("ETag")).isEqualTo("W/\"2\"");
    assertThat(server.get("Patient/" + id + "/_history/1").text()).contains("甲");
    assertThat(server.get("Patient/" + id + "/_history/2").text()).contains("乙");
    assertThat(server.get("Patient/" + id + "/_history/3").status()).isEqualTo(404);
  }

  @Test
  void anUpdateNeedsTheIdOfItsAddress() {
    assertThat(server.put("Patient/" + newId(), patient("甲")).status()).isEqualTo(400);
    assertThat(server.put("Patient/" + newId(), patient("other", "甲")).status()).isEqualTo(400);
  }

  @Test
  void anotherTypeThanTheAddressSaysIsRefused() {
    var refused = server.post("Observation", patient("张"));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.issue()).isEqualTo("invalid");
  }

  @Test
  void aDeletedResourceIsGoneButKeepsItsHistoryAndMayComeBack() {
    String id = newId();
    server.put("Patient/" + id, patient(id, "甲"));
    assertThat(server.delete("Patient/" + id).status()).isEqualTo(204);
    assertThat(server.get("Patient/" + id).status()).isEqualTo(410);
    assertThat(server.get("Patient/" + id + "/_history/1").status()).isEqualTo(200);
    assertThat(server.get("Patient/" + id + "/_history/2").status()).isEqualTo(410);
    assertThat(server.delete("Patient/" + id).status()).isEqualTo(204);
    var again = server.put("Patient/" + id, patient(id, "乙"));
    assertThat(again.status()).isEqualTo(201);
    assertThat(again.header("ETag")).isEqualTo("W/\"3\"");
    var history = server.get("Patient/" + id + "/_history").json();
    assertThat(history.path("total").intValue()).isEqualTo(3);
    assertThat(history.path("entry").path(1).path("request").path("method").asString())
        .isEqualTo("DELETE");
  }

  @Test
  void whatNeverWasIsNotFound() {
    assertThat(server.get("Patient/" + newId()).status()).isEqualTo(404);
    assertThat(server.get("Patient/7f9k0vce69hwrdm76b938").status()).isEqualTo(404);
    assertThat(server.delete("Patient/" + newId()).status()).isEqualTo(204);
    assertThat(server.get("Nothing/1").status()).isEqualTo(404);
    assertThat(server.get("Patient/not_an_id").status()).isEqualTo(400);
  }

  @Test
  void ifMatchGuardsAgainstLostUpdates() {
    String id = newId();
    server.put("Patient/" + id, patient(id, "甲"));
    assertThat(server.put("Patient/" + id, patient(id, "乙"), "If-Match", "W/\"1\"").status())
        .isEqualTo(200);
    var lost = server.put("Patient/" + id, patient(id, "丙"), "If-Match", "W/\"1\"");
    assertThat(lost.status()).isEqualTo(412);
    assertThat(server.get("Patient/" + id).text()).contains("乙");
    assertThat(server.delete("Patient/" + id, "If-Match", "W/\"1\"").status()).isEqualTo(412);
    assertThat(server.put("Patient/" + id, patient(id, "丁"), "If-Match", "nonsense").status())
        .isEqualTo(412);
  }

  @Test
  void ifNoneMatchStarOnlyCreates() {
    String id = newId();
    assertThat(server.put("Patient/" + id, patient(id, "甲"), "If-None-Match", "*").status())
        .isEqualTo(201);
    assertThat(server.put("Patient/" + id, patient(id, "乙"), "If-None-Match", "*").status())
        .isEqualTo(412);
  }

  @Test
  void aConditionalReadSavesTheBody() {
    var created = server.post("Patient", patient("张"));
    String path = "Patient/" + created.id();
    assertThat(server.get(path, "If-None-Match", "W/\"1\"").status()).isEqualTo(304);
    assertThat(server.get(path, "If-None-Match", "W/\"2\"").status()).isEqualTo(200);
    String modified = created.header("Last-Modified");
    assertThat(server.get(path, "If-Modified-Since", modified).status()).isEqualTo(304);
    assertThat(server.get(path, "If-Modified-Since", "Mon, 01 Jan 2001 00:00:00 GMT").status())
        .isEqualTo(200);
  }

  @Test
  void preferDecidesWhatComesBack() {
    var minimal = server.post("Patient", patient("张"), "Prefer", "return=minimal");
    assertThat(minimal.status()).isEqualTo(201);
    assertThat(minimal.text()).isEmpty();
    assertThat(minimal.header("Location")).isNotEmpty();
    var outcome = server.post("Patient", patient("张"), "Prefer", "return=OperationOutcome");
    assertThat(outcome.json().path("resourceType").asString()).isEqualTo("OperationOutcome");
  }

  @Test
  void aConditionalCreateHappensOnce() {
    String value = UUID.randomUUID().toString();
    String body =
        "{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":\"urn:s\",\"value\":\""
            + value
            + "\"}]}";
    var first = server.post("Patient", body, "If-None-Exist", "identifier=urn:s%7C" + value);
    assertThat(first.status()).isEqualTo(201);
    var second = server.post("Patient", body, "If-None-Exist", "identifier=urn:s%7C" + value);
    assertThat(second.status()).isEqualTo(200);
    assertThat(second.id()).isEqualTo(first.id());
    server.post("Patient", body);
    assertThat(
            server.post("Patient", body, "If-None-Exist", "identifier=urn:s%7C" + value).status())
        .isEqualTo(412);
  }

  @Test
  void aConditionalUpdateCreatesOrUpdates() {
    String value = UUID.randomUUID().toString();
    String criteria = "Patient?identifier=urn:s%7C" + value;
    String body =
        "{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":\"urn:s\",\"value\":\""
            + value
            + "\"}]}";
    var first = server.put(criteria, body);
    assertThat(first.status()).isEqualTo(201);
    var second = server.put(criteria, body);
    assertThat(second.status()).isEqualTo(200);
    assertThat(second.header("ETag")).isEqualTo("W/\"2\"");
    assertThat(server.delete(criteria).status()).isEqualTo(204);
    assertThat(server.get("Patient/" + first.id()).status()).isEqualTo(410);
  }

  @Test
  void aJsonPatchChangesAndRefusesWhole() {
    var created = server.post("Patient", patient("张"));
    String path = "Patient/" + created.id();
    var patched =
        server.send(
            "PATCH",
            path,
            "[{\"op\":\"add\",\"path\":\"/gender\",\"value\":\"female\"}]",
            "Content-Type",
            "application/json-patch+json");
    assertThat(patched.status()).isEqualTo(200);
    assertThat(patched.json().path("gender").asString()).isEqualTo("female");
    var refused =
        server.send(
            "PATCH",
            path,
            "[{\"op\":\"replace\",\"path\":\"/id\",\"value\":\"other\"}]",
            "Content-Type",
            "application/json-patch+json");
    assertThat(refused.status()).isEqualTo(422);
    assertThat(server.send("PATCH", path, "[]", "Content-Type", "text/plain").status())
        .isEqualTo(415);
    assertThat(server.get(path).header("ETag")).isEqualTo("W/\"2\"");
  }

  @Test
  void anInvalidResourceIsRefusedWithThePlaceOfEachFault() {
    var refused =
        server.post(
            "Patient",
            "{\"resourceType\":\"Patient\",\"gender\":\"woman\",\"birthDate\":\"1999-02-30\"}",
            "Accept-Language",
            "en");
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text()).contains("Patient.gender").contains("Patient.birthDate");
    assertThat(refused.text()).doesNotContain("1999-02-30");
  }

  @Test
  void withoutACallerThereIsOnlyTheCapabilityStatement() {
    assertThat(server.get("metadata", "X-Anonymous", "1").status()).isEqualTo(200);
    for (String path : new String[] {"Patient", "Patient/1", "_history", "$fhirpath", ""}) {
      var refused = server.get(path, "X-Anonymous", "1");
      assertThat(refused.status()).as(path).isEqualTo(401);
      assertThat(refused.header("WWW-Authenticate")).isEqualTo("Bearer");
      assertThat(refused.issue()).isEqualTo("login");
    }
    assertThat(server.post("Patient", patient("张"), "X-Anonymous", "1").status()).isEqualTo(401);
  }

  @Test
  void refusalsSpeakTheCallersLanguage() {
    assertThat(server.get("Patient/none").text()).contains("不存在");
    assertThat(server.get("Patient/none", "Accept-Language", "en-GB").text())
        .contains("does not exist");
  }

  @Test
  void anAnswerComesAsXmlWhenAskedFor() {
    var created = server.post("Patient", patient("张"));
    var xml = server.get("Patient/" + created.id() + "?_format=xml");
    assertThat(xml.header("Content-Type")).startsWith("application/fhir+xml");
    assertThat(xml.text()).contains("<family value=\"张\"");
    var back = server.send("POST", "Patient", xml.text(), "Content-Type", "application/fhir+xml");
    assertThat(back.status()).isEqualTo(201);
    assertThat(server.get("Patient/" + created.id() + "?_format=pdf").status()).isEqualTo(406);
  }

  @Test
  void metaIsChangedByItsOperations() {
    var created = server.post("Patient", patient("张"));
    String path = "Patient/" + created.id();
    String tag =
        """
        {"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{
          "tag":[{"system":"urn:t","code":"a"}]}}]}""";
    assertThat(server.post(path + "/$meta-add", tag).status()).isEqualTo(200);
    assertThat(server.get(path + "/$meta").text()).contains("urn:t");
    assertThat(server.post(path + "/$meta-delete", tag).status()).isEqualTo(200);
    assertThat(server.get(path).text()).doesNotContain("urn:t");
    assertThat(server.get(path).header("ETag")).isEqualTo("W/\"3\"");
    assertThat(server.get(path + "/$meta-add").status()).isEqualTo(405);
  }

  @Test
  void fhirPathIsEvaluatedOnAResourceSentAlong() {
    var answer =
        server.post(
            "$fhirpath",
            """
            {"resourceType":"Parameters","parameter":[
              {"name":"expression","valueString":"name.family"},
              {"name":"resource","resource":{"resourceType":"Patient","name":[{"family":"张"}]}}]}""");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().at("/parameter/1/part/0/valueString").asString()).isEqualTo("张");
    assertThat(
            server
                .post(
                    "$fhirpath",
                    """
                    {"resourceType":"Parameters","parameter":[
                      {"name":"expression","valueString":"name.("},
                      {"name":"resource","resource":{"resourceType":"Patient"}}]}""")
                .status())
        .isEqualTo(400);
  }

  @Test
  void validateSaysWhatIsWrongWithoutWriting() {
    var faults =
        server.post("Patient/$validate", "{\"resourceType\":\"Patient\",\"gender\":\"x\"}");
    assertThat(faults.status()).isEqualTo(200);
    assertThat(faults.text()).contains("Patient.gender").contains("error");
    assertThat(server.post("Patient/$validate", patient("张")).text()).contains("informational");
  }
}
