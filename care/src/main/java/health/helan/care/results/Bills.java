package health.helan.care.results;

import health.helan.care.results.rules.Bill;
import health.helan.care.results.rules.Charge;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import health.helan.foundation.store.search.SearchResult;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What stays in hospital cost. Everything is read as the caller, so that nobody sees more here. */
public final class Bills {
  /** Classes of encounters that are stays ({@code v3-ActEncounterCode}). */
  private static final Set<String> STAYS = Set.of("IMP", "ACUTE", "NONAC", "SS", "OBSENC");

  private static final int PAGE = 500;
  private static final int MOST = 20_000;
  private static final int MOST_ACCOUNTS = 10;

  private final RecordStore store;

  public Bills(RecordStore store) {
    this.store = store;
  }

  /**
   * A stay and its bill.
   *
   * @param deposits null where no Account that the caller sees speaks of any
   */
  public record Stay(JsonNode encounter, Bill bill, @Nullable List<Bill.Deposit> deposits) {}

  /**
   * @throws Refusal NOT_FOUND as a read of the Encounter, BUSINESS_RULE where it is no stay,
   *     TOO_COSTLY for more than {@value #MOST} charges
   */
  public Stay of(Caller caller, String encounter) {
    JsonNode stay = tree(store.read(caller, "Encounter", encounter));
    if (!STAYS.contains(stay.path("class").path("code").asString(""))) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "results.no-stay");
    }
    Set<String> accounts = new LinkedHashSet<>();
    stay.path("account").forEach(one -> accounts.add(one.path("reference").asString("")));
    List<Charge> charges = new ArrayList<>();
    String cursor = null;
    do {
      List<Parameter> parameters = new ArrayList<>();
      String patient = stay.path("subject").path("reference").asString("");
      if (patient.startsWith("Patient/")) {
        // By the resident's index, then by the stay.
        parameters.add(new Parameter("patient", patient));
      }
      parameters.add(new Parameter("context", "Encounter/" + encounter));
      parameters.add(new Parameter("_count", String.valueOf(PAGE)));
      if (cursor != null) {
        parameters.add(new Parameter("_cursor", cursor));
      }
      SearchResult page =
          store.search(caller, new SearchRequest("ChargeItem", null, null, parameters, false));
      for (SearchResult.Entry entry : page.entries()) {
        JsonNode item = tree(entry.resource());
        Charge charge = Charge.of(item);
        if (charge != null) {
          charges.add(charge);
        }
        item.path("account").forEach(one -> accounts.add(one.path("reference").asString("")));
      }
      if (charges.size() > MOST) {
        throw new Refusal(Refusal.Kind.TOO_COSTLY, "results.too-many-charges", MOST);
      }
      cursor = page.next();
    } while (cursor != null);
    return new Stay(stay, Bill.of(charges), deposits(caller, accounts));
  }

  private @Nullable List<Bill.Deposit> deposits(Caller caller, Set<String> accounts) {
    List<Bill.Deposit> deposits = new ArrayList<>();
    accounts.stream()
        .filter(account -> account.matches("Account/[A-Za-z0-9.-]{1,64}"))
        .limit(MOST_ACCOUNTS)
        .forEach(
            account -> {
              try {
                String id = account.substring("Account/".length());
                deposits.addAll(Bill.deposits(tree(store.read(caller, "Account", id))));
              } catch (Refusal e) {
                switch (e.kind()) {
                  case NOT_FOUND, GONE, FORBIDDEN -> {
                    // Not theirs to see: then nothing is said of deposits.
                  }
                  default -> throw e;
                }
              }
            });
    return deposits.isEmpty() ? null : deposits;
  }

  private static JsonNode tree(ResourceVersion version) {
    return Json.MAPPER.readTree(Objects.requireNonNull(version.content()));
  }
}
