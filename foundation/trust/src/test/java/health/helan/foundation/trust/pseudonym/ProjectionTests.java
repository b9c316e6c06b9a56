package health.helan.foundation.trust.pseudonym;

import static health.helan.foundation.trust.pseudonym.ProjectedServer.ROOT;
import static health.helan.foundation.trust.pseudonym.ProjectedServer.await;
import static health.helan.foundation.trust.pseudonym.ProjectedServer.tree;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.search.SearchEngine;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import health.helan.foundation.trust.pseudonym.ProjectedServer.Reply;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What regulators find at the projection, and that it is what the records hold. */
class ProjectionTests {
  private final ProjectedServer server = ProjectedServer.get();
  private final String run = UUID.randomUUID().toString().substring(0, 8);
  private final Caller regulator = ProjectedServer.regulator();

  @BeforeEach
  void whole() {
    await(() -> server.projection.state() == Projection.State.WHOLE);
  }

  private Pseudonyms pseudonyms() {
    try {
      return PseudonymKey.open(server.vault, server.pool);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private String pseudonym(String type, String id) {
    return pseudonyms().of(type, id);
  }

  /** A resident of this test's own institution, with a finding in whose code the test finds it. */
  private record Resident(String patient, String finding, String hospital, String doctor) {}

  private Resident resident() {
    String hospital =
        server.created(ROOT, "{'resourceType':'Organization','name':'h-%s'}".formatted(run));
    String doctor =
        server.created(
            ROOT, "{'resourceType':'Practitioner','name':[{'text':'d-%s'}]}".formatted(run));
    String patient =
        server.created(
            ROOT,
            """
            {'resourceType':'Patient','name':[{'text':'马%1$s'}],'gender':'female','birthDate':'1985-06-15',
             'identifier':[{'system':'urn:n','value':'n-%1$s'}],'telecom':[{'value':'13900000000'}],
             'managingOrganization':{'reference':'Organization/%2$s'}}"""
                .formatted(run, hospital));
    String finding =
        server.created(
            ROOT,
            """
            {'resourceType':'Observation','status':'final','code':{'text':'secret %1$s','coding':[
              {'system':'urn:c','code':'%1$s'}]},'subject':{'reference':'Patient/%2$s','display':'马%1$s'},
             'performer':[{'reference':'Practitioner/%3$s'}],'effectiveDateTime':'2026-05-06',
             'valueString':'text %1$s','note':[{'text':'note %1$s'}]}"""
                .formatted(run, patient, doctor));
    await(
        () ->
            server.projected(ROOT, "Observation/" + pseudonym("Observation", finding)).status()
                    == 200
                && server.projected(ROOT, "Patient/" + pseudonym("Patient", patient)).status()
                    == 200
                && server.projected(ROOT, "Organization/" + hospital).status() == 200
                && server.projected(ROOT, "Practitioner/" + doctor).status() == 200);
    return new Resident(patient, finding, hospital, doctor);
  }

  @Test
  void searchesChainsAndIncludesWorkOnPseudonyms() {
    Resident one = resident();
    String patient = "Patient/" + pseudonym("Patient", one.patient);
    String finding = "Observation/" + pseudonym("Observation", one.finding);
    assertThat(server.projected(regulator, "Observation?code=urn:c%7C" + run).ids())
        .containsExactly(finding);
    assertThat(
            server.projected(regulator, "Observation?patient=" + patient + "&date=2026-05").ids())
        .containsExactly(finding);
    assertThat(
            server
                .projected(
                    regulator, "Observation?subject:Patient.gender=female&code=urn:c%7C" + run)
                .ids())
        .containsExactly(finding);
    assertThat(
            server
                .projected(
                    regulator,
                    "Patient?_has:Observation:patient:code=urn:c%7C"
                        + run
                        + "&birthdate=1985&organization.name=h-"
                        + run)
                .ids())
        .containsExactly(patient);
    assertThat(
            server
                .projected(
                    regulator,
                    "Observation?code=urn:c%7C"
                        + run
                        + "&_include=Observation:patient&_include=Observation:performer")
                .ids())
        .containsExactlyInAnyOrder(finding, patient, "Practitioner/" + one.doctor);
    assertThat(server.projected(regulator, patient + "/$everything").ids())
        .contains(patient, finding);
    Reply total =
        server.projected(regulator, "Observation?code=urn:c%7C" + run + "&_total=accurate");
    assertThat(total.json().path("total").asInt()).isEqualTo(1);
    Reply posted =
        server.send(
            regulator,
            "POST",
            "pseudonymised",
            tree("{'resourceType':'Bundle','type':'batch','entry':[{'request':{'method':'GET','url':'%s'}}]}"
                    .formatted(finding))
                .toString());
    assertThat(posted.text()).contains("PSEUDED");
  }

  @Test
  void nothingSaysWhoItIs() {
    Resident one = resident();
    String patient = "Patient/" + pseudonym("Patient", one.patient);
    for (String path :
        List.of(
            patient,
            "Observation?code=urn:c%7C" + run + "&_include=Observation:patient",
            patient + "/$everything")) {
      Reply reply = server.projected(regulator, path);
      assertThat(reply.status()).as(reply.text()).isEqualTo(200);
      assertThat(reply.text())
          .contains("PSEUDED")
          .doesNotContain("马")
          .doesNotContain("secret")
          .doesNotContain("text " + run)
          .doesNotContain("note")
          .doesNotContain("n-" + run)
          .doesNotContain("1985-06")
          .doesNotContain(one.patient)
          .doesNotContain(one.finding);
    }
    for (String path :
        List.of(
            "Patient?identifier=urn:n%7Cn-" + run,
            "Patient?identifier=n-" + run,
            "Patient?name=马" + run,
            "Patient?telecom=13900000000",
            "Patient?birthdate=1985-06-15&organization.name=h-" + run,
            "Observation?patient=" + one.patient,
            "Observation?patient.identifier=n-" + run,
            "Observation?code:text=secret")) {
      Reply found = server.projected(regulator, path.replace("马", "%E9%A9%AC"));
      assertThat(found.status()).as(found.text()).isEqualTo(200);
      assertThat(found.ids()).as(path).isEmpty();
    }
    assertThat(server.projected(regulator, "Patient/" + one.patient).status()).isEqualTo(404);
    // And the pseudonym opens nothing at the records.
    assertThat(server.get(ROOT, patient).status()).isEqualTo(404);
    assertThat(server.get(regulator, "Patient/" + one.patient).status()).isEqualTo(404);
  }

  @Test
  void changesAndDeletionsArriveAndLeaveNoPast() throws SQLException {
    Resident one = resident();
    String finding = pseudonym("Observation", one.finding);
    ObjectNode body = (ObjectNode) server.get(ROOT, "Observation/" + one.finding).json();
    body.put("status", "amended");
    server.send(ROOT, "PUT", "Observation/" + one.finding, body.toString());
    await(
        () ->
            server
                .projected(regulator, "Observation/" + finding)
                .json()
                .path("status")
                .asString("")
                .equals("amended"));
    await(() -> past(finding) == 0);
    server.send(ROOT, "DELETE", "Observation/" + one.finding, null);
    await(() -> server.projected(regulator, "Observation/" + finding).status() == 404);
    await(() -> past(finding) == 0);
    // What becomes sensitive leaves, too.
    String condition =
        server.created(
            ROOT,
            "{'resourceType':'Condition','subject':{'reference':'Patient/%s'},'code':{'coding':[{'system':'http://hl7.org/fhir/sid/icd-10','code':'J18'}]}}"
                .formatted(one.patient));
    String projected = "Condition/" + pseudonym("Condition", condition);
    await(() -> server.projected(regulator, projected).status() == 200);
    ObjectNode sensitive = (ObjectNode) server.get(ROOT, "Condition/" + condition).json();
    ((ObjectNode) sensitive.path("code").path("coding").path(0)).put("code", "B20");
    server.send(ROOT, "PUT", "Condition/" + condition, sensitive.toString());
    await(() -> server.projected(regulator, projected).status() == 404);
  }

  /** Names, notes and whole sensitive rows may change: not a byte of an answer does. */
  @Test
  void changesOfWhatIsLeftOutNeverShow() {
    Resident one = resident();
    String patient = "Patient/" + pseudonym("Patient", one.patient);
    List<String> questions =
        List.of(
            patient,
            "Observation?code=urn:c%7C"
                + run
                + "&_include=Observation:patient&_sort=-_lastUpdated&_total=accurate",
            "Condition?patient=" + patient + "&_total=accurate",
            patient + "/$everything");
    List<String> before = questions.stream().map(this::answer).toList();
    ObjectNode person = (ObjectNode) server.get(ROOT, "Patient/" + one.patient).json();
    person.putArray("name").addObject().put("text", "又名" + run);
    person.putArray("telecom").addObject().put("value", "13800000000");
    person.put("birthDate", "1985-12-31");
    server.send(ROOT, "PUT", "Patient/" + one.patient, person.toString());
    ObjectNode finding = (ObjectNode) server.get(ROOT, "Observation/" + one.finding).json();
    finding.put("valueString", "another");
    finding.putArray("note").addObject().put("text", "another");
    server.send(ROOT, "PUT", "Observation/" + one.finding, finding.toString());
    server.created(
        ROOT,
        "{'resourceType':'Condition','subject':{'reference':'Patient/%s'},'code':{'coding':[{'system':'http://hl7.org/fhir/sid/icd-10','code':'B20'}]}}"
            .formatted(one.patient));
    String after =
        server.created(
            ROOT,
            "{'resourceType':'Procedure','status':'completed','subject':{'reference':'Patient/%s'}}"
                .formatted(one.patient));
    // In the same home, and after the others.
    await(
        () ->
            server.projected(regulator, "Procedure/" + pseudonym("Procedure", after)).status()
                == 200);
    server.send(ROOT, "DELETE", "Procedure/" + after, null);
    await(
        () ->
            server.projected(regulator, "Procedure/" + pseudonym("Procedure", after)).status()
                == 404);
    assertThat(questions.stream().map(this::answer).toList()).isEqualTo(before);
  }

  /** But for what is new in each Bundle. */
  private String answer(String question) {
    ObjectNode answer = (ObjectNode) server.projected(regulator, question).json();
    if (answer.path("resourceType").asString("").equals("Bundle")) {
      answer.remove("id");
      answer.remove("meta");
    }
    return answer.toString();
  }

  private long past(String id) {
    return count("select count(*) from pseudonym.history where id = '" + id + "'");
  }

  private long count(String sql) {
    try (Connection connection = server.pool.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void anErasedRecordLeavesNothing() {
    Resident one = resident();
    String patient = pseudonym("Patient", one.patient);
    long subject = server.store.purges().subject(one.patient);
    server.projection.erase(subject);
    assertThat(server.projected(regulator, "Patient/" + patient).status()).isEqualTo(404);
    assertThat(server.projected(regulator, "Observation?code=urn:c%7C" + run).ids()).isEmpty();
    server.store.purges().purge(subject);
    // Where the projection was not open, the log does it.
    Resident other = resident();
    String second = pseudonym("Patient", other.patient);
    server.store.purges().purge(server.store.purges().subject(other.patient));
    await(() -> server.projected(regulator, "Patient/" + second).status() == 404);
    await(() -> server.projected(regulator, "Observation?code=urn:c%7C" + run).ids().isEmpty());
    await(() -> past(second) == 0);
    assertThat(
            count(
                "select count(*) from pseudonym_patient where pseudonym in ('%s', '%s')"
                    .formatted(patient, second)))
        .isZero();
  }

  // ------------------------------------------------------------------ who, and what not

  @ParameterizedTest
  @ValueSource(strings = {"RESIDENT", "PRACTITIONER", "SYSTEM", "OPERATOR"})
  void othersAreRefused(Caller.Role role) {
    Caller other =
        ProjectedServer.caller(
            role, new Caller.Binding("d", Set.of("t"), Set.of("p"), Caller.Binding.ALL_SCOPES));
    for (String path :
        List.of("Patient", "Patient/0f0" + "0".repeat(18), "Organization", "Observation?code=x")) {
      assertThat(server.projected(other, path).status()).as(path).isEqualTo(403);
    }
    assertThat(server.projected(other, "?_type=Patient").json().path("entry").isEmpty()).isTrue();
    assertThat(
            server.call(other, "pseudonymised/Patient/x/$open-case", "reason", "a reason").status())
        .isEqualTo(403);
  }

  @Test
  void nobodyComesInWithoutBeingSomebody() {
    assertThat(server.send(null, "GET", "pseudonymised/Patient", null).status()).isEqualTo(401);
  }

  @Test
  void aTokenNarrowsARegulatorToo() {
    resident();
    Caller narrow =
        ProjectedServer.caller(
            Caller.Role.REGULATOR,
            new Caller.Binding("", Set.of(), Set.of(), Set.of("user/Observation.rs")));
    assertThat(server.projected(narrow, "Observation?code=urn:c%7C" + run).ids()).hasSize(1);
    assertThat(server.projected(narrow, "Patient").status()).isEqualTo(403);
    assertThat(
            server
                .projected(
                    narrow, "Observation?code=urn:c%7C" + run + "&_include=Observation:patient")
                .ids())
        .hasSize(1);
  }

  @Test
  void nothingIsWrittenThereByAnyone() {
    Resident one = resident();
    String finding = "pseudonymised/Observation/" + pseudonym("Observation", one.finding);
    for (Caller caller : List.of(regulator, ROOT)) {
      assertThat(
              server
                  .send(
                      caller,
                      "POST",
                      "pseudonymised/Organization",
                      "{\"resourceType\":\"Organization\",\"name\":\"x\"}")
                  .status())
          .isEqualTo(403);
      assertThat(server.send(caller, "DELETE", finding, null).status()).isEqualTo(403);
      ObjectNode body = (ObjectNode) server.get(ROOT, finding).json();
      assertThat(server.send(caller, "PUT", finding, body.toString()).status()).isEqualTo(403);
    }
    assertThat(server.get(regulator, finding).status()).isEqualTo(200);
  }

  @Test
  void thereIsNoHistoryAndItIsSaid() {
    Resident one = resident();
    String finding = "Observation/" + pseudonym("Observation", one.finding);
    for (String path :
        List.of(
            finding + "/_history", finding + "/_history/1", "Observation/_history", "_history")) {
      Reply reply = server.projected(regulator, path);
      assertThat(reply.status()).as(path).isEqualTo(400);
      assertThat(reply.text()).contains("Only what is current");
    }
    assertThat(server.projected(regulator, "Binary/x").status()).isEqualTo(403);
    assertThat(server.projected(regulator, "Task").status()).isEqualTo(403);
    assertThat(server.projected(regulator, "$statistics").status()).isEqualTo(404);
  }

  @Test
  void switchedOffItSaysSo() {
    Reply reply = server.get(regulator, "off/Patient");
    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.text()).contains("switched off");
  }

  @Test
  void whatIsAskedIsTracedWithoutTheResident() {
    Resident one = resident();
    String pseudonym = pseudonym("Patient", one.patient);
    server.traces.clear();
    server.projected(regulator, "Patient/" + pseudonym);
    var trace = server.traces.getFirst();
    assertThat(trace.type()).isEqualTo("Patient");
    assertThat(trace.id()).isEqualTo(pseudonym);
    assertThat(trace.operation()).isEqualTo("pseudonymised");
    assertThat(Objects.requireNonNull(trace.caller()).subject()).isEqualTo(regulator.subject());
    assertThat(trace.subjects())
        .isNotEmpty()
        .doesNotContain(server.store.purges().subject(one.patient));
  }

  // ------------------------------------------------------------------ made from nothing

  /** What the projection should be, from the records themselves. */
  private Map<String, JsonNode> expected() {
    var pseudonymiser = new Pseudonymiser(pseudonyms(), Clock.systemUTC());
    var expected = new TreeMap<String, JsonNode>();
    for (ResourceVersion version : all(server.store)) {
      ObjectNode projected = pseudonymiser.apply(version.type(), version.id(), json(version));
      if (projected != null) {
        expected.put(version.type() + "/" + projected.path("id").asString(""), plain(projected));
      }
    }
    return expected;
  }

  private Map<String, JsonNode> actual() {
    var actual = new TreeMap<String, JsonNode>();
    for (ResourceVersion version : all(Objects.requireNonNull(server.projection.store()))) {
      actual.put(version.type() + "/" + version.id(), plain(json(version)));
    }
    return actual;
  }

  private static ObjectNode json(ResourceVersion version) {
    return (ObjectNode) Json.MAPPER.readTree(Objects.requireNonNull(version.content()));
  }

  private static JsonNode plain(ObjectNode tree) {
    ObjectNode meta = tree.get("meta") instanceof ObjectNode there ? there : tree.putObject("meta");
    meta.remove("versionId");
    meta.remove("lastUpdated");
    return tree;
  }

  private static List<ResourceVersion> all(RecordStore store) {
    var all = new ArrayList<ResourceVersion>();
    for (String type : Rules.all()) {
      String cursor = null;
      do {
        var parameters = new ArrayList<SearchRequest.Parameter>();
        parameters.add(new SearchRequest.Parameter("_count", "500"));
        if (cursor != null) {
          parameters.add(new SearchRequest.Parameter(SearchEngine.CURSOR, cursor));
        }
        SearchResult page =
            store.search(ROOT, new SearchRequest(type, null, null, parameters, false));
        page.entries().forEach(entry -> all.add(entry.resource()));
        cursor = page.next();
      } while (cursor != null);
    }
    return all;
  }

  @Test
  void madeFromNothingWhileOthersWriteItIsWhatTheRecordsHold() throws Exception {
    Resident one = resident();
    String chosen =
        "{\"resourceType\":\"Organization\",\"id\":\"o-%1$s\",\"name\":\"o-%1$s\"}".formatted(run);
    assertThat(server.send(ROOT, "PUT", "Organization/o-" + run, chosen).status()).isEqualTo(201);
    await(() -> server.projected(regulator, "Organization/o-" + run).status() == 200);
    var ids = new ArrayList<String>();
    for (int i = 0; i < 300; i++) {
      ids.add(
          server.created(
              ROOT,
              "{'resourceType':'Observation','status':'final','code':{'coding':[{'system':'urn:n','code':'0'}]},'subject':{'reference':'Patient/%s'}}"
                  .formatted(one.patient)));
    }
    for (int round = 0; round < 3; round++) {
      Reply asked = server.call(ProjectedServer.operator(), "$rebuild-projection");
      assertThat(asked.status()).as(asked.text()).isEqualTo(202);
      var stop = new AtomicBoolean();
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int writer = 0; writer < 4; writer++) {
          threads.submit(
              () -> {
                while (!stop.get()) {
                  String id = ids.get(RandomGenerator.getDefault().nextInt(ids.size()));
                  if (RandomGenerator.getDefault().nextInt(4) == 0) {
                    server.send(ROOT, "DELETE", "Observation/" + id, null);
                  } else {
                    server.send(
                        ROOT,
                        "PUT",
                        "Observation/" + id,
                        tree("{'resourceType':'Observation','id':'%s','status':'final','code':{'coding':[{'system':'urn:n','code':'%d'}]},'subject':{'reference':'Patient/%s'}}"
                                .formatted(
                                    id, RandomGenerator.getDefault().nextInt(1000), one.patient))
                            .toString());
                  }
                }
                return null;
              });
        }
        await(() -> server.projection.state() == Projection.State.WHOLE);
        stop.set(true);
      }
      Map<String, JsonNode> expected = expected();
      try {
        await(() -> actual().equals(expected));
      } catch (AssertionError e) {
        assertThat(actual()).isEqualTo(expected);
      }
      assertThat(expected).hasSizeGreaterThan(50);
    }
    // An instance that starts now knows ids that clients chose by their claims alone.
    assertThat(
            count(
                "select count(*) from pseudonym.claim c join pseudonym.res_other o on o.home = c.home and o.type = c.type and o.id = c.id where c.id = 'o-%s'"
                    .formatted(run)))
        .isEqualTo(1);
    Reply progress = server.get(ProjectedServer.operator(), "$projection-progress");
    assertThat(progress.text()).contains("whole").contains("Observation").contains("finished");
    assertThat(server.get(regulator, "$projection-progress").status()).isEqualTo(200);
    assertThat(server.call(regulator, "$rebuild-projection").status()).isEqualTo(403);
    assertThat(server.get(ProjectedServer.resident(one.patient), "$projection-progress").status())
        .isEqualTo(403);
  }

  @Test
  void theProjectionsTablesAreItsOwn() {
    assertThat(
            count(
                "select count(*) from pg_tables where schemaname = 'pseudonym' and tablename = 'res_patient'"))
        .isEqualTo(1);
    assertThat(
            count(
                "select count(*) from pg_tables where schemaname = 'pseudonym' and tablename in ('account', 'access_grant', 'audit', 'pseudonym_patient')"))
        .isZero();
    assertThat(
            count(
                "select count(*) from pseudonym.res_patient p join public.res_patient q on p.id = q.id or p.patient = q.patient"))
        .isZero();
  }
}
