package health.helan.foundation.registry;

import static health.helan.foundation.registry.RegistryServer.ROOT;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.registry.RegistryServer.Hospital;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** From filing to expiry, over HTTP. */
class LicenceLifeTests {
  private static final RegistryServer SERVER = RegistryServer.get();

  @AfterEach
  void now() {
    SERVER.clock.ahead(Duration.ZERO);
  }

  private static Hospital hospital() {
    return SERVER.new Hospital("试验医院", "李医生");
  }

  @Test
  void goesByStepsThatDifferentPeopleTake() {
    Hospital at = hospital();
    Reply filed = at.file(at.system, "2020-01-01", "2099-12-31");
    assertThat(filed.status()).as(filed.text()).isEqualTo(200);
    JsonNode qualification = filed.json().path("qualification").path(0);
    assertThat(qualification.path("identifier").path(0).path("value").asString())
        .isEqualTo(at.number);
    assertThat(qualification.path("period").path("end").asString()).isEqualTo("2099-12-31");
    assertThat(at.state()).isEqualTo("filed");
    assertThat(at.step("verify").status()).isEqualTo(200);
    assertThat(at.state()).isEqualTo("verified");
    assertThat(at.step("activate").status()).isEqualTo(200);
    assertThat(at.step("suspend").status()).isEqualTo(200);
    assertThat(at.step("resume").status()).isEqualTo(200);
    assertThat(at.step("renew", "end", "2100-12-31").status()).isEqualTo(200);
    assertThat(at.state()).isEqualTo("active");
    assertThat(at.step("revoke").status()).isEqualTo(200);
    assertThat(at.state()).isEqualTo("expired");

    // One Provenance for each step, with who and why.
    JsonNode acts =
        SERVER.get(ROOT, "Provenance?target=Practitioner/" + at.doctor + "&_count=50").json();
    List<String> steps =
        acts.path("entry")
            .valueStream()
            .map(one -> one.at("/resource/activity/coding/0/code").asString(""))
            .toList();
    assertThat(steps)
        .containsExactlyInAnyOrder(
            "file", "verify", "activate", "suspend", "resume", "renew", "revoke");
    JsonNode first =
        acts.path("entry")
            .valueStream()
            .map(one -> one.path("resource"))
            .filter(one -> one.at("/activity/coding/0/code").asString("").equals("file"))
            .findFirst()
            .orElseThrow();
    assertThat(first.at("/agent/0/who/identifier/value").asString(""))
        .isEqualTo(at.system.subject());
    assertThat(first.at("/reason/0/text").asString("")).isEqualTo("首次执业注册");
  }

  /** Nobody is a beginner of whom nothing is known. */
  @Test
  void tellsSinceWhenSomebodyHasPractised() {
    Hospital at = hospital();
    at.file(at.system, "2024-05-01", "2099-12-31");
    assertThat(SERVER.registry.practisedSince(at.doctor)).isNull();
    at.step("verify");
    at.step("activate");
    assertThat(SERVER.registry.practisedSince(at.doctor))
        .isEqualTo(Instant.parse("2024-04-30T16:00:00Z"));
    at.step("suspend");
    assertThat(SERVER.registry.practisedSince(at.doctor))
        .isEqualTo(Instant.parse("2024-04-30T16:00:00Z"));
  }

  @Test
  void namesTheStateThatAStepDoesNotStartFrom() {
    Hospital at = hospital();
    at.file(at.system, "2020-01-01", "2099-12-31");
    Reply early = at.step("activate");
    assertThat(early.status()).isEqualTo(422);
    assertThat(early.said()).contains("filed").contains("activate");
    assertThat(at.state()).isEqualTo("filed");
    Reply none =
        SERVER.call(at.regulator, "Organization/" + at.id + "/$suspend", "reason", "不存在的许可");
    assertThat(none.status()).isEqualTo(422);
    assertThat(none.said()).contains("unfiled");
  }

  @Test
  void isNotDecidedByThoseWhoFile() {
    Hospital at = hospital();
    Caller operator = RegistryServer.operator();
    assertThat(at.file(operator, "2020-01-01", "2099-12-31").status()).isEqualTo(200);
    Reply own = SERVER.call(operator, "Practitioner/" + at.doctor + "/$verify", "reason", "自己核验自己");
    assertThat(own.status()).isEqualTo(403);
    assertThat(
            SERVER
                .call(at.system, "Practitioner/" + at.doctor + "/$verify", "reason", "机构自己核验")
                .status())
        .isEqualTo(403);
    assertThat(
            SERVER
                .call(
                    RegistryServer.operator(),
                    "Practitioner/" + at.doctor + "/$verify",
                    "reason",
                    "另一位运维核验")
                .status())
        .isEqualTo(200);
  }

