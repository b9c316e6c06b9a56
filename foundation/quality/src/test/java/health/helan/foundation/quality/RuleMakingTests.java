package health.helan.foundation.quality;

import static health.helan.foundation.quality.QualityServer.caller;
import static health.helan.foundation.quality.QualityServer.part;
import static health.helan.foundation.quality.QualityServer.system;
import static health.helan.foundation.quality.QualityServer.wholePatient;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.testing.StoreForTests;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/** Rules of operators: written as data, tried on what is there, put in force and taken out. */
class RuleMakingTests {
  private static final QualityServer SERVER = QualityServer.get();
  private static final Caller AUTHOR = caller(Role.OPERATOR, "");
  private static final Caller OPERATOR = caller(Role.OPERATOR, "");

  private static ObjectNode rule(String id, String dataset, String expression) {
    ObjectNode rule =
        QualityServer.tree(
            "{'dimension':'validity','severity':'error','title':{'zh':'试用规则','en':'a trial'},'advice':{'zh':'改','en':'mend'},'source':'from general knowledge'}");
    return rule.put("rule", id).put("dataset", dataset).put("expression", expression);
  }

  private static String drafted(ObjectNode rule) {
    Reply reply = SERVER.call(AUTHOR, "$quality-rule", "spec", rule.toString());
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return part(reply.all("rule").getFirst(), "version");
  }

  @Test
  void workFromTheirActivationOnUntilTheyAreRetired() {
    Caller sender = system(SERVER.institution("rule-life"));
    String before =
        SERVER.created(
            sender,
            "{'resourceType':'Flag','status':'active','code':{'text':'a'},'subject':{'display':'x'}}");
    String version = drafted(rule("flag-long-text", "Flag", "code.text.length() > 3"));
    assertThat(version).isEqualTo("1001");
    assertThat(SERVER.open(sender, "Flag/" + before)).as("a draft judges nothing").isEmpty();
    Reply trial =
        SERVER.call(OPERATOR, "$quality-try", "rule", "flag-long-text", "version", version);
    assertThat(trial.value("fails")).as("few are not told from none").isEqualTo("0");
    assertThat(
            SERVER
                .call(
                    Caller.operator("test"),
                    "$quality-try",
                    "rule",
                    "flag-long-text",
                    "version",
                    version)
                .value("fails"))
        .isEqualTo("1");
    assertThat(
            SERVER.call(OPERATOR, "$quality-try", "rule", "patient-name", "sample", "3").status())
        .isEqualTo(400);
    assertThat(trial.text()).doesNotContain(before);
    Reply own =
        SERVER.call(
            AUTHOR,
            "$quality-rule-step",
            "step",
            "activate",
            "rule",
            "flag-long-text",
            "version",
            version);
    assertThat(own.status()).isEqualTo(403);
    assertThat(own.text()).contains("Somebody else");
    assertThat(
            SERVER
                .call(
                    OPERATOR,
                    "$quality-rule-step",
                    "step",
                    "activate",
                    "rule",
                    "flag-long-text",
                    "version",
                    version)
                .status())
        .isEqualTo(200);
    String after =
        SERVER.created(
            sender,
            "{'resourceType':'Flag','status':'active','code':{'text':'b'},'subject':{'display':'x'}}");
    assertThat(SERVER.open(sender, "Flag/" + after)).containsExactly("flag-long-text");

    assertThat(
            SERVER
                .call(OPERATOR, "$quality-rule-step", "step", "retire", "rule", "flag-long-text")
                .status())
        .isEqualTo(200);
    StoreForTests.await(
        "the findings of a retired rule are gone",
        () ->
            SERVER.number("select count(*) from quality_finding where rule = 'flag-long-text'")
                == 0);
    SERVER.settle();
    assertThat(SERVER.quality.sums().open("rule-life")).isEmpty();
    String later =
        SERVER.created(
            sender,
            "{'resourceType':'Flag','status':'active','code':{'text':'c'},'subject':{'display':'x'}}");
    assertThat(SERVER.open(sender, "Flag/" + later)).isEmpty();
  }

  @Test
  void standInThePlaceOfAShippedOneOrTakeItOut() {
    Caller sender = system(SERVER.institution("rule-over"));
    ObjectNode milder =
        rule("patient-mobile-form", "Patient", "telecom.where(value.length() > 30).empty()");
    String version = drafted(milder);
    SERVER.call(
        OPERATOR,
        "$quality-rule-step",
        "step",
        "activate",
        "rule",
        "patient-mobile-form",
        "version",
        version);
    String id =
        SERVER.created(sender, wholePatient("rule-over").replace("13900000000", "0951-555"));
    assertThat(SERVER.open(sender, "Patient/" + id)).isEmpty();
    SERVER.call(OPERATOR, "$quality-rule-step", "step", "retire", "rule", "patient-mobile-form");
    assertThat(SERVER.get(OPERATOR, "$quality-rules?dataset=Patient").text())
        .doesNotContain("patient-mobile-form")
        .contains("patient-name");
    assertThat(
            SERVER
                .call(
                    OPERATOR, "$quality-rule-step", "step", "retire", "rule", "patient-mobile-form")
                .status())
        .isEqualTo(404);
  }

