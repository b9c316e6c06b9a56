package health.helan.foundation.registry;

import static health.helan.foundation.registry.RegistryServer.ROOT;
import static health.helan.foundation.registry.RegistryServer.ok;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.registry.RegistryServer.Hospital;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
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
  void areNotFiledAndAgreedToByOnePersonUnlessAnOperatorSaysWhy() {
    Hospital main = SERVER.new Hospital("市医院", "王医生").registered("2015-01-01", "2099-12-31");
    Hospital other = SERVER.new Hospital("互联网医院", "李医生");
    String path = "PractitionerRole/" + visiting(other, main);
    Caller operator = RegistryServer.operator();
    ok(
        SERVER.call(
            operator, path + "/$file", "site", "additional", "online", "true", "reason", "代为备案"));
    Reply refused = SERVER.call(operator, path + "/$agree", "reason", "代主机构同意");
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.said()).contains("Who filed cannot agree");
    assertThat(refused.text()).contains("name='alone'");
    assertThat(SERVER.call(operator, path + "/$agree", "reason", "代主机构同意", "alone", "急").status())
        .as("a reason, not a word")
        .isEqualTo(400);
    assertThat(SERVER.get(ROOT, path).text()).doesNotContain("agreed-by");
    ok(SERVER.call(operator, path + "/$agree", "reason", "代主机构同意", "alone", "主机构来函，编号2026-17"));
    String place = SERVER.get(ROOT, path).text();
    assertThat(place).contains("agreed-alone").contains("2026-17");
    Reply acts = SERVER.get(main.regulator, "$registry?view=acts&of=" + path);
    assertThat(acts.values("act", "reason").getFirst()).contains("filed and agreed by one");
    assertThat(SERVER.call(operator, path + "/$approve", "reason", "自己批准").status()).isEqualTo(403);
    ok(SERVER.call(main.regulator, path + "/$approve", "reason", "准予备案"));

    String second = "PractitionerRole/" + visiting(other, main);
    ok(
        SERVER.call(
            operator, second + "/$file", "site", "additional", "online", "true", "reason", "代为备案"));
    ok(SERVER.call(RegistryServer.operator(), second + "/$agree", "reason", "另一人代为同意"));
    assertThat(SERVER.get(ROOT, second).text()).doesNotContain("agreed-alone");
  }

  @Test
  void thatWereFiledAgainKeepWhatWasLawfulBeforeAndNothingInBetween() {
    Hospital main = SERVER.new Hospital("市医院", "王医生").registered("2015-01-01", "2099-12-31");
    Hospital other = SERVER.new Hospital("县医院", "李医生");
    String path = "PractitionerRole/" + visiting(other, main);
    String[] filing = {"site", "additional", "right", "ordinary", "reason", "多点执业备案"};
    ok(SERVER.call(other.system, path + "/$file", filing));
    ok(SERVER.call(main.regulator, path + "/$approve", "reason", "准予备案"));
    String then = instant();
    ok(SERVER.call(other.system, path + "/$end", "reason", "协议到期"));
    String between = instant();
    ok(SERVER.call(other.system, path + "/$file", filing));
    assertThat(prescribed(other, main, then)).as("pending, and lawful then").isEqualTo(201);
    assertThat(prescribed(other, main, between)).isEqualTo(422);
    ok(SERVER.call(main.regulator, path + "/$approve", "reason", "准予备案"));
    assertThat(prescribed(other, main, then)).isEqualTo(201);
    assertThat(prescribed(other, main, between)).isEqualTo(422);
    assertThat(prescribed(other, main, instant())).isEqualTo(201);

    // The main place goes with the licence, but not through the time in which it had ended.
    String own = "PractitionerRole/" + main.post;
    ok(SERVER.call(main.system, own + "/$end", "reason", "调离本机构"));
    String gone = instant();
    ok(
        SERVER.call(
            main.system, own + "/$file", "site", "main", "right", "ordinary", "reason", "调回本机构"));
    ok(SERVER.call(main.regulator, own + "/$approve", "reason", "准予注册"));
    assertThat(prescribed(main, main, then)).isEqualTo(201);
    assertThat(prescribed(main, main, gone)).isEqualTo(422);
  }

  private static String instant() {
    try {
      Thread.sleep(5); // Steps and prescriptions have whole milliseconds.
      String now =
          java.time.Instant.now().truncatedTo(java.time.temporal.ChronoUnit.MILLIS).toString();
      Thread.sleep(5);
      return now;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** A prescription that the institution's system hands in later. */
  private static int prescribed(Hospital at, Hospital of, String authored) {
    return at.prescribe(
            at.system,
            at.patient(),
            ",'authoredOn':'%s','requester':{'reference':'Practitioner/%s'}"
                .formatted(authored, of.doctor))
        .status();
  }

  @Test
  void areNotDecidedByWhoLookedAtAnOlderVersion() {
    Hospital main = SERVER.new Hospital("市医院", "王医生").registered("2015-01-01", "2099-12-31");
    Hospital other = SERVER.new Hospital("县医院", "李医生");
    String path = "PractitionerRole/" + visiting(other, main);
    ok(SERVER.call(other.system, path + "/$file", "site", "additional", "reason", "多点执业备案"));
    String seen = SERVER.get(ROOT, path).json().path("meta").path("versionId").asString("");
    ok(
        SERVER.call(
            other.system,
            path + "/$file",
            "site",
            "additional",
            "right",
            "narcotic",
            "reason",
            "改为带麻醉处方权"));
    Reply late = approve(main, path, "W/\"" + seen + "\"");
    assertThat(late.status()).as(late.text()).isEqualTo(412);
    assertThat(SERVER.get(ROOT, path).text()).contains("pending");
    String now = SERVER.get(ROOT, path).json().path("meta").path("versionId").asString("");
    ok(approve(main, path, "W/\"" + now + "\""));
    String licence = "Practitioner/" + main.doctor;
    assertThat(
            SERVER
                .send(
                    main.regulator,
                    "POST",
                    licence + "/$suspend",
                    RegistryServer.parameters("reason", "投诉核查").toString(),
                    "If-Match",
                    "W/\"1\"")
                .status())
        .isEqualTo(412);
    assertThat(main.state()).isEqualTo("active");
  }

  private static Reply approve(Hospital by, String path, String version) {
    return SERVER.send(
        by.regulator,
        "POST",
        path + "/$approve",
        RegistryServer.parameters("reason", "准予备案").toString(),
        "If-Match",
        version);
  }

  @Test
  void sayWhichFieldOfAFilingIsWrong() {
    Hospital at = SERVER.new Hospital("县医院", "李医生");
    String post = "PractitionerRole/" + at.post + "/$file";
    String doctor = "Practitioner/" + at.doctor + "/$file";
    assertField("site", SERVER.call(at.system, post, "reason", "主执业机构注册"));
    assertField("site", SERVER.call(at.system, post, "site", "somewhere", "reason", "主执业机构注册"));
    assertField(
        "right", SERVER.call(at.system, post, "site", "main", "right", "x", "reason", "注册备案"));
    assertField("reason", SERVER.call(at.system, post, "site", "main", "reason", "好"));
    assertField("number", SERVER.call(at.system, doctor, "kind", "physician", "reason", "首次注册"));
    assertField(
        "kind",
        SERVER.call(
            at.system,
            doctor,
            "kind",
            "internet-hospital",
            "number",
            "1" + at.run,
            "reason",
            "首次注册"));
    assertField("end", at.file(at.system, "2030-01-01", "2020-01-01"));
    assertField("start", at.file(at.system, "2030-13-01", "2020-01-01"));
    Hospital holder = SERVER.new Hospital("市医院", "王医生").registered("2015-01-01", "2099-12-31");
    assertField(
        "number",
        SERVER.call(
            at.system, doctor, "kind", "physician", "number", holder.number, "reason", "首次注册"));
  }

  private static void assertField(String name, Reply refused) {
    assertThat(refused.status()).as(refused.text()).isBetween(400, 422);
    assertThat(refused.json().path("issue").path(0).path("expression").path(0).asString(""))
        .isEqualTo("Parameters.parameter.where(name='" + name + "')");
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
