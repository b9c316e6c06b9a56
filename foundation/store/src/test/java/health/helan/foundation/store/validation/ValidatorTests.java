package health.helan.foundation.store.validation;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Json;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.ResourceBundle;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ValidatorTests {
  private static List<Issue> issues(String json) {
    return Validator.get().validate(Json.MAPPER.readTree(json.replace('\'', '"')), Options.STORED);
  }

  /** {@code code expression key} of each issue. */
  private static List<String> faults(String json) {
    return issues(json).stream()
        .map(i -> i.code() + " " + i.expression() + " " + i.messageKey())
        .toList();
  }

  private static String patient(String more) {
    return "{'resourceType':'Patient'," + more + "}";
  }

  private static String observation(String more) {
    return "{'resourceType':'Observation','status':'final','code':{'text':'x'}," + more + "}";
  }

  @Nested
  class AResource {
    @Test
    void passesWhenItIsRight() {
      assertThat(faults(patient("'id':'p1','gender':'male','birthDate':'1980-02-29'"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = ';',
        quoteCharacter = '~',
        value = {
          "[]; resource.no-object",
          "null; resource.no-object",
          "3; resource.no-object",
          "{}; resource.no-type",
          "{'resourceType':3}; resource.no-type",
          "{'resourceType':'Human'}; resource.unknown-type",
          "{'resourceType':'DomainResource'}; resource.unknown-type",
          "{'resourceType':'HumanName'}; resource.unknown-type"
        })
    void mustBeOne(String json, String key) {
      assertThat(faults(json)).containsExactly("structure  " + key);
    }

    @Test
    void mayBeNoTreeAtAll() {
      assertThat(Validator.get().validate(null, Options.STORED)).hasSize(1);
      assertThat(
              Validator.get()
                  .validate(tools.jackson.databind.node.MissingNode.getInstance(), Options.STORED))
          .hasSize(1);
    }

    @Test
    void isNotFollowedWithoutEnd() {
      var root = Json.MAPPER.createObjectNode().put("resourceType", "Questionnaire");
      root.put("status", "active");
      var inner = root;
      for (int i = 0; i < 10_000; i++) {
        var item = Json.MAPPER.createObjectNode().put("linkId", "q").put("type", "group");
        inner.putArray("item").add(item);
        inner = item;
      }
      assertThat(Validator.get().validate(root, Options.STORED))
          .singleElement()
          .extracting(Issue::messageKey)
          .isEqualTo("depth");
    }

    /** Change upon change, until little is left of a resource. */
    @ParameterizedTest
    @ValueSource(strings = {"patient", "observation", "questionnaire", "bundle"})
    void mayBeAnyRubbish(String sample) throws IOException {
      JsonNode whole;
      try (var in = ValidatorTests.class.getResourceAsStream("samples/" + sample + ".json")) {
        whole = Json.MAPPER.readTree(Objects.requireNonNull(in));
      }
      var mutations = new Mutations(new Random(sample.hashCode()));
      int found = 0;
      for (int i = 0; i < (Boolean.getBoolean("helan.test.full") ? 5_000 : 100); i++) {
        JsonNode tree = whole;
        for (int j = 0; j < 30 && tree.size() > 2; j++) {
          tree = mutations.mutate(tree).tree();
          List<Issue> issues = Validator.get().validate(tree, Options.STORED);
          issues.forEach(issue -> assertThat(issue.text(Locale.CHINA)).isNotBlank());
          found += issues.size();
        }
      }
      assertThat(found).isGreaterThan(1000);
    }

    @Test
    void isGivenUpAfterSoManyIssues() {
      JsonNode tree =
          Json.MAPPER.readTree(
              patient("'name':[" + "{'x':1},".repeat(1000) + "{'x':1}]").replace('\'', '"'));
      assertThat(Validator.get().validate(tree, new Options(false, 7))).hasSize(7);
    }
  }

  @Nested
  class Structure {
    @ParameterizedTest
    @CsvSource(
        delimiter = ';',
        quoteCharacter = '~',
        value = {
          "'nme':[]; structure Patient property.unknown",
          "'_name':[{'id':'1'}]; structure Patient property.unknown",
          "'contact':[{'gender':'male'},{'sex':'male'}]; structure Patient.contact[1]"
              + " property.unknown",
          "'name':{'text':'x'}; structure Patient.name shape.list",
          "'gender':['male']; structure Patient.gender shape.single",
          "'maritalStatus':[{'text':'x'}]; structure Patient.maritalStatus shape.single",
          "'maritalStatus':'x'; structure Patient.maritalStatus shape.object",
          "'name':['x']; structure Patient.name[0] shape.object",
          "'name':[]; structure Patient.name shape.empty-list",
          "'name':[{}]; invariant Patient.name[0] shape.empty-object",
          "'name':[null]; structure Patient.name[0] shape.null",
          "'name':null; structure Patient.name shape.null",
          "'birthDate':null; structure Patient.birthDate shape.null",
          "'birthDate':{'x':1}; value Patient.birthDate kind.string",
          "'name':[{'given':['a',null]}]; structure Patient.name[0].given[1] shape.null",
          "'_id':{'id':'1'}; structure Patient property.unknown",
          "'managingOrganization':{'id':'1'}; invariant Patient.managingOrganization"
              + " element.only-id",
          "'name':[{'id':'1'}]; invariant Patient.name[0] element.only-id",
          "'_birthDate':{'id':'1'}; invariant Patient.birthDate element.only-id",
          "'_birthDate':{'value':'1'}; structure Patient.birthDate property.unknown",
          "'_birthDate':[{'id':'1'}]; structure Patient.birthDate shape.single",
          "'deceasedBoolean':true,'deceasedDateTime':'2020'; structure Patient choice.several",
          "'deceasedBoolean':true,'_deceasedDateTime':{'extension':[{'url':'u','valueCode':'x'}]};"
              + " structure Patient choice.several",
          "'communication':[{'preferred':true}]; required Patient.communication[0]"
              + " cardinality.missing",
          "'link':[{'type':'refer'}]; required Patient.link[0] cardinality.missing",
          "'extension':[{'valueCode':'x'}]; required Patient.extension[0] cardinality.missing",
          "'extension':[{'url':'u'}]; invariant Patient.extension[0]"
              + " extension.value-or-extension",
          "'extension':[{'url':'u','valueCode':'x','extension':[{'url':'u','valueCode':'x'}]}];"
              + " invariant Patient.extension[0] extension.value-or-extension",
          "'text':{'status':'generated'}; required Patient.text cardinality.missing",
          "'text':{'status':'generated','div':'hello'}; value Patient.text.div format.xhtml",
          "'text':{'status':'generated','div':'<div>x</div>'}; value Patient.text.div format.xhtml"
        })
    void isTold(String more, String fault) {
      assertThat(faults(patient(more))).containsExactly(fault);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "'birthDate':'1980','_birthDate':{'id':'b'}",
          "'_birthDate':{'extension':[{'url':'http://x','valueCode':'unknown'}]}",
          "'name':[{'given':['a',null],'_given':[null,{'id':'1','extension':[{'url':'u','valueCode':'x'}]}]}]",
          "'communication':[{'language':{'text':'x'},'_preferred':{'extension':[{'url':'u','valueCode':'x'}]}}]",
          "'extension':[{'url':'u','valueCode':'x','_valueCode':{'id':'1'}}]",
          "'extension':[{'url':'u','_valueCode':{'extension':[{'url':'u','valueCode':'x'}]}}]",
          "'extension':[{'url':'u','extension':[{'url':'u','valueCode':'x'}]}]",
          "'deceasedBoolean':true,'_deceasedBoolean':{'id':'1'}",
          "'text':{'status':'empty','div':'<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">x</div>'}"
        })
    void mayBeThis(String more) {
      assertThat(faults(patient(more))).isEmpty();
    }

    @Test
    void namesTheFormOfAChoice() {
      assertThat(faults(observation("'valueQuantity':{'value':'12'}")))
          .containsExactly("value Observation.value.ofType(Quantity).value kind.number");
      assertThat(faults(observation("'valueAddress':{'text':'12'}")))
          .containsExactly("structure Observation property.unknown");
    }

    @Test
    void asksForEachRequiredElement() {
      assertThat(issues("{'resourceType':'Observation','id':'o'}"))
          .extracting(Issue::arguments)
          .containsExactly(List.of("status", "Observation"), List.of("code", "Observation"));
      assertThat(
              faults(
                  "{'resourceType':'MedicationRequest','id':'m','status':'active',"
                      + "'intent':'order','subject':{'reference':'Patient/1'}}"))
          .containsExactly("required MedicationRequest cardinality.missing");
    }
  }

  @Nested
  class Codes {
    @ParameterizedTest
    @CsvSource(
        delimiter = ';',
        quoteCharacter = '~',
        value = {
          "'gender':'m'; code-invalid Patient.gender code.not-one-of",
          "'gender':'Male'; code-invalid Patient.gender code.not-one-of",
          "'gender':' male'; value Patient.gender format.code",
          "'gender':true; value Patient.gender kind.string",
          "'telecom':[{'system':'tel'}]; code-invalid Patient.telecom[0].system code.not-one-of"
        })
    void mustBeInTheirValueSet(String more, String fault) {
      assertThat(faults(patient(more))).containsExactly(fault);
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '!',
        quoteCharacter = '~',
        value = {
          "application/pdf! 0",
          "text/plain;charset=UTF-8! 0",
          "application/fhir+json; fhirVersion=4.0! 0",
          "image/svg+xml! 0",
          "json! 0",
          "pdf! 1",
          "application/! 1",
          "application/pdf;! 1",
          "应用/文本! 1"
        })
    void forMimeTypesHaveTheirForm(String type, int faults) {
      var resource = Json.MAPPER.createObjectNode().put("resourceType", "Patient");
      resource.putArray("photo").addObject().put("contentType", type);
      List<String> found = faults(resource.toString());
      assertThat(found).hasSize(faults);
      if (faults > 0) {
        assertThat(found.getFirst())
            .isEqualTo("code-invalid Patient.photo[0].contentType code.not-in-value-set");
      }
    }

    @ParameterizedTest
    @CsvSource({"CNY,0", "USD,0", "HKD,0", "RMB,1", "cny,1", "元,1"})
    void forCurrenciesAreThoseOfIso4217(String currency, int faults) {
      assertThat(
              faults(
                  "{'resourceType':'Invoice','status':'issued','totalNet':{'value':1,'currency':'"
                      + currency
                      + "'}}"))
          .hasSize(faults);
    }

    @ParameterizedTest
    @CsvSource({
      "http://unitsofmeasure.org,mg/dL,0",
      "http://unitsofmeasure.org,Cel,0",
      "http://unitsofmeasure.org,{次}/min,1",
      "http://unitsofmeasure.org,毫克,1",
      "http://x,mg,1"
    })
    void forUnitsAreWrittenInUcum(String system, String code, int faults) {
      assertThat(
              faults(
                  "{'resourceType':'ResearchElementDefinition','status':'draft','type':'exposure',"
                      + "'characteristic':[{'definitionCodeableConcept':{'text':'x'},'unitOfMeasure':{'coding':[{'system':'%s','code':'%s'}]}}]}"
                          .formatted(system, code)))
          .hasSize(faults);
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = ';',
        quoteCharacter = '~',
        value = {
          "{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/condition-clinical',"
              + "'code':'active'}]}; 0",
          "{'coding':[{'system':'http://x','code':'1'},"
              + "{'system':'http://terminology.hl7.org/CodeSystem/condition-clinical',"
              + "'code':'recurrence'}]}; 0",
          "{'coding':[{'system':'http://x','code':'active'}]}; 1",
          "{'coding':[{'code':'active'}]}; 1",
          "{'text':'active'}; 1"
        })
    void mayComeWithOthersInAConcept(String status, int faults) {
      assertThat(
              faults(
                  "{'resourceType':'Condition','subject':{'reference':'Patient/1'},'clinicalStatus':"
                      + status
                      + "}"))
          .hasSize(faults);
    }
  }

  @Nested
  class ReferencesTo {
    private List<String> subject(String reference) {
      return faults(observation("'subject':{'reference':'" + reference + "'}"));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "Patient/1",
          "Patient/1/_history/2",
          "http://example.org/fhir/Patient/1",
          "https://example.org/fhir/Patient/1/_history/2",
          "https://example.org/anything",
          "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0",
          "urn:oid:1.2.3"
        })
    void areFine(String reference) {
      assertThat(subject(reference)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
      "Patient, value, reference.format",
      "Patient/, value, reference.format",
      "/Patient/1, value, reference.format",
      "Patient/a b, value, reference.format",
      "Patient/1/2, value, reference.format",
      "Human/1, value, reference.unknown-type",
      "Practitioner/1, structure, reference.target",
      "http://example.org/fhir/Practitioner/1, structure, reference.target",
      "Patient?identifier=1, value, reference.conditional",
      "#, value, reference.format",
      "#p, invariant, reference.not-contained"
    })
    void areNot(String reference, String code, String key) {
      assertThat(subject(reference))
          .containsExactly(code + " Observation.subject.reference " + key);
    }

    @Test
    void mayBeConditionalInATransaction() {
      JsonNode tree =
          Json.MAPPER.readTree(
              observation("'subject':{'reference':'Patient?identifier=1'}").replace('\'', '"'));
      assertThat(Validator.get().validate(tree, Options.TRANSACTION)).isEmpty();
      JsonNode wrong =
          Json.MAPPER.readTree(
              observation("'subject':{'reference':'Practitioner?identifier=1'}")
                  .replace('\'', '"'));
      assertThat(Validator.get().validate(wrong, Options.TRANSACTION)).hasSize(1);
    }

    @Test
    void pointIntoContained() {
      String contained = "'contained':[{'resourceType':'Patient','id':'p'}],";
      assertThat(faults(observation(contained + "'subject':{'reference':'#p'}"))).isEmpty();
      assertThat(faults(observation(contained + "'performer':[{'reference':'#q'}]"))).hasSize(1);
      assertThat(faults(observation(contained + "'encounter':{'reference':'#p'}")))
          .containsExactly("structure Observation.encounter.reference reference.target");
    }
  }

  @Nested
  class ResourcesInResources {
    @Test
    void areCheckedToo() {
      assertThat(
              faults(observation("'contained':[{'resourceType':'Patient','id':'p','gender':'x'}]")))
          .containsExactly("code-invalid Observation.contained[0].gender code.not-one-of");
      assertThat(
              faults(
                  "{'resourceType':'Bundle','type':'collection','entry':[{'resource':"
                      + "{'resourceType':'Patient','gender':'x'}}]}"))
          .containsExactly("code-invalid Bundle.entry[0].resource.gender code.not-one-of");
      assertThat(faults(observation("'contained':[{'id':'p'}]")))
          .containsExactly("structure Observation.contained[0] resource.no-type");
    }

    @Test
    void doNotContainFurther() {
      assertThat(
              faults(
                  observation(
                      "'contained':[{'resourceType':'Patient','id':'p','contained':"
                          + "[{'resourceType':'Patient','id':'q'}]}]")))
          .containsExactly("invariant Observation.contained[0].contained[0] contained.nested");
    }

    @Test
    void haveContainedOfTheirOwnInABundle() {
      assertThat(
              faults(
                  "{'resourceType':'Bundle','type':'collection','entry':["
                      + "{'resource':"
                      + observation(
                          "'contained':[{'resourceType':'Patient','id':'p'}],"
                              + "'subject':{'reference':'#p'}")
                      + "},{'resource':"
                      + observation("'subject':{'reference':'#p'}")
                      + "}]}"))
          .containsExactly(
              "invariant Bundle.entry[1].resource.subject.reference reference.not-contained");
    }
  }

  @Nested
  class Texts {
    @Test
    void areThereInBothLanguages() {
      var chinese = bundle(Locale.CHINESE);
      var english = bundle(Locale.ENGLISH);
      assertThat(english.keySet()).isEqualTo(chinese.keySet()).hasSizeGreaterThan(30);
      for (String key : chinese.keySet()) {
        assertThat(chinese.getString(key)).as(key).containsPattern("\\p{IsHan}");
        assertThat(english.getString(key)).as(key).doesNotContainPattern("\\p{IsHan}|'");
      }
    }

    private ResourceBundle bundle(Locale locale) {
      return ResourceBundle.getBundle(
          "health.helan.foundation.store.validation.messages",
          locale,
          ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES));
    }

    @Test
    void nameThePlaceAndNotTheValue() {
      Issue issue = issues(patient("'gender':'secret'")).getFirst();
      assertThat(issue.text(Locale.CHINA)).isEqualTo("代码必须是以下之一：female, male, other, unknown。");
      assertThat(issue.text(Locale.UK))
          .isEqualTo("The code must be one of: female, male, other, unknown.");
      assertThat(issue.text(Locale.FRENCH)).contains("代码");
    }
  }
}
