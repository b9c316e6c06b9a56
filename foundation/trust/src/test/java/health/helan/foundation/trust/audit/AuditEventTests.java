package health.helan.foundation.trust.audit;

import static health.helan.foundation.trust.audit.AuditedServer.OPERATOR;
import static health.helan.foundation.trust.audit.AuditedServer.escaped;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The audit as AuditEvents. */
class AuditEventTests {
  private static final String REGULATOR = "REGULATOR zhao - - -";
  private static final String WANG = "PRACTITIONER wang hospital-1 pract-1 -";
  private static final String CHEN = "PRACTITIONER chen hospital-2 pract-2 -";

  private static AuditedServer server;
  private static String lei;
  private static String mei;
  private static String observation;
  private static Instant begun;

  @BeforeAll
  static void open() {
    server = new AuditedServer();
    lei = server.create("{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"李雷\"}]}");
    mei = server.create("{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"韩梅\"}]}");
    observation =
        server.create(
            "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"x\"},\"subject\":{\"reference\":\"Patient/"
                + lei
                + "\"}}");
    begun = Instant.now();
    server.get(WANG, "Patient/" + lei);
    server.get(WANG, "Observation/" + observation);
    server.get(CHEN, "Patient/" + lei);
    server.get(CHEN, "Patient/" + mei);
    server.get(CHEN, "Patient/" + mei + "/nonsense");
    server.get(WANG, "Patient?_count=50");
  }

  @AfterAll
  static void close() throws Exception {
    server.close();
  }

  private static String resident(String... patients) {
    return "RESIDENT r1 - - " + String.join(",", patients);
  }

  private static List<JsonNode> entries(String caller, String query) {
    var reply = server.get(caller, "AuditEvent?" + query);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    var resources = new ArrayList<JsonNode>();
    reply.json().path("entry").forEach(entry -> resources.add(entry.path("resource")));
    return resources;
  }

  /** Who did what: {@code wang read}. */
  private static List<String> acts(List<JsonNode> events) {
    return events.stream()
        .map(
            event ->
                event.path("agent").path(0).path("altId").asString("")
                    + " "
                    + event.path("subtype").path(0).path("code").asString(""))
        .toList();
  }

  @Test
  void showAResidentWhoLookedAtItsRecordAndWhy() {
    List<JsonNode> events =
        entries(resident(lei), "altid=wang,chen&date=ge" + escaped(begun.toString()));
    assertThat(acts(events))
        .containsExactly("wang search-type", "chen read", "wang read", "wang read");
    JsonNode read = events.get(2);
    assertThat(read.path("agent").path(0).path("who").path("reference").asString(""))
        .isEqualTo("Practitioner/pract-1");
    assertThat(read.path("agent").path(1).path("who").path("reference").asString(""))
        .isEqualTo("Organization/hospital-1");
    assertThat(read.path("purposeOfEvent").path(0).path("coding").path(0).path("code").asString(""))
        .isEqualTo("TREAT");
    assertThat(read.toString()).contains("Observation/" + observation).contains("Patient/" + lei);
  }

  @Test
  void showAResidentWhoLookedAtItsOtherRecordsWhereItIsSurelyTheSamePerson() {
    String of =
        "{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"吴昕\"}],\"managingOrganization\":{\"reference\":\"Organization/hospital-9\"}%s}";
    String link = ",\"link\":[{\"type\":\"%s\",\"other\":{\"reference\":\"Patient/%s\"}}]";
    String one = server.create(of.formatted(""));
    String merged = server.create(of.formatted(link.formatted("replaced-by", one)));
    String alike = server.create(of.formatted(link.formatted("seealso", one)));
    server.get(WANG, "Patient/" + merged);
    server.get(WANG, "Patient/" + alike);
    for (String query : List.of("altid=wang", "altid=wang&patient=" + one)) {
      List<JsonNode> events = entries(resident(one), query);
      assertThat(events).as(query).hasSize(1);
      assertThat(events.getFirst().toString()).contains("Patient/" + merged);
    }
    assertThat(entries(resident(alike), "altid=wang")).hasSize(1);
  }

