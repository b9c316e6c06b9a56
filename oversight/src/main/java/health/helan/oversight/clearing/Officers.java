package health.helan.oversight.clearing;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.PlatformRows;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Who looks at which books. The clearing centre (operators) and regulators see all; finance
 * officers (财务) of an institution, and its systems, what is theirs. A finance officer is a
 * practitioner with a PractitionerRole there, active today, whose {@code code} is {@link #CODE},
 * and which the institution itself wrote or operators loaded for it: nobody makes one for another
 * institution.
 */
final class Officers {
  static final String SYSTEM = "https://helan.health/fhir/CodeSystem/practitioner-role";
  static final String CODE = "finance-officer";

  private static final Caller PLATFORM = Caller.platform("clearing");

  private final RecordStore store;
  private final DataSource database;
  private final Clock clock;

  Officers(RecordStore store, DataSource database, Clock clock) {
    this.store = store;
    this.database = database;
    this.clock = clock;
  }

  /**
   * @throws Refusal FORBIDDEN for anybody but the clearing centre
   */
  static void centre(Caller caller) {
    if (caller.role() != Caller.Role.OPERATOR) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "clearing.centre-only");
    }
  }

  /**
   * @throws Refusal FORBIDDEN for anybody but the clearing centre and regulators
   */
  static void overall(Caller caller) {
    if (caller.role() != Caller.Role.REGULATOR) {
      centre(caller);
    }
  }

  /**
   * The institution whose books alone the caller may look at; null for those who may look at all.
   *
   * @throws Refusal FORBIDDEN for others
   */
  @Nullable String institution(Caller caller) {
    return switch (caller.role()) {
      case OPERATOR, REGULATOR -> null;
      case SYSTEM -> {
        if (caller.institution().isEmpty()) {
          throw new Refusal(Refusal.Kind.FORBIDDEN, "clearing.officers-only");
        }
        yield caller.institution();
      }
      case PRACTITIONER -> {
        if (!isOfficer(caller)) {
          throw new Refusal(Refusal.Kind.FORBIDDEN, "clearing.officers-only");
        }
        yield caller.institution();
      }
      case RESIDENT -> throw new Refusal(Refusal.Kind.FORBIDDEN, "clearing.officers-only");
    };
  }

  private boolean isOfficer(Caller caller) {
    String practitioner = caller.binding().practitioner();
    String institution = caller.institution();
    if (practitioner.isEmpty() || institution.isEmpty()) {
      return false;
    }
    String today = LocalDate.ofInstant(clock.instant(), StatementReader.BEIJING).toString();
    List<JsonNode> roles =
        store
            .search(
                PLATFORM,
                new SearchRequest(
                    "PractitionerRole",
                    null,
                    null,
                    List.of(
                        new SearchRequest.Parameter("practitioner", "Practitioner/" + practitioner),
                        new SearchRequest.Parameter("role", SYSTEM + "|" + CODE),
                        new SearchRequest.Parameter("organization", "Organization/" + institution),
                        new SearchRequest.Parameter("_count", "50")),
                    false))
            .entries()
            .stream()
            .map(SearchResult.Entry::resource)
            .map(found -> Json.MAPPER.readTree(found.content()))
            .filter(
                role -> role.path("active").asBoolean(true) && isNow(role.path("period"), today))
            .toList();
    return roles.stream().anyMatch(role -> owner(role.path("id").asString("")).equals(institution));
  }

  private static boolean isNow(JsonNode period, String day) {
    String start = period.path("start").asString("");
    String end = period.path("end").asString("");
    return (start.isEmpty() || start.compareTo(day) <= 0 || start.startsWith(day))
        && (end.isEmpty() || end.compareTo(day) >= 0 || day.startsWith(end));
  }

  /** Who wrote it; what operators load belongs to the organization that it names. */
  private String owner(String id) {
    try (Connection connection = database.getConnection()) {
      Integer home = store.rows().home(connection, "PractitionerRole", id);
      if (home == null) {
        return "";
      }
      var ids = new TreeMap<Integer, Collection<String>>();
      ids.put(home, List.of(id));
      for (PlatformRows.Owned row : store.rows().currentOf(connection, "PractitionerRole", ids)) {
        return row.owner();
      }
      return "";
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }
}
