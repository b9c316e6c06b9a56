package health.helan.foundation.fhirpath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import health.helan.foundation.definitions.R4;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Nothing that someone writes into an expression hangs the engine or breaks out of it. */
class HostileExpressionsTests {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final boolean FULL = Boolean.getBoolean("helan.test.full");
  private static final int ROUNDS = FULL ? 200_000 : 20_000;
  private static final EvaluationContext SMALL_BUDGET =
      EvaluationContext.builder().stepBudget(20_000).build();

  private static final String[] TOKENS = {
    "Patient",
    "name",
    "given",
    "telecom",
    "value",
    "extension",
    "birthDate",
    "$this",
    "$index",
    "$total",
    "%resource",
    "%context",
    "%nothing",
    "'a'",
    "'(a+)+$'",
    "''",
    "1",
    "0",
    "-1",
    "1.5",
    "2147483647",
    "4 days",
    "3 'mg'",
    "@2015",
    "@2015-02-04T14:34:28Z",
    "@T12:00",
    "{}",
    "true",
    "false",
    "(",
    ")",
    "(",
    ")",
    ".",
    ".",
    ".",
    ",",
    "[",
    "]",
    "+",
    "-",
    "*",
    "/",
    "div",
    "mod",
    "&",
    "|",
    "=",
    "!=",
    "~",
    "!~",
    "<",
    ">",
    "<=",
    ">=",
    "is",
    "as",
    "in",
    "contains",
    "and",
    "or",
    "xor",
    "implies",
    "where(",
    "select(",
    "repeat(",
    "all(",
    "exists(",
    "aggregate(",
    "iif(",
    "ofType(",
    "children()",
    "descendants()",
    "first()",
    "last()",
    "count()",
    "distinct()",
    "matches(",
    "replace(",
    "replaceMatches(",
    "substring(",
    "power(",
    "round(",
    "combine(",
    "union(",
    "resolve()",
    "toString()",
    "toQuantity()",
    "toDateTime()",
    "lowBoundary(",
    "type()",
    "System.String",
    "HumanName",
    "`x`",
    "``",
    "/* c */",
    "// c\n"
  };

