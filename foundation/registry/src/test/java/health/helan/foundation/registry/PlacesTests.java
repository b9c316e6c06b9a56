package health.helan.foundation.registry;

import static health.helan.foundation.registry.RegistryServer.ROOT;
import static health.helan.foundation.registry.RegistryServer.ok;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.registry.RegistryServer.Hospital;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import org.junit.jupiter.api.Test;

/** Places of practice, above all those beside the main one (多点执业), over HTTP. */
class PlacesTests {
  private static final RegistryServer SERVER = RegistryServer.get();

  /** A post of a doctor at another hospital. */
  private static String visiting(Hospital at, Hospital from) {
    return SERVER.created(
        at.system,
        """
        {'resourceType':'PractitionerRole','active':true,'practitioner':{'reference':'Practitioner/%s'},
          'organization':{'reference':'Organization/%s'}}"""
            .formatted(from.doctor, at.department));
  }

  @Test
  void areFiledWhereSomebodyIsToWorkAndApprovedByAnother() {
    Hospital main = SERVER.new Hospital("市医院", "王医生").registered("2015-01-01", "2099-12-31");
    Hospital other = SERVER.new Hospital("县医院", "李医生");
    String post = visiting(other, main);
    String path = "PractitionerRole/" + post;
    assertThat(
            SERVER
                .call(main.system, path + "/$file", "site", "additional", "reason", "替别人备案")
                .status())
        .as("the other institution's post")
        .isEqualTo(403);
    ok(
        SERVER.call(
            other.system,
            path + "/$file",
            "site",
            "additional",
            "right",
            "ordinary",
            "reason",
            "多点执业备案"));
    var asDoctor = RegistryServer.practitioner(main.doctor, other.id);
    Reply pending = other.prescribe(asDoctor, other.patient(), "");
    assertThat(pending.status()).isEqualTo(422);
    assertThat(pending.said()).contains("pending");
    assertThat(SERVER.call(other.system, path + "/$approve", "reason", "自己批准").status())
        .isEqualTo(403);
    ok(SERVER.call(main.regulator, path + "/$approve", "reason", "准予备案"));
    assertThat(other.prescribe(asDoctor, other.patient(), "").status()).isEqualTo(201);
    Reply again = SERVER.call(main.regulator, path + "/$approve", "reason", "准予备案");
    assertThat(again.status()).isEqualTo(422);
    assertThat(again.said()).contains("approved");
    ok(SERVER.call(other.system, path + "/$end", "reason", "协议到期"));
    assertThat(other.prescribe(asDoctor, other.patient(), "").said()).contains("ended");
    assertThat(main.prescribe(main.asDoctor, main.patient(), "").status())
        .as("the main place is another")
        .isEqualTo(201);
  }

