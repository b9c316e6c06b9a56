package health.helan.pharmacy.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Json;
import health.helan.pharmacy.review.ReviewServer.Hospital;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What is found in a prescription by what the record says, over the API and as CDS Hooks. */
class ScreeningTests {
  private static final ReviewServer SERVER = ReviewServer.get();
  private static Hospital hospital;

  @BeforeAll
  static void region() {
    hospital = ReviewServer.hospital();
  }

  private static List<String> rules(Reply reply) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.values("finding", "rule");
  }

  @Test
  void findsNothingAgainstAGoodOne() {
    String patient = hospital.patient("1960-05-01", "male");
    Reply reply =
        hospital.screen(hospital.doctor, hospital.request(patient, "苯磺酸氨氯地平片 5mg", 1, "片", 1, 7));
    assertThat(rules(reply)).isEmpty();
    assertThat(reply.text()).contains("unverified");
  }

  @Test
  void knowsAllergyKidneysAndWhatIsTakenAlready() {
    String patient = hospital.patient("1950-05-01", "female");
    hospital.allergic(patient, "青霉素过敏");
    hospital.observe(patient, "14682-9", 300, "umol/L");
    ObjectNode running = hospital.request(patient, "华法林钠片 2.5mg", 1, "片", 1, 7);
    running.put("status", "active");
    running.withObject("/groupIdentifier").put("value", "another");
    SERVER.created(hospital.system, running.toString().replace('"', '\''));
    Reply reply =
        hospital.screen(
            hospital.doctor,
            hospital.request(patient, "阿莫西林胶囊 0.5g", 1, "粒", 3, 7),
            hospital.request(patient, "盐酸二甲双胍片 0.5g", 1, "片", 2, 7),
            hospital.request(patient, "布洛芬缓释胶囊 0.3g", 1, "粒", 2, 5));
    assertThat(rules(reply)).contains("allergy", "renal-avoid", "interaction-major");
    assertThat(reply.values("finding", "severity").getFirst()).isEqualTo("block");
  }

  @Test
  void readsPiecesAndStrengths() {
    String patient = hospital.patient("1960-05-01", "male");
    assertThat(
            rules(
                hospital.screen(
                    hospital.doctor, hospital.request(patient, "苯磺酸氨氯地平片 5mg", 3, "片", 1, 7))))
        .contains("single-dose-high");
  }

  @Test
  void saysWhatItCannotJudge() {
    String patient = hospital.patient("1960-05-01", "male");
    assertThat(
            rules(
                hospital.screen(hospital.doctor, hospital.request(patient, "神奇胶囊", 1, "粒", 1, 7))))
        .containsExactly("drug-unknown");
  }

  private static List<String> repeated(int days, int repeats, Consumer<ObjectNode> more) {
    ObjectNode request =
        hospital.request(hospital.patient("1960-05-01", "male"), "苯磺酸氨氯地平片 5mg", 1, "片", 1, days);
    request.withObject("/dispenseRequest").put("numberOfRepeatsAllowed", repeats);
    more.accept(request);
    return rules(hospital.screen(hospital.doctor, request));
  }

  @Test
  void countsRepeatsIntoTheDaysOfSupply() {
    assertThat(repeated(7, 0, _ -> {})).isEmpty();
    assertThat(repeated(3, 1, _ -> {})).isEmpty();
    assertThat(repeated(7, 1, _ -> {})).containsExactly("outpatient-seven-days");
    Consumer<ObjectNode> continuous =
        request ->
            request
                .withObject("/courseOfTherapyType")
                .putArray("coding")
                .addObject()
                .put(
                    "system",
                    "http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy")
                .put("code", "continuous");
    assertThat(repeated(28, 0, continuous)).isEmpty();
    assertThat(repeated(28, 2, continuous))
        .contains("long-needs-assessment")
        .doesNotContain("long-twelve-weeks");
    assertThat(repeated(28, 3, continuous)).contains("long-twelve-weeks");
    Consumer<ObjectNode> emergency =
        request ->
            request
                .putObject("encounter")
                .put(
                    "reference",
                    "Encounter/"
                        + SERVER.created(
                            hospital.system,
                            """
                            {'resourceType':'Encounter','status':'in-progress','subject':{'reference':'%s'},
                              'class':{'system':'http://terminology.hl7.org/CodeSystem/v3-ActCode','code':'EMER'}}\
                            """
                                .formatted(
                                    request.path("subject").path("reference").asString(""))));
    assertThat(repeated(3, 0, emergency)).isEmpty();
    assertThat(repeated(1, 2, emergency)).isEmpty();
    assertThat(repeated(2, 1, emergency)).containsExactly("emergency-three-days");
  }

  @Test
  void isForWhoSeesTheResident() {
    String patient = hospital.patient("1960-05-01", "male");
    ObjectNode request = hospital.request(patient, "阿莫西林胶囊 0.5g", 1, "粒", 3, 7);
    Hospital elsewhere = ReviewServer.hospital();
    assertThat(hospital.screen(elsewhere.doctor, request).status()).isEqualTo(404);
    assertThat(hospital.screen(ReviewServer.resident(patient), request).status()).isEqualTo(403);
    assertThat(hospital.screen(ReviewServer.operator(), request).status()).isEqualTo(403);
  }

  @Test
  void refusesRequestsOfTwoResidentsAndNone() {
    String one = hospital.patient("1960-05-01", "male");
    String other = hospital.patient("1961-05-01", "male");
    Reply two =
        hospital.screen(
            hospital.doctor,
            hospital.request(one, "阿莫西林胶囊 0.5g", 1, "粒", 3, 7),
            hospital.request(other, "阿莫西林胶囊 0.5g", 1, "粒", 3, 7));
    assertThat(two.status()).isEqualTo(400);
    assertThat(two.sentence()).contains("one resident");
    assertThat(hospital.screen(hospital.doctor).status()).isEqualTo(400);
  }

  @Test
  void computesTheFiltrationRateAsTheEquationSays() {
    // Worked out by hand: 142 x (1.0/0.9)^-1.2 x 0.9938^60; 142 x (0.7/0.7)^… x 0.9938^50 x 1.012.
    assertThat(Kidneys.egfr(1.0, 60, false)).isCloseTo(86.2, within(0.5));
    assertThat(Kidneys.egfr(0.7, 50, true)).isCloseTo(105.3, within(0.5));
  }

  // ------------------------------------------------------------------ CDS Hooks

  private static ObjectNode hook(String hook, String patient, ObjectNode... orders) {
    ObjectNode request =
        Json.MAPPER
            .createObjectNode()
            .put("hook", hook)
            .put("hookInstance", UUID.randomUUID().toString());
    ObjectNode context = request.putObject("context");
    context.put("userId", "Practitioner/x").put("patientId", patient);
    ObjectNode drafts = context.putObject("draftOrders");
    drafts.put("resourceType", "Bundle").put("type", "collection");
    int i = 0;
    for (ObjectNode order : orders) {
      order.put("id", "o" + i++);
      drafts.withArray("entry").addObject().set("resource", order);
    }
    return request;
  }

  private static Reply ask(
      health.helan.foundation.store.Caller caller, String id, ObjectNode body) {
    return SERVER.send(
        caller, "POST", "cds-services/" + id, body.toString(), "Content-Type", "application/json");
  }

  @Test
  void isOfferedAsDecisionSupport() {
    Reply discovery = SERVER.get(hospital.doctor, "cds-services");
    assertThat(discovery.status()).isEqualTo(200);
    assertThat(discovery.json().path("services"))
        .extracting(one -> one.path("hook").asString(""))
        .containsExactly("order-select", "order-sign");
    assertThat(SERVER.send(null, "GET", "cds-services", null).status()).isEqualTo(401);
    assertThat(SERVER.get(ReviewServer.operator(), "cds-services").status()).isEqualTo(403);
  }

  @Test
  void answersWithCardsAndNeverWithAPrescription() {
    String patient = hospital.patient("1960-05-01", "male");
    hospital.allergic(patient, "青霉素过敏");
    Reply reply =
        ask(
            hospital.doctor,
            "prescription-sign",
            hook("order-sign", patient, hospital.request(patient, "阿莫西林胶囊 0.5g", 1, "粒", 3, 7)));
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    JsonNode card = reply.json().path("cards").path(0);
    assertThat(card.path("indicator").asString("")).isEqualTo("critical");
    assertThat(card.path("summary").asString("")).contains("Amoxicillin").hasSizeLessThan(140);
    assertThat(card.path("detail").asString("")).contains("2-2", "unverified");
    assertThat(card.path("source").path("label").asString("")).isNotEmpty();
    assertThat(card.path("overrideReasons")).isNotEmpty();
    assertThat(reply.text()).doesNotContain("suggestions", "systemActions");
    ObjectNode feedback = Json.MAPPER.createObjectNode();
    feedback
        .putArray("feedback")
        .addObject()
        .put("card", card.path("uuid").asString(""))
        .put("outcome", "accepted")
        .put("outcomeTimestamp", "2026-11-26T08:00:00Z");
    assertThat(ask(hospital.doctor, "prescription-sign/feedback", feedback).status())
        .isEqualTo(200);
    feedback.putArray("feedback").addObject().put("card", "no uuid");
    assertThat(ask(hospital.doctor, "prescription-sign/feedback", feedback).status())
        .isEqualTo(400);
  }

  @Test
  void offersNoReasonForWhatTheLawForbids() {
    String patient = hospital.patient("1960-05-01", "male");
    Reply visit =
        SERVER.send(
            ReviewServer.ROOT,
            "POST",
            "Encounter",
            "{\"resourceType\":\"Encounter\",\"status\":\"in-progress\",\"class\":{\"code\":\"VR\"},\"subject\":{\"reference\":\"Patient/%s\"}}"
                .formatted(patient));
    ObjectNode request =
        hook("order-sign", patient, hospital.request(patient, "氨酚伪麻美芬片", 1, "片", 1, 3));
    request.withObject("/context").put("encounterId", visit.id());
    Reply reply = ask(hospital.doctor, "prescription-sign", request);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    JsonNode card = reply.json().path("cards").path(0);
    assertThat(card.path("source").path("topic").path("code").asString(""))
        .isEqualTo("online-excluded");
    assertThat(card.path("indicator").asString("")).isEqualTo("critical");
    assertThat(card.path("detail").asString("")).contains("law forbids");
    assertThat(card.has("overrideReasons")).isFalse();
  }

  @Test
  void speaksOfTheChosenDrugsWhileTheyAreChosen() {
    String patient = hospital.patient("1960-05-01", "male");
    hospital.allergic(patient, "青霉素过敏");
    ObjectNode request =
        hook(
            "order-select",
            patient,
            hospital.request(patient, "阿莫西林胶囊 0.5g", 1, "粒", 3, 7),
            hospital.request(patient, "苯磺酸氨氯地平片 5mg", 4, "片", 1, 7));
    request.withObject("/context").putArray("selections").add("MedicationRequest/o1");
    Reply reply = ask(hospital.doctor, "prescription-select", request);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    assertThat(reply.json().path("cards"))
        .isNotEmpty()
        .allSatisfy(card -> assertThat(card.path("summary").asString("")).contains("Amlodipine"));
  }

  @Test
  void refusesWhatIsNoCallOfItsHook() {
    String patient = hospital.patient("1960-05-01", "male");
    assertThat(ask(hospital.doctor, "prescription-sign", hook("order-select", patient)).status())
        .isEqualTo(400);
    assertThat(ask(hospital.doctor, "something", hook("order-sign", patient)).status())
        .isEqualTo(404);
    ObjectNode broken = hook("order-sign", patient);
    broken.put("hookInstance", "1");
    Reply refused = ask(hospital.doctor, "prescription-sign", broken);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.sentence()).contains("UUID");
    assertThat(
            ask(
                    ReviewServer.hospital().doctor,
                    "prescription-sign",
                    hook(
                        "order-sign",
                        patient,
                        hospital.request(patient, "阿莫西林胶囊 0.5g", 1, "粒", 3, 7)))
                .status())
        .isEqualTo(404);
  }
}