  @Test
  void randomCharactersAreRefusedOrAnswered() {
    var random = new Random(20251122);
    assertTimeoutPreemptively(
        PATIENCE.multipliedBy(FULL ? 10 : 1),
        () -> {
          for (int i = 0; i < ROUNDS; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(40); n >= 0; n--) {
              text.append(
                  random.nextInt(20) == 0
                      ? (char) random.nextInt(0x10000)
                      : (char) (32 + random.nextInt(95)));
            }
            attempt(text.toString());
          }
        });
  }

  @Test
  void randomTokensAreRefusedOrAnswered() {
    var random = new Random(42);
    var counts = new int[2];
    assertTimeoutPreemptively(
        PATIENCE.multipliedBy(FULL ? 10 : 1),
        () -> {
          for (int i = 0; i < ROUNDS; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(12); n >= 0; n--) {
              text.append(TOKENS[random.nextInt(TOKENS.length)]).append(' ');
            }
            counts[attempt(text.toString()) ? 1 : 0]++;
          }
        });
    // Were all of them refused, the test would say little.
    assertThat(counts[1]).isGreaterThan(ROUNDS / 100);
  }

  @Test
  void brokenSearchParametersAreRefusedOrAnswered() {
    var random = new Random(7);
    var expressions = new ArrayList<String>();
    for (String type : List.of("Patient", "Observation", "Bundle", "MedicationRequest")) {
      R4.get().searchParameters(type).forEach(p -> expressions.add(p.expression()));
    }
    expressions.add("name.where(given.count() > 1 and use = 'official').select(family | given)");
    expressions.add("descendants().where(hasValue()).count() + telecom.rank.first() * 2.5");
    var counts = new int[2];
    assertTimeoutPreemptively(
        PATIENCE.multipliedBy(FULL ? 10 : 1),
        () -> {
          for (int i = 0; i < ROUNDS; i++) {
            var text = new StringBuilder(expressions.get(random.nextInt(expressions.size())));
            for (int n = random.nextInt(3); n >= 0 && !text.isEmpty(); n--) {
              int at = random.nextInt(text.length());
              switch (random.nextInt(3)) {
                case 0 -> text.deleteCharAt(at);
                case 1 -> text.insert(at, TOKENS[random.nextInt(TOKENS.length)]);
                default -> text.setCharAt(at, (char) (32 + random.nextInt(95)));
              }
            }
            counts[attempt(text.toString()) ? 1 : 0]++;
          }
        });
    assertThat(counts[1]).isGreaterThan(ROUNDS / 100);
  }

  /** Whether the expression was answered; anything but an answer or a refusal fails the test. */
  private static boolean attempt(String expression) {
    boolean answered = true;
    for (JsonNode resource : List.of(PATIENT, BUNDLE)) {
      try {
        for (Node node : FhirPath.compile(expression).evaluate(resource, SMALL_BUDGET)) {
          assertThat(node.path()).isNotNull();
          node.value();
          node.json();
        }
      } catch (FhirPathException refused) {
        answered = false;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("On: " + expression, e);
      }
    }
    return answered;
  }

  private static final JsonNode PATIENT = Samples.own("patient");
  private static final JsonNode BUNDLE = Samples.own("bundle");

  static List<String> costlyExpressions() {
    return List.of(
        "repeat('a' & $this.toString())",
        "'a'.repeat($this & 'a')",
        "'a'.repeat($this & $this)",
        "(1|2|3|4|5|6|7|8|9).select((1|2|3|4|5|6|7|8|9).select((1|2|3|4|5|6|7|8|9).select("
            + "(1|2|3|4|5|6|7|8|9).select((1|2|3|4|5|6|7|8|9).select((1|2|3|4|5|6|7|8|9).select("
            + "(1|2|3|4|5|6|7|8|9).select($this)))))))",
        "(1|2|3|4|5|6|7|8|9).where((1|2|3|4|5|6|7|8|9).where((1|2|3|4|5|6|7|8|9).where("
            + "(1|2|3|4|5|6|7|8|9).where((1|2|3|4|5|6|7|8|9).where((1|2|3|4|5|6|7|8|9).where("
            + "(1|2|3|4|5|6|7|8|9).where($this > 10).exists()).exists()).exists()).exists())"
            + ".exists()).exists())",
        "'" + "a".repeat(60) + "!'.matches('(.*a){20}b')",
        "'" + "a".repeat(60) + "!'.matchesFull('(.*a){20}b')",
        "'" + "a".repeat(60) + "!'.replaceMatches('(.*a){20}b', 'x')",
        "descendants().select(%resource.descendants().select(%resource.descendants()))",
        "descendants().aggregate($total.combine($total).combine($this))",
        "descendants().aggregate($total & $total & 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', 'x')",
        "'x'" + ".replace('x', 'xxxxxxxxxx')".repeat(12),
        "'x'" + ".replaceMatches('x', 'xxxxxxxxxx')".repeat(12),
        "1.5" + " * 12345678901234567890.12345678901234567890".repeat(60));
  }

  @ParameterizedTest
  @MethodSource("costlyExpressions")
  void whatCostsTooMuchIsRefused(String expression) {
    assertTimeoutPreemptively(
        PATIENCE,
        () ->
            assertThatExceptionOfType(FhirPathException.class)
                .isThrownBy(() -> FhirPath.compile(expression).evaluate(PATIENT))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(FhirPathException.Kind.LIMIT)));
  }

  static List<String> oversizedExpressions() {
    return List.of(
        "(".repeat(5_000) + "1" + ")".repeat(5_000),
        "-".repeat(9_000) + "1",
        "a" + ".a".repeat(9_000),
        "a" + "|a".repeat(9_000),
        "a" + "[0]".repeat(6_000),
        "where(".repeat(3_000) + "true" + ")".repeat(3_000),
        "1" + " implies 1".repeat(1_900),
        "a is b ".repeat(2) + "is c".repeat(4_000),
        "9".repeat(10_000),
        "'" + "x".repeat(30_000) + "'");
  }

  static List<String> steepExpressions() {
    return List.of(
        "'" + "a".repeat(40) + "!'.matches('(a+)+$')",
        "'" + "a".repeat(40) + "!'.matchesFull('(a|a)*')",
        "'" + "a".repeat(4_000) + "'.matches('(a|b)*c')",
        "2.5.power(100).power(100).power(100) * 99999999999999999999.5",
        "10.power(1000000000)",
        "0.5.power(-1000000000)",
        "1000000000.exp()",
        "'1'.toQuantity() * 5 '" + "m".repeat(200) + "'",
        "@2015 + 99999999999999999999999999999999999 years",
        "@9999-12-31 + 1 day",
        "descendants() | descendants() | descendants()",
        "descendants().distinct().isDistinct()");
  }

  @ParameterizedTest
  @MethodSource("steepExpressions")
  void whatLooksCostlyEndsSoon(String expression) {
    assertTimeoutPreemptively(PATIENCE, () -> attempt(expression));
  }

  @ParameterizedTest
  @MethodSource("oversizedExpressions")
  void whatIsTooLongOrDeepIsRefused(String expression) {
    assertThatExceptionOfType(FhirPathException.class)
        .isThrownBy(() -> FhirPath.compile(expression).evaluate(PATIENT));
  }

  @Test
  void treesNestedBeyondReasonAreRefused() {
    ArrayNode items = Samples.JSON.createArrayNode();
    JsonNode innermost = items;
    for (int i = 0; i < 200_000; i++) {
      ObjectNode item = Samples.JSON.createObjectNode().put("linkId", "q" + i);
      item.set("item", items);
      items = Samples.JSON.createArrayNode().add(item);
    }
    assertThat(innermost).isEmpty();
    ObjectNode questionnaire = Samples.JSON.createObjectNode().put("resourceType", "Questionnaire");
    questionnaire.set("item", items);
    for (String expression :
        List.of("descendants().count()", "item = item.combine({})", "item ~ item.select($this)")) {
      try {
        FhirPath.compile(expression).evaluate(questionnaire);
      } catch (FhirPathException refused) {
        assertThat(refused.kind()).isEqualTo(FhirPathException.Kind.LIMIT);
      }
    }
  }

  @Test
  void numbersBeyondReasonAreRefused() {
    JsonNode observation =
        Samples.JSON.readTree(
            "{\"resourceType\":\"Observation\",\"valueQuantity\":{\"value\":1E+900000000}}");
    assertThatExceptionOfType(FhirPathException.class)
        .isThrownBy(() -> FhirPath.compile("Observation.value.value + 1").evaluate(observation));
    assertThatExceptionOfType(FhirPathException.class)
        .isThrownBy(() -> FhirPath.compile("Observation.value = 1").evaluate(observation));
  }
}