  @Test
  void showAResidentNothingOfOthers() {
    List<JsonNode> events = entries(resident(lei), "_count=100");
    assertThat(events).isNotEmpty();
    assertThat(events)
        .allSatisfy(
            event ->
                assertThat(event.toString())
                    .contains("Patient/" + lei)
                    .doesNotContain(mei)
                    .doesNotContain(java.util.HexFormat.of().toHexDigits(server.digest(mei)))
                    // Nor where in the hospital the screen stood.
                    .doesNotContain("127.0.0.1"));
    assertThat(entries(resident(lei), "patient=" + mei)).isEmpty();
    assertThat(entries(resident(lei), "patient=" + mei + "&patient=" + lei)).isEmpty();
    assertThat(entries(resident(lei), "patient=" + lei + "&patient=" + mei)).isEmpty();
    assertThat(entries(resident(lei), "patient=" + lei + "&entity=Patient/" + mei)).isEmpty();
    assertThat(entries(REGULATOR, "patient=" + lei + "&patient=" + mei)).isNotEmpty();
    assertThat(entries(resident(lei), "address=127")).isEmpty();
    // Of a list that held both, each sees the own part: asked for by both, it has no more.
    assertThat(entries("RESIDENT r3 - - -", "")).isEmpty();
    String other =
        entries(OPERATOR, "patient=" + mei + "&subtype=read").getFirst().path("id").asString("");
    var refused = server.get(resident(lei), "AuditEvent/" + other);
    assertThat(refused.status()).isEqualTo(404);
    assertThat(refused.text())
        .isEqualTo(
            server.get(resident(lei), "AuditEvent/audit.1.1").text().replace("audit.1.1", other));
    assertThat(server.get(resident(mei), "AuditEvent/" + other).status()).isEqualTo(200);
    assertThat(server.get(resident(mei, lei), "AuditEvent/" + other).status()).isEqualTo(200);
  }

  @Test
  void showAPractitionerItsOwnActs() {
    // Those that hospitals have stored are the access policy's matter.
    List<JsonNode> events =
        entries(CHEN, "_count=100").stream()
            .filter(event -> event.path("id").asString("").startsWith("audit."))
            .toList();
    assertThat(events).isNotEmpty();
    assertThat(acts(events)).allMatch(act -> act.startsWith("chen "));
    assertThat(entries(CHEN, "altid=wang")).isEmpty();
    assertThat(entries(CHEN, "patient=" + lei + "&subtype=read")).hasSize(1);
  }

