package health.helan.foundation.registry;

import static health.helan.foundation.registry.RegistryServer.ROOT;
import static health.helan.foundation.registry.RegistryServer.ok;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.registry.RegistryServer.Hospital;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;

/** Alliances of institutions (医联体、医共体): proposed, active, ended. */
class AlliancesTests {
  private static final RegistryServer SERVER = RegistryServer.get();
  private final Hospital lead = SERVER.new Hospital("市医院", "王医生");
  private final Hospital member = SERVER.new Hospital("县医院", "李医生");

  private Reply propose(Caller caller, String leading, String joining, String... more) {
    var all =
        new java.util.ArrayList<>(
            java.util.List.of(
                "lead", leading, "member", joining, "kind", "urban-group", "reason", "组建城市医疗集团"));
    all.addAll(java.util.List.of(more));
    return SERVER.call(caller, "OrganizationAffiliation/$propose", all.toArray(String[]::new));
  }

  private static Reply step(Caller caller, String id, String step) {
    return SERVER.call(caller, "OrganizationAffiliation/" + id + "/$" + step, "reason", "按规定办理");
  }

  private String proposed() {
    Reply reply = propose(lead.system, lead.id, "Organization/" + member.id);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.id();
  }

  private Reply listed() {
    return SERVER.get(lead.regulator, "$registry?view=alliances&institution=" + member.id);
  }

  @Test
  void areProposedByTheLeadingInstitutionBegunByTheCommissionAndEndedByEither() {
    String id = proposed();
    assertThat(listed().values("alliance", "state")).containsExactly("proposed");
    assertThat(listed().values("alliance", "lead")).containsExactly("Organization/" + lead.id);
    assertThat(
            SERVER
                .get(
                    ROOT,
                    "OrganizationAffiliation?active=true&participating-organization=" + member.id)
                .json()
                .path("entry")
                .size())
        .as("nothing yet")
        .isZero();
    ok(step(lead.regulator, id, "activate"));
    Reply active = SERVER.get(lead.system, "OrganizationAffiliation/" + id);
    assertThat(active.json().path("active").asBoolean()).isTrue();
    assertThat(active.json().path("period").path("start").asString(""))
        .isEqualTo(LocalDate.now(Spans.BEIJING).toString());
    Reply again = step(lead.regulator, id, "activate");
    assertThat(again.status()).isEqualTo(422);
    assertThat(again.said()).contains("active");
    ok(step(member.system, id, "end"));
    assertThat(listed().values("alliance", "state")).containsExactly("ended");
    assertThat(step(lead.regulator, id, "activate").status()).isEqualTo(422);
    Reply acts = SERVER.get(member.system, "$registry?view=acts&of=OrganizationAffiliation/" + id);
    assertThat(acts.values("act", "step")).containsExactly("end", "activate", "propose");
    ok(propose(lead.system, lead.id, member.id));
  }

  @Test
  void areNobodyElsesToProposeBeginOrEnd() {
    Hospital stranger = SERVER.new Hospital("外市医院", "赵医生");
    assertThat(propose(member.system, lead.id, member.id).status()).isEqualTo(403);
    assertThat(propose(lead.regulator, lead.id, member.id).status()).isEqualTo(403);
    assertThat(propose(RegistryServer.resident("x"), lead.id, member.id).status()).isEqualTo(403);
    String id = proposed();
    assertThat(step(lead.system, id, "activate").status()).isEqualTo(403);
    assertThat(step(stranger.system, id, "end").status()).isEqualTo(403);
    assertThat(step(lead.asDoctor, id, "end").status()).isEqualTo(403);
    assertThat(
            SERVER
                .get(stranger.system, "$registry?view=acts&of=OrganizationAffiliation/" + id)
                .status())
        .isEqualTo(403);
    Caller operator = RegistryServer.operator();
    Reply own = propose(operator, lead.id, member.id, "kind", "county-community");
    assertThat(own.status()).as("urban-group is proposed already").isEqualTo(409);
    ok(step(lead.system, id, "end"));
    Reply byOperator = propose(operator, lead.id, member.id);
    ok(byOperator);
    Reply alone = step(operator, byOperator.id(), "activate");
    assertThat(alone.status()).isEqualTo(403);
    assertThat(alone.said()).contains("Somebody else");
    ok(step(RegistryServer.operator(), byOperator.id(), "activate"));
  }

  @Test
  void areOfTwoInstitutionsThatAreThere() {
    assertThat(propose(lead.system, lead.id, lead.id).text()).contains("name='member'");
    assertThat(propose(lead.system, lead.id, member.department).status()).isEqualTo(400);
    assertThat(propose(lead.system, lead.id, "nobody").status()).isEqualTo(400);
    assertThat(propose(lead.system, lead.id, member.id, "start", "tomorrow").text())
        .contains("name='start'");
    Reply kind =
        SERVER.call(
            lead.system,
            "OrganizationAffiliation/$propose",
            "lead",
            lead.id,
            "member",
            member.id,
            "kind",
            "cartel",
            "reason",
            "组建医疗集团");
    assertThat(kind.status()).isEqualTo(400);
    assertThat(kind.text()).contains("name='kind'");
    assertThat(
            SERVER
                .call(
                    lead.system,
                    "OrganizationAffiliation/$propose",
                    "lead",
                    lead.id,
                    "member",
                    member.id,
                    "kind",
                    "urban-group")
                .text())
        .contains("name='reason'");
    proposed();
    assertThat(propose(lead.system, lead.id, member.id).status()).isEqualTo(409);
  }

  @Test
  void areChangedByStepsAloneAndByWhoSawTheLastVersion() {
    String id = proposed();
    Caller operator = RegistryServer.operator();
    Reply read = SERVER.get(operator, "OrganizationAffiliation/" + id);
    String sneaked = read.text().replace("\"active\":false", "\"active\":true");
    assertThat(sneaked).isNotEqualTo(read.text());
    Reply put = SERVER.send(operator, "PUT", "OrganizationAffiliation/" + id, sneaked);
    assertThat(put.status()).isEqualTo(422);
    assertThat(put.said()).contains("steps");
    assertThat(SERVER.send(operator, "DELETE", "OrganizationAffiliation/" + id, null).status())
        .isEqualTo(422);
    ok(step(lead.regulator, id, "activate"));
    Reply late =
        SERVER.send(
            lead.regulator,
            "POST",
            "OrganizationAffiliation/" + id + "/$end",
            RegistryServer.parameters("reason", "按规定办理").toString(),
            "If-Match",
            "W/\"1\"");
    assertThat(late.status()).isEqualTo(412);
    assertThat(listed().values("alliance", "state")).containsExactly("active");
  }

  @Test
  void fromElsewhereStandAsTheySayUntilTheyAreEnded() {
    String id =
        SERVER.created(
            ROOT,
            """
            {'resourceType':'OrganizationAffiliation','active':true,'organization':{'reference':'Organization/%s'},
              'participatingOrganization':{'reference':'Organization/%s'},'code':[{'text':'医共体'}]}"""
                .formatted(lead.id, member.id));
    assertThat(listed().values("alliance", "state")).containsExactly("active");
    assertThat(listed().values("alliance", "may")).containsExactly("end");
    ok(step(lead.regulator, id, "end"));
    assertThat(listed().values("alliance", "state")).containsExactly("ended");
  }
}
