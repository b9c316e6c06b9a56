package health.helan.pharmacy.circulation;

import health.helan.foundation.registry.LicenceKind;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Posts;
import java.time.Clock;

/** Who works at which pharmacy, and who carries, by the provider registry. */
public final class Staff {
  private final Registry registry;
  private final Shops shops;
  private final Posts posts;
  private final Clock clock;

  Staff(Registry registry, Shops shops, Posts posts, Clock clock) {
    this.registry = registry;
    this.shops = shops;
    this.posts = posts;
    this.clock = clock;
  }

  /**
   * The pharmacy of a caller, who may be its system.
   *
   * @throws Refusal FORBIDDEN for who works in none
   */
  public Shop shopOf(Caller caller) {
    return shops.shopOf(caller);
  }

  /**
   * The pharmacy whose stock and prices the caller keeps: who works there, and its systems.
   *
   * @throws Refusal FORBIDDEN for others of its institution
   */
  public Shop stockOf(Caller caller) {
    if (!caller.isRoot() && caller.role() == Role.PRACTITIONER) {
      var unused = counterOf(caller);
    }
    return shopOf(caller);
  }

  /**
   * The pharmacy that the caller works at in person.
   *
   * @throws Refusal FORBIDDEN for who works in none
   */
  public String counterOf(Caller caller) {
    String shop = shopOf(caller).institution();
    if (caller.role() != Role.PRACTITIONER || caller.binding().practitioner().isEmpty()) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "circulation.in-person");
    }
    if (!isOfPharmacy(caller)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "circulation.not-staff");
    }
    return shop;
  }

  /**
   * Whether the caller works in the pharmacy of the institution: a pharmacist by licence, or with a
   * post there. A hospital's nurse who has a post in a ward does not.
   */
  boolean isOfPharmacy(Caller caller) {
    return registry.holds(caller.binding().practitioner(), LicenceKind.PHARMACIST, clock.instant())
        || posts.holds(caller, Shops.SYSTEM, "staff");
  }

  /** Whether an institution carries parcels, by the provider registry. */
  public boolean carries(String institution) {
    return !shops
        .search(
            "HealthcareService",
            "organization",
            "Organization/" + institution,
            "service-type",
            Shops.SYSTEM + "|carrying",
            "active",
            "true")
        .isEmpty();
  }

  /** Whether the caller carries parcels: a post as courier at an institution that does. */
  public boolean isCourier(Caller caller) {
    return !caller.isRoot()
        && caller.role() == Role.PRACTITIONER
        && posts.holds(caller, Shops.SYSTEM, "courier")
        && carries(caller.institution());
  }

  /** Whether the caller works in person in the pharmacy of an institution that dispenses. */
  public boolean isStaff(Caller caller) {
    return !caller.isRoot()
        && caller.role() == Role.PRACTITIONER
        && !caller.binding().practitioner().isEmpty()
        && shops.of(caller.institution()) != null
        && isOfPharmacy(caller);
  }
}
