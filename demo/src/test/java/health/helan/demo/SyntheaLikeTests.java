package health.helan.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SyntheaLikeTests {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  @Test
  void isReadByAStrictParser() {
    SyntheaLike.bundles(2).map(SyntheaLikeTests::text).forEach(R4Validity::parseStrictly);
  }

  /** Codes of systems that are not at hand are not looked at; profiles of US Core neither. */
  @Test
  void holdsInTheEyesOfHapisValidator() {
    SyntheaLike.bundles(1)
        .map(MAPPER::readTree)
        .flatMap(bundle -> bundle.get("entry").valueStream())
        .forEach(
            entry ->
                assertThat(R4Validity.errors(entry.get("resource").toString()))
                    .as(entry.toString())
                    .isEmpty());
  }

  @Test
  void refersToWhatIsInTheBundleOrWasLoadedBefore() {
    Set<String> known = new HashSet<>();
    for (byte[] bytes : SyntheaLike.bundles(4).toList()) {
      JsonNode bundle = MAPPER.readTree(bytes);
      for (JsonNode entry : bundle.get("entry")) {
        assertThat(known.add(entry.get("fullUrl").asString())).isTrue();
        JsonNode resource = entry.get("resource");
        for (JsonNode identifier : resource.path("identifier")) {
          known.add(
              resource.get("resourceType").asString()
                  + "?identifier="
                  + identifier.get("system").asString()
                  + "|"
                  + identifier.get("value").asString());
        }
      }
      assertThat(Bundles.references(bundle))
          .allSatisfy(
              reference ->
                  assertThat(reference.startsWith("#") || known.contains(reference))
                      .as(reference)
                      .isTrue());
    }
  }

  @Test
  void hasDecimalsWhoseDigitsMustSurvive() {
    List<String> patients = SyntheaLike.patients(1).map(SyntheaLikeTests::text).toList();
    assertThat(patients.getFirst())
        .contains("\"value\":1.50,", "\"value\":100.0,", "\"value\":0.000123,", ":35.50}");
  }

  @Test
  void isTheSameEachTime() {
    assertThat(SyntheaLike.bundles(3).map(SyntheaLikeTests::text).toList())
        .isEqualTo(SyntheaLike.bundles(3).map(SyntheaLikeTests::text).toList())
        .doesNotHaveDuplicates();
  }

  @Test
  void hasNoMorePatientsThanItSays() {
    assertThatIllegalArgumentException().isThrownBy(() -> SyntheaLike.patients(20));
  }

  private static String text(byte[] json) {
    return new String(json, StandardCharsets.UTF_8);
  }
}
