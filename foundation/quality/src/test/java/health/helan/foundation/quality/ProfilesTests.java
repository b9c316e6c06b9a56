package health.helan.foundation.quality;

import static health.helan.foundation.quality.QualityServer.part;
import static health.helan.foundation.quality.QualityServer.system;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.testing.StoreForTests;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Records that claim a profile are held to it. */
class ProfilesTests {
  private static final QualityServer SERVER = QualityServer.get();
  private static final Caller SENDER = system("profiles");
  private static final String URL = "https://example.org/StructureDefinition/lab";

  @BeforeAll
  static void profiles() {
    SERVER.institution("profiles");
    put(
        "lab",
        URL,
        "http://hl7.org/fhir/StructureDefinition/Observation",
        """
        {'id':'Observation','path':'Observation','constraint':[{'key':'lab-1','severity':'error','human':'x','expression':"value.exists() or dataAbsentReason.exists()"}]},
        {'id':'Observation.status','path':'Observation.status','patternCode':'final'},
        {'id':'Observation.category','path':'Observation.category','slicing':{'discriminator':[{'type':'pattern','path':'$this'}],'rules':'open'},'min':1},
        {'id':'Observation.category:laboratory','path':'Observation.category','sliceName':'laboratory','min':1,'max':'1','patternCodeableConcept':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/observation-category','code':'laboratory'}]}},
        {'id':'Observation.value[x]','path':'Observation.value[x]','type':[{'code':'Quantity'},{'code':'string'}]},
        {'id':'Observation.method','path':'Observation.method','max':'0'},
        {'id':'Observation.interpretation','path':'Observation.interpretation','binding':{'strength':'required','valueSet':'http://hl7.org/fhir/ValueSet/observation-status'}},
        {'id':'Observation.extension','path':'Observation.extension','slicing':{'discriminator':[{'type':'value','path':'url'}],'rules':'open'}},
        {'id':'Observation.extension:device','path':'Observation.extension','sliceName':'device','min':0,'max':'1','type':[{'code':'Extension','profile':['https://example.org/StructureDefinition/device']}]}
        """);
    put(
        "strict-lab",
        "https://example.org/StructureDefinition/strict-lab",
        URL,
        "{'id':'Observation.performer','path':'Observation.performer','min':1,'max':'*'}");
  }

  private static void put(String id, String url, String base, String elements) {
    String json =
        ("{'resourceType':'StructureDefinition','id':'"
                + id
                + "','url':'"
                + url
                + "','name':'Lab','status':'active','kind':'resource','abstract':false,'type':'Observation','derivation':'constraint','baseDefinition':'"
                + base
                + "','differential':{'element':["
                + elements.replace(
                    "\"value.exists() or dataAbsentReason.exists()\"",
                    "'value.exists() or dataAbsentReason.exists()'")
                + "]}}")
            .replace('\'', '"');
    var reply = SERVER.send(Caller.operator("test"), "PUT", "StructureDefinition/" + id, json);
    assertThat(reply.status()).as(reply.text()).isLessThan(202);
  }

  private static String observation(String url, String more) {
    return "{'resourceType':'Observation','meta':{'profile':['"
        + url
        + "']},'status':'final','code':{'coding':[{'system':'urn:x','code':'x'}]},'subject':{'display':'x'},'effectiveDateTime':'2026-01-01'"
        + more
        + "}";
  }

  private static final String CATEGORY =
      ",'category':[{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/observation-category','code':'laboratory'}]}]";
  private static final String VALUE = ",'valueString':'x'";

  private static String path(String json) {
    String id = SERVER.created(SENDER, json);
    SERVER.settle();
    JsonNode finding =
        SERVER.finding(SENDER, "Observation/" + id, "observation-profile", "detected");
    return part(finding, "path");
  }

  @Test
  void whoKeepsItHasNoFinding() {
    assertThat(path(observation(URL, CATEGORY + VALUE))).isEmpty();
    assertThat(
            path(
                observation(
                    URL,
                    CATEGORY
                        + VALUE
                        + ",'extension':[{'url':'https://example.org/StructureDefinition/device','valueString':'a'},{'url':'urn:other','valueString':'b'}]")))
        .isEmpty();
    assertThat(path(observation("https://example.org/StructureDefinition/unknown", VALUE)))
        .as("what is not here holds nobody to anything")
        .isEmpty();
    assertThat(path(observation("http://hl7.org/fhir/StructureDefinition/Observation", VALUE)))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://x|",
        "|1",
        "http://x,",
        "http://x,y|a,b",
        "http://x|a|b|c",
        "http://x$y",
        "http://hl7.org/fhir/StructureDefinition/vitalsigns",
        "http://hl7.org/fhir/StructureDefinition/Observation|4.0.1"
      })
  void whatIsNoProfileHereHoldsUpNothing(String claimed) {
    assertThat(path(observation(claimed, VALUE))).isEmpty();
    assertThat(path(observation(URL, VALUE))).as("the next").isEqualTo("Observation.category");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "VALUE | Observation.category",
        "VALUE,'category':[{'text':'x'}] | Observation.category",
        "CATEGORY,'valueBoolean':true | Observation.value",
        "CATEGORY VALUE,'method':{'text':'x'} | Observation.method",
        "CATEGORY VALUE,'interpretation':[{'coding':[{'system':'http://hl7.org/fhir/observation-status','code':'nonsense'}]}] | Observation.interpretation[0]",
        "CATEGORY VALUE,'extension':[{'url':'https://example.org/StructureDefinition/device','valueString':'a'},{'url':'https://example.org/StructureDefinition/device','valueString':'b'}] | Observation.extension",
        "CATEGORY,'component':[{'code':{'text':'x'},'valueString':'y'}] | Observation"
      })
  void whoDoesNotHasAFindingAtTheElement(String more, String path) {
    assertThat(path(observation(URL, more.replace("CATEGORY", CATEGORY).replace("VALUE", VALUE))))
        .isEqualTo(path);
  }

  @Test
  void profilesUponProfilesCountTogether() {
    String strict = "https://example.org/StructureDefinition/strict-lab";
    assertThat(path(observation(strict, CATEGORY + VALUE))).isEqualTo("Observation.performer");
    assertThat(path(observation(strict, VALUE + ",'performer':[{'display':'x'}]")))
        .isEqualTo("Observation.category");
    assertThat(path(observation(strict, CATEGORY + VALUE + ",'performer':[{'display':'x'}]")))
        .isEmpty();
  }

  @Test
  void aProfileOfAnotherTypeIsNone() {
    String id =
        SERVER.created(
            SENDER,
            "{'resourceType':'Condition','meta':{'profile':['"
                + URL
                + "']},'subject':{'display':'x'}}");
    SERVER.settle();
    assertThat(
            part(
                SERVER.finding(SENDER, "Condition/" + id, "condition-profile", "detected"), "path"))
        .isEqualTo("Condition.meta.profile");
  }

  @Test
  void aChangedProfileCountsFromThenOn() {
    String url = "https://example.org/StructureDefinition/changing";
    String base = "http://hl7.org/fhir/StructureDefinition/Observation";
    put("changing", url, base, "{'id':'Observation.issued','path':'Observation.issued','min':1}");
    assertThat(path(observation(url, VALUE))).isEqualTo("Observation.issued");
    put("changing", url, base, "{'id':'Observation.issued','path':'Observation.issued','min':0}");
    StoreForTests.await("the new profile", () -> path(observation(url, VALUE)).isEmpty());
  }
}
