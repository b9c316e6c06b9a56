package health.helan.oversight.supervision;

import static health.helan.oversight.supervision.SupervisionServer.AUTHORITY;
import static health.helan.oversight.supervision.SupervisionServer.ROOT;
import static health.helan.oversight.supervision.SupervisionServer.in;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.oversight.supervision.SupervisionServer.Hospital;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Ratings by residents: given once, changed for a while, and told of as figures of many alone. */
class RatingsTests {
  private static final SupervisionServer SERVER = SupervisionServer.get();

  private final Caller regulator = ApiForTests.regulator();
  private Hospital hospital;
  private Caller resident;
  private String visit = "";

  @BeforeEach
  void visit() {
    hospital = SupervisionServer.hospital();
    resident = ApiForTests.resident(hospital.patient);
    visit = hospital.seen(hospital.noon);
  }

  @AfterEach
  void today() {
    SERVER.clock.ahead(Duration.ZERO);
  }

  private static Reply rate(Caller by, String about, String overall, String... more) {
    String[] all = new String[more.length + 4];
    all[0] = "about";
    all[1] = about;
    all[2] = "overall";
    all[3] = overall;
    System.arraycopy(more, 0, all, 4, more.length);
    return SERVER.call(by, "$rate", all);
  }

  private static Reply ok(Reply reply) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply;
  }

  private static void refused(Reply reply, int status, String word) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    assertThat(reply.sentence()).contains(word);
  }

  private String rated() {
    return ok(rate(resident, visit, "2", "explained", "true", "heard", "false", "words", "医生很急"))
        .value("rating");
  }

  @Test
  void isGivenOnceAndChangedForAWhile() {
    Reply before = ok(SERVER.get(resident, "$ratings?about=" + visit));
    assertThat(before.values("open", "may")).containsExactly("true");
    assertThat(before.text()).contains("explained", "heard", "waited", "试验互联网医院");
    assertThat(before.all("rating")).isEmpty();
    String rating = rated();
    JsonNode resource = SERVER.get(resident, rating).json();
    assertThat(resource.path("status").asString()).isEqualTo("completed");
    assertThat(resource.at("/source/reference").asString())
        .isEqualTo("Patient/" + hospital.patient);
    assertThat(resource.path("questionnaire").asString()).isEqualTo(RatingForm.VISIT.url());
    SERVER.clock.ahead(Duration.ofDays(6));
    assertThat(ok(rate(resident, visit, "4", "words", "后来解释清楚了")).value("rating"))
        .isEqualTo(rating);
    resource = SERVER.get(resident, rating).json();
    assertThat(resource.path("status").asString()).isEqualTo("amended");
    assertThat(resource.toString()).contains("后来解释清楚了").doesNotContain("医生很急", "explained");
    Reply own = ok(SERVER.get(resident, "$ratings?patient=" + hospital.patient));
    assertThat(own.values("rating", "overall")).containsExactly("4");
    assertThat(own.values("rating", "about")).containsExactly(visit);
    SERVER.clock.ahead(Duration.ofDays(8));
    refused(rate(resident, visit, "5"), 422, "stands");
    assertThat(ok(SERVER.get(resident, "$ratings?about=" + visit)).values("open", "may"))
        .containsExactly("false");
    JsonNode provenances = SERVER.get(ROOT, "Provenance?target=" + rating).json();
    assertThat(provenances.path("entry").size()).isEqualTo(2);
  }

  @Test
  void isNoneOfWhoIsRated() {
    String rating = rated();
    Caller doctor = ApiForTests.practitioner(hospital.doctor, hospital.id);
    for (Caller one :
        List.of(doctor, hospital.nurse, hospital.officer, hospital.chief, hospital.system)) {
      assertThat(SERVER.get(one, rating).status()).as(one.subject()).isEqualTo(404);
      assertThat(
              SERVER
                  .get(one, "QuestionnaireResponse?subject=Patient/" + hospital.patient)
                  .json()
                  .path("entry"))
          .isEmpty();
      assertThat(SERVER.get(one, "Provenance?target=" + rating).json().path("entry")).isEmpty();
      assertThat(SERVER.get(one, "$ratings?patient=" + hospital.patient).status()).isEqualTo(403);
      assertThat(rate(one, visit, "5").status()).isEqualTo(403);
    }
    assertThat(SERVER.get(regulator, rating).status()).isIn(403, 404);
    assertThat(SERVER.get(regulator, "$ratings?about=" + visit).status()).isEqualTo(403);
    // Nobody writes it but by the operation.
    ObjectNode forged = (ObjectNode) SERVER.get(resident, rating).json();
    assertThat(SERVER.send(resident, "PUT", rating, forged.toString()).status()).isEqualTo(403);
    forged.remove("id");
    refused(
        SERVER.send(resident, "POST", "QuestionnaireResponse", forged.toString()),
        403,
        "operations alone");
    // Others see none.
    Caller stranger = ApiForTests.resident(SupervisionServer.hospital().patient);
    assertThat(SERVER.get(stranger, rating).status()).isEqualTo(404);
    assertThat(SERVER.get(stranger, "$ratings?patient=" + hospital.patient).all("rating"))
        .isEmpty();
    assertThat(SERVER.get(stranger, "$ratings?about=" + visit).status()).isEqualTo(404);
    // The replay of the visit does not tell of it.
    Reply replay = SERVER.get(hospital.chief, visit + "/$replay?case=2026-0042");
    assertThat(replay.status()).as(replay.text()).isEqualTo(200);
    assertThat(replay.text()).doesNotContain(rating);
  }

  @Test
  void isRefusedForWhatIsNotOnesOwnNotOverOrTooLongAgo() {
    Hospital other = SupervisionServer.hospital();
    Caller stranger = ApiForTests.resident(other.patient);
    assertThat(rate(stranger, visit, "5").status()).isEqualTo(404);
    assertThat(rate(resident, "Encounter/nothing", "5").status()).isEqualTo(404);
    refused(rate(resident, "Patient/" + hospital.patient, "5"), 400, "MedicationDispense");
    refused(rate(resident, "Encounter/x/y", "5"), 400, "MedicationDispense");
    for (String wrong : List.of("0", "6", "-1", "4.5", "x")) {
      refused(rate(resident, visit, wrong), 400, "overall");
    }
    refused(SERVER.call(resident, "$rate", "about", visit), 400, "overall");
    refused(rate(resident, visit, "4", "heard", "perhaps"), 400, "heard");
    refused(rate(resident, visit, "4", "words", "长".repeat(301)), 400, "words");
    refused(rate(resident, visit, "4", "taught", "true"), 400, "taught");
    String going =
        SERVER.created(
            hospital.system,
            hospital
                .visit(Instant.now().minusSeconds(60))
                .replace("'finished'", "'in-progress'")
                .replaceAll(",'end':'[^']*'", ""));
    refused(rate(resident, "Encounter/" + going, "5"), 422, "not over");
    String nobodys =
        SERVER.created(
            ROOT, hospital.visit(hospital.noon).replaceAll(",'serviceProvider'.*}}", "}"));
    refused(rate(resident, "Encounter/" + nobodys, "5"), 422, "institution");
    SERVER.clock.ahead(Duration.ofDays(31));
    refused(rate(resident, visit, "5"), 422, "30 days");
  }

  @Test
  void isAboutDrugsToo() {
    String parcel =
        "SupplyDelivery/"
            + SERVER.created(
                hospital.system,
                "{'resourceType':'SupplyDelivery','status':'completed','occurrenceDateTime':'%s','patient':{'reference':'Patient/%s'}}"
                    .formatted(in(hospital.noon), hospital.patient));
    String dispensed =
        "MedicationDispense/"
            + SERVER.created(
                hospital.system,
                """
                {'resourceType':'MedicationDispense','status':'completed','medicationCodeableConcept':{'text':'x'},
                  'subject':{'reference':'Patient/%s'},'whenHandedOver':'%s'}"""
                    .formatted(hospital.patient, in(hospital.noon)));
    ok(rate(resident, parcel, "5", "whole", "true", "in-time", "true"));
    ok(rate(resident, dispensed, "3", "taught", "false"));
    refused(rate(resident, parcel, "5", "heard", "true"), 400, "heard");
    assertThat(
            SERVER.get(resident, "$ratings?patient=" + hospital.patient).values("rating", "kind"))
        .containsExactlyInAnyOrder("parcel", "dispensing");
  }

  @Test
  void isToldAsFiguresOfFiveOrMoreAndCountsInTheScoreByItsShare() {
    rated();
    for (int i = 1; i < 4; i++) {
      ok(rate(resident, hospital.seen(hospital.noon.minusSeconds(i * 900L)), "5"));
    }
    String figures = "$rating-figures?institution=" + hospital.id;
    String scores = "$supervision-scores?institution=" + hospital.id;
    assertThat(ok(SERVER.get(regulator, figures)).all("figure")).isEmpty();
    assertThat(SERVER.get(hospital.officer, "$supervision-scores").text()).doesNotContain(rules());
    // In person, four more: they are not added to those on line.
    String ward =
        SERVER.created(
            hospital.system, hospital.visit(hospital.noon).replace("'code':'VR'", "'code':'AMB'"));
    ok(rate(resident, "Encounter/" + ward, "1"));
    assertThat(ok(SERVER.get(regulator, figures)).all("figure")).isEmpty();
    ok(rate(resident, hospital.seen(hospital.noon.minusSeconds(4 * 900L)), "5"));
    for (Caller one : List.of(regulator, hospital.officer, ApiForTests.system(AUTHORITY))) {
      Reply told = ok(SERVER.get(one, figures));
      assertThat(told.values("figure", "count")).containsExactly("5");
      assertThat(told.values("figure", "care")).containsExactly("online");
      assertThat(told.values("figure", "mean")).containsExactly("4.4");
      assertThat(told.values("figure", "low")).containsExactly("0.2");
      assertThat(told.text()).doesNotContain(hospital.patient, hospital.doctor, "医生很急");
    }
    assertThat(ok(SERVER.get(regulator, figures + "&month=2026-01")).all("figure")).isEmpty();
    refused(SERVER.get(hospital.nurse, "$rating-figures"), 403, "quality officer");
    assertThat(SERVER.get(SupervisionServer.hospital().officer, figures).status()).isEqualTo(403);
    assertThat(SERVER.get(resident, figures).status()).isEqualTo(403);
    assertThat(SERVER.get(regulator, "$rating-figures?month=soon").status()).isEqualTo(400);
    // One of five is low: a fifth of ten points.
    SERVER.judged();
    Reply scored = ok(SERVER.get(regulator, scores));
    assertThat(scored.text()).contains(rules(), "\"2.0\"");
  }

  private static String rules() {
    return "\"satisfaction\"";
  }

  @Test
  void goesWithTheResidentAndWithTheResource() {
    String gone = rated();
    ok(rate(resident, hospital.seen(hospital.noon.minusSeconds(900)), "5"));
    assertThat(rows()).isEqualTo(2);
    assertThat(SERVER.send(ROOT, "DELETE", gone, "").status()).isIn(200, 204);
    assertThat(rows()).isEqualTo(1);
    SERVER.ratings.erase(SERVER.store.purges().subject(hospital.patient));
    assertThat(rows()).isZero();
  }

  private long rows() {
    return SERVER.number("select count(*) from rating where institution = ?", hospital.id);
  }

  @Test
  void isOneHoweverOftenItIsSentAtOnce() throws Exception {
    var replies = new ConcurrentLinkedQueue<Integer>();
    List<Thread> both =
        List.of(
            Thread.ofVirtual().unstarted(() -> replies.add(rate(resident, visit, "5").status())),
            Thread.ofVirtual().unstarted(() -> replies.add(rate(resident, visit, "4").status())));
    both.forEach(Thread::start);
    for (Thread one : both) {
      one.join();
    }
    assertThat(replies).contains(200).allMatch(status -> status == 200 || status == 409);
    assertThat(rows()).isEqualTo(1);
  }
}
