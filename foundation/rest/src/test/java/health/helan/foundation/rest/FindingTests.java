package health.helan.foundation.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Searches and the operations that find, through HTTP; what each parameter means is the store's.
 */
class FindingTests {
  private final FhirServerForTests server = FhirServerForTests.get();

  private String patientWith(int observations) {
    String patient = server.post("Patient", "{\"resourceType\":\"Patient\"}").id();
    for (int i = 1; i <= observations; i++) {
      server.post(
          "Observation",
          """
          {"resourceType":"Observation","status":"final","subject":{"reference":"Patient/%s"},
           "code":{"coding":[{"system":"http://loinc.org","code":"8302-2"}]},
           "effectiveDateTime":"2026-01-%02d","valueQuantity":{"value":%d,"unit":"cm"}}"""
              .formatted(patient, i, 100 + i));
    }
    return patient;
  }

  @Test
  void pagesFollowTheNextLinkAndShowEachMatchOnce() {
    String patient = patientWith(7);
    Set<String> seen = new HashSet<>();
    String path = "Observation?patient=" + patient + "&_sort=-date&_count=3";
    int pages = 0;
    while (!path.isEmpty()) {
      var page = server.get(path);
      assertThat(page.status()).as(page.text()).isEqualTo(200);
      page.json()
          .path("entry")
          .forEach(entry -> assertThat(seen.add(entry.at("/resource/id").asString())).isTrue());
      path = "";
      for (var link : page.json().path("link")) {
        if (link.path("relation").asString().equals("next")) {
          path = link.path("url").asString();
        }
      }
      pages++;
    }
    assertThat(seen).hasSize(7);
    assertThat(pages).isEqualTo(3);
  }

  @Test
  void aSearchByFormFindsTheSame() {
    String patient = patientWith(2);
    var byForm =
        server.post(
            "Observation/_search",
            "patient=" + patient + "&code=8302-2&_total=accurate",
            "Content-Type",
            "application/x-www-form-urlencoded");
    assertThat(byForm.json().path("total").intValue()).isEqualTo(2);
    var inCompartment = server.get("Patient/" + patient + "/Observation?_total=accurate");
    assertThat(inCompartment.json().path("total").intValue()).isEqualTo(2);
  }

  @Test
  void unknownParametersAreRefusedOrSaidWhenLenient() {
    var strict = server.get("Patient?no-such=1");
    assertThat(strict.status()).isEqualTo(400);
    assertThat(strict.text()).contains("no-such").doesNotContain("search.unknown");
    var lenient =
        server.get("Patient?no-such=1&_id=" + UUID.randomUUID(), "Prefer", "handling=lenient");
    assertThat(lenient.status()).isEqualTo(200);
    assertThat(lenient.json().at("/entry/0/search/mode").asString()).isEqualTo("outcome");
  }

  @Test
  void everythingHoldsThePatientsRecord() {
    String patient = patientWith(3);
    var everything = server.get("Patient/" + patient + "/$everything?_count=100");
    assertThat(everything.status()).as(everything.text()).isEqualTo(200);
    assertThat(everything.json().path("entry").size()).isEqualTo(4);
    assertThat(server.get("Patient/none/$everything").status()).isEqualTo(404);
  }

  @Test
  void lastnGivesTheLatestOfEachCode() {
    String patient = patientWith(4);
    var last = server.get("Observation/$lastn?patient=" + patient + "&max=2");
    assertThat(last.status()).as(last.text()).isEqualTo(200);
    assertThat(last.json().path("entry").size()).isEqualTo(2);
    assertThat(last.json().at("/entry/0/resource/effectiveDateTime").asString())
        .isEqualTo("2026-01-04");
    assertThat(server.get("Observation/$lastn?patient=" + patient + "&max=x").status())
        .isEqualTo(400);
  }

  @Test
  void aHistoryBundlePagesAndCarriesTheWatermark() {
    String id = "h-" + UUID.randomUUID();
    for (int i = 0; i < 5; i++) {
      server.put("Patient/" + id, "{\"resourceType\":\"Patient\",\"id\":\"" + id + "\"}");
    }
    var page = server.get("Patient/" + id + "/_history?_count=2");
    assertThat(page.json().path("total").intValue()).isEqualTo(5);
    assertThat(page.json().path("entry").size()).isEqualTo(2);
    assertThat(page.json().at("/entry/0/response/etag").asString()).isEqualTo("W/\"5\"");
    assertThat(page.json().at("/meta/lastUpdated").asString()).isNotEmpty();
    String next = page.json().at("/link/1/url").asString();
    assertThat(server.get(next).json().at("/entry/0/response/etag").asString())
        .isEqualTo("W/\"3\"");
    assertThat(server.get("Patient/" + id + "/_history?_cursor=broken").status()).isEqualTo(400);
  }

  @Test
  void theCapabilityStatementNamesWhatIsThere() {
    var statement = server.get("metadata").json();
    assertThat(statement.path("fhirVersion").asString()).isEqualTo("4.0.1");
    assertThat(statement.at("/rest/0/resource").size()).isGreaterThan(140);
    assertThat(statement.toString())
        .contains("Patient-everything", "transaction", "clinical-patient");
  }

  @Test
  void aCustomParameterCanBeSearchedByOnceItsRowsAreIndexed() throws InterruptedException {
    String mark = "lot-" + UUID.randomUUID();
    server.post("Device", "{\"resourceType\":\"Device\",\"lotNumber\":\"" + mark + "\"}");
    String query = "Device?lot-number=" + mark + "&_total=accurate";
    assertThat(server.get(query).status()).isEqualTo(400);
    var defined =
        server.post(
            "SearchParameter",
            """
            {"resourceType":"SearchParameter","url":"https://example.org/lot-number","name":"lot",
             "status":"active","description":"lot","code":"lot-number","base":["Device"],
             "type":"string","expression":"Device.lotNumber"}""");
    assertThat(defined.status()).as(defined.text()).isEqualTo(201);
    var found = server.get(query);
    for (int tries = 0; found.status() != 200 && tries < 300; tries++) {
      Thread.sleep(100);
      found = server.get(query);
    }
    assertThat(found.json().path("total").intValue()).as(found.text()).isEqualTo(1);
    assertThat(server.get("$reindex-progress").text()).contains("SearchParameter/");
    assertThat(server.post("Device/$reindex", "").text()).contains("type/Device/");
    assertThat(server.get("Device/$reindex").status()).isEqualTo(405);
  }
}
