package health.helan.foundation.residents.match;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Json;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

class ComparingPatientsTests {
  private static final String ZHANG = "649100195803120002";
  private final Matcher matcher = new Matcher(Model.shipped());

  static Traits person(String name, String birth, String sex, String phone, String address) {
    return Traits.of(patient(name, birth, sex, phone, address));
  }

  private static ObjectNode patient(
      String name, String birth, String sex, String phone, String address) {
    ObjectNode patient = Json.MAPPER.createObjectNode();
    if (!name.isEmpty()) {
      patient.putArray("name").addObject().put("text", name);
    }
    if (!birth.isEmpty()) {
      patient.put("birthDate", birth);
    }
    patient.put("gender", sex);
    if (!phone.isEmpty()) {
      patient.putArray("telecom").addObject().put("system", "phone").put("value", phone);
    }
    if (!address.isEmpty()) {
      patient.putArray("address").addObject().put("text", address);
    }
    return patient;
  }

  private static Traits numbered(ObjectNode patient, String number) {
    patient
        .putArray("identifier")
        .addObject()
        .put("system", "urn:oid:2.16.156.10011.1.3")
        .put("value", number);
    return Traits.of(patient);
  }

  private Comparison compare(Traits a, Traits b) {
    Comparison found = matcher.compare(a, b);
    Comparison turned = matcher.compare(b, a);
    assertThat(turned.verdict()).isEqualTo(found.verdict());
    return found;
  }

  private static String level(Comparison comparison, String field) {
    return comparison.evidence().stream()
        .filter(each -> each.field().equals(field))
        .map(Evidence::level)
        .findFirst()
        .orElse("-");
  }

  @Test
  void onePersonsNumberLinksWhateverElseIsMissing() {
    Traits a = numbered(patient("马秀兰", "1958-03-12", "female", "", ""), ZHANG);
    Traits b = numbered(patient("马秀蓝", "", "female", "", ""), "６４９１００-19580312-0002");
    assertThat(compare(a, b).verdict()).isEqualTo(Verdict.SAME);
    assertThat(matcher.blocks(a)).containsAnyOf(matcher.blocks(b));
  }

  @Test
  void twoPeopleOnOneNumberAreNotLinked() {
    Traits a = numbered(patient("马秀兰", "1958-03-12", "female", "", ""), ZHANG);
    Traits b = numbered(patient("王建国", "1990-07-01", "male", "", ""), ZHANG);
    Comparison found = compare(a, b);
    assertThat(found.verdict()).isEqualTo(Verdict.POSSIBLE);
    assertThat(level(found, "rule")).isEqualTo("two-on-one-number");
  }

  @Test
  void aNumberOfFifteenDigitsIsTheSame() {
    Traits a = numbered(patient("马秀兰", "", "female", "", ""), ZHANG);
    Traits b = numbered(patient("马秀兰", "", "female", "", ""), "649100580312000");
    assertThat(a.numbers()).isEqualTo(b.numbers());
  }

  @Test
  void aNumberWithAWrongCheckCharacterIsNone() {
    Traits wrong = numbered(patient("马秀兰", "1958-03-12", "female", "", ""), "649100195803120003");
    assertThat(wrong.numbers()).isEmpty();
    Traits right = numbered(patient("马秀兰", "1958-03-12", "female", "", ""), ZHANG);
    assertThat(level(compare(wrong, right), "other")).isEqualTo("close");
  }

  @Test
  void twinsAreNeverOne() {
    Traits a =
        numbered(
            patient("李子轩", "2021-06-21", "male", "12912345678", "宁夏贺兰县习岗镇和平街3号2单元501室"),
            "649104202106210019");
    Traits b = person("李子涵", "2021-06-21", "male", "12912345678", "宁夏贺兰县习岗镇和平街3号2单元501室");
    assertThat(compare(a, b).verdict()).isNotEqualTo(Verdict.SAME);
    Traits c =
        numbered(
            patient("李子轩", "2021-06-21", "male", "12912345678", "宁夏贺兰县习岗镇和平街3号2单元501室"),
            "649104202106210035");
    assertThat(c.numbers()).hasSize(1);
    assertThat(compare(a, c).verdict()).isNotEqualTo(Verdict.SAME);
  }

