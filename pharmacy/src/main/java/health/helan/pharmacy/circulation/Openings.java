package health.helan.pharmacy.circulation;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * When a pharmacy is open and how drugs are had from it, told by its own people. Its
 * HealthcareService says it; nobody but its institution's system and operators may write the rest.
 */
final class Openings {
  /** What is changed, in a Provenance. */
  private static final String CHANGE = "opening-hours";

  private final RecordStore store;
  private final Shops shops;
  private final Staff staff;
  private final Clock clock;

  Openings(RecordStore store, Shops shops, Staff staff, Clock clock) {
    this.store = store;
    this.shops = shops;
    this.staff = staff;
    this.clock = clock;
  }

  /**
   * A pharmacy, and whether it is open now.
   *
   * @param service the HealthcareService
   * @param open null where its hours are not said
   * @param changes when it opens next, or closes when it is open; null where that is not known
   */
  record Told(Shop shop, JsonNode service, @Nullable Boolean open, @Nullable Instant changes) {}

  /**
   * The caller's pharmacy.
   *
   * @throws Refusal FORBIDDEN for who works in none
   */
  Told of(Caller caller) {
    Shop shop = staff.shopOf(caller);
    return told(shop, shop.service());
  }

  private Told told(Shop shop, JsonNode service) {
    var hours = Hours.of(service);
    Instant now = clock.instant();
    return new Told(shop, service, hours.isOpen(now), hours.changes(now));
  }

  /** What would be told of a pharmacy by a plan; nothing is written. */
  Told tried(Caller caller, String id, OpeningPlan plan) {
    ObjectNode service = mayChange(caller, id);
    return told(shops.shop(caller.institution(), service), plan.put(service));
  }

  /**
   * Puts a plan in the place of what is said.
   *
   * @param version that the plan was made by
   * @throws Refusal PRECONDITION when it was changed since
   */
  Told change(Caller caller, String id, OpeningPlan plan, int version) {
    var unused = mayChange(caller, id);
    String institution = caller.institution();
    ObjectNode provenance =
        Papers.provenance(
            caller,
            List.of("HealthcareService/" + id),
            Shops.SYSTEM,
            CHANGE,
            null,
            clock.instant());
    var unused2 =
        store.transact(
            caller.asPlatformOf(institution),
            List.of(
                new Interaction.Patch("HealthcareService", id, null, plan::put, version),
                new Interaction.Create(
                    "Provenance", Interaction.Body.of(provenance), null, null, null)),
            Set.of(),
            null);
    ObjectNode service = read(id);
    return told(shops.shop(institution, service), service);
  }

  /**
   * @return the HealthcareService
   * @throws Refusal FORBIDDEN for who is neither of the pharmacy's people nor its system;
   *     BUSINESS_RULE for a service that is no pharmacy
   */
  private ObjectNode mayChange(Caller caller, String id) {
    String own =
        caller.role() == Role.PRACTITIONER
            ? staff.counterOf(caller)
            : staff.shopOf(caller).institution();
    ObjectNode service = read(id);
    if (!own.equals(Shops.institution(service))) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "circulation.another-institution");
    }
    if (!Shops.isPharmacy(service)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "circulation.not-a-pharmacy");
    }
    return service;
  }

  /**
   * @throws Refusal NOT_FOUND
   */
  private ObjectNode read(String id) {
    return (ObjectNode)
        Json.MAPPER.readTree(
            Objects.requireNonNull(
                store.read(Caller.platform("circulation"), "HealthcareService", id).content()));
  }
}
