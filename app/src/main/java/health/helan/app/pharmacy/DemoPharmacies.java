package health.helan.app.pharmacy;

import health.helan.app.access.DemoStaff;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import health.helan.foundation.trust.account.Account;
import health.helan.foundation.trust.account.Registry;
import health.helan.foundation.trust.account.SignIn;
import health.helan.pharmacy.circulation.Circulations;
import health.helan.pharmacy.circulation.StockLines;
import health.helan.pharmacy.knowledge.Drug;
import health.helan.pharmacy.knowledge.KnowledgeReader;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Places to take a prescription to in the demo region: two drugstores and the pharmacy of the first
 * demo doctor's hospital, with stock and prices that are made up, a carrier with a courier, and the
 * accounts {@code drugstore1} and {@code courier1}.
 */
@Component
public final class DemoPharmacies {
  private static final String BY = "demo-pharmacies";
  private static final String SYSTEM = "https://helan.health/fhir/CodeSystem/pharmacy-service";
  private static final String CARRIER = "demo-carrier";
  private static final String COURIER = "demo-courier-1";
  private static final String DRUGSTORE_LOGIN = "drugstore1";
  private static final String COURIER_LOGIN = "courier1";

  /** Of the knowledge base's drugs a drugstore has so many; a hospital has all. */
  private static final int FEWER = 4;

  /** Of the id of a drug, in the number of a product. */
  private static final int LONGEST_ID = 34;

  private final RecordStore store;
  private final SignIn signIn;
  private final DemoStaff staff;
  private final Circulations circulations;

  DemoPharmacies(RecordStore store, SignIn signIn, DemoStaff staff, Circulations circulations) {
    this.store = store;
    this.signIn = signIn;
    this.staff = staff;
    this.circulations = circulations;
  }

  private record Staffed(String institution, String name, String practitioner, String who) {}

  /**
   * Makes what is missing; once the demo region and its accounts are in.
   *
   * @param password of all demo accounts
   */
  public List<String> create(String password) {
    Account doctor = signIn.accounts().byLogin("doctor1");
    List<Registry.Post> posts =
        doctor == null ? List.of() : signIn.registry().posts(doctor.person());
    if (doctor == null || !doctor.demo() || posts.isEmpty()) {
      return List.of();
    }
    List<Staffed> drugstores = drugstores(posts.getFirst().institution());
    for (int i = 0; i < drugstores.size(); i++) {
      opens(drugstores.get(i).institution(), drugstores.get(i).name(), i + 1, "08:00:00");
      if (!circulations.hasStock(drugstores.get(i).institution())) {
        fills(drugstores.get(i).institution(), i + 1);
      }
    }
    String hospital = posts.getFirst().institution();
    opens(hospital, posts.getFirst().institutionName() + "门诊药房", 0, "");
    if (!circulations.hasStock(hospital)) {
      fills(hospital, 0);
    }
    carrier();
    List<String> told = new ArrayList<>();
    if (!drugstores.isEmpty()) {
      Staffed first = drugstores.getFirst();
      staff.account(DRUGSTORE_LOGIN, first.who(), first.practitioner(), password);
      told.add("  %s        %s，%s".formatted(DRUGSTORE_LOGIN, first.who(), first.name()));
    }
    staff.account(COURIER_LOGIN, "马师傅（演示）", COURIER, password);
    told.add("  %s          马师傅（演示），同城配送（演示）".formatted(COURIER_LOGIN));
    return told;
  }

  /** Two with a pharmacist, those of the hospital's region first. */
  private List<Staffed> drugstores(String hospital) {
    Map<String, Staffed> found = new TreeMap<>();
    for (JsonNode role : search("PractitionerRole", "role", "pharmacist")) {
      String institution =
          role.path("organization")
              .path("reference")
              .asString("")
              .replaceFirst("^Organization/", "");
      String name = role.path("organization").path("display").asString("");
      if (name.contains("大药房")) {
        found.putIfAbsent(
            institution,
            new Staffed(
                institution,
                name,
                role.path("practitioner")
                    .path("reference")
                    .asString("")
                    .replaceFirst("^Practitioner/", ""),
                role.path("practitioner").path("display").asString("")));
      }
    }
    String region = hospital.replaceFirst("^([a-z]+-\\d+).*$", "$1");
    List<Staffed> all = new ArrayList<>(found.values());
    all.sort(
        java.util.Comparator.comparing((Staffed one) -> !one.institution().startsWith(region))
            .thenComparing(Staffed::institution));
    return all.subList(0, Math.min(2, all.size()));
  }