  @Test
  void aNewbornIsNotItsMother() {
    Traits mother =
        numbered(patient("王芳", "1994-05-18", "female", "12912345678", ""), "649102199405180000");
    Traits child = person("王芳之女", "2026-03-06", "female", "12912345678", "");
    assertThat(child.isUnnamedNewborn()).isTrue();
    assertThat(compare(mother, child).verdict()).isEqualTo(Verdict.DIFFERENT);
    Traits onMothersNumber =
        numbered(patient("王芳之女", "2026-03-06", "female", "12912345678", ""), "649102199405180000");
    assertThat(compare(mother, onMothersNumber).verdict()).isEqualTo(Verdict.POSSIBLE);
    Traits named = person("李雨桐", "2026-03-06", "female", "12912345678", "");
    assertThat(compare(named, child).verdict()).isNotEqualTo(Verdict.SAME);
    assertThat(
            compare(
                    person("王芳之大双", "2026-03-06", "female", "", ""),
                    person("王芳之小双", "2026-03-06", "female", "", ""))
                .verdict())
        .isEqualTo(Verdict.DIFFERENT);
  }

  @ParameterizedTest
  @CsvSource({"无名氏", "不详", "John Doe", "急诊无名03", "身份不明"})
  void nobodyIsLinkedToNobody(String name) {
    Traits a = person(name, "", "male", "", "");
    assertThat(a.unidentified()).isTrue();
    assertThat(compare(a, person(name, "", "male", "", "")).verdict()).isNotEqualTo(Verdict.SAME);
  }

  @ParameterizedTest
  @CsvSource({
    "张伟, 張偉, exact",
    "萧娟, 肖娟, exact",
    "张伟, 张纬, same-pinyin",
    "张晴, 张睛, look-alike",
    "王浩, 王诰, same-pinyin",
    "单雪梅, 单学梅, same-pinyin",
    "陈祥, 陈详, same-pinyin",
    "陈颖, 陈影, same-pinyin",
    "陈金, 陈今, same-pinyin",
    "陈金, 陈京, near-pinyin",
    "李林, 李材, look-alike",
    "李巳, 李未, different",
    "张伟, Zhang Wei, typed-pinyin",
    "张伟, WEI ZHANG, typed-pinyin",
    "张伟, zhangwei, typed-pinyin",
    "单雪梅, Shan Xuemei, typed-pinyin",
    "解晓东, xiexiaodong, typed-pinyin",
    "张小伟, 小伟张, swapped",
    "张小伟, 张伟, abridged",
    "张*伟, 张小伟, abridged",
    "买买提·艾力, 买买提艾力, exact",
    "买买提•艾力, 买买提・艾力, exact",
    "买买提·艾力, 艾力·买买提, swapped",
    "买买提·艾力, 买买提, abridged",
    "阿卜杜热合曼·买买提, 阿不都热合曼·买买提, same-pinyin",
    "艾尼瓦尔·吐尔逊, 安尼瓦尔·吐尔逊, close",
    "张小伟, 张大伟, one-character",
    "张小伟, 李建国, different",
    "John Smith, Jon Smith, close",
    "John Smith, 'SMITH, JOHN', same-latin",
    "J Smith, John Smith, initial",
  })
  void aNameAgreesAtItsLevel(String one, String other, String level) {
    assertThat(level(compare(person(one, "", "", "", ""), person(other, "", "", "", "")), "given"))
        .isEqualTo(level);
  }

  @ParameterizedTest
  @CsvSource({
    "1958-03-12, 1958-03-12, exact",
    "1958-03-12, 1958-12-03, swapped",
    "1958-03-12, 1958-03-13, typo",
    "1958-03-12, 1985-03-12, typo",
    "1958-03-12, 1959-03-12, year-off",
    "1958-02-03, 1958-03-22, lunar",
    "1958, 1958-03-12, partial",
    "1958-01-01, 1958-03-12, partial",
    "1958-03, 1958-04-12, different",
    "1958-03-12, 1990-11-05, different",
    "19580312, 1958-03-12, exact",
    "1958-13-12, 1958-03-12, -",
  })
  void aDateAgreesAtItsLevel(String one, String other, String level) {
    assertThat(
            level(compare(person("王芳", one, "", "", ""), person("王芳", other, "", "", "")), "birth"))
        .isEqualTo(level);
  }

  @ParameterizedTest
  @CsvSource({
    "12912345678, +86 129 1234 5678, same",
    "12912345678, 12912345679, close",
    "0951-6543210, 6543210, same",
    "12912345678, 12987654321, different",
    "12912345678, 13800000000, -",
  })
  void aTelephoneAgreesAtItsLevel(String one, String other, String level) {
    assertThat(
            level(compare(person("王芳", "", "", one, ""), person("王芳", "", "", other, "")), "phone"))
        .isEqualTo(level);
  }

