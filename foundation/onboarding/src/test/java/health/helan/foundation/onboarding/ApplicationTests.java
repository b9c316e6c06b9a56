package health.helan.foundation.onboarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be applied for, and the check list that follows from it. */
class ApplicationTests {
  private static final String WHOLE =
      """
      {"organization":{"code":"12640122MB0000001T","name":"县医院","level":"secondary","contact":"王工","phone":"0951-1234567"},
       "systems":[{"id":"his","name":"HIS","vendor":"某公司","jwksUri":"https://his.example/jwks.json"}],
       "feeds":[{"name":"adt","system":"his","transport":"mllp","structures":["ADT^A01"],"sender":"HIS|HOSP"},
                {"name":"lab","system":"his","transport":"http","structures":["ORU^R01"]},
                {"name":"api","system":"his","transport":"fhir","resources":["Patient"]}]}""";

  private static Refusal refusal(String from, String to) {
    assertThat(WHOLE).contains(from);
    var thrown = new Refusal[1];
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> Application.parse(WHOLE.replace(from, to)))
        .satisfies(refusal -> thrown[0] = refusal);
    return thrown[0];
  }

  @Test
  void comesBackAsItWasWritten() {
    Application application = Application.parse(WHOLE);
    assertThat(Application.parse(application.json().toString())).isEqualTo(application);
    assertThat(application.system("his")).isNotNull();
    assertThat(application.systems().getFirst().scopes()).containsExactly("system/*.cruds");
  }

  @Test
  void makesTheCheckListOfWhatIsAppliedForAndOfNothingElse() {
    assertThat(CheckList.of(Application.parse(WHOLE)).stream().map(CheckList.Line::code))
        .containsExactly(
            "sign-in/his",
            "tls/his",
            "tls/adt",
            "accepted/adt/ADT^A01",
            "mapped/adt/ADT^A01",
            "acknowledged/adt/ADT^A01",
            "once/adt/ADT^A01",
            "refused/adt/ADT^A01",
            "accepted/lab/ORU^R01",
            "mapped/lab/ORU^R01",
            "acknowledged/lab/ORU^R01",
            "once/lab/ORU^R01",
            "refused/lab/ORU^R01",
            "valid/api/Patient",
            "invalid/api/Patient");
  }

  @Test
  void asksFilesForLinesOfTheirOwn() {
    String files =
        WHOLE.replace(
            "{\"name\":\"api\"",
            "{\"name\":\"papers\",\"system\":\"his\",\"transport\":\"document\"},"
                + "{\"name\":\"list\",\"system\":\"his\",\"transport\":\"table\",\"structures\":[\"residents\"]},"
                + "{\"name\":\"api\"");
    Application application = Application.parse(files);
    assertThat(Application.parse(application.json().toString())).isEqualTo(application);
    assertThat(CheckList.of(application).stream().map(CheckList.Line::code))
        .contains(
            "accepted/papers/cda",
            "mapped/papers/cda",
            "once/papers/cda",
            "refused/papers/cda",
            "accepted/list/residents",
            "mapped/list/residents",
            "once/list/residents",
            "refused/list/residents")
        .doesNotContain("acknowledged/papers/cda");
    for (String[] wrong :
        new String[][] {
          {"[\"residents\"]", "[\"residents\",\"results\"]", "onboarding.field"},
          {"[\"residents\"]", "[\"nothing\"]", "onboarding.structure"},
          {
            "\"transport\":\"document\"",
            "\"transport\":\"document\",\"structures\":[\"ADT^A01\"]",
            "onboarding.field"
          },
        }) {
      assertThatExceptionOfType(Refusal.class)
          .isThrownBy(() -> Application.parse(files.replace(wrong[0], wrong[1])))
          .satisfies(e -> assertThat(e.messageKey()).isEqualTo(wrong[2]));
    }
  }

  @Test
  void asksASystemThatOnlySendsMessagesForNoSignIn() {
    var json = (tools.jackson.databind.node.ObjectNode) Json.MAPPER.readTree(WHOLE);
    var feeds = (tools.jackson.databind.node.ArrayNode) json.path("feeds");
    feeds.remove(2);
    feeds.remove(1);
    assertThat(CheckList.of(Application.parse(json.toString())).stream().map(CheckList.Line::code))
        .doesNotContain("sign-in/his", "tls/his")
        .contains("tls/adt");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "secondary; best; organization.level",
        "县医院; ' '; organization.name",
        "王工; ' '; organization.contact",
        "\"vendor\":\"某公司\"; \"vendor\":\"\"; systems[0].vendor",
        "\"id\":\"his\"; \"id\":\"HIS 1\"; systems[0].id",
        "\"id\":\"his\"; \"id\":\"other\"; feeds[0].system",
        "mllp; carrier-pigeon; feeds[0].transport",
        "HIS|HOSP; *|HOSP; feeds[0].sender",
        ",\"sender\":\"HIS|HOSP\"; ''; feeds[0].sender",
        "\"name\":\"lab\"; \"name\":\"adt\"; feeds",
        "\"name\":\"lab\"; \"name\":\"his\"; feeds",
        "\"resources\":[\"Patient\"]; \"resources\":[]; feeds[2].resources",
        "\"feeds\":[; \"secret\":\"x\",\"feeds\":[; secret",
      })
  void namesTheFieldThatIsWrong(String from, String to, String field) {
    Refusal refusal = refusal(from, to);
    assertThat(refusal.messageKey()).isEqualTo("onboarding.field");
    assertThat(refusal.arguments()).isEqualTo(List.of(field));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "12640122MB0000001A",
        "12640122MB0000001",
        "12640122MB000000IT",
        "22640122MB0000001T"
      })
  void refusesACreditCodeThatDoesNotCheck(String code) {
    assertThat(refusal("12640122MB0000001T", code).messageKey())
        .isIn("onboarding.credit-code", "onboarding.field");
    assertThat(CreditCode.isValid(code)).isFalse();
  }

  @Test
  void refusesWhatThePlatformCannotMapOrKeep() {
    assertThat(refusal("ADT^A01", "ZZZ^Z01").messageKey()).isEqualTo("onboarding.structure");
    assertThat(refusal("[\"Patient\"]", "[\"Person2\"]").messageKey())
        .isEqualTo("onboarding.resource");
  }

  @Test
  void takesNoSecretAndNoKeyInPlainHttp() {
    String key = "\"jwksUri\":\"https://his.example/jwks.json\"";
    assertThat(refusal(key, "\"jwksUri\":\"http://his.example/jwks.json\"").messageKey())
        .isEqualTo("access.client-keys");
    assertThat(refusal(key, "\"jwksUri\":\"http://127.0.0.1:8080/jwks.json\"").messageKey())
        .as("the platform asks nothing of itself for an applicant")
        .isEqualTo("access.client-keys");
    assertThat(refusal(key, "\"name2\":\"\"").messageKey()).isEqualTo("onboarding.field");
    assertThat(refusal("," + key, "").messageKey()).isEqualTo("access.client-keys");
    assertThat(
            refusal(key, "\"jwks\":{\"keys\":[{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}]}").messageKey())
        .isEqualTo("access.client-private-key");
    assertThat(refusal(key, "\"scopes\":[\"user/*.rs\"]," + key).messageKey())
        .isEqualTo("access.client-scope");
  }
}