  @Test
  void areNotForSystemsNorBeyondATokensScopes() {
    var refused = server.get("SYSTEM feed - - -", "AuditEvent");
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.issue()).isEqualTo("forbidden");
    assertThat(refused.text()).contains("无权");
    assertThat(server.get("SYSTEM feed - - -", "AuditEvent/audit.1.1").status()).isEqualTo(403);
    String narrowed = resident(lei) + " patient/Observation.rs";
    assertThat(server.get(narrowed, "AuditEvent").status()).isEqualTo(403);
    assertThat(server.get(resident(lei) + " patient/AuditEvent.rs", "AuditEvent").status())
        .isEqualTo(200);
    assertThat(server.get(resident(lei) + " patient/*.read", "AuditEvent").status()).isEqualTo(200);
    assertThat(server.get(null, "AuditEvent").status()).isEqualTo(401);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "patient=LEI&altid=wang                   | wang search-type, wang read, wang read",
        "patient=Patient/LEI&subtype=read         | chen read, wang read, wang read",
        "agent=Practitioner/pract-2&subtype=read  | chen read, chen read",
        "agent=Organization/hospital-2&action=R   | chen read, chen read",
        "agent=pract-2&outcome=4&patient=MEI      | chen search-type",
        "agent=pract-2&outcome=0&action=R         | chen read, chen read",
        "entity=Observation/OBS&action=R          | wang read",
        "entity=Patient/MEI&subtype=read          | chen read",
        "patient=LEI&type=rest&subtype=read&date=lt2020 | ''",
        "patient=LEI&type=http://terminology.hl7.org/CodeSystem/audit-event-type~rest&altid=chen | chen read",
        "type=110100                              | ''",
        "agent-name=wang                          | ''",
        "patient=LEI,MEI&altid=chen&outcome=0     | chen read, chen read",
        "patient=LEI&patient=MEI&altid=wang       | wang search-type",
        "agent-role=practitioner&address=127.0&altid=wang&subtype=search-type | wang search-type",
        "address=10.&altid=wang                   | ''",
      })
  void areFoundBy(String query, String expected) {
    String filled = query.replace("LEI", lei).replace("MEI", mei).replace("OBS", observation);
    String acts =
        String.join(", ", acts(entries(REGULATOR, filled.replace("~", "%7C") + "&_count=100")));
    assertThat(acts).isEqualTo(expected);
  }

  @Test
  void areFoundInAPatientsCompartmentAndById() {
    var reply = server.get(REGULATOR, "Patient/" + lei + "/AuditEvent?altid=chen&subtype=read");
    assertThat(reply.json().path("entry").size()).isEqualTo(1);
    JsonNode event = reply.json().path("entry").path(0).path("resource");
    String id = event.path("id").asString("");
    assertThat(server.get(REGULATOR, "AuditEvent/" + id).json()).isEqualTo(event);
    assertThat(server.get(REGULATOR, "AuditEvent/" + id + "/_history/1").json()).isEqualTo(event);
    assertThat(server.get(REGULATOR, "AuditEvent/" + id + "/_history/2").status()).isEqualTo(404);
    assertThat(entries(REGULATOR, "_id=" + id)).containsExactly(event);
    assertThat(server.get(REGULATOR, "AuditEvent/audit.x").status()).isEqualTo(404);
    assertThat(server.get(REGULATOR, "AuditEvent/audit.zz.zz.zz").status()).isEqualTo(404);
  }

  @Test
  void areValidR4() {
    for (JsonNode event : entries(OPERATOR, "_count=100")) {
      var reply = server.send(OPERATOR, "POST", "AuditEvent/$validate", event.toString());
      assertThat(reply.text()).as(event.toString()).doesNotContain("\"error\"");
    }
    assertThat(entries(OPERATOR, "_elements=recorded&_count=1").getFirst().has("source"))
        .isTrue(); // mandatory
    assertThat(entries(OPERATOR, "_elements=recorded&_count=1").getFirst().has("subtype"))
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense=1",
        "_include=AuditEvent:agent",
        "_has:Provenance:target:agent=1",
        "patient.name=x",
        "patient:missing=true",
        "agent:identifier=x",
        "_sort=agent",
        "_sort=date",
        "date=yesterday",
        "date=ap2026",
        "patient=Observation/1",
        "_count=-1",
        "_cursor=nonsense",
        "_cursor=r:1.2"
      })
  void areRefusedByWhatIsNotUnderstood(String query) {
    var reply = server.get(OPERATOR, "AuditEvent?" + query);
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.json().path("resourceType").asString("")).isEqualTo("OperationOutcome");
    assertThat(reply.text()).containsPattern("\\p{IsHan}");
  }

  @Test
  void areAnsweredTogetherWithStoredOnesEachOnce() {
    String stored =
        ("{\"resourceType\":\"AuditEvent\",\"type\":{\"code\":\"rest\"},\"recorded\":\"2026-01-0%dT00:00:00Z\","
            + "\"agent\":[{\"altId\":\"his\",\"requestor\":true}],\"source\":{\"observer\":{\"display\":\"HIS\"}},"
            + "\"entity\":[{\"what\":{\"reference\":\"Patient/%s\"}}]}");
    var own = new HashSet<String>();
    for (int i = 1; i <= 5; i++) {
      own.add(server.create(stored.formatted(i, lei)));
    }
    assertThat(own).doesNotContain("").hasSize(5);
    assertThat(server.get(OPERATOR, "AuditEvent/" + own.iterator().next()).status()).isEqualTo(200);
    for (int count : new int[] {1, 2, 3, 4, 7, 100}) {
      var seen = new ArrayList<String>();
      String next = "AuditEvent?patient=" + lei + "&altid=wang,chen,his&_count=" + count;
      int pages = 0;
      while (next != null) {
        var page = server.get(OPERATOR, next).json();
        page.path("entry")
            .forEach(entry -> seen.add(entry.path("resource").path("id").asString("")));
        next = null;
        for (JsonNode link : page.path("link")) {
          if (link.path("relation").asString("").equals("next")) {
            next = link.path("url").asString("");
          }
        }
        assertThat(pages++).isLessThan(50);
      }
      assertThat(seen).as("pages of %d", count).doesNotHaveDuplicates();
      assertThat(seen.stream().filter(id -> id.startsWith("audit.")).count()).isEqualTo(4);
      assertThat(seen.subList(seen.size() - 5, seen.size()))
          .containsExactlyInAnyOrderElementsOf(own);
    }
    assertThat(
            server
                .get(OPERATOR, "AuditEvent?patient=" + lei + "&altid=wang,chen,his&_total=accurate")
                .json()
                .path("total")
                .asInt(-1))
        .isEqualTo(9);
    assertThat(
            server
                .get(OPERATOR, "AuditEvent?patient=" + lei + "&altid=wang,chen,his&_summary=count")
                .json()
                .path("total")
                .asInt(-1))
        .isEqualTo(9);
  }

  @Test
  void cannotBeWritten() {
    JsonNode event = entries(OPERATOR, "_count=1").getFirst();
    String path = "AuditEvent/" + event.path("id").asString("");
    assertThat(server.send(OPERATOR, "PUT", path, event.toString()).status()).isEqualTo(405);
    assertThat(server.send(OPERATOR, "DELETE", path, "").status()).isEqualTo(405);
    assertThat(
            server
                .send(OPERATOR, "PATCH", path, "[]", "Content-Type", "application/json-patch+json")
                .status())
        .isEqualTo(405);
    var bundle = Json.MAPPER.createObjectNode();
    bundle.put("resourceType", "Bundle").put("type", "transaction");
    var entry = bundle.putArray("entry").addObject();
    entry.set("resource", event);
    entry.putObject("request").put("method", "PUT").put("url", path);
    assertThat(server.send(OPERATOR, "POST", "", bundle.toString()).status()).isEqualTo(405);
  }

  @Test
  void endInASealThatCanBeKeptElsewhere() throws Exception {
    server.log.seal();
    var seal = server.get(REGULATOR, "$audit-seal");
    assertThat(seal.status()).isEqualTo(200);
    String body = seal.json().path("parameter").path(0).path("valueString").asString("");
    assertThat(Seal.parse(body).number()).isPositive();
    var verifier =
        java.security.Signature.getInstance(
            "SM3withSM2", new org.bouncycastle.jce.provider.BouncyCastleProvider());
    verifier.initVerify(server.signer.certificate().getPublicKey());
    verifier.update(body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThat(
            verifier.verify(
                java.util.Base64.getDecoder()
                    .decode(
                        seal.json()
                            .path("parameter")
                            .path(1)
                            .path("valueBase64Binary")
                            .asString(""))))
        .isTrue();
    assertThat(server.get(CHEN, "$audit-seal").status()).isEqualTo(403);
    assertThat(server.get(resident(lei), "$audit-seal").status()).isEqualTo(403);
  }
}