  @Test
  void isFiledByTheInstitutionAndNoOther() {
    Hospital at = hospital();
    Hospital other = hospital();
    assertThat(at.file(other.system, "2020-01-01", "2099-12-31").status()).isEqualTo(403);
    assertThat(at.file(at.regulator, "2020-01-01", "2099-12-31").status()).isEqualTo(403);
    assertThat(at.file(RegistryServer.resident("x"), "2020-01-01", "2099-12-31").status())
        .isEqualTo(403);
    assertThat(
            SERVER
                .call(
                    at.system,
                    "Organization/" + other.id + "/$file",
                    "kind",
                    "medical-institution",
                    "number",
                    "X1",
                    "reason",
                    "替别人备案")
                .status())
        .isEqualTo(403);
    assertThat(at.file(at.system, "2020-01-01", "2099-12-31").status()).isEqualTo(200);
    // A number is one person's.
    Reply taken =
        SERVER.call(
            other.system,
            "Practitioner/" + other.doctor + "/$file",
            "kind",
            "physician",
            "number",
            at.number,
            "reason",
            "同一个编号");
    assertThat(taken.status()).isEqualTo(409);
  }

  @Test
  void saysWhatIsWrongWithAFilingAndKeepsNothing() {
    Hospital at = hospital();
    String path = "Practitioner/" + at.doctor + "/$file";
    assertThat(SERVER.call(at.system, path, "number", "1", "reason", "缺少类别").said())
        .contains("kind");
    assertThat(
            SERVER
                .call(
                    at.system,
                    path,
                    "kind",
                    "medical-institution",
                    "number",
                    "1",
                    "reason",
                    "类别不对应")
                .status())
        .isEqualTo(400);
    assertThat(
            SERVER
                .call(
                    at.system,
                    path,
                    "kind",
                    "physician",
                    "number",
                    "1",
                    "start",
                    "2026-02-30",
                    "reason",
                    "日期不对")
                .said())
        .contains("start");
    assertThat(
            SERVER
                .call(at.system, path, "kind", "physician", "number", "1", "reason", "短")
                .status())
        .isEqualTo(400);
    Reply chinese =
        SERVER.send(
            at.system, "POST", path, "{\"resourceType\":\"Parameters\"}", "Accept-Language", "zh");
    assertThat(chinese.said()).isEqualTo("缺少 kind。");
    assertThat(SERVER.get(ROOT, "Practitioner/" + at.doctor).json().has("qualification")).isFalse();
  }

  @Test
  void cannotBeForgedByWritingTheResource() {
    Hospital at = hospital();
    at.file(at.system, "2020-01-01", "2099-12-31");
    ObjectNode resource = (ObjectNode) SERVER.get(at.system, "Practitioner/" + at.doctor).json();
    String forged = resource.toString().replace("\"filed\"", "\"active\"");
    assertThat(forged).isNotEqualTo(resource.toString());
    for (Caller caller : List.of(at.system, RegistryServer.operator())) {
      Reply reply = SERVER.send(caller, "PUT", "Practitioner/" + at.doctor, forged);
      assertThat(reply.status()).as(reply.text()).isEqualTo(422);
      assertThat(reply.said()).contains("$file");
      Reply longer =
          SERVER.send(
              caller,
              "PUT",
              "Practitioner/" + at.doctor,
              resource.toString().replace("2099-12-31", "2199-12-31"));
      assertThat(longer.status()).isEqualTo(422);
    }
    ObjectNode without = resource.deepCopy();
    without.remove("qualification");
    assertThat(
            SERVER.send(at.system, "PUT", "Practitioner/" + at.doctor, without.toString()).status())
        .isEqualTo(422);
    assertThat(
            SERVER
                .send(RegistryServer.operator(), "DELETE", "Practitioner/" + at.doctor, null)
                .status())
        .isEqualTo(422);
    // What the registry does not hold stays the institution's.
    resource.withArray("telecom").addObject().put("system", "phone").put("value", "0951-1234567");
    Reply telephone =
        SERVER.send(at.system, "PUT", "Practitioner/" + at.doctor, resource.toString());
    assertThat(telephone.status()).as(telephone.text()).isEqualTo(200);
    assertThat(
            SERVER
                .create(
                    at.system,
                    """
                    {'resourceType':'PractitionerRole','active':true,'practitioner':{'reference':'Practitioner/%s'},
                      'organization':{'reference':'Organization/%s'},'extension':[{'url':'%s','extension':[
                        {'url':'state','valueCode':'approved'}]}]}"""
                        .formatted(at.doctor, at.id, Site.EXTENSION))
                .status())
        .isEqualTo(422);
    assertThat(at.state()).isEqualTo("filed");
  }

