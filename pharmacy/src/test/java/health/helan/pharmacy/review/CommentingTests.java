package health.helan.pharmacy.review;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.trust.account.Sql;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import health.helan.pharmacy.review.ReviewServer.Hospital;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The comment on prescriptions: drawn, scored, appealed, settled, over the API. */
class CommentingTests {
  private static final ReviewServer SERVER = ReviewServer.get();
  private Hospital hospital;
  private Caller second;
  private Caller third;

  @BeforeEach
  void region() {
    hospital = ReviewServer.hospital();
    second = pharmacist("s-", "赵药师");
    third = pharmacist("t-", "钱药师");
  }

  private Caller pharmacist(String letter, String name) {
    String id = letter + hospital.run;
    hospital.licensed(id, name, "pharmacist", "");
    var unused =
        SERVER.signers.enroll("Practitioner/" + id, name, SignatureAlgorithm.SM2_SM3, "test");
    return ReviewServer.practitioner(id, hospital.id);
  }

  private static void done(Reply reply) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
  }

  private void effective() {
    String patient = hospital.patient("1960-05-01", "male");
    Reply task =
        hospital.submit(
            hospital.doctor,
            hospital.draft(hospital.request(patient, "苯磺酸氨氯地平片 5mg", 1, "片", 1, 7)));
    done(SERVER.call(hospital.pharmacist, "Task/" + task.id() + "/$prescription-take"));
    done(SERVER.call(hospital.pharmacist, "Task/" + task.id() + "/$prescription-pass"));
  }

  private static Reply draw(Caller caller, int count) {
    return SERVER.call(
        caller,
        "$draw-prescriptions",
        "month",
        YearMonth.now(FactReader.BEIJING).toString(),
        "count",
        Integer.toString(count));
  }

  private static Reply step(
      Caller caller, String task, String step, String reason, String... codes) {
    ObjectNode body = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    ArrayNode list = body.putArray("parameter");
    if (!reason.isEmpty()) {
      list.addObject().put("name", "reason").put("valueString", reason);
    }
    for (String code : codes) {
      list.addObject().put("name", "code").put("valueCode", code);
    }
    if (list.isEmpty()) {
      body.remove("parameter");
    }
    return SERVER.send(caller, "POST", task + "/$comment-" + step, body.toString());
  }

  @Test
  void goesFromTheDrawToTheLastWord() {
    effective();
    effective();
    assertThat(draw(hospital.doctor, 1).status()).isEqualTo(403);
    assertThat(draw(second, 0).status()).isEqualTo(400);
    Reply drawn = draw(second, 1);
    done(drawn);
    assertThat(drawn.values("result", "drawn")).containsExactly("1");
    assertThat(draw(second, 9).values("result", "drawn")).containsExactly("1");
    assertThat(draw(second, 9).values("result", "drawn"))
        .as("each is drawn once")
        .containsExactly("0");
    List<String> tasks =
        SERVER.get(second, "$prescription-comments?side=pharmacist").values("comment", "task");
    assertThat(tasks).hasSize(2);
    assertThat(
            SERVER
                .get(second, "$prescription-comments?side=pharmacist")
                .values("comment", "number"))
        .as("which prescription it is about")
        .doesNotContain("")
        .doesNotHaveDuplicates();
    String one = tasks.getFirst();
    assertThat(SERVER.get(hospital.doctor, "$prescription-comments?side=doctor").all("comment"))
        .as("nothing is said before it is scored")
        .isEmpty();
    assertThat(step(hospital.pharmacist, one, "score", "").status())
        .as("not by who passed it")
        .isEqualTo(403);
    assertThat(step(second, one, "score", "", "2-5").status())
        .as("codes need words")
        .isEqualTo(400);
    assertThat(step(second, one, "score", "剂量偏大", "9-9").status()).isEqualTo(400);
    done(step(second, one, "score", "剂量偏大", "2-5"));
    assertThat(step(second, one, "score", "再评一次", "2-5").status()).isEqualTo(422);
    assertThat(step(hospital.doctor, one, "appeal", "").status()).isEqualTo(400);
    done(step(hospital.doctor, one, "appeal", "专科会诊意见如此"));
    assertThat(step(second, one, "settle", "维持原评").status()).as("own score").isEqualTo(403);
    done(step(third, one, "settle", "申诉成立"));
    Reply seen = SERVER.get(hospital.doctor, "$prescription-comments?side=doctor");
    assertThat(seen.values("comment", "state")).containsExactly("final");
    assertThat(seen.values("comment", "code")).containsExactly("");
    String other = tasks.getLast();
    done(step(third, other, "score", ""));
    done(step(hospital.doctor, other, "accept", ""));
    assertThat(step(hospital.doctor, other, "appeal", "想想还是不对").status()).isEqualTo(422);
  }

  @Test
  void isForTheDoctorAndTheInstitutionsPharmacists() {
    effective();
    done(draw(second, 100));
    String one =
        SERVER
            .get(second, "$prescription-comments?side=pharmacist")
            .values("comment", "task")
            .stream()
            .filter(
                task ->
                    SERVER
                        .get(ReviewServer.ROOT, task)
                        .json()
                        .path("status")
                        .asString("")
                        .equals("requested"))
            .findFirst()
            .orElseThrow();
    Hospital elsewhere = ReviewServer.hospital();
    for (Caller stranger :
        new Caller[] {elsewhere.pharmacist, elsewhere.doctor, hospital.clerk, ReviewServer.ROOT}) {
      assertThat(step(stranger, one, "score", "").status()).isEqualTo(404);
    }
    assertThat(
            SERVER
                .get(elsewhere.pharmacist, "$prescription-comments?side=pharmacist")
                .all("comment"))
        .isEmpty();
    assertThat(
            SERVER
                .get(ReviewServer.ROOT, one)
                .json()
                .path("identifier")
                .findValuesAsString("value"))
        .as("found by the institution, however many others have")
        .contains(hospital.pharmacist.institution());
    assertThat(step(hospital.system, one, "score", "").status()).isEqualTo(403);
    assertThat(step(hospital.doctor, one, "score", "").status()).isEqualTo(403);
    assertThat(SERVER.get(hospital.clerk, "$prescription-comments?side=pharmacist").status())
        .isEqualTo(403);
    assertThat(SERVER.get(ReviewServer.operator(), "$prescription-comments?side=doctor").status())
        .isEqualTo(403);
  }

  // ------------------------------------------------------------------ the lots

  /** Decisions of an institution in February and March 2020, from the first of February on. */
  private static void passed(String institution, int many, Duration apart) {
    var sql = new Sql(SERVER.database);
    Instant first = Instant.parse("2020-01-31T16:00:00Z");
    for (int i = 0; i < many; i++) {
      Instant at = first.plus(apart.multipliedBy(i));
      assertThat(
              sql.update(
                  "insert into review_decision (home, version, seconds, late, month, decided, task,"
                      + " institution, pharmacist, decision) values (1, 3, 60, false, ?, ?, ?, ?,"
                      + " 'x', 'pass')",
                  at.atZone(FactReader.BEIJING).toLocalDate().withDayOfMonth(1),
                  at,
                  institution + "-" + i,
                  institution))
          .isEqualTo(1);
    }
  }

  private static List<String> lots(Lots.Draw draw, int page) {
    List<String> all = new ArrayList<>();
    for (List<String> next = draw.next(page); !next.isEmpty(); next = draw.next(page)) {
      all.addAll(next);
    }
    return all;
  }

  @Test
  void drawsOfTheWholeMonthWithTheSameChanceForEach() {
    String institution = "i-" + UUID.randomUUID();
    passed("o-" + institution, 300, Duration.ofSeconds(1)); // Others have as many as they like.
    passed(institution, 40, Duration.ofHours(17));
    var lots = new Lots(SERVER.database);
    YearMonth february = YearMonth.of(2020, 2);
    List<String> once = lots(lots.of(institution, february), 7);
    assertThat(once)
        .as("each once, those of the first days too")
        .hasSize(40)
        .doesNotHaveDuplicates()
        .allMatch(one -> one.startsWith(institution));
    assertThat(lots(lots.of(institution, february), 7)).isNotEqualTo(once);
    int[] drawn = new int[40];
    for (int i = 0; i < 400; i++) {
      for (String one : lots.of(institution, february).next(10)) {
        drawn[Integer.parseInt(one.substring(institution.length() + 1))]++;
      }
    }
    assertThat(drawn)
        .as("a hundred times each, give or take six deviations")
        .doesNotContain(0)
        .satisfies(all -> assertThat(IntStream.of(all).min().orElse(0)).isGreaterThan(45))
        .satisfies(all -> assertThat(IntStream.of(all).max().orElse(0)).isLessThan(155));
  }

  @Test
  void drawsForAMonthWhatWasDecidedInTheNext() {
    YearMonth month = YearMonth.now(FactReader.BEIJING);
    Instant midnight = month.plusMonths(1).atDay(1).atStartOfDay(FactReader.BEIJING).toInstant();
    String patient = hospital.patient("1960-05-01", "male");
    String draft = hospital.draft(hospital.request(patient, "苯磺酸氨氯地平片 5mg", 1, "片", 1, 7));
    try {
      SERVER.reviewClock.at(midnight.minusSeconds(600));
      String task = "Task/" + hospital.submit(hospital.doctor, draft).id();
      SERVER.reviewClock.at(midnight.plusSeconds(600));
      done(SERVER.call(hospital.pharmacist, task + "/$prescription-take"));
      done(SERVER.call(hospital.pharmacist, task + "/$prescription-pass"));
      assertThat(
              SERVER
                  .call(
                      second,
                      "$draw-prescriptions",
                      "month",
                      month.plusMonths(1) + "",
                      "count",
                      "9")
                  .values("result", "drawn"))
          .as("it is no prescription of the next month")
          .containsExactly("0");
      assertThat(draw(second, 9).values("result", "drawn")).containsExactly("1");
    } finally {
      SERVER.reviewClock.ahead(Duration.ZERO);
    }
  }

  // ------------------------------------------------------------------ the state machine

  record Try(CommentStep step, CommentStep.Party party, CommentStep.State from) {
    boolean isLegal() {
      return switch (step) {
        case SCORE -> party == CommentStep.Party.REVIEWER && from == CommentStep.State.SAMPLED;
        case ACCEPT, APPEAL ->
            party == CommentStep.Party.DOCTOR && from == CommentStep.State.SCORED;
        case SETTLE -> party == CommentStep.Party.REVIEWER && from == CommentStep.State.APPEALED;
      };
    }
  }

  static Stream<Try> everyStep() {
    List<Try> all = new ArrayList<>();
    for (CommentStep step : CommentStep.values()) {
      for (CommentStep.Party party : CommentStep.Party.values()) {
        for (CommentStep.State from : CommentStep.State.values()) {
          all.add(new Try(step, party, from));
        }
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource
  void everyStep(Try one) {
    assertThat(one.step.isOpen(one.party, one.from)).isEqualTo(one.isLegal());
  }
}
