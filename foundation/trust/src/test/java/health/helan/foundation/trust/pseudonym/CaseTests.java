package health.helan.foundation.trust.pseudonym;

import static health.helan.foundation.trust.pseudonym.ProjectedServer.ROOT;
import static health.helan.foundation.trust.pseudonym.ProjectedServer.await;
import static health.helan.foundation.trust.pseudonym.ProjectedServer.tree;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Caller;
import health.helan.foundation.trust.pseudonym.ProjectedServer.Reply;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A regulator sees who it is only in an opened case: asked for by one, approved by another. */
class CaseTests {
  private final ProjectedServer server = ProjectedServer.get();
  private final String run = UUID.randomUUID().toString().substring(0, 8);
  private final Caller asker = ProjectedServer.regulator();
  private final Caller other = ProjectedServer.regulator();
  private String patient = "";
  private String pseudonym = "";
  private String hiv = "";

  @BeforeEach
  void aResident() throws SQLException {
    await(() -> server.projection.state() == Projection.State.WHOLE);
    patient =
        server.created(ROOT, "{'resourceType':'Patient','name':[{'text':'马%s'}]}".formatted(run));
    hiv =
        server.created(
            ROOT,
            "{'resourceType':'Condition','subject':{'reference':'Patient/%s'},'code':{'coding':[{'system':'http://hl7.org/fhir/sid/icd-10','code':'B20'}]}}"
                .formatted(patient));
    pseudonym = PseudonymKey.open(server.vault, server.pool).of("Patient", patient);
    await(() -> server.projected(asker, "Patient/" + pseudonym).status() == 200);
  }

  @AfterEach
  void now() {
    server.clock.ahead(Duration.ZERO);
  }

  private Reply ask(Caller caller, String... more) {
    String[] parameters = {
      "reason", "核查虚假住院", "ground", "insurance-fund", "document", "宁医保稽〔2026〕7号"
    };
    String[] all = java.util.Arrays.copyOf(parameters, parameters.length + more.length);
    System.arraycopy(more, 0, all, parameters.length, more.length);
    return server.call(caller, "pseudonymised/Patient/" + pseudonym + "/$open-case", all);
  }

  private Reply decide(Caller caller, String task, String decision) {
    return server.call(
        caller, "Task/" + task + "/$approve-case", "decision", decision, "note", "已核对文书");
  }

  private Reply close(Caller caller, String task) {
    return server.call(caller, "Task/" + task + "/$close-case", "note", "核查完毕，无异常");
  }

  @Test
  void askedForItOpensNothingAndSaysNothing() {
    server.traces.clear();
    Reply asked = ask(asker);
    assertThat(asked.status()).as(asked.text()).isEqualTo(201);
    assertThat(asked.text()).contains(pseudonym).doesNotContain(patient).doesNotContain("马");
    assertThat(server.get(asker, "Patient/" + patient).status()).isEqualTo(404);
    var trace = server.traces.getFirst();
    assertThat(trace.operation()).isEqualTo("open-case");
    assertThat(trace.subjects()).doesNotContain(server.store.purges().subject(patient));
    // The resident's record has no Task yet.
    assertThat(server.get(ProjectedServer.resident(patient), "Task").ids()).isEmpty();
    assertThat(server.get(other, "Task/" + asked.id()).status()).isEqualTo(404);
  }

