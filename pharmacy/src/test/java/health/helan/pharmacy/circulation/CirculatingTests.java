package health.helan.pharmacy.circulation;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.pharmacy.review.ReviewServer;
import java.time.Duration;
import java.time.LocalDate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A prescription from the code on the telephone to the counter, over the API. */
class CirculatingTests {
  private static final ReviewServer SERVER = ReviewServer.get();
  private static ReviewServer.Hospital hospital;
  private static Drugstore near;
  private static Drugstore far;

  @BeforeAll
  static void region() {
    hospital = ReviewServer.hospital();
    near = new Drugstore();
    far = new Drugstore();
    for (Drugstore one : new Drugstore[] {near, far}) {
      one.has("A1", Prescribed.AMLODIPINE, "片", 100_000, "4.50");
    }
  }

  @AfterEach
  void now() {
    SERVER.clock.ahead(Duration.ZERO);
  }

  private static void done(Reply reply) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
  }

  private static void refused(Reply reply, int status, String words) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    assertThat(reply.sentence()).contains(words);
  }

  @Test
  void theCodeLocksThePharmacistDispensesAndItIsComplete() {
    Prescribed one = Prescribed.usual(hospital);
    int before = near.stock("A1");
    String token = one.token();
    assertThat(token).startsWith("HLR1:").hasSizeLessThan(178).doesNotContain(one.task());
    Reply locked = near.lock(token);
    done(locked);
    assertThat(locked.values("drug", "name")).containsExactly(Prescribed.AMLODIPINE);
    assertThat(locked.values("drug", "prescribed")).containsExactly("7");
    assertThat(locked.values("circulation", "patient")).containsExactly("张小三");
    String trace = Drugstore.trace();
    done(near.dispense(near.pharmacist, one.task(), one.request(), "A1", 7, trace));
    assertThat(near.stock("A1")).isEqualTo(before - 7);
    done(near.step(one.task(), "complete"));
    assertThat(one.state()).isEqualTo("completed");
    assertThat(one.status()).isEqualTo("completed");
    Reply seen = one.read();
    assertThat(seen.values("dispensed", "price")).containsExactly("3.15");
    String dispense = seen.values("dispensed", "dispense").getFirst();
    JsonNode written = SERVER.get(one.resident(), dispense).json();
    assertThat(written.path("status").asString("")).isEqualTo("completed");
    assertThat(written.path("extension").path(0).path("valueString").asString("")).isEqualTo(trace);
    assertThat(written.path("contained").path(0).path("batch").path("lotNumber").asString(""))
        .isEqualTo("B20260101");
    refused(near.dispense(one.task(), one.request(), "A1", 1), 422, "completed");
    assertThat(one.read().values("attempt", "what")).containsExactly("twice");
  }

  @Test
  void aCodeCountsOnceAndOnlyTheNewest() {
    Prescribed one = Prescribed.usual(hospital);
    String first = one.token();
    String second = one.token();
    refused(near.lock(first), 422, "replaced");
    done(near.lock(second));
    refused(near.lock(second), 409, "used before");
    refused(far.lock(second), 409, "used before");
    assertThat(one.read().values("attempt", "what"))
        .containsExactly("replaced", "replayed", "replayed");
    assertThat(one.read().values("attempt", "shop")).contains("Organization/" + far.id);
    char last = second.charAt(second.length() - 9);
    String forged =
        second.substring(0, second.length() - 9)
            + (last == 'A' ? 'B' : 'A')
            + second.substring(second.length() - 8);
    refused(far.lock(forged), 400, "no code");
    refused(far.lock("HLR1:ABC"), 400, "no code");
    done(near.step(one.task(), "release", "reason", "居民改去别处"));
    refused(near.lock(second), 409, "used before");
    done(far.lock(one.token()));
  }

  @Test
  void whatOneHasDispensedTheNextDoesNot() {
    Prescribed one = Prescribed.usual(hospital);
    done(near.lock(one.token()));
    done(near.dispense(one.task(), one.request(), "A1", 3));
    refused(near.dispense(one.task(), one.request(), "A1", 5), 422, "left");
    refused(near.step(one.task(), "complete"), 422, "not dispensed yet");
    assertThat(one.state()).isEqualTo("dispensed");
    assertThat(one.status()).isEqualTo("active");
    done(near.step(one.task(), "release", "reason", "余量不足"));
    assertThat(one.state()).isEqualTo("available");
    done(far.lock(one.token()));
    refused(far.dispense(one.task(), one.request(), "A1", 5), 422, "left");
    done(far.dispense(one.task(), one.request(), "A1", 4));
    refused(far.step(one.task(), "release", "reason", "已经发完"), 422, "complete");
    done(far.step(one.task(), "complete"));
    assertThat(one.read().values("dispensed", "state")).containsExactly("handed", "handed");
  }

  @Test
  void whatComesBackGoesOnTheShelfAndMayGoOutAgain() {
    Prescribed one = Prescribed.usual(hospital);
    done(near.lock(one.token()));
    int before = near.stock("A1");
    String trace = Drugstore.trace();
    done(near.dispense(near.pharmacist, one.task(), one.request(), "A1", 7, trace));
    refused(near.dispense(near.pharmacist, one.task(), one.request(), "A1", 1, trace), 422, "left");
    done(near.step(one.task(), "take-back", "reason", "拿错药盒", "resale", "true"));
    assertThat(near.stock("A1")).isEqualTo(before);
    assertThat(one.state()).isEqualTo("locked");
    done(near.dispense(near.pharmacist, one.task(), one.request(), "A1", 7, trace));
    Prescribed other = Prescribed.usual(hospital);
    done(far.lock(other.token()));
    refused(
        far.dispense(far.pharmacist, other.task(), other.request(), "A1", 7, trace),
        409,
        "trace code went out");
    assertThat(other.read().values("attempt", "what")).containsExactly("trace");
    assertThat(other.read().values("drug", "dispensed")).containsExactly("0");
  }

  @Test
  void anOpenedPackThatComesBackStaysItsShops() {
    Prescribed one = Prescribed.usual(hospital);
    done(near.lock(one.token()));
    String trace = Drugstore.trace();
    done(near.dispenseOpened(one.task(), one.request(), "A1", 3, trace));
    done(near.step(one.task(), "take-back", "reason", "拿错药盒", "resale", "true"));
    Prescribed other = Prescribed.usual(hospital);
    done(far.lock(other.token()));
    refused(
        far.dispenseOpened(other.task(), other.request(), "A1", 3, trace),
        409,
        "trace code went out");
    done(near.dispenseOpened(one.task(), one.request(), "A1", 7, trace));
  }

  @Test
  void whoWorksElsewhereInTheInstitutionSeesNothing() {
    Caller nurse = near.nurse();
    Prescribed one = Prescribed.usual(hospital);
    String token =
        one.token(
            "way", "delivery", "shop", near.id, "telephone", "13800000000", "address", "宁静巷 3 号");
    refused(SERVER.get(nurse, "$circulations"), 403, "own people");
    refused(SERVER.call(nurse, "$prescription-lock", "token", token), 403, "own people");
    refused(SERVER.call(nurse, "$prescription-lock", "task", one.task()), 403, "own people");
    done(near.lock(token));
    assertThat(SERVER.get(nurse, "Task/" + one.task() + "/$circulation").status()).isEqualTo(404);
    for (Caller staff : new Caller[] {near.clerk, near.pharmacist}) {
      assertThat(
              SERVER
                  .get(staff, "Task/" + one.task() + "/$circulation")
                  .values("circulation", "telephone"))
          .containsExactly("13800000000");
    }
    done(near.dispense(one.task(), one.request(), "A1", 7));
    for (String step : new String[] {"complete", "release", "take-back"}) {
      assertThat(
              SERVER
                  .call(nurse, "Task/" + one.task() + "/$prescription-" + step, "reason", "不是我的")
                  .status())
          .as(step)
          .isEqualTo(403);
    }
    refused(SERVER.get(nurse, "$parcels"), 403, "own people");
  }

  @Test
  void whatLiesCountedOutTooLongTheResidentTakesBack() {
    Prescribed one = Prescribed.usual(hospital);
    String recall = "Task/" + one.task() + "/$prescription-recall";
    done(near.lock(one.token()));
    done(near.dispense(one.task(), one.request(), "A1", 7));
    int shelf = near.stock("A1");
    refused(SERVER.call(one.resident(), recall, "reason", "想换一家"), 422, "holds it for you");
    assertThat(one.read().values("circulation", "open")).doesNotContain("recall");
    SERVER.clock.ahead(Duration.ofMinutes(121));
    assertThat(one.read().values("circulation", "open")).contains("recall");
    assertThat(SERVER.call(near.pharmacist, recall, "reason", "不想保留").status()).isEqualTo(403);
    done(SERVER.call(one.resident(), recall, "reason", "药店一直没有交付"));
    assertThat(one.state()).isEqualTo("available");
    assertThat(one.read().values("drug", "dispensed")).containsExactly("0");
    assertThat(one.read().values("dispensed", "state")).containsExactly("back");
    assertThat(near.stock("A1")).as("not on the shelf by itself").isEqualTo(shelf);
    assertThat(near.step(one.task(), "complete").status()).isEqualTo(404);
    done(far.lock(one.token()));
    done(far.dispense(one.task(), one.request(), "A1", 7));
    done(far.step(one.task(), "complete"));
  }

  @Test
  void aShopSeesWhatItHoldsBeforeWhatIsDone() {
    var shop = new Drugstore();
    shop.has("A1", Prescribed.AMLODIPINE, "片", 1000, "4.50");
    Prescribed waiting = Prescribed.usual(hospital);
    Prescribed later = Prescribed.usual(hospital);
    Prescribed over = Prescribed.usual(hospital);
    done(shop.lock(waiting.token()));
    done(shop.lock(later.token()));
    done(shop.lock(over.token()));
    done(shop.dispense(over.task(), over.request(), "A1", 7));
    done(shop.step(over.task(), "complete"));
    assertThat(SERVER.get(shop.clerk, "$circulations").values("circulation", "task"))
        .containsExactly("Task/" + waiting.task(), "Task/" + later.task(), "Task/" + over.task());
  }

  @Test
  void onlyAPharmacistOfTheShopThatHoldsItDispenses() {
    Prescribed one = Prescribed.usual(hospital);
    refused(near.dispense(one.task(), one.request(), "A1", 7), 404, "");
    done(near.lock(one.token()));
    refused(
        near.dispense(near.clerk, one.task(), one.request(), "A1", 7, Drugstore.trace()),
        403,
        "pharmacist");
    refused(
        far.dispense(far.pharmacist, one.task(), one.request(), "A1", 7, Drugstore.trace()),
        404,
        "");
    for (Caller stranger : new Caller[] {hospital.pharmacist, ReviewServer.ROOT, hospital.system}) {
      assertThat(
              near.dispense(stranger, one.task(), one.request(), "A1", 7, Drugstore.trace())
                  .status())
          .isEqualTo(403);
    }
    for (Caller stranger :
        new Caller[] {ApiForTests.resident("nobody"), hospital.clerk, far.clerk}) {
      assertThat(SERVER.get(stranger, "Task/" + one.task() + "/$circulation").status())
          .isEqualTo(404);
    }
    for (Caller other : new Caller[] {ApiForTests.regulator(), ApiForTests.operator()}) {
      assertThat(SERVER.get(other, "Task/" + one.task() + "/$circulation").status()).isEqualTo(403);
    }
    assertThat(SERVER.call(hospital.clerk, "$prescription-lock", "token", "HLR1:AAAA").status())
        .as("no pharmacy")
        .isEqualTo(403);
    assertThat(SERVER.call(one.resident(), "$prescription-lock", "token", "x").status())
        .isEqualTo(403);
    assertThat(SERVER.get(near.clerk, "MedicationRequest/" + one.request()).status())
        .as("the record stays closed to the shop")
        .isEqualTo(404);
  }

  @Test
  void nothingIsDispensedPastTheSteps() {
    Prescribed one = Prescribed.usual(hospital);
    String dispense =
        """
        {'resourceType':'MedicationDispense','status':'completed','medicationCodeableConcept':{'text':'x'},
          'subject':{'reference':'Patient/%s'},'authorizingPrescription':[{'reference':'MedicationRequest/%s'}]}\
        """
            .formatted(one.patient(), one.request());
    for (Caller caller : new Caller[] {hospital.system, hospital.doctor}) {
      assertThat(SERVER.create(caller, dispense).status()).isEqualTo(403);
    }
    done(near.lock(one.token()));
    done(near.dispense(one.task(), one.request(), "A1", 7));
    String written = one.read().values("dispensed", "dispense").getFirst();
    ObjectNode tree = (ObjectNode) SERVER.get(ReviewServer.ROOT, written).json();
    tree.withObject("/quantity").put("value", 1);
    assertThat(SERVER.send(near.system, "PUT", written, tree.toString()).status()).isEqualTo(403);
    tree.remove("meta");
    assertThat(SERVER.send(near.system, "PUT", written, tree.toString()).status()).isEqualTo(403);
    assertThat(SERVER.send(near.system, "DELETE", written, null).status()).isEqualTo(403);
  }

  @Test
  void itIsOverByTheClock() {
    Prescribed one = Prescribed.usual(hospital);
    String token = one.token();
    SERVER.clock.ahead(Duration.ofHours(25));
    refused(near.lock(token), 422, "past its time");
    assertThat(one.issue("way", "pickup").status()).isEqualTo(422);
    assertThat(SERVER.circulations.tend()).isPositive();
    assertThat(one.state()).isEqualTo("expired");
    assertThat(one.status()).isEqualTo("stopped");
    assertThat(one.read().values("attempt", "what")).containsExactly("expired");
  }

  @Test
  void theDoctorMayGiveItThreeDaysAndALongOneHasFourWeeks() {
    Prescribed stretched =
        Prescribed.of(
            hospital,
            request ->
                request
                    .withObject("/dispenseRequest")
                    .putObject("validityPeriod")
                    .put("end", LocalDate.now().plusDays(9).toString()),
            Prescribed.AMLODIPINE);
    Prescribed longer =
        Prescribed.of(
            hospital,
            request -> {
              request
                  .withObject("/dispenseRequest")
                  .withObject("/expectedSupplyDuration")
                  .put("value", 28);
              request
                  .putArray("extension")
                  .addObject()
                  .put(
                      "url",
                      "https://helan.health/fhir/StructureDefinition/prescription-longer-reason")
                  .put("valueString", "病情稳定的慢性病长期处方");
            },
            Prescribed.AMLODIPINE);
    SERVER.clock.ahead(Duration.ofHours(70));
    assertThat(stretched.issue("way", "pickup").status()).isEqualTo(200);
    SERVER.clock.ahead(Duration.ofHours(73));
    assertThat(stretched.issue("way", "pickup").status()).isEqualTo(422);
    SERVER.clock.ahead(Duration.ofDays(27));
    assertThat(longer.issue("way", "pickup").status()).isEqualTo(200);
    assertThat(longer.read().values("drug", "prescribed")).containsExactly("28");
    SERVER.clock.ahead(Duration.ofDays(29));
    assertThat(longer.issue("way", "pickup").status()).isEqualTo(422);
  }

  @Test
  void aShopThatHoldsItTooLongLetsGo() {
    Prescribed one = Prescribed.usual(hospital);
    done(near.lock(one.token()));
    SERVER.clock.ahead(Duration.ofMinutes(121));
    refused(near.dispense(one.task(), one.request(), "A1", 7), 422, "too long");
    assertThat(SERVER.circulations.tend()).isPositive();
    assertThat(one.state()).isEqualTo("available");
    done(far.lock(one.token()));
    done(
        SERVER.call(
            one.resident(), "Task/" + one.task() + "/$prescription-recall", "reason", "想换一家"));
    assertThat(one.state()).isEqualTo("available");
  }

  @Test
  void theDoctorTakesItBackUnlessSomethingIsOut() {
    Prescribed one = Prescribed.usual(hospital);
    String path = "Task/" + one.task() + "/$prescription-cancel";
    done(near.lock(one.token()));
    assertThat(SERVER.call(near.pharmacist, path, "reason", "不想调配").status()).isEqualTo(403);
    assertThat(SERVER.call(hospital.doctor, path).status()).isEqualTo(400);
    done(SERVER.call(hospital.doctor, path, "reason", "改变治疗方案"));
    assertThat(one.state()).isEqualTo("cancelled");
    assertThat(one.status()).isEqualTo("cancelled");
    refused(near.dispense(one.task(), one.request(), "A1", 7), 404, "");
    Prescribed other = Prescribed.usual(hospital);
    done(near.lock(other.token()));
    done(near.dispense(other.task(), other.request(), "A1", 1));
    assertThat(
            SERVER
                .call(
                    hospital.doctor,
                    "Task/" + other.task() + "/$prescription-cancel",
                    "reason",
                    "改变治疗方案")
                .status())
        .isEqualTo(422);
  }

  @Test
  void theChoosingStaysTheResidents() {
    Prescribed one = Prescribed.usual(hospital);
    assertThat(one.issue("way", "delivery").status()).isEqualTo(422);
    assertThat(one.issue("way", "delivery", "shop", near.id).status()).isEqualTo(422);
    assertThat(one.issue("way", "cabinet", "shop", near.id).status())
        .as("it has none")
        .isEqualTo(422);
    assertThat(one.issue("way", "pickup", "shop", "nowhere").status()).isEqualTo(400);
    String token =
        one.token(
            "way", "delivery", "shop", near.id, "telephone", "13800000000", "address", "宁静巷 3 号");
    refused(far.lock(token), 403, "another pharmacy");
    Reply sent = SERVER.get(near.clerk, "$circulations");
    assertThat(sent.values("circulation", "task")).contains("Task/" + one.task());
    assertThat(sent.text()).doesNotContain("宁静巷");
    assertThat(SERVER.get(far.clerk, "$circulations").values("circulation", "task"))
        .doesNotContain("Task/" + one.task());
    assertThat(SERVER.call(far.clerk, "$prescription-lock", "task", one.task()).status())
        .isEqualTo(404);
    Reply locked = SERVER.call(near.clerk, "$prescription-lock", "task", one.task());
    done(locked);
    assertThat(locked.values("circulation", "address")).containsExactly("宁静巷 3 号");
    for (Caller other : new Caller[] {hospital.doctor, near.clerk}) {
      assertThat(
              SERVER
                  .call(other, "Task/" + one.task() + "/$prescription-token", "way", "pickup")
                  .status())
          .isEqualTo(403);
    }
    assertThat(
            SERVER
                .call(
                    ApiForTests.resident("another"),
                    "Task/" + one.task() + "/$prescription-token",
                    "way",
                    "pickup")
                .status())
        .isEqualTo(404);
    assertThat(
            SERVER
                .get(one.resident(), "$circulations?patient=" + one.patient())
                .values("circulation", "task"))
        .containsExactly("Task/" + one.task());
    assertThat(SERVER.get(one.resident(), "$circulations?patient=another").status()).isEqualTo(404);
  }

  @Test
  void onlyWhatBothHaveSignedGetsACode() {
    String patient = hospital.patient("1960-05-01", "male");
    String request = hospital.draft(hospital.request(patient, Prescribed.AMLODIPINE, 1, "片", 1, 7));
    Reply task = hospital.submit(hospital.doctor, request);
    Caller resident = ApiForTests.resident(patient);
    assertThat(
            SERVER
                .call(resident, "Task/" + task.id() + "/$prescription-token", "way", "pickup")
                .status())
        .isEqualTo(404);
    String other =
        SERVER.created(
            hospital.system,
            """
            {'resourceType':'Task','status':'completed','intent':'order','for':{'reference':'Patient/%s'},
              'code':{'coding':[{'system':'https://helan.health/fhir/CodeSystem/task','code':'prescription-review'}]},
              'businessStatus':{'coding':[{'system':'https://helan.health/fhir/CodeSystem/prescription-state','code':'effective'}]},
              'lastModified':'2026-01-01T00:00:00Z','input':[{'type':{'text':'prescription'},
                'valueReference':{'reference':'MedicationRequest/%s/_history/1'}}]}\
            """
                .formatted(patient, request));
    assertThat(
            SERVER
                .call(resident, "Task/" + other + "/$prescription-token", "way", "pickup")
                .status())
        .as("made up by somebody")
        .isEqualTo(404);
  }

  @Test
  void milligramsAreNoAmount() {
    Prescribed one =
        Prescribed.of(
            hospital,
            request ->
                ((ObjectNode) request.path("dosageInstruction").path(0))
                    .putArray("doseAndRate")
                    .addObject()
                    .putObject("doseQuantity")
                    .put("value", 5)
                    .put("unit", "mg"),
            Prescribed.AMLODIPINE);
    refused(one.issue("way", "pickup"), 422, "how much");
  }
}
