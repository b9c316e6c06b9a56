package health.helan.foundation.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Bundles of FHIR by a feed. */
class BundleFeedTests {
  private static GatewayForTests house;
  private static Feed feed;

  @BeforeAll
  static void open() {
    house = GatewayForTests.open();
    feed = house.feed("fhir", "{\"format\":\"fhir\"}");
  }

  @AfterAll
  static void close() {
    house.close();
  }

  private static Receipt take(String bundle) {
    return house.take(feed, bundle.replace('\'', '"'));
  }

  private static void done(String bundle) {
    assertThat(GatewayForTests.whole(take(bundle))).isEmpty();
  }

  private static String message(String control, String patient, String value) {
    return "{'resourceType':'Bundle','type':'message','identifier':{'system':'urn:x','value':'"
        + control
        + "'},'entry':[{'fullUrl':'urn:uuid:1','resource':{'resourceType':'MessageHeader','id':'h','eventCoding':{'code':'result'},'source':{'endpoint':'http://lis'}}},"
        + "{'fullUrl':'http://lis/Patient/p','resource':{'resourceType':'Patient','id':'p-"
        + patient
        + "','identifier':[{'system':'urn:mrn','value':'"
        + patient
        + "'}],'name':[{'text':'某'}],'managingOrganization':{'reference':'Organization/hospital'}}},"
        + "{'fullUrl':'http://lis/Observation/o','resource':{'resourceType':'Observation','id':'o-"
        + patient
        + "','status':'final','code':{'text':'血糖'},'subject':{'reference':'http://lis/Patient/p'},'valueString':'"
        + value
        + "'}}]}";
  }

  @Test
  void asMessagesCreateAndUpdateWhatTheyName() {
    done(message("c1", "A1", "5.1"));
    done(message("c2", "A1", "5.2"));
    JsonNode patient = house.only("Patient", "identifier", "urn:mrn|A1");
    JsonNode result = house.only("Observation", "subject:Patient.identifier", "A1");
    assertThat(result.at("/valueString").asString()).isEqualTo("5.2");
    assertThat(result.at("/subject/reference").asString())
        .isEqualTo("Patient/" + patient.path("id").asString());
    assertThat(result.at("/meta/versionId").asString()).isEqualTo("2");
  }

  @Test
  void takeEffectOnce() {
    Receipt first = take(message("d1", "B1", "1"));
    assertThat(take(message("d1", "B1", "1")).id()).isEqualTo(first.id());
    assertThat(GatewayForTests.why(take(message("d1", "B1", "2"))))
        .isEqualTo("gateway.control-id-used");
    assertThat(
            house
                .only("Observation", "subject:Patient.identifier", "B1")
                .at("/valueString")
                .asString())
        .isEqualTo("1");
  }

  @Test
  void findWhatTheirSenderNamedBefore() {
    done(message("e1", "C1", "1"));
    done(
        "{'resourceType':'Bundle','type':'collection','id':'e2','entry':[{'resource':{'resourceType':'Condition','id':'k1','code':{'text':'x'},'subject':{'reference':'Patient/p-C1'}}},"
            + "{'resource':{'resourceType':'Condition','id':'k2','code':{'text':'y'},'subject':{'reference':'Patient/never'}}}]}");
    JsonNode patient = house.only("Patient", "identifier", "urn:mrn|C1");
    assertThat(patient.at("/meta/versionId").asString()).isEqualTo("1");
    assertThat(
            house
                .only(
                    "Condition",
                    "identifier",
                    "https://helan.health/fhir/sid/hospital/Condition|k1")
                .at("/subject/reference")
                .asString())
        .isEqualTo("Patient/" + patient.path("id").asString());
    JsonNode other =
        house.only(
            "Condition", "identifier", "https://helan.health/fhir/sid/hospital/Condition|k2");
    assertThat(other.at("/subject").has("reference")).isFalse();
    assertThat(other.at("/subject/identifier/value").asString()).isEqualTo("never");
  }