  @Test
  void approvedByAnotherItOpensToTheAskerAloneAndIsToldToTheResident() {
    String task = ask(asker).id();
    server.traces.clear();
    Reply approved = decide(other, task, "approve");
    assertThat(approved.status()).as(approved.text()).isEqualTo(200);
    assertThat(approved.text()).doesNotContain("\"for\"").doesNotContain(patient);
    assertThat(server.traces.getFirst().subjects())
        .containsExactly(server.store.purges().subject(patient));

    Reply cases = server.get(asker, "Task/$cases?state=approved");
    assertThat(cases.ids()).contains("Task/" + task);
    assertThat(cases.text()).contains("Patient/" + patient);
    assertThat(server.get(other, "Task/$cases").text()).doesNotContain(patient);
    Reply read = server.get(asker, "Patient/" + patient);
    assertThat(read.status()).isEqualTo(200);
    assertThat(read.text()).contains("马" + run);
    assertThat(server.get(asker, "Condition/" + hiv).status()).isEqualTo(404);
    assertThat(server.get(other, "Patient/" + patient).status()).isEqualTo(404);
    assertThat(
            server
                .send(
                    asker,
                    "PUT",
                    "Patient/" + patient,
                    tree("{'resourceType':'Patient','id':'%s'}".formatted(patient)).toString())
                .status())
        .isEqualTo(403);

    Caller resident = ProjectedServer.resident(patient);
    Reply told = server.get(resident, "Communication?recipient=Patient/" + patient);
    assertThat(told.text()).contains("监管人员").contains("医保基金监管").contains("核查虚假住院");
    assertThat(told.json().at("/entry/0/resource/topic/coding/0/code").asString())
        .isEqualTo("regulatory-case");
    assertThat(server.get(resident, "Task/" + task).status()).isEqualTo(200);
    Reply grants = server.get(resident, "Patient/" + patient + "/$access-grants");
    assertThat(grants.text())
        .contains("{\"name\":\"reason\",\"valueCode\":\"regulatory-case\"}")
        .contains("\"value\":\"" + asker.subject() + "\"")
        .doesNotContain("Account/");

    assertThat(close(asker, task).status()).isEqualTo(200);
    assertThat(server.get(asker, "Patient/" + patient).status()).isEqualTo(404);
    assertThat(server.get(asker, "Task/$cases").text()).doesNotContain(patient);
    assertThat(close(asker, task).status()).isEqualTo(422);
  }

  @Test
  void nobodyApprovesTheirOwn() {
    String task = ask(asker).id();
    Reply own = decide(asker, task, "approve");
    assertThat(own.status()).isEqualTo(403);
    assertThat(own.text()).contains("somebody else must");
    assertThat(server.get(asker, "Patient/" + patient).status()).isEqualTo(404);
    assertThat(decide(ProjectedServer.operator(), task, "approve").status()).isEqualTo(200);
    assertThat(decide(other, task, "approve").status()).isEqualTo(422);
    assertThat(server.get(asker, "Patient/" + patient).status()).isEqualTo(200);
    assertThat(close(other, task).status()).isEqualTo(200);
    assertThat(server.get(asker, "Patient/" + patient).status()).isEqualTo(404);
  }

  @Test
  void refusedItOpensNothing() {
    String task = ask(asker).id();
    assertThat(decide(other, task, "refuse").status()).isEqualTo(200);
    assertThat(server.get(asker, "Patient/" + patient).status()).isEqualTo(404);
    assertThat(decide(other, task, "approve").status()).isEqualTo(422);
    assertThat(decide(other, task, "maybe").status()).isEqualTo(400);
  }

  @Test
  void itEndsByItself() {
    String task = ask(asker, "hours", "2").id();
    decide(other, task, "approve");
    assertThat(server.get(asker, "Patient/" + patient).status()).isEqualTo(200);
    server.clock.ahead(Duration.ofMinutes(119));
    assertThat(server.get(asker, "Patient/" + patient).status()).isEqualTo(200);
    server.clock.ahead(Duration.ofMinutes(121));
    assertThat(server.get(asker, "Patient/" + patient).status()).isEqualTo(404);
  }

  @Test
  void sensitiveCategoriesAreSeenOnlyIfTheCaseNamesThem() {
    String task = ask(asker, "category", "HIV").id();
    decide(other, task, "approve");
    assertThat(server.get(asker, "Condition/" + hiv).status()).isEqualTo(200);
    assertThat(server.get(asker, "Condition?patient=" + patient).ids()).hasSize(1);
  }

