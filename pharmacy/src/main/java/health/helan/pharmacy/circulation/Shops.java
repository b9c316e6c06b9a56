package health.helan.pharmacy.circulation;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The places that dispense, as the provider registry has them: an active HealthcareService of type
 * {@link #TYPE} provided by the Organization, its Location for the way there, its {@code
 * characteristic} for how drugs are had from it.
 */
final class Shops {
  static final String SYSTEM = "https://helan.health/fhir/CodeSystem/pharmacy-service";
  static final String TYPE = "dispensing";
  private static final String ORGANIZATION = "Organization/";

  private final RecordStore store;

  Shops(RecordStore store) {
    this.store = store;
  }

  /** Null for an institution that dispenses nothing. */
  @Nullable Shop of(String institution) {
    if (institution.isEmpty()) {
      return null;
    }
    for (JsonNode service :
        search(
            "HealthcareService",
            "organization",
            ORGANIZATION + institution,
            "service-type",
            SYSTEM + "|" + TYPE,
            "active",
            "true")) {
      return shop(institution, service);
    }
    return null;
  }

  /**
   * @throws Refusal FORBIDDEN for who works in no pharmacy; the platform's own are none either
   */
  Shop shopOf(Caller caller) {
    boolean isOfOne =
        !caller.isRoot()
            && (caller.role() == Caller.Role.PRACTITIONER || caller.role() == Caller.Role.SYSTEM);
    Shop shop = isOfOne ? of(caller.institution()) : null;
    if (shop == null) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "circulation.no-shop");
    }
    return shop;
  }

  /** Whether a HealthcareService is that of a pharmacy that dispenses. */
  static boolean isPharmacy(JsonNode service) {
    for (JsonNode type : service.path("type")) {
      for (JsonNode coding : type.path("coding")) {
        if (SYSTEM.equals(coding.path("system").asString(""))
            && TYPE.equals(coding.path("code").asString(""))) {
          return service.path("active").asBoolean(false);
        }
      }
    }
    return false;
  }

  /** Id of the Organization that a HealthcareService is provided by; empty for none. */
  static String institution(JsonNode service) {
    String reference = service.path("providedBy").path("reference").asString("");
    return reference.startsWith(ORGANIZATION) ? reference.substring(ORGANIZATION.length()) : "";
  }

  /** How drugs are had by what a HealthcareService says; picked up, where it says nothing. */
  static Set<Circulation.Way> ways(JsonNode service) {
    var ways = EnumSet.noneOf(Circulation.Way.class);
    for (JsonNode characteristic : service.path("characteristic")) {
      for (JsonNode coding : characteristic.path("coding")) {
        Circulation.Way way = Circulation.Way.of(coding.path("code").asString(""));
        if (SYSTEM.equals(coding.path("system").asString("")) && way != null) {
          ways.add(way);
        }
      }
    }
    if (ways.isEmpty()) {
      ways.add(Circulation.Way.PICKUP);
    }
    return ways;
  }

  Shop shop(String institution, JsonNode service) {
    JsonNode place = Json.MAPPER.createObjectNode();
    String location = service.path("location").path(0).path("reference").asString("");
    if (location.startsWith("Location/")) {
      place = read("Location", location.substring("Location/".length()));
    }
    JsonNode position = place.path("position");
    boolean isPlaced =
        position.path("latitude").isNumber() && position.path("longitude").isNumber();
    String name = service.path("name").asString("");
    return new Shop(
        institution,
        name.isEmpty() ? read("Organization", institution).path("name").asString("") : name,
        place.path("address").path("text").asString(""),
        service.path("telecom").path(0).path("value").asString(""),
        ways(service),
        isPlaced ? Double.valueOf(position.path("latitude").asDouble()) : null,
        isPlaced ? Double.valueOf(position.path("longitude").asDouble()) : null,
        service);
  }

  private JsonNode read(String type, String id) {
    try {
      return Json.MAPPER.readTree(
          Objects.requireNonNull(store.read(Caller.platform("circulation"), type, id).content()));
    } catch (Refusal e) {
      if (e.kind() == Refusal.Kind.TRANSIENT) {
        throw e;
      }
      return Json.MAPPER.createObjectNode(); // A place that is not there has no address.
    }
  }

  /** The first page of a search. */
  List<JsonNode> search(String type, String... pairs) {
    List<SearchRequest.Parameter> parameters = new ArrayList<>();
    for (int i = 0; i < pairs.length; i += 2) {
      parameters.add(new SearchRequest.Parameter(pairs[i], pairs[i + 1]));
    }
    List<JsonNode> found = new ArrayList<>();
    for (SearchResult.Entry entry :
        store
            .search(
                Caller.platform("circulation"),
                new SearchRequest(type, null, null, parameters, false))
            .entries()) {
      found.add(Json.MAPPER.readTree(Objects.requireNonNull(entry.resource().content())));
    }
    return found;
  }
}
