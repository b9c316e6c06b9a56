package health.helan.foundation.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Transactions and batches (FHIR R4, http.html#transaction). */
class BundleTests {
  private final FhirServerForTests server = FhirServerForTests.get();

  private static String bundle(String type, String... entries) {
    return "{\"resourceType\":\"Bundle\",\"type\":\""
        + type
        + "\",\"entry\":["
        + String.join(",", entries)
        + "]}";
  }

  private static String post(String fullUrl, String type, String rest) {
    return """
    {"fullUrl":"%s","resource":{"resourceType":"%s"%s},"request":{"method":"POST","url":"%s"}}"""
        .formatted(fullUrl, type, rest, type);
  }

  @Test
  void referencesBetweenEntriesBecomeTheIdsAssigned() {
    String patient = "urn:uuid:" + UUID.randomUUID();
    String encounter = "urn:uuid:" + UUID.randomUUID();
    var answer =
        server.post(
            "",
            bundle(
                "transaction",
                post(
                    encounter,
                    "Encounter",
                    ",\"status\":\"finished\",\"class\":{\"code\":\"AMB\"},\"subject\":{\"reference\":\""
                        + patient
                        + "\"}"),
                post(patient, "Patient", "")));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    String location = answer.json().at("/entry/0/response/location").asString();
    String patientId = answer.json().at("/entry/1/response/location").asString().split("/")[1];
    var read = server.get(location.substring(0, location.indexOf("/_history")));
    assertThat(read.json().at("/subject/reference").asString()).isEqualTo("Patient/" + patientId);
    // One resident's rows lie in one home: ids begin with it.
    assertThat(read.id()).startsWith(patientId.substring(0, 3));
  }

  /** FHIR R4, 3.1.0.11.2: uris follow, canonicals and all other texts stay as they were sent. */
  @Test
  void onlyWhatMayBeALinkFollowsTheIdsAssigned() {
    String report = "urn:uuid:" + UUID.randomUUID();
    var answer =
        server.post(
            "",
            bundle(
                "transaction",
                post(report, "Basic", ",\"code\":{\"text\":\"x\"}"),
                post(
                    "urn:uuid:" + UUID.randomUUID(),
                    "CarePlan",
                    """
                    ,"status":"active","intent":"plan","subject":{"reference":"#p"},
                    "contained":[{"resourceType":"Patient","id":"p","photo":[{"url":"%1$s"}],"name":[{"given":["%1$s"]}]}],
                    "identifier":[{"system":"urn:ietf:rfc:3986","value":"%1$s"}],
                    "extension":[{"url":"http://a.b/c","valueUri":"%1$s"},{"url":"http://a.b/d","valueString":"%1$s"}],
                    "instantiatesUri":["%1$s","%1$s#part"],"instantiatesCanonical":["%1$s"],"title":"%1$s"
                    """
                        .formatted(report))));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    String[] basic = answer.json().at("/entry/0/response/location").asString().split("/");
    String target = basic[0] + "/" + basic[1];
    var read = server.get(answer.json().at("/entry/1/response/location").asString()).json();
    for (String link :
        java.util.List.of(
            "/contained/0/photo/0/url", "/extension/0/valueUri", "/instantiatesUri/0")) {
      assertThat(read.at(link).asString()).as(link).isEqualTo(target);
    }
    assertThat(read.at("/instantiatesUri/1").asString()).isEqualTo(target + "#part");
    for (String text :
        java.util.List.of(
            "/contained/0/name/0/given/0",
            "/identifier/0/value",
            "/extension/1/valueString",
            "/instantiatesCanonical/0",
            "/title")) {
      assertThat(read.at(text).asString()).as(text).isEqualTo(report);
    }
  }

  @Test
  void conditionalReferencesAreResolvedOrRefuseTheWhole() {
    String value = UUID.randomUUID().toString();
    server.post(
        "Organization",
        "{\"resourceType\":\"Organization\",\"name\":\"x\",\"identifier\":[{\"system\":\"http://a.b/c\",\"value\":\""
            + value
            + "\"}]}");
    String good =
        post(
            "urn:uuid:" + UUID.randomUUID(),
            "Patient",
            ",\"managingOrganization\":{\"reference\":\"Organization?identifier=http://a.b/c|"
                + value
                + "\"}");
    var answer = server.post("", bundle("transaction", good));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    String location = answer.json().at("/entry/0/response/location").asString();
    assertThat(server.get(location).text()).contains("Organization/").doesNotContain("?");

    String mark = UUID.randomUUID().toString();
    var refused =
        server.post(
            "",
            bundle(
                "transaction",
                post("urn:uuid:" + UUID.randomUUID(), "Patient", ",\"id\":\"" + mark + "\""),
                good.replace(value, "no-such-value")));
    assertThat(refused.status()).isEqualTo(422);
  }

  @Test
  void oneBadEntryUndoesAll() {
    String id = "b-" + UUID.randomUUID();
    var refused =
        server.post(
            "",
            bundle(
                "transaction",
                "{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"%s\"},\"request\":{\"method\":\"PUT\",\"url\":\"Patient/%s\"}}"
                    .formatted(id, id),
                post("urn:uuid:" + UUID.randomUUID(), "Patient", ",\"gender\":\"wrong\"")));
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text()).contains("Bundle.entry[1].resource.gender");
    assertThat(server.get("Patient/" + id).status()).isEqualTo(404);
  }

  @Test
  void ofABatchOnlyTheBadEntryFails() {
    var answer =
        server.post(
            "",
            bundle(
                "batch",
                post("urn:uuid:1", "Patient", ""),
                post("urn:uuid:2", "Patient", ",\"gender\":\"wrong\""),
                post("urn:uuid:3", "Patient", ""),
                "{\"request\":{\"method\":\"GET\",\"url\":\"Patient/none\"}}"));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().at("/entry/0/response/status").asString()).startsWith("201");
    assertThat(answer.json().at("/entry/1/response/status").asString()).startsWith("422");
    assertThat(answer.json().at("/entry/1/response/outcome/issue/0/severity").asString())
        .isEqualTo("error");
    assertThat(answer.json().at("/entry/2/response/status").asString()).startsWith("201");
    assertThat(answer.json().at("/entry/3/response/status").asString()).startsWith("404");
  }

  @Test
  void readsOfATransactionSeeItsWrites() {
    String id = "b-" + UUID.randomUUID();
    var answer =
        server.post(
            "",
            bundle(
                "transaction",
                "{\"request\":{\"method\":\"GET\",\"url\":\"Patient/%s\"}}".formatted(id),
                "{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"%s\"},\"request\":{\"method\":\"PUT\",\"url\":\"Patient/%s\"}}"
                    .formatted(id, id)));
    assertThat(answer.json().at("/entry/0/resource/id").asString()).isEqualTo(id);
    assertThat(answer.json().at("/entry/1/response/status").asString()).startsWith("201");
  }

  @Test
  void theSameResourceTwiceIsRefused() {
    String id = "b-" + UUID.randomUUID();
    String put =
        "{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"%s\"},\"request\":{\"method\":\"PUT\",\"url\":\"Patient/%s\"}}"
            .formatted(id, id);
    assertThat(server.post("", bundle("transaction", put, put)).status()).isEqualTo(400);
  }

  @Test
  void ifNoneExistTwiceInABundleMeansOneResource() {
    String value = UUID.randomUUID().toString();
    String entry =
        """
        {"fullUrl":"urn:uuid:%s","resource":{"resourceType":"Patient","identifier":[{"system":"urn:s","value":"%s"}]},
         "request":{"method":"POST","url":"Patient","ifNoneExist":"identifier=urn:s|%s"}}""";
    var answer =
        server.post(
            "",
            bundle(
                "transaction",
                entry.formatted(UUID.randomUUID(), value, value),
                entry.formatted(UUID.randomUUID(), value, value)));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.json().at("/entry/0/response/location").asString())
        .isEqualTo(answer.json().at("/entry/1/response/location").asString());
  }

  @Test
  void aRepeatWithTheSameKeyWritesNothing() {
    String body = bundle("transaction", post("urn:uuid:" + UUID.randomUUID(), "Patient", ""));
    String key = UUID.randomUUID().toString();
    var first = server.post("", body, "X-Request-Id", key);
    var second = server.post("", body, "X-Request-Id", key);
    assertThat(first.json().at("/entry/0/response/location").asString())
        .isNotEmpty()
        .isEqualTo(second.json().at("/entry/0/response/location").asString());
  }

  @Test
  void deletesGoBeforeCreatesAndUpdates() {
    String id = "b-" + UUID.randomUUID();
    server.put("Patient/" + id, "{\"resourceType\":\"Patient\",\"id\":\"" + id + "\"}");
    var answer =
        server.post(
            "",
            bundle(
                "transaction",
                post("urn:uuid:" + UUID.randomUUID(), "Patient", ""),
                "{\"request\":{\"method\":\"DELETE\",\"url\":\"Patient/" + id + "\"}}"));
    assertThat(answer.json().at("/entry/1/response/status").asString()).startsWith("204");
    assertThat(server.get("Patient/" + id).status()).isEqualTo(410);
  }

  @Test
  void otherBundlesAreRefused() {
    assertThat(server.post("", bundle("collection")).status()).isEqualTo(400);
    assertThat(server.post("", "{\"resourceType\":\"Bundle\",\"entry\":1}").status())
        .isEqualTo(400);
    assertThat(
            server
                .post("", bundle("transaction", "{\"resource\":{\"resourceType\":\"Patient\"}}"))
                .status())
        .isEqualTo(400);
    assertThat(server.post("", bundle("transaction")).status()).isEqualTo(200);
  }
}
