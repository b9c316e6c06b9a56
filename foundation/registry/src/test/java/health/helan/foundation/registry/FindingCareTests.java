package health.helan.foundation.registry;

import static health.helan.foundation.registry.RegistryServer.ROOT;
import static health.helan.foundation.registry.RegistryServer.ok;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.registry.RegistryServer.Hospital;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What residents find, over HTTP. */
class FindingCareTests {
  private static final RegistryServer SERVER = RegistryServer.get();
  private static final String RESIDENT = "nobody";
  private static Hospital hospital;
  private static Hospital suspended;

  @BeforeAll
  static void fill() {
    hospital = SERVER.new Hospital("青铜峡市仁安医院", "单雨晴").registered("2010-01-01", "2099-12-31");
    suspended = SERVER.new Hospital("青铜峡市仁济医院", "单雨霖").registered("2010-01-01", "2099-12-31");
    ok(suspended.step("suspend"));
    SERVER.created(
        ROOT,
        """
        {'resourceType':'Location','status':'active','name':'院区','position':{'latitude':38.0211,'longitude':105.9501},
          'managingOrganization':{'reference':'Organization/%s'}}"""
            .formatted(hospital.id));
    var organization =
        (tools.jackson.databind.node.ObjectNode)
            SERVER.get(ROOT, "Organization/" + hospital.id).json();
    organization
        .withArray("extension")
        .addObject()
        .put("url", Level.EXTENSION)
        .putObject("valueCoding")
        .put("system", Level.SYSTEM)
        .put("code", "3A");
    organization
        .putArray("address")
        .addObject()
        .put("text", "青铜峡市古峡路1号")
        .putArray("extension")
        .addObject()
        .put("url", "https://helan.health/fhir/StructureDefinition/area-code")
        .put("valueCode", "640381");
    assertThat(
            SERVER
                .send(ROOT, "PUT", "Organization/" + hospital.id, organization.toString())
                .status())
        .isEqualTo(200);
  }

  private static Reply find(String... parameters) {
    var query = new StringBuilder("$find-care?");
    for (int i = 0; i < parameters.length; i += 2) {
      query
          .append(i == 0 ? "" : "&")
          .append(parameters[i])
          .append('=')
          .append(URLEncoder.encode(parameters[i + 1], StandardCharsets.UTF_8));
    }
    Reply reply = SERVER.get(RegistryServer.resident(RESIDENT), query.toString());
    assertThat(reply.status()).as(reply.text()).isIn(200, 400);
    return reply;
  }

  @Test
  void areDoctorsByNameAndByTheFirstLettersOfIt() {
    // 单 as a surname is read shàn, elsewhere dān.
    for (String text : new String[] {"单雨晴", "雨晴", "syq", "dyq", "SYQ"}) {
      assertThat(find("what", "doctor", "q", text).values("hit", "name"))
          .as(text)
          .containsExactly("单雨晴");
    }
    assertThat(find("what", "doctor", "q", "单雨").values("hit", "name"))
        .as("whose licence is suspended may not serve")
        .containsExactly("单雨晴");
    assertThat(find("what", "doctor", "q", "单天晴").all("hit")).isEmpty();
  }

  @Test
  void areDoctorsByDepartmentDistrictLevelAndDistance() {
    assertThat(
            find("what", "doctor", "specialty", "03.04", "district", "640381")
                .values("hit", "name"))
        .containsExactly("单雨晴");
    assertThat(find("what", "doctor", "specialty", "03", "district", "6403").values("hit", "name"))
        .as("what lies below a department counts")
        .containsExactly("单雨晴");
    assertThat(find("what", "doctor", "specialty", "04", "district", "6403").all("hit")).isEmpty();
    assertThat(
            find("what", "doctor", "level", "3A", "institution", hospital.id)
                .values("hit", "department"))
        .containsExactly("青铜峡市仁安医院心血管内科");
    assertThat(find("what", "doctor", "level", "2A", "institution", hospital.id).all("hit"))
        .isEmpty();
    Reply near = find("what", "hospital", "near", "38.03,105.96", "km", "5");
    assertThat(near.values("hit", "name")).containsExactly("青铜峡市仁安医院");
    assertThat(near.values("hit", "km")).containsExactly("1.3");
    assertThat(find("what", "hospital", "near", "39.03,105.96", "km", "5").all("hit")).isEmpty();
  }

