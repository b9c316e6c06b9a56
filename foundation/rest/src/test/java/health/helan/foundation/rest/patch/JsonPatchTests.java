package health.helan.foundation.rest.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.Refusal.Kind;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

class JsonPatchTests {
  private static final String PATIENT =
      """
      {'resourceType':'Patient','active':true,'name':[{'family':'马','given':['一','二']}],
       'telecom':[{'value':'1'},{'value':'2'},{'value':'3'}],'multipleBirthInteger':2,
       'a/b':1,'m~n':2,'':3,'~1':4}""";

  /** The appendix of RFC 6902 and a few cases beside it, as the HL7 test cases carry them. */
  @TestFactory
  Stream<DynamicTest> doesTheExamplesOfTheStandard() throws IOException {
    try (var in =
        getClass().getResourceAsStream("/org/hl7/fhir/testcases/r4/patch/json-patch-tests.json")) {
      var cases = Json.MAPPER.readTree(in);
      assertThat(cases.size()).isGreaterThanOrEqualTo(15);
      return cases
          .valueStream()
          .map(
              example ->
                  DynamicTest.dynamicTest(
                      example.path("comment").asString(),
                      () -> {
                        var document = (ObjectNode) example.get("doc");
                        if (example.has("error")) {
                          assertThat(
                                  catchThrowableOfType(
                                      Refusal.class,
                                      () -> JsonPatch.of(example.get("patch")).applyTo(document)))
                              .isNotNull();
                        } else {
                          assertThat(JsonPatch.of(example.get("patch")).applyTo(document))
                              .isEqualTo(
                                  example.has("expected") ? example.get("expected") : document);
                        }
                      }));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[{'op':'add','path':'/name/0/given/1','value':'三'}] | /name/0/given | ['一','三','二']",
        "[{'op':'add','path':'/name/0/given/2','value':'三'}] | /name/0/given | ['一','二','三']",
        "[{'op':'add','path':'/name/0/given/-','value':'三'}] | /name/0/given | ['一','二','三']",
        "[{'op':'add','path':'/active','value':false}] | /active | false",
        "[{'op':'add','path':'','value':{'x':{'y':1}}}] | /x | {'y':1}",
        "[{'op':'replace','path':'','value':{'x':{'y':1}}}] | /x | {'y':1}",
        "[{'op':'remove','path':'/telecom/1'}] | /telecom | [{'value':'1'},{'value':'3'}]",
        "[{'op':'move','from':'/telecom/0','path':'/telecom/2'}] | /telecom | [{'value':'2'},{'value':'3'},{'value':'1'}]",
        "[{'op':'move','from':'/telecom/2','path':'/telecom/0'}] | /telecom | [{'value':'3'},{'value':'1'},{'value':'2'}]",
        "[{'op':'move','from':'/telecom','path':'/telecom'}] | /telecom/0/value | '1'",
        "[{'op':'copy','from':'/telecom/0','path':'/telecom/-'},{'op':'replace','path':'/telecom/3/value','value':'9'}] | /telecom/0 | {'value':'1'}",
        "[{'op':'replace','path':'/a~1b','value':8}] | /a~1b | 8",
        "[{'op':'replace','path':'/m~0n','value':8}] | /m~0n | 8",
        "[{'op':'replace','path':'/~01','value':8}] | /~01 | 8",
        "[{'op':'replace','path':'/','value':8}] | / | 8",
        "[{'op':'test','path':'/multipleBirthInteger','value':2.0},{'op':'remove','path':'/telecom'}] | /multipleBirthInteger | 2",
        "[{'op':'test','path':'/name/0','value':{'given':['一','二'],'family':'马'},'more':1}] | /active | true",
        "[{'op':'add','path':'/x','value':1.50}] | /x | 1.50",
      })
  void does(String patch, String pointer, String expected) {
    var outcome = apply(patch);
    assertThat(outcome.at(pointer)).isEqualTo(Json.MAPPER.readTree(quoted(expected)));
    assertThat(outcome.at(pointer).toString()).isEqualTo(quoted(expected));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | INVALID | patch.json.not-an-array",
        "[1] | INVALID | patch.json.operation-not-an-object",
        "[{'path':'/active'}] | INVALID | patch.json.member-missing",
        "[{'op':'add','value':1}] | INVALID | patch.json.member-missing",
        "[{'op':'add','path':7,'value':1}] | INVALID | patch.json.member-missing",
        "[{'op':'add','path':'/active'}] | INVALID | patch.json.member-missing",
        "[{'op':'test','path':'/active'}] | INVALID | patch.json.member-missing",
        "[{'op':'move','path':'/active'}] | INVALID | patch.json.member-missing",
        "[{'op':'spam','path':'/active'}] | INVALID | patch.json.unknown-operation",
        "[{'op':'remove','path':'active'}] | INVALID | patch.json.bad-pointer",
        "[{'op':'remove','path':'/~2'}] | INVALID | patch.json.bad-pointer",
        "[{'op':'remove','path':'/~'}] | INVALID | patch.json.bad-pointer",
        "[{'op':'move','from':'/name','path':'/name/0'}] | INVALID | patch.json.moved-into-itself",
        "[{'op':'remove','path':'/gender'}] | UNPROCESSABLE | patch.json.not-found",
        "[{'op':'remove','path':'/telecom/3'}] | UNPROCESSABLE | patch.json.not-found",
        "[{'op':'remove','path':'/telecom/-'}] | UNPROCESSABLE | patch.json.not-found",
        "[{'op':'remove','path':'/telecom/01'}] | UNPROCESSABLE | patch.json.not-found",
        "[{'op':'remove','path':'/telecom/value=1'}] | UNPROCESSABLE | patch.json.not-found",
        "[{'op':'test','path':'/telecom/1e0','value':{'value':'2'}}] | UNPROCESSABLE | patch.json.not-found",
        "[{'op':'add','path':'/telecom/4','value':1}] | UNPROCESSABLE | patch.json.not-found",
        "[{'op':'add','path':'/telecom/x','value':1}] | UNPROCESSABLE | patch.json.not-found",
        "[{'op':'add','path':'/active/x','value':1}] | UNPROCESSABLE | patch.json.not-found",
        "[{'op':'add','path':'/contact/0','value':1}] | UNPROCESSABLE | patch.json.not-found",
        "[{'op':'replace','path':'/gender','value':1}] | UNPROCESSABLE | patch.json.not-found",
        "[{'op':'move','from':'/gender','path':'/gender'}] | UNPROCESSABLE | patch.json.not-found",
        "[{'op':'test','path':'/active','value':'true'}] | UNPROCESSABLE | patch.json.test-failed",
        "[{'op':'test','path':'/telecom','value':[{'value':'1'}]}] | UNPROCESSABLE | patch.json.test-failed",
        "[{'op':'remove','path':''}] | UNPROCESSABLE | patch.json.whole-removed",
        "[{'op':'replace','path':'','value':[]}] | UNPROCESSABLE | patch.json.outcome-not-an-object",
      })
  void refuses(String patch, Kind kind, String messageKey) {
    var refusal = refusal(patch);
    assertThat(refusal.kind()).isEqualTo(kind);
    assertThat(refusal.messageKey()).isEqualTo(messageKey);
  }

  @Test
  void tellsThePlaceOfTheFault() {
    var refusal =
        refusal("[{'op':'remove','path':'/active'},{'op':'remove','path':'/name/0/given/7'}]");
    assertThat(refusal.expression()).isEqualTo("Patient.name[0].given[7]");
    assertThat(refusal.arguments()).containsExactly(1, "/name/0/given/7");
  }

  @Test
  void leavesTheResourceAsItWas() {
    var resource = (ObjectNode) Json.MAPPER.readTree(quoted(PATIENT));
    var before = resource.deepCopy();
    var patch =
        JsonPatch.of(
            Json.MAPPER.readTree(
                quoted(
                    "[{'op':'add','path':'/contact','value':[{}]},"
                        + "{'op':'add','path':'/contact/0/gender','value':'male'},"
                        + "{'op':'remove','path':'/name/0/given/0'}]")));
    var once = patch.applyTo(resource);
    ((ObjectNode) once.get("name").get(0)).put("family", "other");
    assertThat(resource).isEqualTo(before);
    assertThat(patch.applyTo(resource).at("/contact")).isEqualTo(once.at("/contact"));
  }

  @Test
  void boundsWhatCopiesAdd() {
    var copies = new StringBuilder("[{'op':'add','path':'/x','value':[1]}");
    copies.append(",{'op':'copy','from':'/x','path':'/x/-'}".repeat(40)).append(']');
    assertThat(refusal(copies.toString()).kind()).isEqualTo(Kind.TOO_LONG);

    copies = new StringBuilder("[{'op':'add','path':'/x','value':'").append("y".repeat(1_000_000));
    copies.append("'}").append(",{'op':'copy','from':'/x','path':'/z'}".repeat(40)).append(']');
    assertThat(refusal(copies.toString()).messageKey()).isEqualTo("patch.json.copies-too-much");
  }

  @Test
  void boundsTheDepth() {
    var deep = new StringBuilder("[{'op':'add','path':'/x','value':{}}");
    for (int i = 0; i < 10; i++) {
      deep.append(",{'op':'copy','from':'/x','path':'")
          .append("/x".repeat((1 << i) + 1))
          .append("'}");
    }
    assertThat(refusal(deep.append(']').toString()).messageKey())
        .isEqualTo("patch.json.nests-too-deep");
  }

  private static ObjectNode apply(String patch) {
    return JsonPatch.of(Json.MAPPER.readTree(quoted(patch)))
        .applyTo((ObjectNode) Json.MAPPER.readTree(quoted(PATIENT)));
  }

  private static Refusal refusal(String patch) {
    var refusal = catchThrowableOfType(Refusal.class, () -> apply(patch));
    assertThat(refusal).isNotNull();
    return refusal;
  }

  private static String quoted(String json) {
    return json.replace('\'', '"');
  }
}