  @Test
  void aCaseIsOpenedInSpiteOfAnObjectionToProcessing() {
    Caller resident = ProjectedServer.resident(patient);
    Reply objection =
        server.send(
            resident,
            "POST",
            "Consent",
            tree("""
                {'resourceType':'Consent','status':'active','patient':{'reference':'Patient/%1$s'},
                 'scope':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/consentscope','code':'patient-privacy'}]},
                 'category':[{'coding':[{'system':'http://loinc.org','code':'59284-0'}]}],
                 'performer':[{'reference':'Patient/%1$s'}],
                 'policy':[{'uri':'https://helan.health/consent/record-access/1'}],
                 'dateTime':'2026-11-26','provision':{'type':'deny'}}"""
                    .formatted(patient))
                .toString());
    assertThat(objection.status()).as(objection.text()).isEqualTo(201);
    String task = ask(asker).id();
    decide(other, task, "approve");
    assertThat(server.get(asker, "Patient/" + patient).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "reason,x",
    "ground,because",
    "document,''",
    "hours,0",
    "hours,721",
    "hours,long",
    "category,EVERYTHING"
  })
  void whatIsMissingOrWrongIsSaid(String name, String value) {
    var parameters =
        new java.util.LinkedHashMap<String, String>(
            java.util.Map.of(
                "reason", "核查虚假住院", "ground", "complaint", "document", "7号", "hours", "1"));
    parameters.put(name, value);
    String[] flat =
        parameters.entrySet().stream()
            .flatMap(entry -> java.util.stream.Stream.of(entry.getKey(), entry.getValue()))
            .toArray(String[]::new);
    Reply reply = server.call(asker, "pseudonymised/Patient/" + pseudonym + "/$open-case", flat);
    assertThat(reply.status()).as(reply.text()).isEqualTo(400);
    assertThat(reply.text()).contains("parameter " + name);
  }

  @Test
  void othersNeitherAskNorDecideNorSeeTheList() {
    String task = ask(asker).id();
    Caller doctor =
        ProjectedServer.caller(
            Caller.Role.PRACTITIONER,
            new Caller.Binding("d", Set.of(), Set.of(), Caller.Binding.ALL_SCOPES));
    Caller narrow =
        ProjectedServer.caller(
            Caller.Role.REGULATOR,
            new Caller.Binding("", Set.of(), Set.of(), Set.of("user/Organization.rs")));
    for (Caller caller : List.of(doctor, narrow, ProjectedServer.resident(patient))) {
      assertThat(ask(caller).status()).isEqualTo(403);
      assertThat(decide(caller, task, "approve").status()).isEqualTo(403);
      assertThat(close(caller, task).status()).isEqualTo(403);
      assertThat(server.get(caller, "Task/$cases").status()).isEqualTo(403);
    }
    assertThat(ask(ProjectedServer.operator()).status()).isEqualTo(403);
    assertThat(
            server
                .call(
                    asker,
                    "pseudonymised/Patient/" + patient + "/$open-case",
                    "reason",
                    "a reason",
                    "ground",
                    "complaint",
                    "document",
                    "7")
                .status())
        .isEqualTo(404);
  }

  @Test
  void nobodyWritesACaseByHand() {
    Caller system =
        new Caller(
            "s-" + run,
            Caller.Role.SYSTEM,
            "h-" + run,
            Set.of(),
            "s-" + run,
            new Caller.Binding("", Set.of(), Set.of(), Set.of("system/*.cruds")));
    String forged =
        tree("""
            {'resourceType':'Task','id':'forged-%3$s','status':'in-progress','intent':'order',
             'code':{'coding':[{'system':'https://helan.health/fhir/CodeSystem/task','code':'regulatory-case'}]},
             'for':{'reference':'Patient/%1$s'},
             'requester':{'identifier':{'system':'https://helan.health/fhir/account','value':'%2$s'}},
             'restriction':{'period':{'end':'2099-01-01T00:00:00Z'}}}"""
                .formatted(patient, asker.subject(), run))
            .toString();
    assertThat(server.send(system, "POST", "Task", forged).status()).isEqualTo(403);
    assertThat(server.send(system, "PUT", "Task/forged-" + run, forged).status()).isEqualTo(403);
    assertThat(server.get(asker, "Patient/" + patient).status()).isEqualTo(404);
    String task = ask(asker).id();
    assertThat(Objects.requireNonNull(task)).isNotEmpty();
    assertThat(decide(other, patient, "approve").status()).isEqualTo(404);
  }
}
