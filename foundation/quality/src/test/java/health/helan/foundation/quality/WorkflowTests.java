package health.helan.foundation.quality;

import static health.helan.foundation.quality.QualityServer.caller;
import static health.helan.foundation.quality.QualityServer.part;
import static health.helan.foundation.quality.QualityServer.system;
import static health.helan.foundation.quality.QualityServer.wholePatient;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What people do about findings, who may see which, and who may do what. */
class WorkflowTests {
  private static final QualityServer SERVER = QualityServer.get();
  private static final Caller OPERATOR = caller(Role.OPERATOR, "");
  private static final Caller REGULATOR = caller(Role.REGULATOR, "");

  /** A resident without sex; the id of its finding. */
  private static String[] broken(Caller sender) {
    SERVER.institution(sender.institution());
    String id =
        SERVER.created(
            sender, wholePatient(sender.institution()).replace("'gender':'female',", ""));
    JsonNode finding = SERVER.finding(sender, "Patient/" + id, "patient-sex", "detected");
    return new String[] {id, part(finding, "id")};
  }

  private static String state(Reply reply) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return part(reply.all("finding").getFirst(), "state");
  }

  private static List<String> past(Caller caller, String finding) {
    return SERVER
        .get(caller, "$quality-finding?finding=" + finding)
        .all("finding")
        .getFirst()
        .path("part")
        .valueStream()
        .filter(one -> one.path("name").asString().equals("step"))
        .map(step -> part(step, "step") + " " + part(step, "state"))
        .toList();
  }

  @Test
  void anInstitutionAssignsAndMendsAndThePlatformVerifies() {
    Caller sender = system("flow-mend");
    String[] broken = broken(sender);
    assertThat(
            state(
                SERVER.call(
                    sender,
                    "$quality-step",
                    "finding",
                    broken[1],
                    "step",
                    "assign",
                    "assignee",
                    "信息科李工")))
        .isEqualTo("assigned");
    assertThat(state(SERVER.call(sender, "$quality-step", "finding", broken[1], "step", "fix")))
        .as("the new version has not come yet")
        .isEqualTo("fixed");
    SERVER.put(sender, "Patient", broken[0], wholePatient("flow-mend"));
    SERVER.settle();
    assertThat(past(sender, broken[1]))
        .containsExactly("assign assigned", "fix fixed", "verify verified");
    assertThat(SERVER.quality.sums().open("flow-mend")).isEmpty();
  }

  @Test
  void whatIsSaidToBeMendedAndIsNotComesBackToWhoHadIt() {
    Caller sender = system("flow-again");
    String[] broken = broken(sender);
    SERVER.call(sender, "$quality-step", "finding", broken[1], "step", "assign", "assignee", "李工");
    SERVER.call(sender, "$quality-step", "finding", broken[1], "step", "fix");
    SERVER.put(
        sender, "Patient", broken[0], wholePatient("flow-again").replace("'gender':'female',", ""));
    JsonNode finding = SERVER.finding(sender, "Patient/" + broken[0], "patient-sex", "assigned");
    assertThat(part(finding, "assignee")).isEqualTo("李工");
    assertThat(past(sender, broken[1]))
        .containsExactly("assign assigned", "fix fixed", "fail-again assigned");
  }

  @Test
  void anOperatorWaivesWithAReasonAndTakesItBack() {
    Caller sender = system("flow-waive");
    String[] broken = broken(sender);
    Reply without = SERVER.call(OPERATOR, "$quality-step", "finding", broken[1], "step", "waive");
    assertThat(without.status()).isEqualTo(400);
    assertThat(without.text()).contains("Give a reason");
    assertThat(
            state(
                SERVER.call(
                    OPERATOR,
                    "$quality-step",
                    "finding",
                    broken[1],
                    "step",
                    "waive",
                    "note",
                    "新生儿，性别待定")))
        .isEqualTo("waived");
    SERVER.put(
        sender,
        "Patient",
        broken[0],
        wholePatient("flow-waive").replace("'gender':'female',", "").replace("赵一", "赵二"));
    SERVER.settle();
    assertThat(SERVER.open(sender, "Patient/" + broken[0])).as("waived stays waived").isEmpty();
    assertThat(SERVER.quality.sums().open("flow-waive")).isEmpty();
    assertThat(
            state(
                SERVER.call(
                    OPERATOR,
                    "$quality-step",
                    "finding",
                    broken[1],
                    "step",
                    "reopen",
                    "note",
                    "已可登记性别")))
        .isEqualTo("detected");
    SERVER.settle();
    assertThat(SERVER.quality.sums().open("flow-waive")).containsEntry("patient-sex", 1L);
  }

  @Test
  void aStepThatTheStateDoesNotAllowIsRefusedAndChangesNothing() {
    Caller sender = system("flow-illegal");
    String[] broken = broken(sender);
    Reply reply =
        SERVER.call(
            OPERATOR, "$quality-step", "finding", broken[1], "step", "reopen", "note", "试试看可以吗");
    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.text()).contains("detected", "business-rule");
    assertThat(SERVER.send(sender, "POST", "$quality-step", null, "Accept-Language", "zh").text())
        .contains("缺少参数");
    assertThat(past(sender, broken[1])).isEmpty();
    for (String step : List.of("verify", "recur", "nonsense")) {
      assertThat(SERVER.call(sender, "$quality-step", "finding", broken[1], "step", step).status())
          .isEqualTo(400);
    }
  }

  @Test
  void anInstitutionSeesItsOwnAndNothingOfAnother() {
    Caller sender = system("flow-own");
    Caller other = system("flow-other");
    String[] broken = broken(sender);
    SERVER.institution("flow-other");
    assertThat(SERVER.get(other, "$quality-findings").all("finding")).isEmpty();
    assertThat(SERVER.get(other, "$quality-findings?institution=flow-own").status()).isEqualTo(403);
    assertThat(SERVER.get(other, "$quality-score?institution=flow-own").status()).isEqualTo(403);
    assertThat(SERVER.get(other, "$quality-report?institution=flow-own").status()).isEqualTo(403);
    assertThat(SERVER.get(other, "$quality-open").text()).doesNotContain("flow-own");
    assertThat(SERVER.get(other, "$quality-score").text()).doesNotContain("flow-own");
    assertThat(SERVER.get(other, "$quality-finding?finding=" + broken[1]).status()).isEqualTo(404);
    assertThat(SERVER.call(other, "$quality-step", "finding", broken[1], "step", "fix").status())
        .isEqualTo(404);
    Caller homeless = caller(Role.PRACTITIONER, "");
    assertThat(SERVER.get(homeless, "$quality-findings").status()).isEqualTo(403);
  }

  @Test
  void whoOverseesSeesCountsAndFindingsButNoRecord() {
    Caller sender = system("flow-oversee");
    String[] broken = broken(sender);
    for (Caller overseer : List.of(OPERATOR, REGULATOR)) {
      Reply list = SERVER.get(overseer, "$quality-findings?institution=flow-oversee");
      assertThat(list.all("finding")).isNotEmpty();
      assertThat(list.text()).doesNotContain(broken[0]);
      assertThat(SERVER.get(overseer, "$quality-findings?institution=flow-oversee&as=csv").text())
          .doesNotContain(broken[0])
          .contains("patient-sex");
      assertThat(
              SERVER.get(overseer, "$quality-findings?institution=flow-oversee&as=ndjson").text())
          .doesNotContain(broken[0]);
      assertThat(SERVER.get(overseer, "$quality-score?institution=flow-oversee").all("score"))
          .isNotEmpty();
      assertThat(SERVER.get(overseer, "$quality-findings").status()).isEqualTo(400);
    }
    assertThat(SERVER.get(sender, "$quality-findings").text()).contains("Patient/" + broken[0]);
    assertThat(
            SERVER
                .call(
                    REGULATOR,
                    "$quality-step",
                    "finding",
                    broken[1],
                    "step",
                    "waive",
                    "note",
                    "不可以的")
                .status())
        .isEqualTo(403);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$quality-rules",
        "$quality-findings",
        "$quality-finding",
        "$quality-score",
        "$quality-open",
        "$quality-report",
        "$quality-runs",
        "$quality-try"
      })
  void nothingIsForResidentsOrForNobody(String operation) {
    assertThat(SERVER.get(caller(Role.RESIDENT, ""), operation).status()).isEqualTo(403);
    assertThat(SERVER.send(null, "GET", operation, null).status()).isEqualTo(401);
  }

  @ParameterizedTest
  @CsvSource({
    "$quality-rule, SYSTEM",
    "$quality-rule, REGULATOR",
    "$quality-rule-step, PRACTITIONER",
    "$quality-run, SYSTEM",
    "$quality-run, REGULATOR",
    "$quality-try, PRACTITIONER",
    "$quality-step, RESIDENT"
  })
  void whatChangesThingsIsForThoseWhoAnswerForThem(String operation, Role role) {
    assertThat(SERVER.call(caller(role, "flow-own"), operation).status()).isEqualTo(403);
  }

  @Test
  void stepsOfTheOtherSideAreRefused() {
    Caller sender = system("flow-sides");
    String[] broken = broken(sender);
    assertThat(
            SERVER
                .call(
                    sender, "$quality-step", "finding", broken[1], "step", "waive", "note", "自己豁免")
                .status())
        .isEqualTo(403);
    assertThat(SERVER.call(OPERATOR, "$quality-step", "finding", broken[1], "step", "fix").status())
        .isEqualTo(403);
  }

  @Test
  void listsGoPageByPageAndFilesHoldEverything() {
    Caller sender = system("flow-pages");
    SERVER.institution("flow-pages");
    for (int i = 0; i < 5; i++) {
      SERVER.created(sender, wholePatient("flow-pages").replace("'gender':'female',", ""));
    }
    SERVER.settle();
    Reply first = SERVER.get(sender, "$quality-findings?count=2&rule=patient-sex");
    assertThat(first.all("finding")).hasSize(2);
    var seen = new java.util.LinkedHashSet<String>();
    String after = "";
    do {
      Reply page =
          SERVER.get(
              sender,
              "$quality-findings?count=2&rule=patient-sex"
                  + (after.isEmpty() ? "" : "&after=" + after));
      page.all("finding").forEach(finding -> seen.add(part(finding, "id")));
      after = page.value("after");
    } while (!after.isEmpty());
    assertThat(seen).hasSize(5);
    String csv =
        SERVER
            .send(
                sender,
                "GET",
                "$quality-findings?as=csv&rule=patient-sex",
                null,
                "Accept-Language",
                "zh")
            .text();
    assertThat(csv).startsWith("\uFEFF编号,规则").contains("居民有性别");
    assertThat(csv.lines()).hasSize(6);
    String lines = SERVER.get(sender, "$quality-findings?as=ndjson&rule=patient-sex").text();
    assertThat(lines.lines()).hasSize(5).allMatch(line -> line.contains("\"OperationOutcome\""));
    assertThat(SERVER.get(sender, "$quality-findings?after=nonsense").status()).isEqualTo(400);
    assertThat(SERVER.get(sender, "$quality-findings?state=nonsense").status()).isEqualTo(400);
  }

  @Test
  void everyCallIsInTheAudit() {
    Caller sender = system("flow-audit");
    SERVER.institution("flow-audit");
    SERVER.get(sender, "$quality-findings");
    assertThat(SERVER.audited)
        .anySatisfy(
            request -> {
              assertThat(request.operation()).isEqualTo("quality-findings");
              assertThat(request.caller()).isNotNull();
              assertThat(java.util.Objects.requireNonNull(request.caller()).subject())
                  .isEqualTo(sender.subject());
            });
  }
}
