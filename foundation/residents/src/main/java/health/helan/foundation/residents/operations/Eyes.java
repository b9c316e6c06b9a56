package health.helan.foundation.residents.operations;

import health.helan.foundation.residents.Residents;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.store.AccessTrail;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.PlatformRows;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import health.helan.foundation.trust.policy.RolePolicy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Patients as a caller sees them, and no others. The operators of the index see all of them,
 * masked: enough to tell two people apart, no record of anybody.
 */
final class Eyes {
  private static final int AT_ONCE = 100;
  private static final RolePolicy MASKS = new RolePolicy(Clock.systemUTC());

  private Eyes() {}

  /** True for those who keep the index, whatever Patients they may read. */
  static boolean keepsTheIndex(Caller caller) {
    return caller.isRoot() || caller.role() == Caller.Role.OPERATOR;
  }

  /** By id; those that the caller does not see are left out. In the order given. */
  static Map<String, ObjectNode> patients(Call call, Residents residents, Collection<String> ids) {
    Map<String, ObjectNode> found =
        keepsTheIndex(call.caller()) ? all(call, residents, ids) : visible(call, ids);
    var ordered = new LinkedHashMap<String, ObjectNode>();
    for (String id : ids) {
      ObjectNode patient = found.get(id);
      if (patient != null) {
        ordered.put(id, patient);
      }
    }
    return ordered;
  }

  private static Map<String, ObjectNode> all(
      Call call, Residents residents, Collection<String> ids) {
    var found = new LinkedHashMap<String, ObjectNode>();
    for (PlatformRows.Owned row : rows(residents, ids)) {
      byte[] content = row.version().content();
      if (content != null) {
        AccessTrail.note(row.version());
        found.put(
            row.version().id(),
            (ObjectNode)
                Json.MAPPER.readTree(
                    call.caller().isRoot() ? content : MASKS.mask("Patient", content)));
      }
    }
    return found;
  }

  /** Whoever may see them. */
  static List<PlatformRows.Owned> rows(Residents residents, Collection<String> ids) {
    try (Connection connection = residents.database().getConnection()) {
      connection.setAutoCommit(true);
      var byHome = new LinkedHashMap<Integer, Collection<String>>();
      for (String id : ids) {
        Integer home = residents.store().rows().home(connection, "Patient", id);
        if (home != null) {
          byHome.computeIfAbsent(home, _ -> new LinkedHashSet<>()).add(id);
        }
      }
      return residents.store().rows().currentOf(connection, "Patient", byHome);
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private static Map<String, ObjectNode> visible(Call call, Collection<String> ids) {
    var found = new LinkedHashMap<String, ObjectNode>();
    for (ResourceVersion version : versions(call, ids)) {
      byte[] content = version.content();
      if (content != null) {
        found.put(version.id(), (ObjectNode) Json.MAPPER.readTree(content));
      }
    }
    return found;
  }

  private static List<ResourceVersion> versions(Call call, Collection<String> ids) {
    var all = List.copyOf(new LinkedHashSet<>(ids));
    var found = new ArrayList<ResourceVersion>();
    for (int i = 0; i < all.size(); i += AT_ONCE) {
      List<String> some = all.subList(i, Math.min(all.size(), i + AT_ONCE));
      try {
        for (SearchResult.Entry entry :
            call.store()
                .search(
                    call.caller(),
                    new SearchRequest(
                        "Patient",
                        null,
                        null,
                        List.of(
                            new SearchRequest.Parameter("_id", String.join(",", some)),
                            new SearchRequest.Parameter("_count", Integer.toString(some.size()))),
                        false))
                .entries()) {
          found.add(entry.resource());
        }
      } catch (Refusal e) {
        if (e.kind() != Refusal.Kind.FORBIDDEN) {
          throw e;
        }
        return List.of();
      }
    }
    return found;
  }

  /** One Patient, which the caller must see. */
  static ObjectNode patient(Call call, Residents residents, String id) {
    ObjectNode patient = patients(call, residents, List.of(id)).get(id);
    if (patient == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Patient", id);
    }
    return patient;
  }

  static boolean isMasked(ObjectNode patient) {
    for (JsonNode tag : patient.path("meta").path("tag")) {
      if (tag.path("code").asString("").equals("SUBSETTED")) {
        return true;
      }
    }
    return false;
  }
}
