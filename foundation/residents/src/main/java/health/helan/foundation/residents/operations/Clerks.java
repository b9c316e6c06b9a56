package health.helan.foundation.residents.operations;

import health.helan.foundation.residents.Residents;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.PlatformRows;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * Registration clerks (登记员): whom an institution has look at double registrations of its own. A
 * clerk is a practitioner with a PractitionerRole there, active today, whose {@code code} is {@link
 * #CODE} of {@link #SYSTEM}, written by the institution's system or the platform's operators:
 * nobody makes a clerk of somebody else's institution.
 */
final class Clerks {
  static final String SYSTEM = "https://helan.health/fhir/CodeSystem/practitioner-role";
  static final String CODE = "registration-clerk";

  private static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");
  private static final Caller PLATFORM = Caller.platform("residents");

  /** A department of a department of a hospital, and some to spare. */
  private static final int DEEPEST = 6;

  private Clerks() {}

  /**
   * The institution whose pairs the caller decides; empty for those who keep the whole index.
   *
   * @throws Refusal FORBIDDEN for everybody else
   */
  static String institution(Call call, Residents residents) {
    Caller caller = call.caller();
    if (Eyes.keepsTheIndex(caller)) {
      return "";
    }
    String own = caller.institution();
    String practitioner = caller.binding().practitioner();
    if (caller.role() != Caller.Role.PRACTITIONER
        || own.isEmpty()
        || practitioner.isEmpty()
        || !isClerk(call, residents, practitioner, own)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "residents.clerks-only");
    }
    return own;
  }

  private static boolean isClerk(
      Call call, Residents residents, String practitioner, String institution) {
    List<JsonNode> roles = new ArrayList<>();
    for (SearchResult.Entry entry :
        call.store()
            .search(
                PLATFORM,
                new SearchRequest(
                    "PractitionerRole",
                    null,
                    null,
                    List.of(
                        new SearchRequest.Parameter("practitioner", "Practitioner/" + practitioner),
                        new SearchRequest.Parameter("role", SYSTEM + "|" + CODE),
                        new SearchRequest.Parameter("_count", "50")),
                    false))
            .entries()) {
      roles.add(Json.MAPPER.readTree(entry.resource().content()));
    }
    String today = LocalDate.now(residents.clock().withZone(BEIJING)).toString();
    roles.removeIf(
        role -> !role.path("active").asBoolean(true) || !isNow(role.path("period"), today));
    if (roles.isEmpty()) {
      return false;
    }
    Map<String, String> owners = owners(residents, roles);
    for (JsonNode role : roles) {
      String where = organization(role.path("organization"));
      String owner = owners.getOrDefault(role.path("id").asString(""), "");
      // What operators load belongs to the organization that it names.
      if ((owner.equals(institution) || owner.equals(where))
          && isPartOf(call, where, institution)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isNow(JsonNode period, String day) {
    String start = period.path("start").asString("");
    String end = period.path("end").asString("");
    return (start.isEmpty() || start.compareTo(day) <= 0 || start.startsWith(day))
        && (end.isEmpty() || end.compareTo(day) >= 0 || day.startsWith(end));
  }

  private static Map<String, String> owners(Residents residents, List<JsonNode> roles) {
    try (Connection connection = residents.database().getConnection()) {
      connection.setAutoCommit(true);
      var ids = new TreeMap<Integer, java.util.Collection<String>>();
      for (JsonNode role : roles) {
        String id = role.path("id").asString("");
        Integer home = residents.store().rows().home(connection, "PractitionerRole", id);
        if (home != null) {
          ids.computeIfAbsent(home, _ -> new ArrayList<>()).add(id);
        }
      }
      var owners = new HashMap<String, String>();
      for (PlatformRows.Owned row :
          residents.store().rows().currentOf(connection, "PractitionerRole", ids)) {
        owners.put(row.version().id(), row.owner());
      }
      return owners;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** Whether an organization is the institution, or a department of it. */
  private static boolean isPartOf(Call call, String organization, String institution) {
    String at = organization;
    for (int i = 0; i < DEEPEST && !at.isEmpty(); i++) {
      if (at.equals(institution)) {
        return true;
      }
      JsonNode found;
      try {
        found = Json.MAPPER.readTree(call.store().read(PLATFORM, "Organization", at).content());
      } catch (Refusal gone) {
        if (gone.kind() == Refusal.Kind.TRANSIENT) {
          throw gone;
        }
        return false;
      }
      if (!isDepartment(found)) {
        return false; // What a hospital is part of does not employ its clerks.
      }
      at = organization(found.path("partOf"));
    }
    return false;
  }

  /** HL7's organization-type {@code dept}. */
  private static boolean isDepartment(JsonNode organization) {
    for (JsonNode type : organization.path("type")) {
      for (JsonNode coding : type.path("coding")) {
        if (coding.path("code").asString("").equals("dept")) {
          return true;
        }
      }
    }
    return false;
  }

  private static String organization(JsonNode reference) {
    String text = reference.path("reference").asString("");
    return text.startsWith("Organization/") ? text.substring("Organization/".length()) : "";
  }
}
