package health.helan.foundation.fhirpath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What the engine offers its callers, beyond the language that the official suite tests. */
class ExpressionsTests {
  private static final JsonNode PATIENT = Samples.own("patient");
  private static final JsonNode OBSERVATION = Samples.own("observation");
  private static final JsonNode BUNDLE = Samples.own("bundle");

  private static List<@Nullable String> texts(String expression, JsonNode resource) {
    return FhirPath.compile(expression).evaluate(resource).stream().map(Node::text).toList();
  }

  private static Node one(String expression, JsonNode resource) {
    var found = FhirPath.compile(expression).evaluate(resource);
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  @Test
  void aNodeKnowsItsTypeJsonAndPlace() {
    Node diastolic = one("component[1].value", OBSERVATION);
    assertThat(diastolic.typeName()).isEqualTo("Quantity");
    assertThat(diastolic.isA("Element")).isTrue();
    assertThat(diastolic.json()).isSameAs(OBSERVATION.at("/component/1/valueQuantity"));
    assertThat(diastolic.path()).isEqualTo("Observation.component[1].value");
    assertThat(diastolic.property()).isEqualTo("valueQuantity");
    Node component = Objects.requireNonNull(diastolic.parent());
    assertThat(component.typeName()).isEqualTo("Observation.component");
    assertThat(component.index()).isEqualTo(1);
    assertThat(one(diastolic.path(), OBSERVATION).json()).isSameAs(diastolic.json());
  }

  @Test
  void computedValuesAreOfSystemTypes() {
    Node count = one("name.count()", PATIENT);
    assertThat(count.typeName()).isEqualTo("System.Integer");
    assertThat(count.isSystem()).isTrue();
    assertThat(count.value()).isEqualTo(2);
    assertThat(count.path()).isEmpty();
    assertThat(one("2 'mg'", PATIENT).json())
        .hasToString(
            "{\"value\":2,\"unit\":\"mg\",\"system\":\"http://unitsofmeasure.org\",\"code\":\"mg\"}");
  }

  @Test
  void primitivesComeWithTheirExtensions() {
    Node birthDate = one("birthDate", PATIENT);
    assertThat(birthDate.shadow()).isSameAs(PATIENT.get("_birthDate"));
    assertThat(texts("birthDate.extension.value", PATIENT))
        .containsExactly("1974-12-25T14:35:45+08:00");
    var given = FhirPath.compile("name[1].given").evaluate(PATIENT);
    assertThat(given).extracting(Node::text).containsExactly("San", null, "小三");
    assertThat(given).extracting(Node::index).containsExactly(0, 1, 2);
    assertThat(texts("name.given.extension.value", PATIENT)).containsExactly("masked");
    assertThat(texts("name.given.id", PATIENT)).containsExactly("g3");
    assertThat(texts("name.given.where(hasValue())", PATIENT)).containsExactly("三", "San", "小三");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "subject.where(resolve() is Patient).reference; Patient/zhang",
        "encounter.where(resolve() is Encounter).reference;"
            + " https://example.org/fhir/Encounter/e1/_history/2",
        "performer.where(resolve() is Organization).identifier.value; 7",
        "performer.where(resolve() is DomainResource).count(); 2",
        "subject.where(resolve() is Group).exists(); false",
      })
  void theTypeOfAReferenceIsToldWithoutResolving(String expression, String expected) {
    assertThat(texts(expression, OBSERVATION)).containsExactly(expected);
  }

  @Test
  void containedResourcesAndEntriesOfTheBundleResolve() {
    assertThat(texts("managingOrganization.resolve().name", PATIENT)).containsExactly("虚构社区卫生服务中心");
    assertThat(texts("generalPractitioner.where(resolve() is Practitioner).reference", PATIENT))
        .containsExactly("#gp");
    assertThat(texts("Bundle.entry[0].resource.subject.resolve().name.text", BUNDLE))
        .containsExactly("张三");
    assertThat(texts("entry.resource.author.where(resolve() is Practitioner).count()", BUNDLE))
        .containsExactly("1");
  }

