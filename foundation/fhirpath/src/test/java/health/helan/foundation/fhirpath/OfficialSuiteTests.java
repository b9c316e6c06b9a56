package health.helan.foundation.fhirpath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import ca.uhn.fhir.context.FhirContext;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.w3c.dom.Element;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * HL7's own tests of FHIRPath for R4, every case of {@code tests-fhir-r4.xml}. Cases in which the
 * engine rightly or knowingly answers otherwise stand in {@link #EXCEPTIONS} with the reason, and
 * must go on answering otherwise.
 */
class OfficialSuiteTests {
  private static final String FOLDER = "/org/hl7/fhir/testcases/r4/";

  private static final String ZERO_BOUNDARY =
      "the suite wants a boundary of 0.0, on the wrong side of the value itself";
  private static final String HOUR_BOUNDARY =
      "the suite takes a DateTime of hour precision as the first minute of that hour";

  private static final Map<String, String> EXCEPTIONS =
      Map.of(
          "LowBoundaryDecimal15",
          ZERO_BOUNDARY,
          "HighBoundaryDecimal15",
          ZERO_BOUNDARY,
          "HighBoundaryDecimal16",
          ZERO_BOUNDARY,
          "HighBoundaryDateTimeMillisecond1",
          HOUR_BOUNDARY,
          "HighBoundaryDateTimeMillisecond3",
          HOUR_BOUNDARY,
          "testFHIRPathAsFunction21",
          "R4's own search parameters apply 'as' to many items (combo-value-quantity): only the"
              + " strict mode refuses");

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
  private static final FhirContext HAPI = FhirContext.forR4Cached();
  private final Map<String, JsonNode> inputs = new HashMap<>();

  @TestFactory
  Stream<DynamicTest> everyCaseAnswersAsTheSuiteSays() throws Exception {
    var names = new HashMap<String, Integer>();
    var tests = new ArrayList<DynamicTest>();
    try (InputStream suite = resource("fhirpath/tests-fhir-r4.xml")) {
      var cases =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(suite)
              .getElementsByTagName("test");
      for (int i = 0; i < cases.getLength(); i++) {
        var test = (Element) cases.item(i);
        // Some names occur twice in the suite.
        int times = names.merge(test.getAttribute("name"), 1, Integer::sum);
        String name = test.getAttribute("name") + (times > 1 ? "#" + times : "");
        tests.add(DynamicTest.dynamicTest(name, () -> check(name, test)));
      }
    }
    assertThat(tests).hasSizeGreaterThan(900);
    assertThat(names.keySet()).containsAll(EXCEPTIONS.keySet());
    return tests.stream();
  }

  private void check(String name, Element test) throws IOException {
    String difference = difference(test);
    if (EXCEPTIONS.containsKey(name)) {
      if (difference == null) {
        fail("Passes now, so it is no exception any more: " + EXCEPTIONS.get(name));
      }
    } else if (difference != null) {
      fail(expression(test).getTextContent() + " : " + difference);
    }
  }

  private static Element expression(Element test) {
    return (Element) test.getElementsByTagName("expression").item(0);
  }

  /** How the answer differs from what the suite wants; null if it does not. */
  private @Nullable String difference(Element test) throws IOException {
    Element expression = expression(test);
    boolean refusal = expression.hasAttribute("invalid");
    List<Node> found;
    try {
      found = answer(test, expression.getTextContent());
    } catch (FhirPathException e) {
      return refusal ? null : "refused: " + e.getMessage();
    }
    if (refusal) {
      return "not refused (" + expression.getAttribute("invalid") + "), found " + texts(found);
    }
    if (test.getAttribute("predicate").equals("true")) {
      found = List.of(Node.of(Expr.truth(Coll.of(found)) == Expr.TRUE));
    }
    var outputs = test.getElementsByTagName("output");
    var wanted = new ArrayList<String>();
    for (int i = 0; i < outputs.getLength(); i++) {
      var output = (Element) outputs.item(i);
      wanted.add(output.getTextContent());
    }
    if (wanted.size() != found.size()) {
      return "wanted " + wanted + ", found " + texts(found);
    }
    for (int i = 0; i < wanted.size(); i++) {
      String type = ((Element) outputs.item(i)).getAttribute("type");
      String local = found.get(i).type.name;
      if (!type.isEmpty() && !type.equalsIgnoreCase(local)) {
        return "wanted a " + type + ", found a " + local;
      }
      if (!same(wanted.get(i), found.get(i))) {
        return "wanted " + wanted + ", found " + texts(found);
      }
    }
    return null;
  }

  private List<Node> answer(Element test, String expression) throws IOException {
    boolean strict =
        test.getAttribute("mode").equals("strict")
            || expression(test).getAttribute("mode").equals("strict");
    String file = test.getAttribute("inputfile");
    JsonNode input = input(file.isEmpty() ? "patient-example.xml" : file);
    return strict
        ? FhirPath.compileStrict(expression, input.get("resourceType").asString()).evaluate(input)
        : FhirPath.compile(expression).evaluate(input);
  }

  private static List<String> texts(List<Node> nodes) {
    return nodes.stream().map(OfficialSuiteTests::text).toList();
  }

  private static String text(Node node) {
    Object value = node.system();
    return value instanceof Moment m && node.isSystem()
        ? (m.kind == Moment.Kind.TIME ? "@T" : "@") + m
        : value instanceof Quantity q ? q.toString() : String.valueOf(node.text());
  }

  private static boolean same(String wanted, Node found) {
    if (found.system() instanceof BigDecimal number) {
      return new BigDecimal(wanted).compareTo(number) == 0;
    }
    String text = text(found);
    return wanted.equals(text) || (wanted.startsWith("@") && wanted.substring(1).equals(text));
  }

  private JsonNode input(String file) throws IOException {
    JsonNode known = inputs.get(file);
    if (known != null) {
      return known;
    }
    try (InputStream in = resource(file)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      if (file.endsWith(".xml")) {
        text = HAPI.newJsonParser().encodeResourceToString(HAPI.newXmlParser().parseResource(text));
      }
      JsonNode json = JSON.readTree(text);
      inputs.put(file, json);
      return json;
    }
  }

  private static InputStream resource(String name) {
    InputStream in = OfficialSuiteTests.class.getResourceAsStream(FOLDER + name);
    assertThat(in).as(name).isNotNull();
    return in;
  }
}