  @Test
  void areNotPutInForceUnseenWhenMostRecordsBreakThem() {
    Caller sender = system(SERVER.institution("rule-wild"));
    for (int i = 0; i < 25; i++) {
      SERVER.created(
          sender,
          "{'resourceType':'Goal','lifecycleStatus':'active','description':{'text':'x'},'subject':{'display':'x'}}");
    }
    SERVER.settle();
    String version = drafted(rule("goal-never", "Goal", "false"));
    Reply refused =
        SERVER.call(
            OPERATOR,
            "$quality-rule-step",
            "step",
            "activate",
            "rule",
            "goal-never",
            "version",
            version);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text()).contains("25 of the 25");
    assertThat(
            SERVER
                .call(
                    OPERATOR,
                    "$quality-rule-step",
                    "step",
                    "activate",
                    "rule",
                    "goal-never",
                    "version",
                    version,
                    "confirm",
                    "true")
                .status())
        .isEqualTo(200);
    assertThat(
            SERVER
                .call(
                    OPERATOR,
                    "$quality-rule-step",
                    "step",
                    "activate",
                    "rule",
                    "goal-never",
                    "version",
                    version)
                .status())
        .isEqualTo(422);
    SERVER.call(OPERATOR, "$quality-rule-step", "step", "retire", "rule", "goal-never");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "rule | Bad Id | id",
        "dataset | Patien | resource type",
        "dimension | beauty | dimension",
        "severity | fatal | severity",
        "expression | name.exists( | FHIRPath",
        "expression | nam.exists() | FHIRPath",
        "expression |  | expression is missing",
        "source |  | source",
        "check | sql | check is one of",
        "at | 'x'; drop table | at is a FHIRPath"
      })
  void thatAreNoneAreRefusedWithTheReason(String member, String value, String reason) {
    ObjectNode rule = rule("broken-rule", "Patient", "name.exists()");
    rule.put(member, value == null ? "" : value);
    Reply reply = SERVER.call(OPERATOR, "$quality-rule", "spec", rule.toString());
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.text()).contains(reason);
    assertThat(SERVER.number("select count(*) from quality_rule where rule = 'broken-rule'"))
        .isZero();
  }

  @Test
  void refuseWhatIsNoJsonAndChecksThatATypeCannotHave() {
    assertThat(SERVER.call(OPERATOR, "$quality-rule", "spec", "{").text()).contains("JSON object");
    ObjectNode repeats = rule("goal-repeats", "Goal", "").put("check", "repeats");
    assertThat(SERVER.call(OPERATOR, "$quality-rule", "spec", repeats.toString()).status())
        .isEqualTo(400);
    ObjectNode identifiers = rule("goal-identifiers", "Goal", "").put("check", "identifiers");
    assertThat(SERVER.call(OPERATOR, "$quality-rule", "spec", identifiers.toString()).status())
        .isEqualTo(400);
    ObjectNode ranges = rule("goal-ranges", "Goal", "").put("check", "ranges");
    assertThat(SERVER.call(OPERATOR, "$quality-rule", "spec", ranges.toString()).status())
        .isEqualTo(400);
    ObjectNode moved = rule("patient-name", "Goal", "true");
    assertThat(SERVER.call(OPERATOR, "$quality-rule", "spec", moved.toString()).text())
        .contains("is about Patient");
    assertThat(
            SERVER
                .call(
                    OPERATOR,
                    "$quality-rule-step",
                    "step",
                    "activate",
                    "rule",
                    "patient-name",
                    "version",
                    "7")
                .status())
        .isEqualTo(404);
  }

  @Test
  void areAskedOfARecordBeforeItIsSent() {
    Caller sender = system("rule-check");
    Reply wrong =
        SERVER.send(
            sender,
            "POST",
            "$quality-check",
            "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{\"resource\":{\"resourceType\":\"Patient\",\"gender\":\"male\"}}]}",
            "Accept-Language",
            "zh");
    assertThat(wrong.status()).as(wrong.text()).isEqualTo(200);
    assertThat(wrong.text())
        .contains("居民有姓名", "Bundle.entry[0].resource.name")
        .doesNotContain("居民有性别");
    Reply right =
        SERVER.send(
            sender, "POST", "$quality-check", wholePatient("rule-check").replace('\'', '"'));
    assertThat(right.text()).contains("informational");
    assertThat(SERVER.send(sender, "POST", "$quality-check", null).status()).isEqualTo(400);
    assertThat(SERVER.number("select count(*) from quality_finding where owner = 'rule-check'"))
        .isZero();
  }

  @Test
  void thatDoNotSuitARecordHoldNothingUp() {
    Caller sender = system(SERVER.institution("rule-faulty"));
    String version = drafted(rule("list-single", "List", "note.single().text = 'x'"));
    SERVER.call(
        OPERATOR,
        "$quality-rule-step",
        "step",
        "activate",
        "rule",
        "list-single",
        "version",
        version);
    String id =
        SERVER.created(
            sender,
            "{'resourceType':'List','status':'current','mode':'working','note':[{'text':'a'},{'text':'b'}]}");
    assertThat(SERVER.open(sender, "List/" + id)).isEmpty();
    assertThat(SERVER.number("select sum(records) from quality_day where owner = 'rule-faulty'"))
        .isEqualTo(1);
    SERVER.call(OPERATOR, "$quality-rule-step", "step", "retire", "rule", "list-single");
  }
}