  @ParameterizedTest
  @CsvSource({
    "宁夏回族自治区银川市贺兰县习岗镇和平街3号2单元501室, 宁夏银川市贺兰县习岗镇和平街3-2-501, exact, town",
    "银川市贺兰县习岗镇和平街3号2单元501室, 贺兰区和平街3号, house, county",
    "银川市贺兰县习岗镇和平街3号2单元501室, 银川市兴庆区解放路8号, different, city",
    "银川市贺兰县金贵镇保南村三组, 贺兰县金贵镇保南村3组, exact, town",
  })
  void anAddressAgreesAtItsLevels(String one, String other, String street, String place) {
    Comparison found = compare(person("王芳", "", "", "", one), person("王芳", "", "", "", other));
    assertThat(level(found, "street")).isEqualTo(street);
    assertThat(level(found, "place")).isEqualTo(place);
  }

  @Test
  void whatIsKeptIsWhatWasCompared() {
    Traits one =
        numbered(
            patient("李子轩", "2021-06-21", "male", "12912345678", "宁夏贺兰县习岗镇和平街3号2单元501室"),
            "649104202106210019");
    Traits again = Traits.read(one.bytes());
    assertThat(again).isEqualTo(one);
    assertThat(matcher.blocks(again)).isEqualTo(matcher.blocks(one));
    assertThat(Arrays.stream(matcher.blocks(one)).distinct().count())
        .isEqualTo(matcher.blocks(one).length);
    assertThat(one).hasToString("Traits");
  }

  @Test
  void anOddPatientIsComparedByNothing() {
    for (String odd :
        new String[] {
          "{}",
          "{\"name\":3,\"identifier\":[3,{}],\"birthDate\":7,\"gender\":[],\"address\":{\"line\":9}}",
          "{\"name\":[{\"text\":\"\\ud800\"},{\"family\":[]}],\"telecom\":[{}],\"address\":[{\"text\":\"路\"}]}",
          "{\"name\":[{\"text\":\"之子\"},{\"text\":\"·\"},{\"given\":[null,1]}],\"multipleBirthInteger\":-4}"
        }) {
      Traits traits = Traits.of(Json.MAPPER.readTree(odd));
      assertThat(Traits.read(traits.bytes())).isEqualTo(traits);
      assertThat(compare(traits, traits).verdict()).isNotEqualTo(Verdict.SAME);
    }
  }

  @Test
  void weightsAddUp() {
    Comparison found =
        compare(
            person("李子轩", "2021-06-21", "male", "12912345678", ""),
            person("李子轩", "2021-06-21", "male", "12912345678", ""));
    double sum = found.evidence().stream().mapToDouble(Evidence::weight).sum();
    assertThat(found.weight()).isBetween(sum - 1.01, sum + 0.001);
    assertThat(found.verdict()).isEqualTo(Verdict.SAME);
  }

  @Test
  void aDateThatTheNumberContradictsMakesTheNumberDoubtful() {
    Traits child =
        numbered(patient("李雨桐", "2020-03-06", "female", "12912345678", ""), "649102199405180000");
    Traits own =
        numbered(patient("李雨桐", "2020-03-06", "female", "12912345678", ""), "64910520200306000X");
    assertThat(own.numbers()).hasSize(1);
    assertThat(compare(child, own).verdict()).isEqualTo(Verdict.SAME);
  }

  @Test
  void aPlaceholderBesideANumberIsSomeone() {
    assertThat(numbered(patient("无名氏", "", "female", "", ""), ZHANG).unidentified()).isFalse();
  }

  @Test
  void twoValidNumbersAreTwoPeopleOrForAReviewer() {
    Traits a = numbered(patient("马秀兰", "1958-03-12", "female", "12912345678", ""), ZHANG);
    Traits b =
        numbered(patient("马秀兰", "1958-03-12", "female", "12912345678", ""), "649100195803120088");
    assertThat(b.numbers()).hasSize(1);
    Comparison found = compare(a, b);
    assertThat(found.verdict()).isEqualTo(Verdict.POSSIBLE);
    assertThat(level(found, "rule")).isEqualTo("close-numbers");
    Traits c =
        numbered(patient("马秀兰", "1958-03-12", "female", "12912345678", ""), "649181195803120027");
    assertThat(c.numbers()).hasSize(1);
    assertThat(level(compare(a, c), "rule")).isEqualTo("two-numbers");
  }

  @Test
  void aModelIsReadAsItWasWritten() {
    Model model = Model.shipped();
    assertThat(Model.read(model.write()).write()).isEqualTo(model.write());
  }
}
