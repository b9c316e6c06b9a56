package health.helan.oversight.payment;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** What payment and settlement add to the integrators' package. */
class ProfilesTests {
  private static String text(String path) throws Exception {
    try (var in = Payments.class.getResourceAsStream("/" + path)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static List<String> listed() throws Exception {
    return text("fhir/package.list").lines().filter(line -> !line.startsWith("#")).toList();
  }

  @Test
  void isListedByItsAddress() throws Exception {
    assertThat(listed()).hasSize(19);
    for (String path : listed()) {
      ObjectNode resource = (ObjectNode) Json.MAPPER.readTree(text(path));
      String type = resource.path("resourceType").asString();
      String id = resource.path("id").asString();
      assertThat(path).isEqualTo("fhir/" + type + "-" + id + ".json");
      assertThat(resource.path("url").asString())
          .isEqualTo("https://helan.health/fhir/" + type + "/" + id);
    }
  }

  @Test
  void namesEachStepThereIs() throws Exception {
    var codes = Json.MAPPER.readTree(text("fhir/CodeSystem-payment-step.json")).path("concept");
    assertThat(codes.values().stream().map(one -> one.path("code").asString()))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(OrderStep.values()).map(OrderStep::word).toList());
  }
}