  private void opens(String institution, String name, int number, String from) {
    ObjectNode service = resource("HealthcareService", "demo-dispensing-" + number);
    service.put("active", true).put("name", name);
    service.putObject("providedBy").put("reference", "Organization/" + institution);
    List<JsonNode> places = search("Location", "organization", "Organization/" + institution);
    if (!places.isEmpty()) {
      service
          .putArray("location")
          .addObject()
          .put("reference", "Location/" + places.getFirst().path("id").asString(""));
    }
    coding(service.putArray("type").addObject(), "dispensing");
    ArrayNode ways = service.putArray("characteristic");
    coding(ways.addObject(), "pickup");
    coding(ways.addObject(), number == 1 ? "cabinet" : "delivery");
    if (number == 1) {
      coding(ways.addObject(), "delivery");
    }
    service
        .putArray("telecom")
        .addObject()
        .put("system", "phone")
        .put("value", "0951-999000" + number);
    ObjectNode hours = service.putArray("availableTime").addObject();
    if (from.isEmpty()) {
      hours.put("allDay", true);
    } else {
      hours.put("availableStartTime", from).put("availableEndTime", "22:00:00");
    }
    put(service);
  }

  /** Stock by the shipped knowledge base; amounts and prices are made up, and differ by place. */
  private void fills(String institution, int number) {
    List<JsonNode> lines = new ArrayList<>();
    int at = 0;
    for (Drug drug : KnowledgeReader.demonstration().drugs()) {
      at++;
      if (drug.control() != Drug.Control.NONE || number > 0 && at % FEWER == number) {
        continue;
      }
      int kind = 0;
      for (Drug.Product product : drug.products()) {
        for (Double strength : product.strengthsMg()) {
          kind++;
          long fen = 400 + at * 37L % 3_000 + kind * 90L + number * 55L * (at % 3 - 1);
          lines.add(
              Json.MAPPER
                  .createObjectNode()
                  .put("item", "D%d-%03d-%d".formatted(number, at, kind))
                  .put(
                      "name",
                      product.name()
                          + " "
                          + BigDecimal.valueOf(strength).stripTrailingZeros().toPlainString()
                          + "mg")
                  .put("maker", "演示药业")
                  .put("code", code(drug, kind))
                  .put("unit", product.unit())
                  .put("quantity", Integer.toString(40 + at * 13 % 400))
                  .put("per", "28")
                  .put("price", BigDecimal.valueOf(Math.max(100, fen), 2).toPlainString()));
        }
      }
    }
    var system = new Caller(BY, Role.SYSTEM, institution, java.util.Set.of(), "");
    var taken =
        circulations
            .stock()
            .update(circulations.staff().shopOf(system), StockLines.of(lines), false);
  }

  /** Number of a product, as the made-up payment standards name it. */
  static String code(Drug drug, int kind) {
    return drug.id().substring(0, Math.min(LONGEST_ID, drug.id().length())) + "-" + kind;
  }

  private void carrier() {
    ObjectNode organization = resource("Organization", CARRIER);
    organization.put("active", true).put("name", "同城配送（演示）");
    organization
        .putArray("type")
        .addObject()
        .putArray("coding")
        .addObject()
        .put("system", "http://terminology.hl7.org/CodeSystem/organization-type")
        .put("code", "bus");
    put(organization);
    ObjectNode service = resource("HealthcareService", "demo-carrying");
    service.put("active", true).put("name", "同城配送（演示）");
    service.putObject("providedBy").put("reference", "Organization/" + CARRIER);
    coding(service.putArray("type").addObject(), "carrying");
    put(service);
    ObjectNode courier = resource("Practitioner", COURIER);
    courier.put("active", true).putArray("name").addObject().put("text", "马师傅（演示）");
    put(courier);
    ObjectNode role = resource("PractitionerRole", COURIER + "-role");
    role.put("active", true);
    role.putObject("practitioner")
        .put("reference", "Practitioner/" + COURIER)
        .put("display", "马师傅（演示）");
    role.putObject("organization")
        .put("reference", "Organization/" + CARRIER)
        .put("display", "同城配送（演示）");
    ObjectNode code = role.putArray("code").addObject();
    coding(code, "courier");
    code.put("text", "配送员");
    put(role);
  }

  private static ObjectNode resource(String type, String id) {
    return Json.MAPPER.createObjectNode().put("resourceType", type).put("id", id);
  }

  private static void coding(ObjectNode concept, String code) {
    concept.putArray("coding").addObject().put("system", SYSTEM).put("code", code);
  }

  private void put(ObjectNode resource) {
    staff.write(Caller.platform(BY), resource);
  }

  private List<JsonNode> search(String type, String parameter, String value) {
    List<JsonNode> found = new ArrayList<>();
    for (SearchResult.Entry entry :
        store
            .search(
                Caller.platform(BY),
                new SearchRequest(
                    type,
                    null,
                    null,
                    List.of(
                        new SearchRequest.Parameter(parameter, value),
                        new SearchRequest.Parameter("_count", "500")),
                    false))
            .entries()) {
      byte @Nullable [] content = entry.resource().content();
      found.add(Json.MAPPER.readTree(Objects.requireNonNull(content)));
    }
    return found;
  }
}
