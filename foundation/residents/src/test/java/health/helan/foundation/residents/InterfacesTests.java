package health.helan.foundation.residents;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.residents.index.PeopleForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.testing.StoreForTests;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What other systems ask of persons: golden record, PIXm, PDQm. */
class InterfacesTests {
  private static final Caller ROOT = Caller.operator("test");
  private static final String NATIONAL = "urn:oid:2.16.156.10011.1.3";
  private static int order = 500;

  private final ResidentsServer server = ResidentsServer.get();
  private final String run = UUID.randomUUID().toString().substring(0, 8);
  private String one = "";
  private String other = "";
  private Caller system = ROOT;
  private Caller otherSystem = ROOT;
  private String number = "";

  @BeforeEach
  void institutions() {
    one = server.institution("ia" + UUID.randomUUID());
    other = server.institution("ib" + UUID.randomUUID());
    system = ResidentsServer.system(one);
    otherSystem = ResidentsServer.system(other);
    number = PeopleForTests.number("1985-03-07", order += 2);
  }

  private String mrn(String institution) {
    return "urn:mrn:" + institution;
  }

  private String patient(Caller by, String institution, String mrn, String more) {
    return server.created(
        by,
        """
        {'resourceType':'Patient','identifier':[{'system':'%s','value':'%s'},{'system':'%s','value':'%s'}],\
        'name':[{'family':'赵','given':['桂英%s'],'text':'赵桂英%s'}],'gender':'female','birthDate':'1985-03-07',\
        'managingOrganization':{'reference':'Organization/%s'}%s}"""
            .formatted(NATIONAL, number, mrn(institution), mrn, run, run, institution, more));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private Reply pix(Caller caller, String source, String... targets) {
    StringBuilder path = new StringBuilder("Patient/$ihe-pix?sourceIdentifier=" + encoded(source));
    for (String target : targets) {
      path.append("&targetSystem=").append(encoded(target));
    }
    return server.get(caller, path.toString());
  }

  private static List<String> identifiers(Reply reply) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    List<String> found = new ArrayList<>();
    for (JsonNode one : reply.all("targetIdentifier")) {
      JsonNode identifier = one.path("valueIdentifier");
      found.add(identifier.path("system").asString() + "|" + identifier.path("value").asString());
    }
    return found;
  }

  private static List<String> ids(Reply reply) {
    return reply.all("targetId").stream()
        .map(one -> one.path("valueReference").path("reference").asString(""))
        .toList();
  }

  // ---- PIXm

  @Test
  void oneNumberGivesAllOthersOfThePerson() {
    String a = patient(system, one, "A-1", "");
    String b = patient(otherSystem, other, "B-1", "");
    server.settle();
    Reply all = pix(ROOT, mrn(one) + "|A-1");
    assertThat(identifiers(all))
        .containsExactlyInAnyOrder(NATIONAL + "|" + number, mrn(other) + "|B-1");
    assertThat(ids(all)).as("not the source's own").containsExactly("Patient/" + b);
    Reply to = pix(ROOT, mrn(one) + "|A-1", mrn(other));
    assertThat(identifiers(to)).containsExactly(mrn(other) + "|B-1");
    assertThat(ids(to)).containsExactly("Patient/" + b);
    Reply byId = pix(ROOT, server.base() + "|Patient/" + a);
    assertThat(identifiers(byId)).contains(mrn(one) + "|A-1", mrn(other) + "|B-1");
    assertThat(ids(byId)).containsExactly("Patient/" + b);
    Reply posted =
        server.send(
            ROOT,
            "POST",
            "Patient/$ihe-pix",
            """
            {"resourceType":"Parameters","parameter":[{"name":"sourceIdentifier","valueIdentifier":\
            {"system":"%s","value":"A-1"}},{"name":"targetSystem","valueUri":"%s"}]}"""
                .formatted(mrn(one), mrn(other)));
    assertThat(identifiers(posted)).containsExactly(mrn(other) + "|B-1");
    assertThat(server.audited.getLast().operation()).isEqualTo("ihe-pix");
    assertThat(server.audited.getLast().subjects()).hasSize(2);
  }

