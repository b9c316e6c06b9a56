package health.helan.foundation.store.index;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.definitions.R4;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.index.Parameter.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class IndexerTests {
  private static final Digests DIGESTS =
      new Digests("0123456789abcdef".getBytes(StandardCharsets.US_ASCII));
  private final ParameterRegistry registry =
      new ParameterRegistry(
          R4.get(),
          DIGESTS,
          (type, expression) -> {
            throw new IllegalArgumentException(expression);
          });
  private final Indexer indexer = new Indexer(registry);

  private IndexEntry index(String json) {
    ObjectNode tree = (ObjectNode) Json.MAPPER.readTree(json.replace('\'', '"'));
    return indexer.index(tree.get("resourceType").stringValue(), tree, "x1");
  }

  private Parameter parameter(String type, String code) {
    return Objects.requireNonNull(registry.type(type).parameters().get(code), code);
  }

  private static Moments moments(String text) {
    return Objects.requireNonNull(Moments.parse(text), text);
  }

  private JsonNode vals(IndexEntry entry) {
    return Json.MAPPER.readTree(entry.vals());
  }

  private boolean has(IndexEntry entry, String type, String code, Kind kind, String value) {
    Parameter parameter = parameter(type, code);
    return Arrays.binarySearch(entry.tokens(), parameter.space(kind) ^ DIGESTS.of(value)) >= 0;
  }

  @Test
  void everyParameterOfEveryTypeIsAPlainPath() {
    for (String type : R4.get().resourceTypes()) {
      assertThat(registry.type(type).parameters()).as(type).containsKey("_id");
    }
  }

  @Test
  void anObservationCostsFewTokensAndBytes() {
    IndexEntry entry =
        index(
            """
            {'resourceType':'Observation','meta':{'profile':['http://example.org/p']},'status':'final',
             'category':[{'coding':[{'system':'http://x/category','code':'vital-signs','display':'Vital signs'}]}],
             'code':{'coding':[{'system':'http://loinc.org','code':'8302-2','display':'Body Height'}],'text':'Body Height'},
             'subject':{'reference':'Patient/p1'},'encounter':{'reference':'Encounter/e1'},
             'effectiveDateTime':'2020-07-19T15:30:37+00:00',
             'valueQuantity':{'value':163.6,'unit':'cm','system':'http://unitsofmeasure.org','code':'cm'}}
            """);
    assertThat(entry.patientId()).isEqualTo("p1");
    assertThat(entry.patient()).isEqualTo(DIGESTS.reference("Patient", "p1"));
    assertThat(entry.dateLo()).isEqualTo(1595172637_000_000L);
    assertThat(entry.dateHi()).isEqualTo(1595172637_999_999L);
    assertThat(has(entry, "Observation", "status", Kind.CODE, "final")).isTrue();
    assertThat(has(entry, "Observation", "code", Kind.FULL, "http://loinc.org|8302-2")).isTrue();
    assertThat(has(entry, "Observation", "code", Kind.CODE, "8302-2")).isTrue();
    assertThat(has(entry, "Observation", "encounter", Kind.REFERENCE, "Encounter/e1")).isTrue();
    assertThat(has(entry, "Observation", "subject", Kind.REFERENCE, "Patient/p1")).isFalse();
    assertThat(has(entry, "Observation", "_profile", Kind.URI, "http://example.org/p")).isTrue();
    Parameter code = parameter("Observation", "code");
    assertThat(entry.tokens())
        .contains(code.pair(DIGESTS.of("8302-2"), DIGESTS.reference("Patient", "p1")));
    assertThat(entry.tokens().length).isLessThanOrEqualTo(10);
    JsonNode vals = vals(entry);
    assertThat(vals.get("value-quantity").get(0).get("c").decimalValue())
        .isEqualByComparingTo("1.636");
    assertThat(vals.get("code").toString()).isEqualTo("[\"8302-2\",\"~body height\"]");
    assertThat(vals.propertyNames())
        .containsExactlyInAnyOrder(
            "status", "category", "code", "encounter", "value-quantity", "_profile");
  }

  @Test
  void aComponentKeepsItsCodeAndValueTogether() {
    IndexEntry entry =
        index(
            """
            {'resourceType':'Observation','status':'final','code':{'text':'panel'},'component':[
             {'code':{'coding':[{'system':'http://loinc.org','code':'8462-4'}]},'valueQuantity':{'value':80,'code':'mm[Hg]','system':'http://unitsofmeasure.org'}},
             {'code':{'coding':[{'system':'http://loinc.org','code':'8480-6'}]},'valueQuantity':{'value':115,'code':'mm[Hg]','system':'http://unitsofmeasure.org'}}]}
            """);
    JsonNode tuples = vals(entry).get("component-code-value-quantity");
    assertThat(tuples).hasSize(2);
    assertThat(tuples.get(0).get(0).get(0).stringValue()).startsWith("8462-4|");
    assertThat(tuples.get(0).get(1).get(0).get("v").intValue()).isEqualTo(80);
    assertThat(has(entry, "Observation", "component-code", Kind.CODE, "8480-6")).isTrue();
    assertThat(vals(entry).has("combo-code")).isFalse();
  }

  @Test
  void namesAreFoundByTheirBeginningsAndIdentifiersAreNotInClear() {
    IndexEntry entry =
        index(
            """
            {'resourceType':'Patient','identifier':[{'system':'http://id','value':'640104199001011234',
              'type':{'coding':[{'system':'http://t','code':'NI'}]}}],
             'name':[{'family':'Müller','given':['José']},{'text':'张三丰','family':'张','given':['三丰']}],
             'telecom':[{'system':'phone','value':'13800000000','use':'mobile'}],
             'birthDate':'1990-01-01','gender':'male','deceasedBoolean':false}
            """);
    assertThat(entry.patientId()).isEqualTo("x1");
    assertThat(new String(entry.vals(), StandardCharsets.UTF_8))
        .doesNotContain("6401041990", "13800000000");
    assertThat(has(entry, "Patient", "family", Kind.PREFIX, "mul")).isTrue();
    assertThat(has(entry, "Patient", "family", Kind.EXACT, "Müller")).isTrue();
    assertThat(has(entry, "Patient", "name", Kind.PREFIX, "张三")).isTrue();
    assertThat(has(entry, "Patient", "name", Kind.PREFIX, "mul")).isFalse();
    assertThat(parameter("Patient", "name").parts()).containsExactlyInAnyOrder("family", "given");
    assertThat(has(entry, "Patient", "identifier", Kind.OF_TYPE, "http://t|ni|640104199001011234"))
        .isTrue();
    assertThat(has(entry, "Patient", "phone", Kind.CODE, "13800000000")).isTrue();
    assertThat(has(entry, "Patient", "email", Kind.CODE, "13800000000")).isFalse();
    assertThat(has(entry, "Patient", "deceased", Kind.CODE, "true")).isFalse();
    assertThat(entry.dateLo()).isEqualTo((631152000L - 8 * 3600) * 1_000_000);
  }

  @Test
  void furtherPatientsGoIntoTheCompartmentToken() {
    IndexEntry entry =
        index(
            """
            {'resourceType':'Appointment','status':'booked','participant':[
             {'actor':{'reference':'Patient/a'},'status':'accepted'},
             {'actor':{'reference':'Patient/b'},'status':'accepted'},
             {'actor':{'reference':'Practitioner/d'},'status':'accepted'}]}
            """);
    assertThat(entry.patientId()).isEqualTo("a");
    long b = DIGESTS.reference("Patient", "b");
    assertThat(entry.tokens()).contains(registry.compartmentParameter().space(Kind.REFERENCE) ^ b);
    assertThat(has(entry, "Appointment", "actor", Kind.REFERENCE, "Patient/b")).isTrue();
    assertThat(has(entry, "Appointment", "actor", Kind.REFERENCE, "Patient/a")).isFalse();
    assertThat(has(entry, "Appointment", "actor", Kind.REFERENCE, "Practitioner/d")).isTrue();
    assertThat(has(entry, "Appointment", "practitioner", Kind.REFERENCE, "Practitioner/d"))
        .isFalse();
    Parameter practitioner = parameter("Appointment", "practitioner");
    assertThat(practitioner.tokensOf().code()).isEqualTo("actor");
  }

  @Test
  void strangeShapesAndMonstrousNumbersDoNoHarm() {
    for (String json :
        List.of(
            "{'resourceType':'Observation','code':'x','subject':7,'component':[null,3,[]],'valueQuantity':[]}",
            "{'resourceType':'Observation','valueQuantity':{'value':1e99,'code':'kg','system':'http://unitsofmeasure.org'}}",
            "{'resourceType':'Observation','valueQuantity':{'value':1e-99},'effectiveDateTime':'2020-13-45'}",
            "{'resourceType':'Patient','name':[{'family':'\\ud800\\u0000\\''}],'birthDate':'0000'}")) {
      IndexEntry entry = index(json);
      assertThat(vals(entry).isObject()).isTrue();
      assertThat(entry.vals().length).isLessThan(200);
    }
  }

  @Test
  void aCustomParameterIsIndexedAtOnceAndSearchableLater() {
    var custom =
        new R4.SearchParam(
            "Patient",
            "marital",
            "token",
            "Patient.maritalStatus",
            List.of(),
            List.of(),
            "http://c");
    var hostile =
        new R4.SearchParam(
            "Patient", "x'y", "token", "Patient.maritalStatus", List.of(), List.of(), "http://c");
    var double_ =
        new R4.SearchParam(
            "Patient", "gender", "token", "Patient.gender", List.of(), List.of(), "http://c");
    long before = registry.version();
    assertThat(
            registry.setCustom(
                List.of(
                    new ParameterRegistry.Custom(custom, false),
                    new ParameterRegistry.Custom(hostile, true),
                    new ParameterRegistry.Custom(double_, true))))
        .extracting(ParameterRegistry.Rejected::parameter)
        .containsExactlyInAnyOrder(hostile, double_);
    assertThat(registry.version()).isGreaterThan(before);
    IndexEntry entry =
        index(
            "{'resourceType':'Patient','maritalStatus':{'coding':[{'system':'http://m','code':'M'}]}}");
    assertThat(has(entry, "Patient", "marital", Kind.FULL, "http://m|m")).isTrue();
    assertThat(registry.type("Patient").searchable()).doesNotContainKey("marital");
    registry.setCustom(List.of(new ParameterRegistry.Custom(custom, true)));
    assertThat(registry.type("Patient").searchable()).containsKey("marital");
  }

  @Test
  void datesCoverWhatTheyLeaveOpen() {
    assertThat(Moments.parse("2020"))
        .isEqualTo(new Moments(1577808000_000_000L, 1609430399_999_999L));
    assertThat(Moments.parse("2020-02-29T23:59:60Z"))
        .isEqualTo(Moments.parse("2020-02-29T23:59:59Z"));
    assertThat(moments("2020-01-01T00:00:00.1234567Z").lo()).isEqualTo(1577836800_123456L);
    assertThat(moments("2020-01-01T08:00+08:00").hi()).isEqualTo(1577836859_999999L);
    for (String wrong :
        List.of(
            "",
            "20",
            "2021-02-29",
            "2020-1-1",
            "2020-01-01T",
            "2020-01-01T25:00",
            "x",
            "2020-01-01T00:00:00.",
            "2020-01-01T00:00:00+8")) {
      assertThat(Moments.parse(wrong)).as(wrong).isNull();
    }
  }
}
