package health.helan.foundation.trust.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.rest.StandardFormats;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** One resource has one canonical form, however it is written down and wherever it has been. */
class CanonicalFormTests {
  private static String form(String json) {
    return new String(
        CanonicalForm.of(json.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
  }

  @Test
  void namesAreInTheOrderOfTheirUtf16Units() {
    // The example of RFC 8785, 3.2.3, without the carriage return and control characters.
    assertThat(
            form(
                "{\"\\u20ac\":1,\"\\ufb33\":2,\"1\":3,\"\\ud83d\\ude00\":4,\"\\u0080\":5,\"\\u00f6\":6}"))
        .isEqualTo(
            "{\"1\":3,\"\u0080\":5,\"\u00f6\":6,\"\u20ac\":1,\"\ud83d\ude00\":4,\"\ufb33\":2}");
  }

  @Test
  void textsAreEscapedAsLittleAsCanBe() {
    // RFC 8785, 3.2.2.2.
    assertThat(form("{\"a\":\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\"}"))
        .isEqualTo("{\"a\":\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
  }

  @Test
  void decimalsKeepTheirDigits() {
    assertThat(
            form(
                "{\"a\":1.50,\"b\":1.5,\"c\":0.0000001,\"d\":100,\"e\":-0.0,\"f\":12345678901234567890}"))
        .isEqualTo(
            "{\"a\":1.50,\"b\":1.5,\"c\":0.0000001,\"d\":100,\"e\":0.0,\"f\":12345678901234567890}");
    assertThat(form("{\"a\":1e2,\"b\":1.0E+2,\"c\":10e1,\"d\":15e-1}"))
        .as("as precise as they came, whatever the exponent")
        .isEqualTo("{\"a\":1E2,\"b\":10E1,\"c\":10E1,\"d\":1.5}");
    assertThat(CanonicalForm.number(new BigDecimal("1E+400"))).isEqualTo("1E400");
  }

  @Test
  void blanksAndOrderAndTheStoresOwnNotesDoNotMatter() {
    assertThat(
            form(
                """
                { "status" : "final",
                  "id":"a", "resourceType":"Observation",
                  "meta":{"versionId":"3","lastUpdated":"2026-11-26T00:00:00Z"},
                  "valueQuantity":{"unit":"mmol/L","value":5.10} }"""))
        .isEqualTo(
            form(
                "{\"resourceType\":\"Observation\",\"id\":\"a\",\"status\":\"final\",\"valueQuantity\":{\"value\":5.10,\"unit\":\"mmol/L\"}}"));
  }

  @Test
  void idAndTextAndEveryNullMatter() {
    assertThat(form("{\"id\":\"a\"}")).isNotEqualTo(form("{\"id\":\"b\"}"));
    assertThat(form("{\"text\":{\"div\":\"x\"}}")).isNotEqualTo(form("{}"));
    assertThat(form("{\"given\":[null,\"b\"]}")).isNotEqualTo(form("{\"given\":[\"b\"]}"));
    assertThat(form("{\"contained\":[{\"meta\":{\"source\":\"x\"}}]}"))
        .as("a contained resource is content")
        .isNotEqualTo(form("{\"contained\":[{}]}"));
  }

  @Test
  void halfACharacterHasNoForm() {
    ObjectNode broken = Json.MAPPER.createObjectNode().put("a", "\ud83d");
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> CanonicalForm.of(broken))
        .satisfies(refusal -> assertThat(refusal.kind()).isEqualTo(Refusal.Kind.UNPROCESSABLE));
  }

  @Test
  void aJourneyThroughXmlChangesNothing() {
    String json =
        """
        {"resourceType":"Observation","id":"a","meta":{"versionId":"1"},
         "text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\"><p>血糖 <b>5.10</b></p></div>"},
         "status":"final","_status":{"id":"s"},
         "code":{"coding":[{"system":"http://loinc.org","code":"15074-8","display":"葡萄糖 \\"空腹\\""}]},
         "valueQuantity":{"value":5.10,"unit":"mmol/L"},
         "referenceRange":[{"low":{"value":3.90},"high":{"value":6.1}}],
         "note":[{"text":"一行\\n二行\\t三"}],
         "component":[{"code":{"text":"x"},"valueQuantity":{"value":1.0e-3}}]}""";
    var formats = new StandardFormats();
    byte[] there = json.getBytes(StandardCharsets.UTF_8);
    byte[] xml = formats.fromJson("xml", null, false, there).body();
    byte[] back = formats.toJson("application/fhir+xml", xml, "POST");
    assertThat(new String(xml, StandardCharsets.UTF_8)).contains("value=\"5.10\"");
    assertThat(new String(CanonicalForm.of(back), StandardCharsets.UTF_8)).isEqualTo(form(json));
  }
}