  @Test
  void eachErrorIsThatOfTheProfile() {
    patient(system, one, "A-1", "");
    server.settle();
    Reply nobody = pix(ROOT, mrn(one) + "|nobody");
    assertThat(nobody.status()).isEqualTo(404);
    assertThat(nobody.json().path("issue").path(0).path("code").asString()).isEqualTo("not-found");
    assertThat(nobody.text()).contains("sourceIdentifier Patient Identifier not found");
    Reply domain = pix(ROOT, "urn:nowhere:" + run + "|1");
    assertThat(domain.status()).isEqualTo(400);
    assertThat(domain.json().path("issue").path(0).path("code").asString())
        .isEqualTo("code-invalid");
    assertThat(domain.text()).contains("sourceIdentifier Assigning Authority not found");
    Reply target = pix(ROOT, mrn(one) + "|A-1", "urn:nowhere:" + run);
    assertThat(target.status()).isEqualTo(403);
    assertThat(target.text()).contains("targetSystem not found").contains("code-invalid");
    for (String query :
        List.of(
            "",
            "?sourceIdentifier=" + encoded("no-system"),
            "?sourceIdentifier=a%7Cb&sourceIdentifier=c%7Cd",
            "?sourceIdentifier=a%7Cb&only=this")) {
      Reply wrong = server.get(ROOT, "Patient/$ihe-pix" + query);
      assertThat(wrong.status()).as(query).isBetween(400, 422);
      assertThat(wrong.text()).contains("OperationOutcome");
    }
    Reply chinese =
        server.send(
            ROOT,
            "GET",
            "Patient/$ihe-pix?sourceIdentifier=" + encoded(mrn(one) + "|nobody"),
            null,
            "Accept-Language",
            "zh");
    assertThat(chinese.text()).contains("没有人使用该源标识");
  }

  @Test
  void nobodyIsToldOfWhatItDoesNotSee() {
    patient(system, one, "A-1", "");
    patient(otherSystem, other, "B-1", "");
    server.settle();
    assertThat(identifiers(pix(system, mrn(one) + "|A-1")))
        .containsExactly(NATIONAL + "|" + number);
    assertThat(pix(system, mrn(other) + "|B-1").status())
        .as("another's system is unknown, as one that nobody has")
        .isEqualTo(400);
    assertThat(pix(system, mrn(one) + "|A-1", mrn(other)).status()).isEqualTo(403);
    assertThat(pix(ResidentsServer.caller(Role.REGULATOR, ""), NATIONAL + "|" + number).status())
        .isBetween(400, 404);
  }

  @Test
  void twoPeopleUnderOneNumberAreNotMixed() {
    String a = patient(system, one, "A-1", "");
    server.created(
        system,
        """
        {'resourceType':'Patient','identifier':[{'system':'%s','value':'A-1'}],'name':[{'text':'完全不同'}],\
        'gender':'male','birthDate':'1950-01-01','managingOrganization':{'reference':'Organization/%s'}}"""
            .formatted(mrn(one), one));
    server.settle();
    Reply several = pix(ROOT, mrn(one) + "|A-1");
    assertThat(several.status()).as(a).isEqualTo(412);
  }

  // ---- merges that sources make (HL7 v2 A40 writes these links)

  private void says(Caller by, String id, String institution, String mrn, String link) {
    server.put(
        by,
        "Patient",
        id,
        """
        {'resourceType':'Patient','identifier':[{'system':'%s','value':'%s'}],'name':[{'text':'某乙%s%s'}],\
        'managingOrganization':{'reference':'Organization/%s'}%s}"""
            .formatted(mrn(institution), mrn, mrn, run, institution, link));
  }

  private static String replacedBy(String other) {
    return ",'link':[{'other':{'reference':'Patient/" + other + "'},'type':'replaced-by'}]";
  }

  private List<String> kinds(String id) {
    return server.get(ROOT, "Patient/" + id + "/$link-history").all("decision").stream()
        .map(one -> ResidentsServer.part(one, "kind") + " " + ResidentsServer.part(one, "by"))
        .toList();
  }

  private String bare(Caller by, String institution, String mrn) {
    return server.created(
        by,
        "{'resourceType':'Patient','identifier':[{'system':'%s','value':'%s'}],'name':[{'text':'某乙%s%s'}]}"
            .formatted(mrn(institution), mrn, mrn, run));
  }

  @Test
  void aMergeOfTheSourceIsOneInTheIndexAndIsTakenBackWithTheLink() {
    String a = bare(system, one, "M-1");
    String b = bare(system, one, "M-2");
    server.settle();
    says(system, a, one, "M-1", replacedBy(b));
    StoreForTests.await("merged", () -> kinds(a).contains("merged patient-link"));
    assertThat(ids(pix(ROOT, mrn(one) + "|M-1"))).containsExactly("Patient/" + b);
    assertThat(server.get(ROOT, "Patient/" + a).text())
        .as("the link stays")
        .contains("replaced-by");
    says(system, a, one, "M-1", "");
    StoreForTests.await("taken back", () -> kinds(a).contains("unmerged patient-link"));
    assertThat(ids(pix(ROOT, mrn(one) + "|M-1"))).isEmpty();
    assertThat(server.number("select count(*) from resident_source_merge where id = '" + a + "'"))
        .isZero();
  }

