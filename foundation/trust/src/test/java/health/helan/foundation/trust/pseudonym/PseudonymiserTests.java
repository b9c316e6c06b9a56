package health.helan.foundation.trust.pseudonym;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.definitions.R4;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Levels;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Nothing that somebody typed comes out; what regulators work with does. */
class PseudonymiserTests {
  private static final String MARK = "张小三MARK";
  private static final String IDENTITY = "649104198506153218";
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-26T02:00:00Z"), ZoneOffset.UTC);
  private static final Pseudonyms PSEUDONYMS = new Pseudonyms(new byte[32]);
  private static final Pseudonymiser PSEUDONYMISER = new Pseudonymiser(PSEUDONYMS, CLOCK);

  static Set<String> types() {
    return Rules.residents();
  }

  private static ObjectNode tree(String json) {
    return (ObjectNode) Json.MAPPER.readTree(json.replace('\'', '"'));
  }

  // ------------------------------------------------------------------ every element of every type

  /** Resources in which every element that R4 knows may be filled, the texts with the mark. */
  private static final class Filler {
    private final Random random;
    private final Set<String> reached = new HashSet<>();

    /** Texts where codes and addresses belong, too. */
    private final boolean hostile;

    Filler(long seed, boolean hostile) {
      random = new Random(seed);
      this.hostile = hostile;
    }

    ObjectNode resource(String type) {
      ObjectNode resource = Json.MAPPER.createObjectNode().put("resourceType", type);
      resource.put("id", "source-1");
      fill(resource, type, 0);
      resource.remove("modifierExtension");
      resource.put("id", "source-1");
      return resource;
    }

    private void fill(ObjectNode into, String name, int depth) {
      R4.TypeDef type = R4.get().type(name);
      if (type == null || depth > 6) {
        return;
      }
      var chosen = new HashSet<String>();
      var elements = new ArrayList<>(type.elements().values());
      java.util.Collections.shuffle(elements, random);
      for (R4.ElementDef element : elements) {
        if (element.json().equals("modifierExtension")
            || element.isChoice() && !chosen.add(element.name())
            || depth > 1 && random.nextInt(3) == 0
            || depth > 3 && random.nextInt(2) == 0) {
          continue;
        }
        JsonNode value = value(element, depth);
        if (value == null) {
          continue;
        }
        if (element.repeats()) {
          ArrayNode values = into.putArray(element.json()).add(value);
          JsonNode second = value(element, depth + 1);
          if (second != null) {
            values.add(second);
          }
        } else {
          into.set(element.json(), value);
        }
        if (R4.get().type(element.type()) instanceof R4.TypeDef of
            && of.kind() == R4.Kind.PRIMITIVE
            && !element.repeats()) {
          into.putObject("_" + element.json())
              .putArray("extension")
              .addObject()
              .put("url", "http://x.cn/" + MARK)
              .put("valueString", MARK);
        }
      }
    }

