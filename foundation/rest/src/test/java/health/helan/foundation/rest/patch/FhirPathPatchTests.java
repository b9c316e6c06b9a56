package health.helan.foundation.rest.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import health.helan.foundation.rest.format.FhirXml;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.Refusal.Kind;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Element;
import tools.jackson.databind.node.ObjectNode;

class FhirPathPatchTests {
  private static final String PATIENT =
      """
      {'resourceType':'Patient','id':'1','active':true,
       'name':[{'use':'official','family':'马','given':['一','二'],'_given':[null,{'id':'g2'}]},{'use':'usual','text':'小马'}],
       'telecom':[{'value':'1'},{'value':'2'},{'value':'3'}],
       'birthDate':'2000-01-01','_birthDate':{'extension':[{'url':'http://example.org/t','valueString':'x'}]},
       'deceasedBoolean':false,
       'contact':[{'gender':'male'}],
       'contained':[{'resourceType':'Organization','id':'o'}],
       'managingOrganization':{'reference':'#o'}}\
      """;

  /** Every case of HL7's own suite for R4; there is no exception. */
  @TestFactory
  Stream<DynamicTest> doesTheCasesOfTheStandard() throws Exception {
    var tests = new ArrayList<DynamicTest>();
    try (var in =
        getClass().getResourceAsStream("/org/hl7/fhir/testcases/r4/patch/fhir-path-tests.xml")) {
      var factory = DocumentBuilderFactory.newInstance();
      factory.setNamespaceAware(true);
      var cases = factory.newDocumentBuilder().parse(in).getElementsByTagName("case");
      for (int i = 0; i < cases.getLength(); i++) {
        var example = (Element) cases.item(i);
        tests.add(
            DynamicTest.dynamicTest(example.getAttribute("name"), () -> doesTheCase(example)));
      }
    }
    assertThat(tests).hasSizeGreaterThanOrEqualTo(33);
    return tests.stream();
  }

  private static void doesTheCase(Element example) throws TransformerException {
    var input = Objects.requireNonNull(resource(example, "input"));
    var diff = Objects.requireNonNull(resource(example, "diff"));
    var output = resource(example, "output");
    if (output == null) {
      var refusal =
          catchThrowableOfType(Refusal.class, () -> FhirPathPatch.of(diff).applyTo(input));
      assertThat(refusal).isNotNull();
      assertThat(refusal.messageKey()).isEqualTo("patch.fhirpath.nothing");
    } else {
      // The suite's narratives differ in white space between its XML and its strings.
      assertThat(squeezed(FhirPathPatch.of(diff).applyTo(input))).isEqualTo(squeezed(output));
    }
  }

  private static ObjectNode squeezed(ObjectNode resource) {
    if (resource.path("text").path("div").isString()) {
      var div = resource.path("text").path("div").stringValue();
      ((ObjectNode) resource.get("text"))
          .put("div", div.replaceAll("\\s+", "").replace("&quot;", "\""));
    }
    return resource;
  }