  @Test
  void areHospitalsAndOnlineServicesWhileTheirLicencesHold() {
    String service =
        SERVER.created(
            hospital.system,
            """
            {'resourceType':'HealthcareService','active':true,'name':'仁安互联网医院','providedBy':{'reference':'Organization/%s'},
              'specialty':[{'coding':[{'system':'%s','code':'03.04'}]}]}"""
                .formatted(hospital.id, Registry.SPECIALTY));
    assertThat(find("what", "hospital", "q", "qtxsrayy").values("hit", "name"))
        .containsExactly("青铜峡市仁安医院");
    assertThat(find("what", "service", "q", "仁安互联网", "online", "true").all("hit")).isEmpty();
    assertThat(find("what", "service", "q", "仁安互联网").values("hit", "online"))
        .containsExactly("false");
    String path = "HealthcareService/" + service;
    ok(
        SERVER.call(
            hospital.system,
            path + "/$file",
            "kind",
            "internet-hospital",
            "number",
            "HLW" + hospital.run,
            "end",
            "2099-12-31",
            "reason",
            "互联网医院备案"));
    ok(SERVER.call(hospital.regulator, path + "/$verify", "reason", "材料齐全"));
    assertThat(publicList()).doesNotContain("仁安互联网医院");
    ok(SERVER.call(hospital.regulator, path + "/$activate", "reason", "准予执业"));
    assertThat(find("what", "service", "q", "仁安互联网", "online", "true").values("hit", "name"))
        .containsExactly("仁安互联网医院");
    assertThat(find("what", "hospital", "q", "仁安", "online", "true").all("hit")).hasSize(1);
    assertThat(publicList()).contains("仁安互联网医院");
    ok(SERVER.call(hospital.regulator, path + "/$suspend", "reason", "投诉核查"));
    assertThat(find("what", "service", "q", "仁安互联网", "online", "true").all("hit")).isEmpty();
    assertThat(publicList()).doesNotContain("仁安互联网医院");
  }

  private static java.util.List<String> publicList() {
    return SERVER.registry.finder().publicList(SERVER.registry.now(), null, 100).services().stream()
        .map(Finder.Online::name)
        .toList();
  }

  @Test
  void areListedToThePublicPageByPageAndEachPageSaysWhereItGoesOn() {
    for (String name : new String[] {"甲互联网医院", "乙互联网医院", "丙互联网医院"}) {
      String path =
          "HealthcareService/"
              + SERVER.created(
                  hospital.system,
                  """
                  {'resourceType':'HealthcareService','active':true,'name':'%s','providedBy':{'reference':'Organization/%s'}}"""
                      .formatted(name, hospital.id));
      ok(
          SERVER.call(
              hospital.system,
              path + "/$file",
              "kind",
              "internet-hospital",
              "number",
              name + hospital.run,
              "reason",
              "互联网医院备案"));
      ok(SERVER.call(hospital.regulator, path + "/$verify", "reason", "材料齐全"));
      ok(SERVER.call(hospital.regulator, path + "/$activate", "reason", "准予执业"));
    }
    Finder finder = SERVER.registry.finder();
    var whole = finder.publicList(SERVER.registry.now(), null, 1_000);
    assertThat(whole.next()).as("nothing was cut").isNull();
    var paged = new java.util.ArrayList<Finder.Online>();
    String after = null;
    do {
      var page = finder.publicList(SERVER.registry.now(), after, 1);
      assertThat(page.services()).hasSize(1);
      paged.addAll(page.services());
      after = page.next();
    } while (after != null);
    assertThat(paged).isEqualTo(whole.services()).hasSizeGreaterThanOrEqualTo(3);
    for (String none : new String[] {"!", "AAAA", "WzFd", "WyJ4IiwiIiwiIiwiIl0"}) {
      org.assertj.core.api.Assertions.assertThatIllegalArgumentException()
          .isThrownBy(() -> finder.publicList(SERVER.registry.now(), none, 1));
    }
  }

  @Test
  void comePageByPage() {
    Reply first = find("what", "hospital", "q", "青铜峡", "_count", "1");
    assertThat(first.values("hit", "name")).containsExactly("青铜峡市仁安医院");
    assertThat(first.value("next")).isNotEmpty();
    Reply second =
        find("what", "hospital", "q", "青铜峡", "_count", "1", "after", first.value("next"));
    assertThat(second.values("hit", "name")).containsExactly("青铜峡市仁济医院");
    assertThat(second.value("next")).isEmpty();
  }

  @Test
  void isAskedRightOrRefused() {
    assertThat(find("what", "nurse").status()).isEqualTo(400);
    assertThat(find("q", "张").said()).contains("what");
    assertThat(find("what", "doctor", "near", "here").said()).contains("near");
    assertThat(find("what", "doctor", "district", "64%").status()).isEqualTo(400);
    assertThat(find("what", "doctor", "q", "%%").status()).isEqualTo(400);
    assertThat(find("what", "doctor", "after", "x' or 1=1").status()).isEqualTo(400);
  }

  @Test
  void usesItsIndexes() throws SQLException {
    try (var connection = SERVER.database.getConnection();
        var statement = connection.createStatement()) {
      statement.execute("set enable_seqscan = off");
      var plan = new StringBuilder();
      try (var rows =
          statement.executeQuery(
              """
              explain select p.id from registry_post p join registry_practitioner r on r.id = p.practitioner
              where r.pieces @> array['单雨']::text[]""")) {
        while (rows.next()) {
          plan.append(rows.getString(1)).append('\n');
        }
      }
      assertThat(plan)
          .contains("registry_practitioner_pieces")
          .contains("registry_post_practitioner");
      statement.execute("reset enable_seqscan");
    }
  }
}
