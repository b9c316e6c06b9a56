package health.helan.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class RegionValidityTests {
  private static final int PER_TYPE = Boolean.getBoolean("helan.test.full") ? 400 : 12;

  @Test
  void isReadByAStrictParser() {
    Region.of(11, 40).bundles().forEach(bundle -> R4Validity.parseStrictly(text(bundle)));
  }

  /** The validator takes milliseconds each, so some of every type, and all shapes of codes. */
  @Test
  void holdsInTheEyesOfHapisValidator() {
    Map<String, Integer> checked = new HashMap<>();
    Set<String> codes = new HashSet<>();
    Bundles.resources(Region.of(11, 120).bundles())
        .forEach(
            resource -> {
              String type = resource.get("resourceType").asString();
              boolean news = codes.add(type + resource.path("code").path("text").asString(""));
              if (news || checked.merge(type, 1, Integer::sum) <= PER_TYPE) {
                assertThat(R4Validity.errors(resource.toString()))
                    .as(resource.toString())
                    .isEmpty();
              }
            });
    assertThat(checked)
        .containsKeys(
            "AllergyIntolerance",
            "CarePlan",
            "Condition",
            "Coverage",
            "DiagnosticReport",
            "Encounter",
            "EpisodeOfCare",
            "HealthcareService",
            "Immunization",
            "Location",
            "MedicationRequest",
            "Observation",
            "Organization",
            "Patient",
            "Practitioner",
            "PractitionerRole",
            "Procedure",
            "RelatedPerson",
            "Schedule",
            "ServiceRequest");
  }

  @Test
  void wouldNotHoldWithAFault() {
    Region region = Region.of(11, 10);
    JsonNode patient =
        Bundles.resources(region.bundles()).filter(r -> Bundles.isA(r, "Patient")).toList().get(0);
    String wrong = patient.toString().replace("\"gender\":\"female\"", "\"gender\":\"f\"");
    assertThat(R4Validity.errors(wrong)).isNotEmpty();
  }

  private static String text(DemoBundle bundle) {
    return new String(bundle.json(), java.nio.charset.StandardCharsets.UTF_8);
  }
}