  @Test
  void endsAtMidnightInBeijingAndIsMarkedByTheWatcher() {
    Hospital at = hospital();
    String today = java.time.LocalDate.now(Spans.BEIJING).toString();
    at.registered("2020-01-01", today);
    var midnight =
        java.time.LocalDate.parse(today).plusDays(1).atStartOfDay(Spans.BEIJING).toInstant();
    SERVER.clock.at(midnight.minusSeconds(60));
    SERVER.registry.expire(SERVER.store);
    assertThat(at.state()).isEqualTo("active");
    SERVER.clock.at(midnight.plusSeconds(1));
    assertThat(SERVER.registry.expire(SERVER.store)).isPositive();
    assertThat(SERVER.registry.expire(SERVER.store)).isZero();
    assertThat(at.state()).isEqualTo("expired");
    assertThat(at.step("suspend").said()).contains("expired");
    assertThat(at.step("renew", "end", today).status()).isEqualTo(422);
    assertThat(at.step("renew", "end", "2099-12-31").status()).isEqualTo(200);
    assertThat(at.state()).isEqualTo("active");
  }

  @Test
  void isSuspendedByACheckThatFails() {
    Hospital at = hospital().registered("2020-01-01", "2099-12-31");
    assertThat(at.step("check").said()).contains("passed");
    assertThat(at.step("check", "passed", "true", "due", "2098-01-31").status()).isEqualTo(200);
    Licence licence = Licence.of(SERVER.get(ROOT, "Practitioner/" + at.doctor).json()).getFirst();
    assertThat(licence.checkDue()).isEqualTo("2098-01-31");
    assertThat(licence.state()).isEqualTo(LicenceState.ACTIVE);
    assertThat(at.step("check", "passed", "false").status()).isEqualTo(200);
    assertThat(at.state()).isEqualTo("suspended");
    assertThat(at.step("check", "passed", "true").said()).contains("suspended");
  }

  @Test
  void isSentBackAndFiledAgain() {
    Hospital at = hospital();
    at.file(at.system, "2020-01-01", "2099-12-31");
    assertThat(at.step("send-back").status()).isEqualTo(200);
    assertThat(at.state()).isEqualTo("returned");
    assertThat(at.file(at.system, "2020-01-01", "2098-12-31").status()).isEqualTo(200);
    JsonNode resource = SERVER.get(ROOT, "Practitioner/" + at.doctor).json();
    assertThat(resource.path("qualification")).hasSize(1);
    assertThat(resource.at("/qualification/0/period/end").asString("")).isEqualTo("2098-12-31");
    assertThat(at.state()).isEqualTo("filed");
  }

  @Test
  void mayHaveNoEnd() {
    Hospital at = hospital();
    Reply filed =
        SERVER.call(
            at.system,
            "Practitioner/" + at.doctor + "/$file",
            "kind",
            "physician",
            "number",
            at.number,
            "reason",
            "长期有效的证书");
    assertThat(filed.status()).as(filed.text()).isEqualTo(200);
    assertThat(at.step("verify").status()).isEqualTo(200);
    assertThat(at.step("activate").status()).isEqualTo(200);
    Reply renewed = at.step("renew", "end", "2099-12-31");
    assertThat(renewed.json().at("/qualification/0/period/end").asString(""))
        .as(renewed.text())
        .isEqualTo("2099-12-31");
  }

  @Test
  void isNotRenewedAfterARevocation() {
    Hospital at = hospital().registered("2020-01-01", "2099-12-31");
    at.step("revoke");
    Reply renewed = at.step("renew", "end", "2100-12-31");
    assertThat(renewed.status()).isEqualTo(422);
    assertThat(renewed.said()).contains("revoked");
  }
}