  private static @Nullable ObjectNode resource(Element example, String name)
      throws TransformerException {
    var parts = example.getElementsByTagName(name);
    for (int i = 0; i < parts.getLength(); i++) {
      if (parts.item(i).getParentNode() != example) {
        continue;
      }
      for (var node = parts.item(i).getFirstChild(); node != null; node = node.getNextSibling()) {
        if (node instanceof Element element) {
          var out = new StringWriter();
          var transformer = TransformerFactory.newInstance().newTransformer();
          transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
          transformer.transform(new DOMSource(element), new StreamResult(out));
          return FhirXml.read(out.toString().getBytes(StandardCharsets.UTF_8));
        }
      }
    }
    return null;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // type | path | other parts | pointer | what is there then, nothing for missing
        "add | Patient | 'name':'gender','valueCode':'male' | /gender | 'male'",
        "add | Patient | 'name':'gender','valueString':'male' | /gender | 'male'",
        "add | Patient.name[0] | 'name':'given','valueString':'三' | /name/0 |"
            + " {'use':'official','family':'马','given':['一','二','三'],'_given':[null,{'id':'g2'},null]}",
        "add | Patient.name.where(use = 'usual') | 'name':'given','valueString':'三' | /name/1 |"
            + " {'use':'usual','text':'小马','given':['三']}",
        "add | Patient | 'name':'multipleBirth','valueInteger':2 | /multipleBirthInteger | 2",
        "add | Patient | 'name':'multipleBirthInteger','valueInteger':2 | /multipleBirthInteger |"
            + " 2",
        "add | Patient | 'name':'contained','resource':{'resourceType':'Practitioner','id':'p'} |"
            + " /contained/1 | {'resourceType':'Practitioner','id':'p'}",
        "add | Patient.birthDate |"
            + " 'name':'extension','part':[{'name':'url','valueUri':'u'},{'name':'value','valueCode':'c'}]"
            + " | /_birthDate/extension/1 | {'url':'u','valueCode':'c'}",
        "add | Patient.active |"
            + " 'name':'extension','part':[{'name':'url','valueUri':'u'},{'name':'value','valueCode':'c'}]"
            + " | /_active | {'extension':[{'url':'u','valueCode':'c'}]}",
        "add | Patient.name[0].given[0] | 'name':'id','valueString':'g1' | /name/0/_given |"
            + " [{'id':'g1'},{'id':'g2'}]",
        "add | Patient.contact[0] | 'name':'name','valueHumanName':{'text':'n'} | /contact/0 |"
            + " {'gender':'male','name':{'text':'n'}}",
        "add | Patient.contained[0] | 'name':'name','valueString':'n' | /contained/0/name | 'n'",
        "add | Patient |"
            + " 'name':'contact','part':[{'name':'relationship','valueCodeableConcept':{'text':'a'}},{'name':'relationship','valueCodeableConcept':{'text':'b'}}]"
            + " | /contact/1 | {'relationship':[{'text':'a'},{'text':'b'}]}",
        "add | Patient | 'name':'gender','_valueCode':{'id':'x'} | /_gender | {'id':'x'}",
        "insert | Patient.telecom | 'index':1,'valueContactPoint':{'value':'9'} | /telecom |"
            + " [{'value':'1'},{'value':'9'},{'value':'2'},{'value':'3'}]",
        "insert | Patient.telecom | 'index':3,'valueContactPoint':{'value':'9'} | /telecom/3 |"
            + " {'value':'9'}",
        "insert | Patient.name[0].given | 'index':1,'valueString':'三' | /name/0 |"
            + " {'use':'official','family':'马','given':['一','三','二'],'_given':[null,null,{'id':'g2'}]}",
        "insert | Patient.address | 'index':0,'valueAddress':{'city':'银川'} | /address |"
            + " [{'city':'银川'}]",
        "insert | Patient.name[1].given | 'index':0,'valueString':'三' | /name/1/given | ['三']",
        "delete | Patient.gender | | /gender | ",
        "delete | Patient.birthDate | | /birthDate | ",
        "delete | Patient.birthDate | | /_birthDate | ",
        "delete | Patient.birthDate.extension | | /_birthDate | ",
        "delete | Patient.birthDate.extension | | /birthDate | '2000-01-01'",
        "delete | Patient.name[0].given[1] | | /name/0 |"
            + " {'use':'official','family':'马','given':['一']}",
        "delete | Patient.name[0].given[0] | | /name/0 |"
            + " {'use':'official','family':'马','given':['二'],'_given':[{'id':'g2'}]}",
        "delete | Patient.telecom.where(value = '2') | | /telecom | [{'value':'1'},{'value':'3'}]",
        "delete | Patient.contact[0].gender | | /contact | ",
        "delete | Patient.deceased | | /deceasedBoolean | ",
        "delete | Patient.name.last().text | | /name/1 | {'use':'usual'}",
        "replace | Patient.active | 'valueBoolean':false | /active | false",
        "replace | Patient.name[0].given[1] | 'valueString':'三' | /name/0 |"
            + " {'use':'official','family':'马','given':['一','三']}",
        "replace | Patient.birthDate | 'valueDate':'2001-02-03' | /birthDate | '2001-02-03'",
        "replace | Patient.birthDate | 'valueDate':'2001-02-03' | /_birthDate | ",
        "replace | Patient.deceased | 'valueDateTime':'2020' | /deceasedDateTime | '2020'",
        "replace | Patient.deceased | 'valueDateTime':'2020' | /deceasedBoolean | ",
        "replace | Patient.telecom[1] | 'valueContactPoint':{'value':'9'} | /telecom |"
            + " [{'value':'1'},{'value':'9'},{'value':'3'}]",
        "replace | Patient.contact[0] | 'part':[{'name':'gender','valueCode':'female'}] |"
            + " /contact/0 | {'gender':'female'}",
        "replace | Patient.contained[0] |"
            + " 'resource':{'resourceType':'Organization','id':'o','name':'n'} | /contained/0/name"
            + " | 'n'",
        "move | Patient.telecom | 'source':0,'destination':2 | /telecom |"
            + " [{'value':'2'},{'value':'3'},{'value':'1'}]",
        "move | Patient.telecom | 'source':2,'destination':0 | /telecom |"
            + " [{'value':'3'},{'value':'1'},{'value':'2'}]",
        "move | Patient.name[0].given | 'source':1,'destination':0 | /name/0 |"
            + " {'use':'official','family':'马','given':['二','一'],'_given':[{'id':'g2'},null]}",
      })
  void does(
      String type, String path, @Nullable String parts, String pointer, @Nullable String expected) {
    var outcome = patch(PATIENT, operation(type, path, parts));
    if (expected == null) {
      assertThat(outcome.at(pointer).isMissingNode()).isTrue();
    } else {
      assertThat(outcome.at(pointer)).isEqualTo(Json.MAPPER.readTree(quoted(expected)));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "add | Patient.gender | 'name':'extension','part':[{'name':'url','valueUri':'u'}] |"
            + " UNPROCESSABLE | nothing",
        "add | Patient.telecom | 'name':'rank','valuePositiveInt':1 | UNPROCESSABLE | several",
        "add | Patient | 'name':'active','valueBoolean':true | UNPROCESSABLE | already-there",
        "add | Patient | 'name':'deceased','valueDateTime':'2020' | UNPROCESSABLE | already-there",
        "add | Patient | 'name':'deceased','valueString':'2020' | UNPROCESSABLE | wrong-type",
        "add | Patient | 'name':'gendre','valueCode':'male' | UNPROCESSABLE | unknown-name",
        "add | Patient | 'name':'name','valueAddress':{'city':'x'} | UNPROCESSABLE | wrong-type",
        "add | Patient | 'name':'name','valueString':'x' | UNPROCESSABLE | wrong-type",
        "add | Patient | 'name':'contact','valueHumanName':{'text':'x'} | UNPROCESSABLE |"
            + " wrong-type",
        "add | Patient | 'name':'multipleBirthInteger','valueBoolean':true | UNPROCESSABLE |"
            + " wrong-type",
        "add | Patient | 'name':'contained','valueString':'x' | UNPROCESSABLE | wrong-type",
        "add | Patient | 'name':'gender' | INVALID | part-missing",
        "add | Patient | 'valueCode':'male' | INVALID | part-missing",
        "insert | Patient.telecom | 'valueContactPoint':{'value':'9'} | INVALID | part-missing",
        "insert | Patient.telecom | 'index':4,'valueContactPoint':{'value':'9'} | UNPROCESSABLE |"
            + " index",
        "insert | Patient.address | 'index':1,'valueAddress':{'city':'x'} | UNPROCESSABLE | index",
        "insert | Patient.birthDate | 'index':0,'valueDate':'2000' | UNPROCESSABLE | not-a-list",
        "insert | Patient.telecom.where(value != '2') | 'index':0,'valueContactPoint':{'value':'9'}"
            + " | UNPROCESSABLE | not-a-list",
        "delete | Patient.telecom | | UNPROCESSABLE | several",
        "delete | Patient.telcom | | INVALID | bad-path",
        "delete | Patient.telecom[ | | INVALID | bad-path",
        "delete | Patient.nix() | | INVALID | bad-path",
        "delete | Patient.telecom.single() | | UNPROCESSABLE | bad-path",
        "delete | Patient | | UNPROCESSABLE | whole",
        "delete | Patient.telecom.count() | | UNPROCESSABLE | not-an-element",
        "delete | 'x' | | UNPROCESSABLE | not-an-element",
        "replace | Patient.gender | 'valueCode':'male' | UNPROCESSABLE | nothing",
        "replace | Patient.deceased | 'valueCode':'x' | UNPROCESSABLE | wrong-type",
        "replace | Patient | 'resource':{'resourceType':'Patient'} | UNPROCESSABLE | whole",
        "replace | Patient.active | | INVALID | part-missing",
        "move | Patient.telecom | 'source':0,'destination':3 | UNPROCESSABLE | index",
        "move | Patient.telecom | 'source':3,'destination':0 | UNPROCESSABLE | index",
        "move | Patient.telecom | 'source':-1,'destination':0 | INVALID | part-missing",
        "move | Patient.telecom | 'source':1 | INVALID | part-missing",
        "move | Patient.address | 'source':0,'destination':0 | UNPROCESSABLE | nothing",
        "move | Patient.name.given | 'source':0,'destination':1,'x':1 | INVALID | unknown-part",
        "copy | Patient.telecom | | INVALID | unknown-type",
      })
  void refuses(String type, String path, @Nullable String parts, Kind kind, String key) {
    var refusal =
        catchThrowableOfType(Refusal.class, () -> patch(PATIENT, operation(type, path, parts)));
    assertThat(refusal).isNotNull();
    assertThat(refusal.messageKey()).isEqualTo("patch.fhirpath." + key);
    assertThat(refusal.kind()).isEqualTo(kind);
  }

  @Test
  void refusesWhatIsNoPatch() {
    for (var json :
        List.of(
            "{'resourceType':'Patient'}",
            "{}",
            "{'resourceType':'Parameters','parameter':[{'name':'other'}]}",
            "{'resourceType':'Parameters','parameter':[{'name':'operation'}]}")) {
      var refusal =
          catchThrowableOfType(
              Refusal.class,
              () -> FhirPathPatch.of((ObjectNode) Json.MAPPER.readTree(quoted(json))));
      assertThat(refusal).isNotNull();
      assertThat(refusal.kind()).isEqualTo(Kind.INVALID);
    }
  }

  @Test
  void boundsTheNumberOfOperations() {
    var operations = new String[FhirPathPatch.MAX_OPERATIONS + 1];
    Arrays.fill(operations, operation("delete", "Patient.gender", null));
    assertThat(catchThrowableOfType(Refusal.class, () -> patch(PATIENT, operations)))
        .extracting(Refusal::messageKey)
        .isEqualTo("patch.fhirpath.too-many");
  }

  @Test
  void boundsTheDepth() {
    var operations = new ArrayList<String>();
    var path = new StringBuilder("Patient");
    for (int i = 0; i < 60; i++) {
      operations.add(
          operation(
              "add", path.toString(), "'name':'extension','part':[{'name':'url','valueUri':'u'}]"));
      path.append(".extension");
    }
    assertThat(
            catchThrowableOfType(
                Refusal.class, () -> patch(PATIENT, operations.toArray(String[]::new))))
        .extracting(Refusal::messageKey)
        .isEqualTo("patch.fhirpath.nests-too-deep");
  }

  /** A later operation sees what an earlier one did, and a refused one leaves nothing behind. */
  @Test
  void doesAllOrNothing() {
    var resource = (ObjectNode) Json.MAPPER.readTree(quoted(PATIENT));
    var before = resource.deepCopy();
    var good =
        new String[] {
          operation("add", "Patient", "'name':'address','valueAddress':{'city':'a'}"),
          operation("add", "Patient.address", "'name':'district','valueString':'b'"),
          operation("delete", "Patient.telecom[0]", null),
        };
    var patch = FhirPathPatch.of(parameters(good));
    var outcome = patch.applyTo(resource);
    assertThat(outcome.at("/address/0").toString())
        .isEqualTo("{\"city\":\"a\",\"district\":\"b\"}");
    assertThat(outcome.at("/telecom").size()).isEqualTo(2);
    ((ObjectNode) outcome.at("/address/0")).put("city", "other");
    assertThat(patch.applyTo(resource).at("/address/0/city").stringValue()).isEqualTo("a");

    var bad = List.of(good[0], operation("delete", "Patient.telecom", null));
    var refusal =
        catchThrowableOfType(
            Refusal.class,
            () -> FhirPathPatch.of(parameters(bad.toArray(String[]::new))).applyTo(resource));
    assertThat(refusal).isNotNull();
    assertThat(refusal.arguments()).containsExactly(2, "Patient.telecom");
    assertThat(resource).isEqualTo(before);
  }

  @Test
  void reachesIntoBundles() {
    var bundle = "{'resourceType':'Bundle','entry':[{'resource':" + PATIENT + "}]}";
    var outcome =
        patch(
            bundle,
            operation("replace", "Bundle.entry[0].resource.active", "'valueBoolean':false"));
    assertThat(outcome.at("/entry/0/resource/active").booleanValue()).isFalse();
  }

  private static ObjectNode patch(String resource, String... operations) {
    return FhirPathPatch.of(parameters(operations))
        .applyTo((ObjectNode) Json.MAPPER.readTree(quoted(resource)));
  }

  private static ObjectNode parameters(String... operations) {
    return (ObjectNode)
        Json.MAPPER.readTree(
            "{\"resourceType\":\"Parameters\",\"parameter\":["
                + String.join(",", operations)
                + "]}");
  }

  /** An operation as JSON; {@code more} has its other parts, with value[x] standing for itself. */
  private static String operation(String type, String path, @Nullable String more) {
    var operation = Json.MAPPER.createObjectNode().put("name", "operation");
    var parts = operation.putArray("part");
    parts.addObject().put("name", "type").put("valueCode", type);
    parts.addObject().put("name", "path").put("valueString", path);
    if (more != null) {
      Json.MAPPER
          .readTree(quoted("{" + more + "}"))
          .forEachEntry(
              (name, value) -> {
                switch (name) {
                  case "name" -> parts.addObject().put("name", name).set("valueString", value);
                  case "index", "source", "destination", "x" ->
                      parts.addObject().put("name", name).set("valueInteger", value);
                  default -> parts.addObject().put("name", "value").set(name, value);
                }
              });
    }
    return operation.toString();
  }

  private static String quoted(String json) {
    return json.replace('\'', '"');
  }
}
