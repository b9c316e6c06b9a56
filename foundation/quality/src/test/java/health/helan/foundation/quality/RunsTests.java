package health.helan.foundation.quality;

import static health.helan.foundation.quality.QualityServer.caller;
import static health.helan.foundation.quality.QualityServer.part;
import static health.helan.foundation.quality.QualityServer.system;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.testing.StoreForTests;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Looking at everything on demand. */
class RunsTests {
  private static final QualityServer SERVER = QualityServer.get();
  private static final Caller AUTHOR = caller(Role.OPERATOR, "");
  private static final Caller OPERATOR = caller(Role.OPERATOR, "");

  private static JsonNode finished(String... parameters) {
    Reply asked = SERVER.call(OPERATOR, "$quality-run", parameters);
    assertThat(asked.status()).as(asked.text()).isEqualTo(200);
    String id = part(asked.all("run").getFirst(), "id");
    StoreForTests.await(
        "the run ends",
        () ->
            List.of("completed", "failed")
                .contains(
                    part(
                        SERVER.get(OPERATOR, "$quality-runs?run=" + id).all("run").getFirst(),
                        "state")));
    return SERVER.get(OPERATOR, "$quality-runs?run=" + id).all("run").getFirst();
  }

  private static void activate(String id, String expression) {
    ObjectNode rule =
        QualityServer.tree(
            "{'dataset':'Device','dimension':'validity','severity':'error','title':{'zh':'试用','en':'trial'},'advice':{'zh':'改','en':'mend'},'source':'from general knowledge'}");
    rule.put("rule", id).put("expression", expression);
    String version =
        part(
            SERVER.call(AUTHOR, "$quality-rule", "spec", rule.toString()).all("rule").getFirst(),
            "version");
    Reply reply =
        SERVER.call(
            OPERATOR,
            "$quality-rule-step",
            "step",
            "activate",
            "rule",
            id,
            "version",
            version,
            "confirm",
            "true");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
  }

  @Test
  void findsWhatANewRuleSaysOfOldRecordsAndTheSecondRunNothingMore() {
    Caller sender = system(SERVER.institution("run-a"));
    Caller other = system(SERVER.institution("run-b"));
    for (int i = 0; i < 230; i++) {
      SERVER.created(
          i % 2 == 0 ? sender : other,
          "{'resourceType':'Device','type':{'text':'"
              + (i < 100 ? "short" : "long enough")
              + "'}}");
    }
    SERVER.settle();
    activate("basic-length", "type.text.length() > 8");
    JsonNode run = finished("rule", "basic-length");
    assertThat(part(run, "state")).isEqualTo("completed");
    assertThat(part(run, "records")).isEqualTo("230");
    assertThat(part(run, "opened")).isEqualTo("100");
    SERVER.settle();
    assertThat(SERVER.quality.sums().open("run-a")).containsEntry("basic-length", 50L);
    assertThat(Json.MAPPER.writeValueAsString(run)).contains("run-b");

    JsonNode again = finished("rule", "basic-length", "institution", "run-a");
    assertThat(part(again, "records")).isEqualTo("115");
    assertThat(part(again, "opened")).isEqualTo("0");
    assertThat(SERVER.number("select count(*) from quality_finding where rule = 'basic-length'"))
        .isEqualTo(100);

    activate("basic-length", "type.text.length() > 3");
    JsonNode milder = finished("dataset", "Device");
    assertThat(part(milder, "closed")).isEqualTo("100");
    SERVER.settle();
    assertThat(SERVER.quality.sums().open("run-a")).isEmpty();
    SERVER.call(OPERATOR, "$quality-rule-step", "step", "retire", "rule", "basic-length");
  }

  @Test
  void refusesDataSetsAndRulesThatAreNone() {
    assertThat(SERVER.call(OPERATOR, "$quality-run", "dataset", "Nothing").status()).isEqualTo(400);
    assertThat(SERVER.call(OPERATOR, "$quality-run", "rule", "nothing").status()).isEqualTo(404);
    assertThat(SERVER.get(OPERATOR, "$quality-runs?run=nothing").status()).isEqualTo(404);
    assertThat(SERVER.call(OPERATOR, "$quality-run", "cancel", "nothing").status()).isEqualTo(404);
  }

  @Test
  void goesOnWhereADeadInstanceStood() {
    Caller sender = system(SERVER.institution("run-dead"));
    activate("basic-dead", "type.text != 'dead'");
    for (int i = 0; i < 10; i++) {
      SERVER.created(sender, "{'resourceType':'Device','type':{'text':'dead'}}");
    }
    SERVER.settle();
    String spec = "{\"datasets\":[\"Device\"],\"rule\":\"basic-dead\"}";
    SERVER.quality.inTransaction(
        transaction -> {
          try (var statement =
              transaction.prepareStatement(
                  "insert into quality_run (id, asked_by, spec, state, dataset, at_home, after_id,"
                      + " checked, opened, closed, counts, fault, holder, epoch, until, made) values"
                      + " ('dead', 'x', ?, 'running', 'Device', -1, '', 0, 0, 0, '[]', '', 'gone', 3,"
                      + " '2020-01-01T00:00:00Z', '2020-01-01T00:00:00Z')")) {
            statement.setString(1, spec);
            return statement.executeUpdate();
          }
        });
    StoreForTests.await(
        "another takes it over",
        () ->
            part(SERVER.get(OPERATOR, "$quality-runs?run=dead").all("run").getFirst(), "state")
                .equals("completed"));
    assertThat(SERVER.number("select epoch from quality_run where id = 'dead' and checked >= 10"))
        .isEqualTo(4);
    SERVER.call(OPERATOR, "$quality-rule-step", "step", "retire", "rule", "basic-dead");
  }
}
