package health.helan.pharmacy.review;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.trust.account.Sql;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import health.helan.pharmacy.review.ReviewServer.Hospital;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Figures of pharmacists' work, over the API: who sees which, and what is never counted. */
class ReviewFiguresTests {
  private static final ReviewServer SERVER = ReviewServer.get();
  private static final String MONTH = YearMonth.now(FactReader.BEIJING).toString();
  private static Hospital hospital;
  private static Caller second;
  private static Caller head;
  private static String patient = "";
  private static String insisted = "";

  @BeforeAll
  static void aMonthOfWork() {
    hospital = ReviewServer.hospital();
    second = pharmacist("s-", "赵药师");
    head = pharmacist("h-", "钱主任");
    ObjectNode post =
        (ObjectNode) SERVER.get(ReviewServer.ROOT, "PractitionerRole/rh-" + hospital.run).json();
    post.withArray("code")
        .addObject()
        .putArray("coding")
        .addObject()
        .put("system", ReviewFigures.POST)
        .put("code", ReviewFigures.HEAD);
    Reply written =
        SERVER.send(hospital.system, "PUT", "PractitionerRole/rh-" + hospital.run, post.toString());
    assertThat(written.status()).as(written.text()).isEqualTo(200);
    decided(hospital.pharmacist, "pass");
    decided(second, "refuse", "reason", "无适应证用药", "code", "3-1");
    // Given back, insisted on, and decided again: two decisions.
    String task = decided(hospital.pharmacist, "return", "reason", "请核对剂量", "code", "2-5");
    insisted = task;
    done(
        SERVER.call(
            hospital.doctor,
            task + "/$prescription-override",
            "reason",
            "已在监测下使用",
            "code",
            "monitored"));
    done(SERVER.call(hospital.pharmacist, task + "/$prescription-take"));
    done(SERVER.call(hospital.pharmacist, task + "/$prescription-pass"));
  }

  private static Caller pharmacist(String letter, String name) {
    String id = letter + hospital.run;
    hospital.licensed(id, name, "pharmacist", "");
    var unused =
        SERVER.signers.enroll("Practitioner/" + id, name, SignatureAlgorithm.SM2_SM3, "test");
    return ReviewServer.practitioner(id, hospital.id);
  }