  @Test
  void otherReferencesGoToTheResolver() {
    var context =
        EvaluationContext.builder()
            .resolver((reference, from) -> reference.equals("Patient/zhang") ? PATIENT : null)
            .build();
    assertThat(
            FhirPath.compile("(subject | encounter).resolve().name.family")
                .evaluate(OBSERVATION, context))
        .extracting(Node::text)
        .containsExactly("张");
    assertThat(texts("subject.resolve()", OBSERVATION)).isEmpty();
  }

  @Test
  void variablesAreSeen() {
    var context =
        EvaluationContext.builder()
            .variable("limit", new BigDecimal("100"))
            .variable("patient", PATIENT)
            .variable("words", List.of("a", "b"))
            .build();
    assertThat(
            FhirPath.compile(
                    "component.value.ofType(Quantity).value.where($this > %limit) |"
                        + " %patient.gender | %words")
                .evaluate(OBSERVATION, context))
        .extracting(Node::text)
        .containsExactly("107", "male", "a", "b");
    assertThatExceptionOfType(FhirPathException.class)
        .isThrownBy(() -> FhirPath.compile("%limit").evaluate(OBSERVATION))
        .withMessageContaining("%limit");
  }

  @Test
  void resourceAndRootResourceDifferInsideContainedOnes() {
    Node name = one("contained.ofType(Practitioner).name", PATIENT);
    var context = EvaluationContext.builder().build();
    assertThat(
            FhirPath.compile("%resource.id | %rootResource.id | %context.text")
                .evaluate(name, context))
        .extracting(Node::text)
        .containsExactly("gp", "zhang", "李四");
  }

  @Test
  void timeStandsStill() {
    var clock = Clock.fixed(Instant.parse("2025-11-22T16:30:00Z"), ZoneId.of("Asia/Shanghai"));
    var context = EvaluationContext.builder().clock(clock).build();
    assertThat(
            FhirPath.compile("today().toString() | now().toString() | timeOfDay().toString()")
                .evaluate(PATIENT, context))
        .extracting(Node::text)
        .containsExactly("2025-11-23", "2025-11-23T00:30:00.000+08:00", "00:30:00.000");
  }

  @Test
  void tracesGoToTheSink() {
    var seen = new ArrayList<String>();
    var context =
        EvaluationContext.builder()
            .traceSink((name, items) -> items.forEach(item -> seen.add(name + " " + item.text())))
            .build();
    FhirPath.compile("telecom.trace('use', use).where(system = 'phone').trace('x').count()")
        .evaluate(PATIENT, context);
    assertThat(seen).contains("use mobile", "use home").hasSize(4);
  }

  @Test
  void requiredBindingsNeedNoTerminologyForMemberOf() {
    assertThat(
            texts("gender.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')", PATIENT))
        .containsExactly("true");
    assertThat(
            texts(
                "language.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')", PATIENT))
        .containsExactly("false");
    assertThatExceptionOfType(FhirPathException.class)
        .isThrownBy(() -> texts("gender.memberOf('http://example.org/unknown')", PATIENT))
        .withMessageContaining("terminology");
  }

  @Test
  void terminologyIsAsked() {
    var terminology =
        new EvaluationContext.Terminology() {
          @Override
          public Boolean memberOf(Node coded, String valueSetUrl) {
            return coded.typeName().equals("CodeableConcept") && valueSetUrl.endsWith("panels");
          }

          @Override
          public @Nullable Boolean subsumes(Node general, Node special) {
            return null;
          }
        };
    var context = EvaluationContext.builder().terminology(terminology).build();
    assertThat(
            FhirPath.compile("code.memberOf('http://example.org/panels')")
                .evaluateBoolean(OBSERVATION, context))
        .isTrue();
    assertThat(
            FhirPath.compile("code.coding.subsumes(category.coding)")
                .evaluate(OBSERVATION, context))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '#',
      value = {
        "name..given; 1; 6; SYNTAX",
        "name.where(; 1; 12; SYNTAX",
        "name.\\n  given + ; 2; 10; SYNTAX",
        "'open; 1; 1; SYNTAX",
        "name.whre(use = 'official'); 1; 6; SEMANTIC",
        "value as Quantitie; 1; 7; SEMANTIC",
        "name.first(1); 1; 6; SEMANTIC",
        "@2015-13; 1; 1; SYNTAX",
        "99999999999; 1; 1; SYNTAX",
      })
  void faultsAreToldWithLineAndColumn(
      String expression, int line, int column, FhirPathException.Kind kind) {
    assertThatExceptionOfType(FhirPathException.class)
        .isThrownBy(() -> FhirPath.compile(expression.replace("\\n", "\n")))
        .satisfies(
            e -> {
              assertThat(e.kind()).isEqualTo(kind);
              assertThat(List.of(e.line(), e.column())).containsExactly(line, column);
            });
  }