    private JsonNode value(R4.ElementDef element, int depth) {
      var f = Json.MAPPER.getNodeFactory();
      reached.add(element.type());
      return switch (element.type()) {
        case "boolean" -> f.booleanNode(true);
        case "integer", "positiveInt", "unsignedInt" ->
            hostile ? f.stringNode(MARK) : f.numberNode(7);
        case "decimal" -> hostile ? f.stringNode(MARK) : f.numberNode(7.5);
        case "date" -> f.stringNode(hostile ? MARK : "2024-05-06");
        case "dateTime", "instant" -> f.stringNode(hostile ? MARK : "2024-05-06T07:08:09+08:00");
        case "time" -> f.stringNode(hostile ? MARK : "07:08:09");
        case "code" ->
            f.stringNode(
                hostile
                    ? List.of(MARK, IDENTITY, "13912345678", "P" + IDENTITY, "t13912345678b")
                        .get(random.nextInt(5))
                    : "c-1");
        case "uri", "url", "canonical" ->
            element.json().equals("system")
                ? f.stringNode(hostile ? "http://x.cn/" + IDENTITY : "http://x.cn/system")
                : f.stringNode("http://x.cn/" + MARK);
        case "Reference" -> {
          ObjectNode reference = f.objectNode();
          reference
              .put("reference", hostile ? "http://x.cn/" + MARK : "Patient/source-1")
              .put("display", MARK)
              .put("type", "Patient");
          reference.putObject("identifier").put("value", IDENTITY).put("system", MARK);
          yield reference;
        }
        case "Resource" ->
            f.objectNode().put("resourceType", "Patient").put("id", MARK).put("language", MARK);
        default -> {
          R4.TypeDef type = R4.get().type(element.type());
          if (type == null || type.kind() == R4.Kind.PRIMITIVE) {
            yield f.stringNode(element.type().equals("xhtml") ? "<div>" + MARK + "</div>" : MARK);
          }
          ObjectNode object = f.objectNode();
          fill(object, element.type(), depth + 1);
          yield object;
        }
      };
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void noTextOfAnyElementComesOut(String type) {
    var reached = new TreeSet<String>();
    int came = 0;
    for (int seed = 0; seed < 60; seed++) {
      Filler filler = new Filler(seed, seed % 3 == 2);
      ObjectNode resource = filler.resource(type);
      resource.remove("modifierExtension");
      // Not by its level: only what the rules leave out is at stake here.
      resource.remove("meta");
      resource.putObject("meta").put("source", MARK).putArray("profile").add(MARK);
      assertThat(resource.toString()).contains(MARK);
      ObjectNode projected =
          Objects.requireNonNull(PSEUDONYMISER.apply(type, "source-1", resource));
      String text = projected.toString();
      assertThat(text)
          .doesNotContain("MARK")
          .doesNotContain("张")
          .doesNotContain(IDENTITY)
          .doesNotContain("13912345678")
          .doesNotContain("source-1")
          .doesNotContain("\"_")
          .doesNotContain("display")
          .doesNotContain("contained");
      reached.addAll(filler.reached);
      came += text.contains("c-1") ? 1 : 0;
    }
    assertThat(reached).contains("string", "code", "Reference", "CodeableConcept", "Resource");
    assertThat(came).as("codes come through").isGreaterThan(20);
  }

  @Test
  void aTypeWithoutARuleHasNoPlace() {
    for (String type : R4.get().resourceTypes()) {
      if (!Rules.all().contains(type)) {
        assertThat(
                PSEUDONYMISER.apply(
                    type, "1", tree("{'resourceType':'%s','id':'1'}".formatted(type))))
            .as(type)
            .isNull();
      }
    }
    assertThat(Rules.all())
        .doesNotContain(
            "Binary", "Communication", "Consent", "Provenance", "Person", "RelatedPerson", "Task");
  }

  // ------------------------------------------------------------------ what is kept

  private static ObjectNode projected(String type, String id, String json) {
    return Objects.requireNonNull(PSEUDONYMISER.apply(type, id, tree(json)));
  }

  @Test
  void aPatientKeepsSexYearAndCounty() {
    ObjectNode patient =
        projected(
            "Patient",
            "p-1",
            """
            {'resourceType':'Patient','id':'p-1','active':true,'gender':'female','birthDate':'1985-06-15',
             'identifier':[{'system':'urn:n','value':'649104198506153218'}],'name':[{'text':'马秀兰'}],
             'telecom':[{'system':'phone','value':'13912345678'}],'photo':[{'title':'x'}],
             'deceasedDateTime':'2025-03-04','maritalStatus':{'coding':[{'system':'urn:m','code':'20'}]},
             'address':[{'text':'宁夏贺兰县习岗镇1号','line':['1号'],'postalCode':'750200','extension':[
               {'url':'https://helan.health/fhir/StructureDefinition/area-code','valueCode':'640122100001'}]}],
             'managingOrganization':{'reference':'Organization/h-1','display':'医院'},
             'contact':[{'name':{'text':'马父'}}],'text':{'status':'generated','div':'<div>马秀兰</div>'}}""");
    String id = PSEUDONYMS.of("Patient", "p-1");
    assertThat(patient)
        .isEqualTo(
            tree(
                """
                {'resourceType':'Patient','id':'%1$s','meta':{'security':[
                   {'system':'http://terminology.hl7.org/CodeSystem/v3-ObservationValue','code':'PSEUDED'}]},
                 'identifier':[{'system':'https://helan.health/fhir/pseudonym','value':'%1$s'}],
                 'active':true,'gender':'female','birthDate':'1985','deceasedDateTime':'2025',
                 'address':[{'extension':[{'url':'https://helan.health/fhir/StructureDefinition/area-code',
                   'valueCode':'640122'}],'state':'64','city':'6401','district':'640122'}],
                 'managingOrganization':{'reference':'Organization/h-1'}}"""
                    .formatted(id)));
  }

  @Test
  void theOldestAreOneGroup() {
    for (String born : List.of("1936-12-31", "1920", "1901-01-01")) {
      assertThat(
              projected(
                      "Patient",
                      "p",
                      "{'resourceType':'Patient','id':'p','birthDate':'%s'}".formatted(born))
                  .path("birthDate")
                  .stringValue())
          .isEqualTo("1936");
    }
    assertThat(
            projected("Patient", "p", "{'resourceType':'Patient','birthDate':'1937-01-01'}")
                .path("birthDate")
                .stringValue())
        .isEqualTo("1937");
  }

  @Test
  void aFindingKeepsCodesValuesDatesAndWhomItIsAbout() {
    ObjectNode finding =
        projected(
            "Observation",
            "o-1",
            """
            {'resourceType':'Observation','id':'o-1','status':'final','subject':{'reference':'Patient/p-1/_history/2'},
             'code':{'text':'血糖','coding':[{'system':'http://loinc.org','code':'2345-7','display':'Glucose'},
               {'code':'lonely'}]},
             'effectiveDateTime':'2026-05-06T07:08:09+08:00','performer':[{'reference':'Practitioner/d-1'},
               {'reference':'#inside'},{'reference':'Device/9'}],
             'valueQuantity':{'value':5.6,'unit':'毫摩尔','system':'http://unitsofmeasure.org','code':'mmol/L'},
             'note':[{'text':'患者马秀兰'}],'identifier':[{'value':'77'}]}""");
    assertThat(finding.path("subject").path("reference").stringValue())
        .isEqualTo("Patient/" + PSEUDONYMS.of("Patient", "p-1"));
    assertThat(finding.path("performer"))
        .isEqualTo(tree("{'a':[{'reference':'Practitioner/d-1'}]}").path("a"));
    assertThat(finding.path("code"))
        .isEqualTo(tree("{'coding':[{'system':'http://loinc.org','code':'2345-7'}]}"));
    assertThat(finding.path("valueQuantity").path("unit").stringValue()).isEqualTo("mmol/L");
    assertThat(finding.path("effectiveDateTime").stringValue())
        .isEqualTo("2026-05-06T07:08:09+08:00");
    assertThat(finding.has("note") || finding.has("identifier")).isFalse();
  }

  /** "Less than 0.01" must not become 0.01, nor 37 per cent 37. */
  @ParameterizedTest
  @ValueSource(strings = {"%", "/min", "[pH]", "{score}", "mL/min/(1.73.m2)", "10*9/L", "m[IU]/L"})
  void aQuantityKeepsItsComparatorAndItsUnit(String unit) {
    for (String comparator : List.of("<", "<=", ">=", ">")) {
      assertThat(
              projected(
                      "Observation",
                      "o-1",
                      "{'resourceType':'Observation','status':'final','valueQuantity':{'value':0.01,'comparator':'%s','system':'http://unitsofmeasure.org','code':'%s'}}"
                          .formatted(comparator, unit))
                  .path("valueQuantity"))
          .isEqualTo(
              tree(
                  "{'value':0.01,'comparator':'%1$s','system':'http://unitsofmeasure.org','code':'%2$s','unit':'%2$s'}"
                      .formatted(comparator, unit)));
    }
  }

  @Test
  void sensitiveVeryRestrictedAndModifiedResourcesHaveNoPlace() {
    for (String more :
        List.of(
            "'code':{'coding':[{'system':'http://hl7.org/fhir/sid/icd-10','code':'B20'}]}",
            "'meta':{'security':[{'code':'PSY'}]}",
            "'meta':{'security':[{'system':'%s','code':'L5'}]}".formatted(Levels.SYSTEM),
            "'modifierExtension':[{'url':'urn:not','valueBoolean':true}]",
            "'stage':[{'modifierExtension':[{'url':'urn:not','valueBoolean':true}]}]")) {
      assertThat(
              PSEUDONYMISER.apply(
                  "Condition",
                  "c",
                  tree("{'resourceType':'Condition','id':'c',%s}".formatted(more))))
          .as(more)
          .isNull();
    }
  }

  @Test
  void openTypesStayAsTheyAreUnlessTheySpeakOfSomebody() {
    ObjectNode open =
        projected(
            "Organization",
            "h-1",
            "{'resourceType':'Organization','id':'h-1','name':'贺兰县人民医院','meta':{'versionId':'3'}}");
    assertThat(open.path("name").stringValue()).isEqualTo("贺兰县人民医院");
    assertThat(open.path("id").stringValue()).isEqualTo("h-1");
    assertThat(
            PSEUDONYMISER.apply(
                "Location",
                "l",
                tree(
                    "{'resourceType':'Location','id':'l','contained':[{'resourceType':'Patient','id':'x'}]}")))
        .isNull();
  }

  @Test
  void pseudonymsAreTheServersOwnKindOfIdAndNeedTheKey() {
    var other = new byte[32];
    other[0] = 1;
    var ids = new HashSet<String>();
    for (int i = 0; i < 20_000; i++) {
      String id = PSEUDONYMS.of("Patient", "p-" + i);
      assertThat(health.helan.foundation.store.Ids.isAssigned(id)).isTrue();
      ids.add(id);
    }
    assertThat(ids).hasSize(20_000);
    assertThat(PSEUDONYMS.of("Patient", "p-1")).isEqualTo(PSEUDONYMS.of("Patient", "p-1"));
    assertThat(PSEUDONYMS.of("Person", "p-1")).isNotEqualTo(PSEUDONYMS.of("Patient", "p-1"));
    assertThat(new Pseudonyms(other).of("Patient", "p-1"))
        .isNotEqualTo(PSEUDONYMS.of("Patient", "p-1"));
    assertThat(new Pseudonyms(other).indexKey()).isNotEqualTo(PSEUDONYMS.indexKey());
  }
}
