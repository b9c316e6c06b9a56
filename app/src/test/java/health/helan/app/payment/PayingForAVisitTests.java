package health.helan.app.payment;

import static health.helan.app.payment.PaidServer.ROOT;
import static health.helan.app.payment.PaidServer.ok;
import static health.helan.foundation.rest.testing.ApiForTests.caller;
import static health.helan.foundation.rest.testing.ApiForTests.part;
import static health.helan.foundation.rest.testing.ApiForTests.regulator;
import static health.helan.foundation.rest.testing.ApiForTests.resident;
import static health.helan.foundation.rest.testing.ApiForTests.system;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.registry.Registry;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Applied for, paid, taken by the doctor; ended and returned by rule: visits on line and payment
 * together.
 */
class PayingForAVisitTests {
  private static final PaidServer SERVER = PaidServer.get();
  private static final Duration PATIENCE = Duration.ofHours(48);
  private static final Hospital HOSPITAL = new Hospital("18.50");

  @AfterEach
  void theBooksAreInOrder() {
    SERVER.clock.ahead(Duration.ZERO);
    assertThat(SERVER.ledger.check()).isEmpty();
  }

  private static void refused(Reply reply, int status, String word) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    assertThat(reply.said()).contains(word);
  }

  /** With a doctor who may serve on line, for so much. */
  private static final class Hospital {
    final String run = UUID.randomUUID().toString().substring(0, 8);
    final String id = "h-" + run;
    final Caller system = system(id);
    final Caller doctor =
        caller(
            Caller.Role.PRACTITIONER,
            id,
            new Caller.Binding("d-" + run, Set.of(), Set.of(), Caller.Binding.ALL_SCOPES, "s"));
    final String post = "p-" + run;

    Hospital(String fee) {
      created(
          ROOT,
          """
          {'resourceType':'Organization','id':'%s','active':true,'name':'试验医院',
            'type':[{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/organization-type','code':'prov'}]}]}"""
              .formatted(id));
      created(
          system,
          "{'resourceType':'Practitioner','id':'d-%s','active':true,'name':[{'text':'李医生'}]}"
              .formatted(run));
      created(system, post(fee));
      licensed("Practitioner/d-" + run, "physician", "110640" + run);
      String service =
          created(
              system,
              "{'resourceType':'HealthcareService','active':true,'name':'互联网诊疗','providedBy':{'reference':'Organization/%s'}}"
                  .formatted(id));
      licensed("HealthcareService/" + service, "internet-care", "HLW" + run);
      ok(
          SERVER.call(
              system,
              "PractitionerRole/" + post + "/$file",
              "site",
              "main",
              "online",
              "true",
              "right",
              "ordinary",
              "reason",
              "主执业机构注册"));
      ok(SERVER.call(regulator(), "PractitionerRole/" + post + "/$approve", "reason", "准予注册"));
    }

    private static String created(Caller caller, String resource) {
      return SERVER.created(caller, resource);
    }

    String post(String fee) {
      return """
          {'resourceType':'PractitionerRole','id':'%s','active':true,'practitioner':{'reference':'Practitioner/d-%s'},
            'extension':[{'url':'https://helan.health/fhir/StructureDefinition/online-visit-fee','valueMoney':{'value':%s,'currency':'CNY'}}],
            'organization':{'reference':'Organization/%s'},'code':[{'text':'主任医师'}],
            'specialty':[{'coding':[{'system':'%s','code':'03.04','display':'心血管内科'}]}]}"""
          .formatted(post, run, fee, id, Registry.SPECIALTY);
    }

    private void licensed(String holder, String kind, String number) {
      ok(
          SERVER.call(
              system,
              holder + "/$file",
              "kind",
              kind,
              "number",
              number,
              "start",
              "2015-01-01",
              "end",
              "2099-12-31",
              "reason",
              "首次执业注册"));
      ok(SERVER.call(regulator(), holder + "/$verify", "reason", "材料齐全属实"));
      ok(SERVER.call(regulator(), holder + "/$activate", "reason", "准予执业注册"));
    }
  }

  /** A visit that its resident has signed for: it goes to the doctor once it is paid. */
  private static final class Applied {
    final Hospital at;
    final String patient;
    final Caller self;
    final String id;

    Applied(Hospital at) {
      this.at = at;
      patient =
          SERVER.created(
              at.system,
              "{'resourceType':'Patient','name':[{'text':'试验'}],'birthDate':'1960-05-01'}");
      self = resident(patient);
      String proof =
          SERVER.created(
              at.system,
              """
              {'resourceType':'Condition','subject':{'reference':'Patient/%s'},'recordedDate':'2025-03-01',
                'code':{'coding':[{'system':'http://hl7.org/fhir/sid/icd-10','code':'I10','display':'原发性高血压'}]}}"""
                  .formatted(patient));
      Reply applied =
          ok(
              SERVER.call(
                  self,
                  "Encounter/$apply",
                  "patient",
                  "Patient/" + patient,
                  "doctor",
                  "PractitionerRole/" + at.post,
                  "proof",
                  "Condition/" + proof,
                  "complaint",
                  "血压药快吃完了"));
      id = applied.id();
      String consent = "";
      for (JsonNode extension : applied.json().path("extension")) {
        if (extension.path("url").asString("").endsWith("online-visit-consent")) {
          consent = extension.path("valueReference").path("reference").asString("");
        }
      }
      refused(SERVER.pay(self, "Encounter/" + id), 422, "nothing to pay");
      ok(SERVER.call(self, consent + "/$sign"));
      ok(step(self, "confirm"));
    }

    Reply step(Caller caller, String step, String... more) {
      return SERVER.call(caller, "Encounter/" + id + "/$" + step, more);
    }

    String paid() {
      return SERVER.paid(self, "Encounter/" + id);
    }

    JsonNode visit(Caller caller) {
      return ok(SERVER.get(caller, "$visits?visit=" + id)).all("visit").getFirst();
    }

    List<String> steps(Caller caller) {
      List<String> steps = new ArrayList<>();
      for (JsonNode part : visit(caller).path("part")) {
        if (part.path("name").asString("").equals("step")) {
          steps.add(part.path("valueCode").asString(""));
        }
      }
      return steps;
    }

    /** What has become of the money, once everything is done. */
    void isReturned(String number, boolean isAll) {
      SERVER.clockTicks();
      JsonNode order = SERVER.order(self, number);
      assertThat(part(order, "state")).isEqualTo(isAll ? "refunded" : "paid");
      assertThat(part(order, "refunded")).isEqualTo(isAll ? "18.50" : "0.00");
    }
  }

  // ------------------------------------------------------------------ the journey

  @Test
  void goesToTheDoctorByTheMoney() {
    var visit = new Applied(HOSPITAL);
    long before = SERVER.owed(HOSPITAL.id);
    assertThat(visit.visit(visit.self).toString())
        .contains("\"fee\",\"valueMoney\":{\"value\":18.50,\"currency\":\"CNY\"}");
    assertThat(part(visit.visit(visit.self), "paid")).isEqualTo("false");
    assertThat(visit.steps(HOSPITAL.doctor)).doesNotContain("accept").contains("decline");
    refused(visit.step(HOSPITAL.doctor, "accept"), 422, "18.50 yuan has not been paid");

    String number = visit.paid();
    JsonNode order = SERVER.order(visit.self, number);
    assertThat(part(order, "what")).isEqualTo("互联网复诊费");
    assertThat(part(order, "delivered")).isEqualTo("done");
    assertThat(SERVER.owed(HOSPITAL.id) - before).isEqualTo(18_50);
    assertThat(part(visit.visit(visit.self), "paid")).isEqualTo("true");
    assertThat(visit.steps(HOSPITAL.doctor)).contains("accept");
    assertThat(SERVER.get(ROOT, "Provenance?target=Encounter/" + visit.id).text())
        .contains("settle");
    ok(visit.step(HOSPITAL.doctor, "accept"));
    ok(visit.step(HOSPITAL.doctor, "begin"));
    visit.isReturned(number, false);
    refused(SERVER.pay(visit.self, "Encounter/" + visit.id + "x"), 404, "");
    // It is paid for once, whoever asks again.
    assertThat(
            part(
                ok(SERVER.pay(visit.self, "Encounter/" + visit.id)).all("order").getFirst(),
                "state"))
        .isEqualTo("paid");
  }

  @Test
  void costsWhatWasAskedWhenItWasAppliedFor() {
    var hospital = new Hospital("20");
    var visit = new Applied(hospital);
    JsonNode now = SERVER.get(ROOT, "PractitionerRole/" + hospital.post).json();
    ok(
        SERVER.send(
            ROOT,
            "PUT",
            "PractitionerRole/" + hospital.post,
            now.toString().replace("\"value\":20", "\"value\":99")));
    assertThat(part(SERVER.order(visit.self, visit.paid()), "amount")).isEqualTo("20.00");
  }

  @Test
  void isTakenWithoutMoneyWhereItCostsNothing() {
    var visit = new Applied(new Hospital("0"));
    refused(SERVER.pay(visit.self, "Encounter/" + visit.id), 422, "nothing to pay");
    ok(visit.step(visit.at.doctor, "accept"));
  }

  @Test
  void isPaidByItsResidentOnly() {
    var visit = new Applied(HOSPITAL);
    Caller other =
        resident(SERVER.created(ROOT, "{'resourceType':'Patient','name':[{'text':'别人'}]}"));
    assertThat(SERVER.pay(other, "Encounter/" + visit.id).status()).isEqualTo(404);
    String encounter =
        SERVER.created(
            HOSPITAL.system,
            "{'resourceType':'Encounter','status':'finished','class':{'code':'AMB'},'subject':{'reference':'Patient/%s'}}"
                .formatted(visit.patient));
    refused(SERVER.pay(visit.self, "Encounter/" + encounter), 422, "nothing to pay");
  }

  @Test
  void aFeeThatIsNoneIsRefusedWhereItIsWritten() {
    String place = SERVER.get(ROOT, "PractitionerRole/" + HOSPITAL.post).text();
    for (String wrong :
        List.of(
            "{\"value\":-1,\"currency\":\"CNY\"}",
            "{\"value\":1.005,\"currency\":\"CNY\"}",
            "{\"value\":10000.01,\"currency\":\"CNY\"}",
            "{\"value\":20,\"currency\":\"USD\"}",
            "{\"currency\":\"CNY\"}")) {
      String changed = place.replaceFirst("\\{\"value\":18.50,\"currency\":\"CNY\"\\}", wrong);
      assertThat(changed).isNotEqualTo(place);
      Reply reply =
          SERVER.send(HOSPITAL.system, "PUT", "PractitionerRole/" + HOSPITAL.post, changed);
      refused(reply, 400, "two places at most");
    }
  }

  // ------------------------------------------------------------------ what goes back

  @Test
  void goesBackWholeWhoeverEndsItBeforeItBegins() {
    var declined = new Applied(HOSPITAL);
    String first = declined.paid();
    ok(declined.step(HOSPITAL.doctor, "decline", "reason", "不属于本人专业"));
    declined.isReturned(first, true);
    assertThat(
            SERVER.get(declined.self, "Communication?subject=Patient/" + declined.patient).text())
        .contains("18.50");

    var withdrawn = new Applied(HOSPITAL);
    String second = withdrawn.paid();
    ok(withdrawn.step(HOSPITAL.doctor, "accept"));
    ok(withdrawn.step(withdrawn.self, "withdraw"));
    withdrawn.isReturned(second, true);
  }

  @Test
  void goesBackWholeWhenTheDoctorRefersOffline() {
    var visit = new Applied(HOSPITAL);
    String number = visit.paid();
    ok(visit.step(HOSPITAL.doctor, "accept"));
    ok(visit.step(HOSPITAL.doctor, "begin"));
    ok(visit.step(HOSPITAL.doctor, "refer-offline", "reason", "胸痛需当面查体"));
    visit.isReturned(number, true);
  }

  @Test
  void goesBackWhenNobodyTookItInTimeCountedFromTheMoney() {
    var visit = new Applied(HOSPITAL);
    JsonNode waiting = ok(SERVER.pay(visit.self, "Encounter/" + visit.id)).all("order").getFirst();
    SERVER.clock.ahead(PATIENCE.minusHours(1));
    var told = SERVER.channel.pay(part(waiting, "code"), true).getFirst();
    SERVER.payments.notified("union-sim", told.body(), told.headers()::get);
    SERVER.visits.lapse();
    assertThat(part(visit.visit(visit.self), "state")).isEqualTo("eligible");
    SERVER.clock.ahead(PATIENCE.multipliedBy(2));
    assertThat(SERVER.visits.lapse()).isPositive();
    assertThat(part(visit.visit(visit.self), "state")).isEqualTo("refunded");
    visit.isReturned(part(waiting, "number"), true);
  }

  @Test
  void moneyThatComesAfterTheEndGoesBack() {
    var visit = new Applied(HOSPITAL);
    JsonNode waiting = ok(SERVER.pay(visit.self, "Encounter/" + visit.id)).all("order").getFirst();
    ok(visit.step(visit.self, "withdraw"));
    ok(SERVER.call(visit.self, "$pay-simulate", "code", part(waiting, "code")));
    visit.isReturned(part(waiting, "number"), true);
    refused(SERVER.pay(visit.self, "Encounter/" + visit.id), 422, "nothing to pay");
  }

  @Test
  void isNeitherTakenUnpaidNorKeptUnservedWhenMoneyAndWithdrawalMeet() throws Exception {
    for (int i = 0; i < 5; i++) {
      var visit = new Applied(HOSPITAL);
      JsonNode waiting =
          ok(SERVER.pay(visit.self, "Encounter/" + visit.id)).all("order").getFirst();
      List<Callable<Integer>> both =
          new ArrayList<>(
              List.of(
                  () -> visit.step(visit.self, "withdraw").status(),
                  () ->
                      SERVER
                          .call(visit.self, "$pay-simulate", "code", part(waiting, "code"))
                          .status()));
      Collections.rotate(both, i);
      try (var threads = Executors.newFixedThreadPool(2)) {
        for (Future<Integer> answer : threads.invokeAll(both)) {
          assertThat(answer.get()).isLessThan(500);
        }
      }
      if (part(visit.visit(visit.self), "state").equals("eligible")) {
        ok(visit.step(visit.self, "withdraw")); // It was told to try again.
      }
      visit.isReturned(part(waiting, "number"), true);
    }
  }
}