  @Test
  void namesOfJsonAreExplained() {
    assertThatExceptionOfType(FhirPathException.class)
        .isThrownBy(() -> FhirPath.compile("component.valueQuantity").evaluate(OBSERVATION))
        .withMessageContaining("value.ofType(Quantity)");
    assertThatExceptionOfType(FhirPathException.class)
        .isThrownBy(() -> FhirPath.compile("component.valueQuantity", "Observation"))
        .withMessageContaining("value.ofType(Quantity)");
  }

  @Test
  void strictExpressionsMustFitTheirTypes() {
    assertThat(FhirPath.compileStrict("name.given", "Patient").evaluate(PATIENT)).hasSize(4);
    for (String wrong :
        List.of(
            "nme.given",
            "name.gven",
            "Observation.code",
            "birthDate.ofType(Period)",
            "children().first()",
            "name.where(usage = 'x')")) {
      assertThatExceptionOfType(FhirPathException.class)
          .as(wrong)
          .isThrownBy(() -> FhirPath.compileStrict(wrong, "Patient"));
    }
  }

  @Test
  void anExpressionForOneTypeRefusesAnother() {
    var expression = FhirPath.compile("Observation.subject", "Observation");
    assertThat(expression.evaluate(OBSERVATION)).hasSize(1);
    assertThatExceptionOfType(FhirPathException.class)
        .isThrownBy(() -> expression.evaluate(PATIENT))
        .withMessageContaining("Observation");
    assertThat(FhirPath.compile("Observation.subject").evaluate(PATIENT)).isEmpty();
  }

  @Test
  void partsOfACompositeStartFromAnElement() {
    var components = FhirPath.compile("Observation.component", "Observation").evaluate(OBSERVATION);
    var value = FhirPath.compile("value.ofType(Quantity).value", "Observation.component");
    assertThat(components.stream().flatMap(c -> value.evaluate(c).stream()).map(Node::text))
        .containsExactly("107", "60.0");
  }

