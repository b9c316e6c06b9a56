package health.helan.app.settlement;

import health.helan.demo.NamedResident;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import health.helan.foundation.trust.account.Registry;
import health.helan.foundation.trust.account.SignIn;
import health.helan.oversight.settlement.Settlements;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What today's visits of the demo residents cost, so that the cashier's page and the resident's
 * bills are not empty: one bill is settled and waits for its own money, one is left to the cashier.
 */
@Component
public final class DemoBills {
  private static final Logger LOG = LoggerFactory.getLogger(DemoBills.class);
  private static final String BY = "demo-bills";
  private static final Duration FRESH = Duration.ofDays(2);

  /**
   * @param codes of the made-up price list
   */
  private record Seen(NamedResident resident, List<String> codes, boolean isSettled) {}

  private static final List<Seen> TODAY =
      List.of(
          new Seen(NamedResident.MA_XIULAN, List.of("1101", "2506", "2507", "X031", "X032"), true),
          new Seen(
              NamedResident.MA_JIANGUO,
              List.of("1101", "2501", "2103", "3107", "1207", "2107"),
              false));

  private final SignIn signIn;
  private final RecordStore store;
  private final Settlements settlements;
  private final Clock clock;

  DemoBills(SignIn signIn, RecordStore store, Settlements settlements) {
    this.signIn = signIn;
    this.store = store;
    this.settlements = settlements;
    this.clock = Clock.systemUTC();
  }

  /** Makes what is missing; once today's visits are there. */
  public void create() {
    for (Seen seen : TODAY) {
      NamedResident named = seen.resident();
      Registry.Resident resident =
          signIn.registry().resident(named.identityNumber(), named.fullName().text());
      if (resident == null) {
        continue; // A region of another size or seed has somebody else in that place.
      }
      for (JsonNode encounter :
          found(
              "Encounter",
              "patient",
              "Patient/" + resident.patient(),
              "status",
              "arrived,in-progress",
              "date",
              "ge" + clock.instant().minus(FRESH))) {
        String id = encounter.path("id").asString("");
        if (found("ChargeItem", "context", "Encounter/" + id).isEmpty()) {
          bill(seen, resident.patient(), id, encounter);
          break;
        }
      }
    }
  }

  private List<JsonNode> found(String type, String... parameters) {
    var all = new ArrayList<SearchRequest.Parameter>();
    for (int i = 0; i < parameters.length; i += 2) {
      all.add(new SearchRequest.Parameter(parameters[i], parameters[i + 1]));
    }
    SearchResult found =
        store.search(Caller.platform(BY), new SearchRequest(type, null, null, all, false));
    return found.entries().stream()
        .map(one -> Json.MAPPER.readTree(Objects.requireNonNull(one.resource().content())))
        .toList();
  }

  private void bill(Seen seen, String patient, String encounter, JsonNode visit) {
    String institution =
        visit
            .path("serviceProvider")
            .path("reference")
            .asString("")
            .replaceFirst("^Organization/", "");
    if (institution.isEmpty()) {
      return;
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    var desk = new Caller(BY, Caller.Role.SYSTEM, institution, Set.of(), "", Caller.Binding.NONE);
    for (String code : seen.codes()) {
      ObjectNode charge =
          Json.MAPPER
              .createObjectNode()
              .put("resourceType", "ChargeItem")
              .put("status", "billable");
      charge
          .putObject("code")
          .putArray("coding")
          .addObject()
          .put("system", "https://helan.health/fhir/CodeSystem/demo-charge")
          .put("code", code);
      charge.putObject("subject").put("reference", "Patient/" + patient);
      charge.putObject("context").put("reference", "Encounter/" + encounter);
      charge.put("occurrenceDateTime", now.toString());
      charge.putObject("performingOrganization").put("reference", "Organization/" + institution);
      charge.putObject("quantity").put("value", 1);
      var unused =
          store.write(
              desk,
              new Interaction.Create(
                  "ChargeItem", Interaction.Body.of(charge), null, null, "Patient/" + patient));
    }
    if (seen.isSettled()) {
      try {
        Caller cashier = Caller.platform(BY).asPlatformOf(institution);
        String claim =
            settlements.presettle(cashier, patient, encounter, List.of(), List.of()).id();
        var unused = settlements.settle(cashier, claim);
      } catch (Refusal refused) {
        LOG.warn("The demonstration's bill cannot be settled: {}", refused.messageKey());
      }
    }
  }
}