  private static void done(Reply reply) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
  }

  private static String decided(Caller by, String step, String... said) {
    patient = hospital.patient("1960-05-01", "male"); // Whom nobody gave it before.
    ObjectNode request = hospital.request(patient, "苯磺酸氨氯地平片 5mg", 1, "片", 1, 7);
    request
        .putObject("groupIdentifier")
        .put("system", "https://helan.health/fhir/sid/prescription")
        .put("value", UUID.randomUUID().toString());
    String task = "Task/" + hospital.submit(hospital.doctor, hospital.draft(request)).id();
    done(SERVER.call(by, task + "/$prescription-take"));
    done(SERVER.call(by, task + "/$prescription-" + step, said));
    return task;
  }

  private static Reply figures(Caller caller, String more) {
    return SERVER.get(caller, "$review-figures?month=" + MONTH + more);
  }

  @Test
  void addUpWhatWasDecided() {
    Reply seen = figures(second, "");
    assertThat(seen.values("institution", "reviewed")).containsExactly("4");
    assertThat(seen.values("institution", "passed")).containsExactly("2");
    assertThat(seen.values("institution", "returned")).containsExactly("1");
    assertThat(seen.values("institution", "refused")).containsExactly("1");
    assertThat(seen.values("institution", "late")).containsExactly("0");
    assertThat(seen.text()).contains("\"2-5\"", "\"3-1\"");
    assertThat(SERVER.get(second, "$review-figures?month=2020-01").all("institution")).isEmpty();
  }

  @Test
  void areOfNoDoctorNoDrugAndNoResident() {
    for (Caller caller : new Caller[] {second, head, ReviewServer.regulator()}) {
      String by = caller == second ? "" : "&by=pharmacist";
      assertThat(figures(caller, "&institution=" + hospital.id + by).text())
          .contains("reviewed")
          .doesNotContain(hospital.doctor.binding().practitioner(), patient, "氨氯地平", "Task/");
    }
    for (String more :
        new String[] {"&by=doctor", "&by=drug", "&doctor=d-" + hospital.run, "&prescriber=x"}) {
      assertThat(figures(ReviewServer.ROOT, "&institution=" + hospital.id + more).status())
          .as(more)
          .isEqualTo(400);
    }
  }

  @Test
  void areByPharmacistForTheHeadAndForSupervision() {
    String own = "Practitioner/" + second.binding().practitioner();
    assertThat(figures(second, "").text()).contains(own).doesNotContain("Practitioner/p-");
    Reply refused = figures(second, "&by=pharmacist");
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.sentence()).contains("head of pharmacy");
    for (Caller caller : new Caller[] {head, ReviewServer.regulator(), ReviewServer.operator()}) {
      Reply seen = figures(caller, "&by=pharmacist&institution=" + hospital.id);
      assertThat(seen.values("pharmacist", "reviewed")).as(seen.text()).containsExactly("3", "1");
      assertThat(seen.text()).contains("赵药师");
    }
    assertThat(figures(ReviewServer.regulator(), "&by=pharmacist").status())
        .as("of all institutions at once")
        .isEqualTo(400);
  }

  @Test
  void areForPharmacistsOfTheInstitution() {
    Hospital elsewhere = ReviewServer.hospital();
    assertThat(figures(elsewhere.pharmacist, "&institution=" + hospital.id).status())
        .isEqualTo(403);
    assertThat(figures(elsewhere.pharmacist, "").all("institution")).isEmpty();
    for (Caller other :
        new Caller[] {
          hospital.doctor, hospital.clerk, hospital.system, ReviewServer.resident(patient)
        }) {
      assertThat(figures(other, "").status()).as(other.subject()).isEqualTo(403);
    }
    assertThat(figures(ReviewServer.regulator(), "").values("institution", "reviewed"))
        .contains("4");
  }

  @Test
  void tellTheMedianAndTheSlowestTwentieth() {
    String institution = "i-" + UUID.randomUUID();
    var sql = new Sql(SERVER.database);
    for (int i = 1; i <= 20; i++) {
      assertThat(
              sql.update(
                  "insert into review_decision (home, version, seconds, late, month, decided, task,"
                      + " institution, pharmacist, decision) values (1, 3, ?, ?, ?, ?, ?, ?, 'x',"
                      + " 'pass')",
                  i * 60,
                  i > 15,
                  LocalDate.of(2020, 2, 1),
                  Instant.parse("2020-02-03T00:00:00Z"),
                  institution + i,
                  institution))
          .isEqualTo(1);
    }
    Reply seen =
        SERVER.get(
            ReviewServer.regulator(), "$review-figures?month=2020-02&institution=" + institution);
    assertThat(seen.values("institution", "medianMinutes")).containsExactly("10.0");
    assertThat(seen.values("institution", "p95Minutes")).containsExactly("19.0");
    assertThat(seen.values("institution", "late")).containsExactly("5");
  }

  @Test
  void tellHowManyAreLateNow() {
    Hospital own = ReviewServer.hospital();
    for (String drug : new String[] {"苯磺酸氨氯地平片 5mg", "缬沙坦胶囊 80mg"}) {
      String whose = own.patient("1960-05-01", "male");
      Reply task = own.submit(own.doctor, own.draft(own.request(whose, drug, 1, "片", 1, 7)));
      assertThat(task.json().path("status").asString("")).as(task.text()).isEqualTo("requested");
      if (drug.startsWith("缬")) {
        done(SERVER.call(own.pharmacist, "Task/" + task.id() + "/$prescription-take"));
      }
    }
    assertThat(now(own)).containsExactly("2", "0");
    SERVER.reviewClock.ahead(Duration.ofMinutes(31));
    try {
      assertThat(now(own)).as("one waits, one was taken").containsExactly("2", "2");
      SERVER.reviewClock.ahead(ReviewTask.VALID.plusMinutes(1));
      assertThat(now(own)).as("nobody can decide them any more").containsExactly("0", "0");
    } finally {
      SERVER.reviewClock.ahead(Duration.ZERO);
    }
  }

  private static List<String> now(Hospital of) {
    Reply seen = figures(of.pharmacist, "");
    assertThat(seen.status()).as(seen.text()).isEqualTo(200);
    return List.of(
        seen.values("now", "undecided").getFirst(), seen.values("now", "late").getFirst());
  }

  @Test
  void countFromTheQueueAndKnowWhatIsLate() {
    ObjectNode task = (ObjectNode) SERVER.get(ReviewServer.ROOT, insisted).json();
    Instant queued = Instant.parse(ReviewTask.queuedAt(task));
    task.put("lastModified", queued.plusSeconds(31 * 60).toString());
    Decision late = Objects.requireNonNull(Decision.of(task));
    assertThat(late.isLate()).isTrue();
    assertThat(late.waited().toMinutes()).isEqualTo(31);
    task.put("lastModified", queued.plusSeconds(29 * 60).toString());
    Decision inTime = Objects.requireNonNull(Decision.of(task));
    assertThat(inTime.isLate()).isFalse();
  }
}