  @Test
  void booleansAreAskedForDirectly() {
    assertThat(FhirPath.compile("active").evaluateBoolean(PATIENT)).isTrue();
    assertThat(FhirPath.compile("deceased").evaluateBoolean(PATIENT)).isFalse();
    assertThat(FhirPath.compile("multipleBirth").evaluateBoolean(PATIENT)).isFalse();
    assertThat(FhirPath.compile("gender").evaluateBoolean(PATIENT)).isTrue();
    assertThatExceptionOfType(FhirPathException.class)
        .isThrownBy(() -> FhirPath.compile("telecom").evaluateBoolean(PATIENT));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "text.`div`.htmlChecks(); true",
        "identifier[1].period.start.lowBoundary() < identifier[1].period.end.highBoundary(); true",
        "extension.value.ofType(Quantity) = 61500 'g'; true",
        "extension.value.ofType(Quantity) > 60 'kg'; true",
        "extension.value.ofType(Quantity) > 60 'm'; ",
        "1 year = 12 months; true",
        "37.0 'Cel' = 310.15 'K'; true",
        "98.6 '[degF]' ~ 37.0 'Cel'; true",
        "1 'mmol/L' = 1000 'umol/L'; true",
        "120 'mm[Hg]' > 15 'kPa'; true",
        "@2016-02-29 + 1 year = @2017-02-28; true",
        "@2016 + 18 months = @2017; true",
        "@T23:30 + 1 hour = @T00:30; true",
        "telecom.where(system = 'phone').value.count(); 2",
        "telecom.where(system != 'phone').value; zhang@example.org",
        "name.where(given = 'San').exists(); false",
        "telecom.exists(system = 'fax'); false",
        "link.other.checkModifiers().reference; Patient/zhang-old",
        "contact.name is HumanName and contact.name is Element; true",
        "2147483647 + 1; ",
      })
  void answersAreRight(String expression, @Nullable String expected) {
    var found = texts(expression, PATIENT);
    if (expected == null) {
      assertThat(found).isEmpty();
    } else {
      assertThat(found).containsExactly(expected);
    }
  }

  @Test
  void textsAndPagesWithScriptsAreNoNarratives() {
    for (String html :
        List.of(
            "plain",
            "<div>no namespace</div>",
            "<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\"></div>",
            "<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\"><script>x</script></div>",
            "<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\" onclick=\\\"x()\\\">a</div>",
            "<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\"><a href=\\\"javascript:x\\\">a</a></div>",
            "<!DOCTYPE div [<!ENTITY x SYSTEM \\\"file:///etc/passwd\\\">]>"
                + "<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">&x;</div>")) {
      JsonNode resource =
          Samples.JSON.readTree(
              "{\"resourceType\":\"Basic\",\"text\":{\"status\":\"generated\",\"div\":\""
                  + html
                  + "\"}}");
      assertThat(texts("text.`div`.htmlChecks()", resource)).as(html).containsExactly("false");
    }
  }

  @Test
  void whatIsNotOfferedSaysSo() {
    for (String expression : List.of("elementDefinition()", "slice('a', 'b')")) {
      assertThatExceptionOfType(FhirPathException.class)
          .isThrownBy(() -> FhirPath.compile(expression).evaluate(PATIENT))
          .withMessageContaining("not offered");
    }
  }

  @Test
  void compiledExpressionsAreKept() {
    assertThat(FhirPath.compile("name.given", "Patient"))
        .isSameAs(FhirPath.compile("name.given", "Patient"))
        .isNotSameAs(FhirPath.compile("name.given"))
        .hasToString("name.given");
  }

  @Test
  void messagesAndNodesKeepResidentsDataToThemselves() {
    assertThatExceptionOfType(FhirPathException.class)
        .isThrownBy(() -> FhirPath.compile("name.family + 1").evaluate(PATIENT))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("张"));
    assertThat(one("name[0]", PATIENT)).hasToString("HumanName at Patient.name[0]");
  }

  /** Indexing asks forty questions of each resource, and most find nothing. */
  @Test
  void findingNothingAllocatesNothing() {
    var threads =
        (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
    Node resource = Node.resource(OBSERVATION);
    var expressions =
        List.of(
            FhirPath.compile("Observation.bodySite", "Observation"),
            FhirPath.compile("Observation.value as Quantity", "Observation"),
            FhirPath.compile("Observation.focus.where(resolve() is Patient)"),
            FhirPath.compile("(Observation.value as Period) | Observation.method.coding"));
    int rounds = 20_000;
    long allocated = 0;
    for (int i = 0; i < 2 * rounds; i++) {
      if (i == rounds) {
        allocated = threads.getCurrentThreadAllocatedBytes();
      }
      for (int j = 0; j < expressions.size(); j++) {
        if (!expressions.get(j).evaluate(resource).isEmpty()) {
          throw new AssertionError(expressions.get(j).toString());
        }
      }
    }
    allocated = threads.getCurrentThreadAllocatedBytes() - allocated;
    // Less than a byte each: what is left is the virtual machine's own.
    assertThat(allocated).isLessThan((long) rounds * expressions.size());
  }

  @Test
  void oneExpressionServesManyThreads() throws Exception {
    var expression = FhirPath.compile("descendants().where(hasValue()).count()");
    var wanted = expression.evaluate(PATIENT).getFirst().value();
    var tasks =
        Collections.nCopies(
            200,
            (Callable<@Nullable Object>) () -> expression.evaluate(PATIENT).getFirst().value());
    try (var pool = Executors.newFixedThreadPool(4)) {
      for (var answer : pool.invokeAll(tasks)) {
        assertThat(answer.get()).isEqualTo(wanted);
      }
    }
  }
}
