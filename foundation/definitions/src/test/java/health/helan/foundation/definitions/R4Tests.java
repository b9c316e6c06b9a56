package health.helan.foundation.definitions;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.definitions.R4.ElementDef;
import health.helan.foundation.definitions.R4.Kind;
import health.helan.foundation.definitions.R4.SearchParam;
import health.helan.foundation.definitions.R4.TypeDef;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class R4Tests {
  private final R4 r4 = R4.get();

  private TypeDef type(String name) {
    return requireNonNull(r4.type(name), name);
  }

  private ElementDef element(String type, String json) {
    return requireNonNull(type(type).elements().get(json), type + "." + json);
  }

  private SearchParam parameter(String type, String code) {
    return r4.searchParameters(type).stream()
        .filter(p -> p.code().equals(code))
        .reduce(
            (a, b) -> {
              throw new AssertionError("twice: " + a + " and " + b);
            })
        .orElseThrow(() -> new AssertionError("no " + code + " for " + type));
  }

  @Test
  void loadsFast() {
    CompiledR4.load();
    long start = System.nanoTime();
    CompiledR4.load();
    // Measured warm here; a cold JVM needs some tens of milliseconds. Wide, for busy machines.
    assertThat((System.nanoTime() - start) / 1_000_000).isLessThan(500);
  }

  @Nested
  class Types {
    @Test
    void areTheOnesOfTheSpecification() {
      assertThat(r4.resourceTypes())
          .hasSize(146)
          .contains("Account", "Patient", "VisionPrescription")
          .doesNotContain("Resource", "DomainResource");
      for (String abstractType :
          List.of("Resource", "DomainResource", "Element", "BackboneElement")) {
        assertThat(type(abstractType).isAbstract()).as(abstractType).isTrue();
      }
      assertThat(r4.type("SimpleQuantity")).isNull();
      assertThat(r4.type("Nothing")).isNull();
    }

    @ParameterizedTest
    @CsvSource({
      "Patient, RESOURCE, DomainResource",
      "Binary, RESOURCE, Resource",
      "HumanName, COMPLEX, Element",
      "Age, COMPLEX, Quantity",
      "Timing, COMPLEX, BackboneElement",
      "Timing.repeat, BACKBONE, Element",
      "Observation.component, BACKBONE, BackboneElement",
      "Bundle.entry.request, BACKBONE, BackboneElement",
      "code, PRIMITIVE, string",
      "xhtml, PRIMITIVE, Element"
    })
    void knowTheirKindAndBase(String name, Kind kind, String base) {
      assertThat(type(name).kind()).isEqualTo(kind);
      assertThat(type(name).base()).isEqualTo(base);
    }

    @Test
    void referToNothingUnknown() {
      Set<String> seen = new HashSet<>();
      for (String root : r4.resourceTypes()) {
        follow(root, seen);
      }
      assertThat(seen).hasSizeGreaterThan(650).contains("Questionnaire.item", "Extension", "id");
    }

    private void follow(String name, Set<String> seen) {
      if (seen.add(name)) {
        TypeDef type = type(name);
        if (type.base() != null) {
          follow(type.base(), seen);
        }
        type.elements().values().forEach(e -> follow(e.type(), seen));
      }
    }

    @Test
    void havePatternsWherePrimitive() {
      String id = requireNonNull(type("id").pattern());
      assertThat("a-b.9").matches(id);
      assertThat("a_b").doesNotMatch(id);
      assertThat(type("dateTime").pattern()).contains("T");
      assertThat(type("HumanName").pattern()).isNull();
    }
  }

  @Nested
  class Elements {
    @Test
    void comeInTheOrderOfTheSpecificationWithThoseOfTheBases() {
      assertThat(type("Patient").elements().keySet())
          .startsWith("id", "meta", "implicitRules", "language", "text", "contained", "extension")
          .endsWith("managingOrganization", "link");
      assertThat(type("Patient.contact").elements().keySet())
          .startsWith("id", "extension", "modifierExtension", "relationship");
      assertThat(type("Age").elements()).containsKeys("value", "comparator", "system");
    }

    @Test
    void haveCardinalityTypeAndTargets() {
      assertThat(element("Patient", "name"))
          .isEqualTo(
              new ElementDef(
                  "name", "name", "HumanName", 0, Integer.MAX_VALUE, List.of(), null, true));
      assertThat(element("Patient", "id").type()).isEqualTo("id");
      assertThat(element("HumanName", "id").type()).isEqualTo("string");
      assertThat(element("Extension", "url").type()).isEqualTo("uri");
      assertThat(element("Extension", "url").min()).isOne();
      assertThat(element("Patient.link", "other").targets())
          .containsExactlyInAnyOrder("Patient", "RelatedPerson");
      assertThat(element("Observation", "focus").targets()).isEmpty();
      assertThat(element("Patient", "contained").type()).isEqualTo("Resource");
      assertThat(element("Observation.component", "referenceRange").type())
          .isEqualTo("Observation.referenceRange");
      assertThat(element("Questionnaire.item", "item").type()).isEqualTo("Questionnaire.item");
      assertThat(element("Narrative", "div").type()).isEqualTo("xhtml");
    }

    @Test
    void standOncePerTypeForAChoice() {
      assertThat(type("Observation").choices().get("value"))
          .hasSize(11)
          .contains("valueQuantity", "valueString", "valueDateTime");
      ElementDef quantity = element("Observation", "valueQuantity");
      assertThat(quantity.isChoice()).isTrue();
      assertThat(quantity.name()).isEqualTo("value");
      assertThat(quantity.type()).isEqualTo("Quantity");
      assertThat(type("Observation").elements()).doesNotContainKeys("value", "value[x]");
      assertThat(type("Extension").choices().get("value")).hasSize(50);
      assertThat(element("MedicationRequest", "medicationReference").min()).isOne();
    }
  }

  @Nested
  class Bindings {
    @Test
    void enumerateTheirCodes() {
      String gender = requireNonNull(element("Patient", "gender").requiredBinding());
      assertThat(r4.codes(gender))
          .containsExactlyInAnyOrder(
              "male",
              "female",
              "other",
              "unknown",
              "http://hl7.org/fhir/administrative-gender|male",
              "http://hl7.org/fhir/administrative-gender|female",
              "http://hl7.org/fhir/administrative-gender|other",
              "http://hl7.org/fhir/administrative-gender|unknown");
    }

    @Test
    void knowTheCodesOfNestedConcepts() {
      String status =
          requireNonNull(element("AllergyIntolerance", "clinicalStatus").requiredBinding());
      assertThat(r4.codes(status)).contains("active", "inactive", "resolved");
      String types = requireNonNull(element("Bundle.entry.request", "method").requiredBinding());
      assertThat(r4.codes(types)).contains("GET", "PATCH");
    }

    @Test
    void areNullWhereTheCodesAreEndless() {
      String mime = requireNonNull(element("Attachment", "contentType").requiredBinding());
      assertThat(r4.codes(mime)).isNull();
      assertThat(element("Observation", "code").requiredBinding()).isNull();
    }

    @Test
    void canMostlyBeEnumerated() {
      Set<String> open = new HashSet<>();
      Set<String> closed = new HashSet<>();
      Set<String> seen = new HashSet<>();
      r4.resourceTypes().forEach(type -> collect(type, seen, open, closed));
      assertThat(closed).hasSizeGreaterThan(200);
      assertThat(open)
          .containsExactlyInAnyOrder(
              "http://hl7.org/fhir/ValueSet/currencies",
              "http://hl7.org/fhir/ValueSet/mimetypes",
              "http://hl7.org/fhir/ValueSet/ucum-units",
              "http://loinc.org/vs/LL379-9");
    }

    private void collect(String name, Set<String> seen, Set<String> open, Set<String> closed) {
      if (seen.add(name)) {
        for (ElementDef element : type(name).elements().values()) {
          String url = element.requiredBinding();
          if (url != null) {
            (r4.codes(url) == null ? open : closed).add(url);
          }
          collect(element.type(), seen, open, closed);
        }
      }
    }
  }

  @Nested
  class SearchParameters {
    @ParameterizedTest
    @CsvSource(
        delimiter = ';',
        value = {
          "Patient; birthdate; date; Patient.birthDate",
          "Patient; deceased; token; Patient.deceased.exists() and Patient.deceased != false",
          "Patient; email; token; Patient.telecom.where(system='email')",
          "Patient; given; string; Patient.name.given",
          "Observation; patient; reference; Observation.subject.where(resolve() is Patient)",
          "Observation; code; token; Observation.code",
          "Observation; value-quantity; quantity; (Observation.value as Quantity) |"
              + " (Observation.value as SampledData)",
          "Condition; onset-age; quantity; Condition.onset.as(Age) | Condition.onset.as(Range)",
          "AllergyIntolerance; code; token; AllergyIntolerance.code |"
              + " AllergyIntolerance.reaction.substance",
          "MedicationRequest; code; token; (MedicationRequest.medication as CodeableConcept)",
          "InsurancePlan; name; string; InsurancePlan.name | InsurancePlan.alias",
          "Bundle; composition; reference; Bundle.entry[0].resource",
          "Patient; _id; token; Resource.id",
          "Patient; _lastUpdated; date; Resource.meta.lastUpdated",
          "Binary; _tag; token; Resource.meta.tag"
        })
    void areCutToTheirBase(String type, String code, String kind, String expression) {
      assertThat(parameter(type, code).type()).isEqualTo(kind);
      assertThat(parameter(type, code).expression()).isEqualTo(expression);
    }

    @Test
    void speakOnlyOfTheirBase() {
      Pattern head = Pattern.compile("(?<![\\w.'(])\\(*([A-Z]\\w*)\\.");
      for (String type : r4.resourceTypes()) {
        assertThat(r4.searchParameters(type)).as(type).hasSizeGreaterThan(6);
        for (SearchParam parameter : r4.searchParameters(type)) {
          Matcher matcher = head.matcher(parameter.expression());
          while (matcher.find()) {
            assertThat(matcher.group(1)).as(parameter.toString()).isEqualTo(parameter.base());
          }
        }
      }
    }

    @Test
    void haveTargetsAndComponents() {
      assertThat(parameter("Observation", "encounter").targets()).contains("Encounter");
      SearchParam composite = parameter("Observation", "component-code-value-quantity");
      assertThat(composite.expression()).isEqualTo("Observation.component");
      assertThat(composite.components())
          .containsExactly(
              new SearchParam.Component("component-code", "token", "code"),
              new SearchParam.Component(
                  "component-value-quantity", "quantity", "value.as(Quantity)"));
    }

    @Test
    void withoutExpressionAreTheFullTextOnes() {
      assertThat(r4.searchParameters("Patient").stream().filter(p -> p.expression().isEmpty()))
          .extracting(SearchParam::code)
          .containsExactlyInAnyOrder("_text", "_content", "_query");
    }
  }

  @Nested
  class Compartments {
    @Test
    void nameTheParametersThatTieToTheOwner() {
      assertThat(r4.compartment("Patient"))
          .containsEntry("Observation", List.of("subject", "performer"))
          .containsEntry("Patient", List.of("link"))
          .containsKeys("Encounter", "MedicationRequest", "Consent")
          .doesNotContainKeys("Organization", "Medication");
      assertThat(r4.compartment("Encounter")).containsEntry("Observation", List.of("encounter"));
      assertThat(r4.compartment("Organization")).isEmpty();
    }

    @Test
    void nameOnlyParametersThatExist() {
      for (String owner :
          List.of("Patient", "Encounter", "Practitioner", "RelatedPerson", "Device")) {
        assertThat(r4.compartment(owner)).as(owner).hasSizeGreaterThan(20);
        r4.compartment(owner)
            .forEach(
                (type, codes) -> {
                  for (String code : codes) {
                    if (!code.equals("{def}")) {
                      assertThat(parameter(type, code).type())
                          .as(owner + ": " + type + "." + code)
                          .isEqualTo("reference");
                    }
                  }
                });
      }
    }
  }
}