  @Test
  void ofOnlineCareNeedTheMainInstitutionsWordAndThreeYears() {
    Hospital main = SERVER.new Hospital("市医院", "王医生").registered("2015-01-01", "2099-12-31");
    Hospital other = SERVER.new Hospital("互联网医院", "李医生");
    String path = "PractitionerRole/" + visiting(other, main);
    String[] filing = {"site", "additional", "online", "true", "reason", "互联网诊疗备案"};
    ok(SERVER.call(other.system, path + "/$file", filing));
    Reply early = SERVER.call(main.regulator, path + "/$approve", "reason", "准予备案");
    assertThat(early.status()).isEqualTo(422);
    assertThat(early.said()).contains("has not agreed");
    assertThat(SERVER.call(other.system, path + "/$agree", "reason", "替主机构同意").status())
        .isEqualTo(403);
    ok(SERVER.call(main.system, path + "/$agree", "reason", "同意其兼职"));
    ok(SERVER.call(main.regulator, path + "/$approve", "reason", "准予备案"));

    String lastYear = java.time.LocalDate.now(Spans.BEIJING).minusYears(1).toString();
    Hospital young = SERVER.new Hospital("市医院", "赵医生").registered(lastYear, "2099-12-31");
    String theirs = "PractitionerRole/" + visiting(other, young);
    ok(SERVER.call(other.system, theirs + "/$file", filing));
    ok(SERVER.call(young.system, theirs + "/$agree", "reason", "同意其兼职"));
    Reply refused = SERVER.call(main.regulator, theirs + "/$approve", "reason", "准予备案");
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.said()).contains("3 years");
  }

  @Test
  void haveOneMainOneSoThatNobodyGoesRoundItsAgreement() {
    Hospital main = SERVER.new Hospital("市医院", "王医生").registered("2015-01-01", "2099-12-31");
    Hospital other = SERVER.new Hospital("互联网医院", "李医生");
    String path = "PractitionerRole/" + visiting(other, main);
    ok(
        SERVER.call(
            other.system, path + "/$file", "site", "main", "online", "true", "reason", "主执业机构注册"));
    Reply refused = SERVER.call(main.regulator, path + "/$approve", "reason", "准予注册");
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.said()).contains("main place of practice");
    ok(SERVER.call(main.system, "PractitionerRole/" + main.post + "/$end", "reason", "调离本机构"));
    ok(SERVER.call(main.regulator, path + "/$approve", "reason", "准予注册"));
  }

  @Test
  void areNotApprovedForWhoHoldsNoLicence() {
    Hospital at = SERVER.new Hospital("县医院", "李医生");
    String path = "PractitionerRole/" + at.post;
    ok(SERVER.call(at.system, path + "/$file", "site", "main", "reason", "主执业机构注册"));
    Reply refused = SERVER.call(at.regulator, path + "/$approve", "reason", "准予注册");
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.said()).contains("no licence");
    ok(SERVER.call(at.regulator, path + "/$refuse", "reason", "没有执业证书"));
    assertThat(SERVER.get(ROOT, path).text()).contains("\"ended\"");
  }

  @Test
  void ofOthersAreNotShownToAnInstitution() {
    Hospital at = SERVER.new Hospital("县医院", "李医生").registered("2015-01-01", "2099-12-31");
    Hospital other = SERVER.new Hospital("县医院", "李医生").registered("2015-01-01", "2099-12-31");
    Reply own = SERVER.get(at.system, "$registry?view=licences");
    assertThat(own.values("licence", "number")).containsExactly(at.number);
    assertThat(SERVER.get(at.system, "$registry?view=places").values("place", "id"))
        .containsExactly(at.post);
    assertThat(SERVER.get(at.system, "$registry?view=licences&institution=" + other.id).status())
        .isEqualTo(403);
    assertThat(
            SERVER.get(at.system, "$registry?view=acts&of=Practitioner/" + other.doctor).status())
        .isEqualTo(403);
    assertThat(SERVER.get(RegistryServer.resident("x"), "$registry").status()).isEqualTo(403);
    Reply acts = SERVER.get(at.system, "$registry?view=acts&of=Practitioner/" + at.doctor);
    assertThat(acts.values("act", "step")).containsExactly("activate", "verify", "file");
    assertThat(acts.values("act", "reason")).contains("首次执业注册");
    Reply filings =
        SERVER.get(at.regulator, "$registry?view=licences&holder=Practitioner/" + other.doctor);
    assertThat(filings.text()).contains("\"suspend\"").contains("李医生");
    Reply figures = SERVER.get(at.system, "$registry");
    assertThat(figures.text())
        .contains(
            "{\"name\":\"name\",\"valueCode\":\"licence.active\"},{\"name\":\"count\",\"valueInteger\":1}");
    Reply units = SERVER.get(at.system, "$registry?view=units&parent=" + at.id);
    assertThat(units.values("unit", "id")).containsExactly(at.department);
    assertThat(units.values("unit", "posts")).containsExactly("1");
  }
}