  @Test
  void asTransactionsAreCarriedOutAsTheyAsk() {
    String transaction =
        "{'resourceType':'Bundle','type':'transaction','id':'@','entry':["
            + "{'fullUrl':'urn:uuid:11111111-1111-1111-1111-111111111111','resource':{'resourceType':'Patient','identifier':[{'system':'urn:mrn','value':'T1'}],'managingOrganization':{'reference':'Organization/hospital'}},'request':{'method':'POST','url':'Patient','ifNoneExist':'identifier=urn:mrn|T1'}},"
            + "{'resource':{'resourceType':'Observation','status':'final','code':{'text':'@'},'subject':{'reference':'urn:uuid:11111111-1111-1111-1111-111111111111'}},'request':{'method':'POST','url':'Observation'}}]}";
    done(transaction.replace("@", "t1"));
    done(transaction.replace("@", "t2"));
    assertThat(house.find("Patient", "identifier", "urn:mrn|T1")).hasSize(1);
    assertThat(house.find("Observation", "subject:Patient.identifier", "T1")).hasSize(2);
    done(
        "{'resourceType':'Bundle','type':'transaction','id':'t3','entry':[{'resource':{'resourceType':'Observation','status':'amended','code':{'text':'t1'},'subject':{'reference':'Patient?identifier=urn:mrn|T1'},'identifier':[{'system':'urn:o','value':'1'}]},'request':{'method':'PUT','url':'Observation?identifier=urn:o|1'}}]}");
    assertThat(
            house.only("Observation", "identifier", "urn:o|1").at("/subject/reference").asString())
        .startsWith("Patient/");
  }

  @Test
  void thatHoldAnInvalidResourceAreDeadAndNothingOfThemIsWritten() {
    Receipt receipt =
        take(message("f1", "D1", "1").replace("'status':'final'", "'status':'wrong'"));
    assertThat(receipt.state()).isEqualTo(State.DEAD);
    assertThat(GatewayForTests.why(receipt)).isEqualTo("gateway.invalid-resource");
    assertThat(house.find("Patient", "identifier", "urn:mrn|D1")).isEmpty();
  }

  @Test
  void mayNotNameBytesOfThePlatformAsTheirs() {
    String forged =
        "{'resourceType':'Binary','contentType':'text/plain','_data':{'extension':[{'url':'https://helan.health/fhir/StructureDefinition/stored-object','extension':[{'url':'key','valueString':'0123456789abcdef0123456789abcdef'},{'url':'size','valueDecimal':3},{'url':'sha256','valueString':'00'}]}]}}";
    for (String bundle :
        new String[] {
          "{'resourceType':'Bundle','type':'collection','id':'g1','entry':[{'resource':"
              + forged
              + "}]}",
          "{'resourceType':'Bundle','type':'transaction','id':'g2','entry':[{'resource':"
              + forged
              + ",'request':{'method':'POST','url':'Binary'}}]}",
          "{'resourceType':'Bundle','type':'transaction','id':'g3','entry':[{'resource':"
              + forged
              + ",'request':{'method':'PUT','url':'Binary/b'}}]}"
        }) {
      assertThat(GatewayForTests.why(take(bundle))).isEqualTo("rest.binary-reserved");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {                                                                                  | gateway.json-broken 1
          {'resourceType':'Patient'}                                                         | gateway.no-bundle
          <Bundle/>                                                                          | gateway.json-broken 1
          {'resourceType':'Bundle','type':'batch'}                                           | gateway.bundle-type batch
          {'resourceType':'Bundle','type':'collection'}                                      | gateway.bundle-empty
          {'resourceType':'Bundle','type':'collection','entry':[{'resource':{'resourceType':'Nothing'}}]} | gateway.bundle-resource Nothing
          {'resourceType':'Bundle','type':'transaction','entry':[{'request':{'method':'GET','url':'Patient'}}]} | rest.entry-method 0
          {'resourceType':'Bundle','type':'transaction'} | gateway.bundle-empty
          {'resourceType':'Bundle','type':'transaction','entry':[{'resource':{'resourceType':'Patient','id':'a'},'request':{'method':'PUT','url':'Patient'}}]} | rest.criteria-missing
          {'resourceType':'Bundle','type':'transaction','entry':[{'resource':{'resourceType':'Patient','id':'a'},'request':{'method':'PUT','url':'Patient/b'}}]} | rest.id-differs
          {'resourceType':'Bundle','type':'transaction','entry':[{'resource':{'resourceType':'Patient','id':'a'},'request':{'method':'PUT','url':'Patient/a','ifMatch':'x'}}]} | gateway.bundle-if-match
          {'resourceType':'Bundle','type':'transaction','entry':[{'resource':{'resourceType':'Patient','id':'a'},'request':{'method':'POST','url':'Patient/a/b'}}]} | rest.entry-url 0
          {'resourceType':'Bundle','type':'transaction','entry':[{'request':{'method':'POST','url':'Patient'}}]} | rest.entry-without-resource 0
          {'resourceType':'Bundle','type':'transaction','entry':[{'request':{'method':'DELETE','url':'Patient'}}]} | rest.criteria-missing
          """)
  void ofOtherKindsAreRefusedWithAReason(String bundle, String why) {
    assertThat(GatewayForTests.whole(take(bundle))).isEqualTo(why);
  }
}
