package health.helan.foundation.registry;

import static health.helan.foundation.registry.RegistryServer.ROOT;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Tables of institutions and practitioners, over HTTP. */
class ImportingTests {
  private static final RegistryServer SERVER = RegistryServer.get();
  private final String run = UUID.randomUUID().toString().substring(0, 8);

  private String institutions() {
    return """
        机构登记表,,,,,,
        机构名称,统一社会信用代码,级别,行政区划代码,地址,许可证号,有效期止
        某县人民医院,C1%1$s,二级甲等,640122,某县健康路1号,PDY1%1$s,2099-12-31
        某镇卫生院,C2%1$s,T,640122,某镇,PDY2%1$s,2099/12/31
        """
        .formatted(run);
  }

  private String practitioners() {
    return """
        姓名,执业机构代码,证书编号,证照类别,有效期起,有效期止,职称,诊疗科目代码,处方权
        张三丰,C1%1$s,110A%1$s,医师执业证书,2012-05-01,2099-12-31,主任医师,03.04,普通处方权、antibiotic-2
        李四光,C2%1$s,110B%1$s,护士执业证书,2018-05-01,2099-12-31,护师,,
        """
        .formatted(run);
  }

  private static Reply load(Caller caller, String kind, byte[] file, String... more) {
    var parameters = new java.util.ArrayList<String>();
    parameters.addAll(
        java.util.List.of("kind", kind, "file", Base64.getEncoder().encodeToString(file)));
    parameters.addAll(java.util.List.of(more));
    return SERVER.call(caller, "$registry-import", parameters.toArray(String[]::new));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void comeInAsFiledAndOnce() {
    Caller operator = RegistryServer.operator();
    Reply first = load(operator, "institutions", utf8(institutions()));
    assertThat(first.status()).as(first.text()).isEqualTo(200);
    assertThat(first.value("written")).isEqualTo("2");
    // As older offices write it.
    Reply staff =
        load(operator, "practitioners", practitioners().getBytes(Charset.forName("GB18030")));
    assertThat(staff.value("written")).as(staff.text()).isEqualTo("2");
    Reply again = load(operator, "practitioners", utf8(practitioners()));
    assertThat(again.value("written")).isEqualTo("0");
    assertThat(again.value("there")).isEqualTo("2");
    Reply found = SERVER.get(operator, "$registry?view=licences&state=filed&_count=200");
    assertThat(found.values("licence", "number")).contains("110A" + run, "PDY1" + run);
    // The institution's system keeps its people up.
    String institution =
        SERVER
            .get(ROOT, "Organization?identifier=" + RegistryImport.CREDIT_CODE + "%7CC1" + run)
            .json()
            .at("/entry/0/resource/id")
            .asString("");
    Reply places = SERVER.get(RegistryServer.system(institution), "$registry?view=places");
    assertThat(places.values("place", "name")).containsExactly("张三丰");
    assertThat(places.values("place", "state")).containsExactly("pending");
    String practitioner = places.values("place", "practitioner").getFirst();
    JsonNode own = SERVER.get(RegistryServer.system(institution), practitioner).json();
    assertThat(own.path("meta").toString()).doesNotContain("SUBSETTED");
    // Who brought them does not verify them.
    assertThat(SERVER.call(operator, practitioner + "/$verify", "reason", "自己核验").status())
        .isEqualTo(403);
  }

  @Test
  void comeInAsActiveByTheRootAlone() {
    assertThat(
            load(RegistryServer.operator(), "institutions", utf8(institutions()), "state", "active")
                .status())
        .isEqualTo(403);
    assertThat(load(ROOT, "institutions", utf8(institutions()), "state", "active").value("written"))
        .isEqualTo("2");
    assertThat(
            load(ROOT, "practitioners", utf8(practitioners()), "state", "active").value("written"))
        .isEqualTo("2");
    Reply found = SERVER.get(ROOT, "$find-care?what=doctor&q=zsf&_count=100");
    assertThat(found.values("hit", "name")).contains("张三丰");
  }

  @Test
  void areRefusedAsAWholeWithEveryRowThatIsWrong() {
    Caller operator = RegistryServer.operator();
    load(operator, "institutions", utf8(institutions()));
    String wrong =
        practitioners()
            + "王五,C9%1$s,110C%1$s,医师执业证书,2012-05-01,2099-12-31,,,\n".formatted(run)
            + "赵六,C1%1$s,110A%1$s,驾驶证,2012-13-01,2099-12-31,,x,\n".formatted(run)
            + ",C1%1$s,110D%1$s,,,,,,\n".formatted(run);
    Reply reply = load(operator, "practitioners", utf8(wrong));
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.value("written")).isEqualTo("0");
    assertThat(reply.values("fault", "row"))
        .containsExactlyInAnyOrder("4", "5", "5", "5", "5", "6");
    assertThat(reply.text()).contains("no institution has this credit code").contains("twice");
    assertThat(SERVER.get(operator, "$registry?view=licences&_count=200").text())
        .doesNotContain("110B" + run);
    assertThat(load(operator, "practitioners", utf8("姓名,电话\n张三,1\n")).said()).contains("证照编号");
    assertThat(load(operator, "practitioners", new byte[] {'P', 'K', 3, 4, 0, 0}).status())
        .isBetween(400, 422);
    assertThat(load(RegistryServer.regulator(), "practitioners", utf8(wrong)).status())
        .isEqualTo(403);
    Reply rehearsal = load(operator, "practitioners", utf8(practitioners()), "rehearse", "true");
    assertThat(rehearsal.value("written")).isEqualTo("0");
    assertThat(rehearsal.value("faults")).isEqualTo("0");
  }
}
