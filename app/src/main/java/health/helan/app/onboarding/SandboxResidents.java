package health.helan.app.onboarding;

import health.helan.demo.DemoBundle;
import health.helan.demo.NamedResident;
import health.helan.demo.Region;
import health.helan.foundation.onboarding.Sandbox.Resident;
import health.helan.foundation.store.validation.Issue;
import health.helan.foundation.store.validation.Options;
import health.helan.foundation.store.validation.Validator;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The ten named residents of the demo region, with some of their records, for an applicant's
 * sandbox. What refers to the region's institutions and staff is left out: in the sandbox there are
 * none but the applicant's own.
 */
final class SandboxResidents {
  private static final Set<String> KINDS =
      Set.of(
          "Patient", "AllergyIntolerance", "Condition", "Encounter", "Observation", "Immunization");

  /** Of each kind but Patient, in a household. */
  private static final int MOST = 12;

  private SandboxResidents() {}

  static List<Resident> make() {
    var found = new ArrayList<Resident>();
    Region region = Region.of(1, NamedResident.values().length);
    for (int number = 0; number < region.bundleCount(); number++) {
      DemoBundle bundle = region.bundle(number);
      if (bundle.kind() == DemoBundle.Kind.HOUSEHOLD) {
        var counts = new java.util.HashMap<String, Integer>();
        for (JsonNode entry : bundle.tree().path("entry")) {
          String type = entry.at("/resource/resourceType").asString("");
          boolean isKept =
              KINDS.contains(type)
                  && (type.equals("Patient") || counts.merge(type, 1, Integer::sum) <= MOST);
          if (isKept && entry.get("resource") instanceof ObjectNode resource) {
            resource.remove("id");
            found.add(new Resident(entry.path("fullUrl").asString(), resource));
          }
        }
      }
    }
    cut(found);
    return found;
  }

  /** Takes out references to what is not there, and then what is not whole without them. */
  private static void cut(List<Resident> residents) {
    int before;
    do {
      before = residents.size();
      var there = new HashSet<String>();
      residents.forEach(each -> there.add(each.fullUrl()));
      residents.forEach(each -> cut(each.resource(), there));
      residents.removeIf(each -> !isValid(each.resource()));
    } while (residents.size() < before);
  }

  private static boolean isValid(ObjectNode resource) {
    return Validator.get().validate(resource, Options.STORED).stream()
        .noneMatch(issue -> issue.severity() == Issue.Severity.ERROR);
  }

  private static void cut(JsonNode node, Set<String> there) {
    if (node instanceof ObjectNode object) {
      JsonNode reference = object.get("reference");
      if (reference != null && reference.isString() && !there.contains(reference.asString())) {
        object.remove("reference");
      }
      for (Iterator<Map.Entry<String, JsonNode>> each = object.properties().iterator();
          each.hasNext(); ) {
        JsonNode value = each.next().getValue();
        cut(value, there);
        if (value.isContainer() && value.isEmpty()) {
          each.remove();
        }
      }
    } else if (node instanceof ArrayNode array) {
      for (int i = array.size() - 1; i >= 0; i--) {
        cut(array.get(i), there);
        if (array.get(i).isContainer() && array.get(i).isEmpty()) {
          array.remove(i);
        }
      }
    }
  }
}
