package health.helan.foundation.trust.policy;

import health.helan.foundation.store.AccessPolicy.Write;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.IdNumbers;
import health.helan.foundation.store.Refusal;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Elements that open records by what they say: who is whose guardian, who belongs to a team, which
 * records are one person's, which identity number a record has. One clinician's word proves none of
 * them; the institution's system says them (docs/adr/0047).
 */
public final class ProvingWrites {
  private ProvingWrites() {}

  static void check(Caller caller, Write write) {
    ObjectNode before = write.before();
    ObjectNode after = write.after();
    boolean byStaff = caller.role() == Role.PRACTITIONER;
    switch (write.type()) {
      case "RelatedPerson" -> {
        if (byStaff && (isGuardian(before) || isGuardian(after))) {
          throw refused("RelatedPerson.relationship", "access.guardian-by-system");
        }
      }
      case "CareTeam" -> {
        if (byStaff && !(managers(before).isEmpty() && managers(after).isEmpty())) {
          throw refused("CareTeam.managingOrganization", "access.team-by-system");
        }
        if (!byStaff
            && managers(after).stream()
                .anyMatch(one -> !one.equals("Organization/" + caller.institution()))) {
          throw refused("CareTeam.managingOrganization", "access.team-of-another");
        }
      }
      case "Patient" -> {
        if (byStaff && after != null) {
          if (before == null
              ? after.has("link")
              : !before.path("link").equals(after.path("link"))) {
            throw refused("Patient.link", "access.link-by-system");
          }
          if (before != null && !numbers(before).equals(numbers(after))) {
            throw refused("Patient.identifier", "access.number-by-system");
          }
        }
      }
      default -> {
        // Proves nothing.
      }
    }
  }

  private static Refusal refused(String place, String key) {
    return new Refusal(Refusal.Kind.FORBIDDEN, place, key, new Object[] {});
  }

  /** Whether a RelatedPerson says that it is the patient's guardian. */
  public static boolean isGuardian(@Nullable JsonNode related) {
    if (related != null) {
      for (JsonNode relationship : related.path("relationship")) {
        for (JsonNode coding : relationship.path("coding")) {
          if (coding.path("code").asString("").equals("GUARD")) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /** References to the organizations that manage a CareTeam; only such a team counts anybody in. */
  public static Set<String> managers(@Nullable JsonNode team) {
    var managers = new TreeSet<String>();
    if (team != null) {
      for (JsonNode one : team.path("managingOrganization")) {
        // One without a reference, by identifier or by name, counts too: it could be read as one.
        managers.add(one.path("reference").asString(""));
      }
    }
    return managers;
  }

  private static Set<String> numbers(JsonNode patient) {
    var numbers = new TreeSet<String>();
    for (JsonNode one : patient.path("identifier")) {
      String value = one.path("value").asString("").toUpperCase(java.util.Locale.ROOT);
      if (IdNumbers.isValid(value)) {
        numbers.add(value);
      }
    }
    return numbers;
  }
}