  @Test
  void mergesOfSeveralHomesAtOnceAreAllTaken() {
    String kept = bare(system, one, "M-6");
    List<String> replaced = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      replaced.add(bare(system, one, "M-6" + i));
    }
    server.settle();
    List<Interaction> writes = new ArrayList<>();
    for (String id : replaced) {
      String patient =
          "{'resourceType':'Patient','id':'%s','managingOrganization':{'reference':'Organization/%s'}%s}"
              .formatted(id, one, replacedBy(kept))
              .replace('\'', '"');
      writes.add(
          new Interaction.Update(
              "Patient",
              id,
              null,
              Interaction.Body.of((ObjectNode) Json.MAPPER.readTree(patient)),
              null,
              false,
              null,
              null));
    }
    server.store.transact(system, writes, Set.of(), null);
    for (String id : replaced) {
      StoreForTests.await("merged", () -> kinds(id).contains("merged patient-link"));
    }
  }

  @Test
  void nobodyMergesAnotherInstitutionsRecordInTheIndex() {
    String a = bare(system, one, "M-3");
    String b = bare(otherSystem, other, "M-4");
    String c = bare(system, one, "M-5");
    server.settle();
    says(system, a, one, "M-3", replacedBy(b));
    says(system, c, one, "M-5", replacedBy(a));
    StoreForTests.await("what came later", () -> kinds(c).contains("merged patient-link"));
    assertThat(kinds(b)).noneMatch(kind -> kind.startsWith("merged"));
  }

  // ---- golden record

  @Test
  void theGoldenRecordIsOfWhatTheCallerSees() {
    String a = patient(system, one, "A-1", ",'telecom':[{'system':'phone','value':'13900000001'}]");
    String b =
        patient(otherSystem, other, "B-1", ",'telecom':[{'system':'phone','value':'13900000002'}]");
    server.settle();
    Reply all = server.get(ROOT, "Patient/" + a + "/$golden-record");
    assertThat(all.status()).as(all.text()).isEqualTo(200);
    JsonNode record = all.all("record").getFirst().path("resource");
    assertThat(record.path("telecom")).hasSize(2);
    assertThat(record.path("link").toString()).contains(a).contains(b);
    assertThat(all.value("rules")).isEqualTo("2");
    assertThat(all.all("origin").toString())
        .contains("Organization/" + one)
        .contains("Organization/" + other)
        .contains("valueInstant");
    Reply own = server.send(system, "POST", "Patient/" + a + "/$golden-record", null);
    assertThat(own.status()).as(own.text()).isEqualTo(200);
    assertThat(own.text()).contains("13900000001").doesNotContain("13900000002").doesNotContain(b);
    assertThat(server.get(system, "Patient/" + b + "/$golden-record").status()).isEqualTo(404);
    assertThat(server.send(null, "GET", "Patient/" + a + "/$golden-record", null).status())
        .isEqualTo(401);
    Reply written =
        server.send(
            system,
            "PUT",
            "Patient/" + a,
            own.all("record").getFirst().path("resource").toString());
    assertThat(written.status()).as("it is nobody's record").isEqualTo(422);
  }

  // ---- PDQm

  @Test
  void demographicsAreAskedForByTheParametersOfTheProfile() {
    String a =
        patient(
            system,
            one,
            "A-" + run,
            ",'active':true,'telecom':[{'system':'phone','value':'139"
                + run
                + "'}],'address':[{'city':'银川','state':'宁夏','country':'CN','postalCode':'750001','text':'解放街'}]");
    for (String query :
        List.of(
            "_id=" + a,
            "active=true&identifier=" + encoded(mrn(one) + "|A-" + run),
            "family=" + encoded("赵") + "&given=" + encoded("桂英" + run),
            "family=" + encoded("赵") + "&gender=female&given=" + encoded("桂英" + run),
            "birthdate=1985-03-07&family=" + encoded("赵") + "&given=" + encoded("桂英" + run),
            "family:exact=" + encoded("赵") + "&given:exact=" + encoded("桂英" + run),
            "telecom=139" + run,
            "address-city=" + encoded("银川") + "&identifier=" + encoded(mrn(one) + "|"),
            "address-state=" + encoded("宁夏") + "&identifier=" + encoded(mrn(one) + "|"),
            "address-country=CN&address-postalcode=750001&identifier=" + encoded(mrn(one) + "|"),
            "address=" + encoded("解放街") + "&identifier=" + encoded(mrn(one) + "|,urn:x|"))) {
      Reply found = server.get(system, "Patient?_total=accurate&" + query);
      assertThat(found.status()).as(query + found.text()).isEqualTo(200);
      assertThat(found.json().path("total").asInt()).as(query).isEqualTo(1);
      assertThat(found.text()).as(query).contains(a);
    }
    Reply none = server.get(system, "Patient?_total=accurate&given=" + encoded("无此人" + run));
    assertThat(none.json().path("total").asInt(-1)).isZero();
    assertThat(server.get(system, "Patient?mothersMaidenName=x").status())
        .as("not supported, and said so")
        .isEqualTo(400);
  }
}
