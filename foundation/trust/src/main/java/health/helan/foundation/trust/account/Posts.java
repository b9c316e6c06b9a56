package health.helan.foundation.trust.account;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import tools.jackson.databind.JsonNode;

/**
 * Posts (岗位) that staff hold by a PractitionerRole: at the institution that they act for, active,
 * in force today in Beijing, with the code of the post, and one that the institution itself wrote
 * or operators loaded for it. Nobody makes a post for another institution. Thread-safe.
 */
public final class Posts {
  /** System of {@code PractitionerRole.code} for cashiers, finance and quality officers; ours. */
  public static final String SYSTEM = "https://helan.health/fhir/CodeSystem/practitioner-role";

  private static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");

  private final RecordStore store;
  private final Sql sql;
  private final Clock clock;

  public Posts(RecordStore store, DataSource database, Clock clock) {
    this.store = store;
    this.sql = new Sql(database);
    this.clock = clock;
  }

  /**
   * Whether a practitioner holds a post; nobody else holds any.
   *
   * @param system of {@code PractitionerRole.code}
   */
  public boolean holds(Caller caller, String system, String code) {
    String practitioner = caller.binding().practitioner();
    String institution = caller.institution();
    if (practitioner.isEmpty() || institution.isEmpty()) {
      return false;
    }
    String today = LocalDate.ofInstant(clock.instant(), BEIJING).toString();
    return store
        .search(
            caller.asPlatform(),
            new SearchRequest(
                "PractitionerRole",
                null,
                null,
                List.of(
                    new Parameter("practitioner", "Practitioner/" + practitioner),
                    new Parameter("organization", "Organization/" + institution),
                    new Parameter("role", system + "|" + code),
                    new Parameter("_count", "50")),
                false))
        .entries()
        .stream()
        .map(found -> Json.MAPPER.readTree(Objects.requireNonNull(found.resource().content())))
        .filter(role -> role.path("active").asBoolean(true) && isNow(role.path("period"), today))
        .anyMatch(role -> owner(role.path("id").asString("")).equals(institution));
  }

  /** Times may be of any precision. */
  private static boolean isNow(JsonNode period, String day) {
    String start = period.path("start").asString("");
    String end = period.path("end").asString("");
    return (start.isEmpty() || start.compareTo(day) <= 0 || start.startsWith(day))
        && (end.isEmpty() || end.compareTo(day) >= 0 || day.startsWith(end));
  }

  /** Who wrote it; what operators load belongs to the organization that it names. */
  private String owner(String id) {
    return sql.on(connection -> store.rows().owner(connection, "PractitionerRole", id));
  }
}
