package health.helan.pharmacy.dispense;

import static health.helan.pharmacy.dispense.ParcelState.DELIVERED;
import static health.helan.pharmacy.dispense.ParcelState.PACKED;
import static health.helan.pharmacy.dispense.ParcelState.PICKED;
import static health.helan.pharmacy.dispense.ParcelState.RETURNED;
import static health.helan.pharmacy.dispense.ParcelState.RETURNING;
import static health.helan.pharmacy.dispense.ParcelState.TRANSIT;

import health.helan.foundation.store.Refusal;
import java.util.Locale;
import java.util.Set;

/**
 * What can happen to a parcel after it was packed: from which states, to which, and by whom. Each
 * is one transaction and one Provenance.
 */
public enum ParcelStep {
  /** 取件: whoever of the carrier takes it carries it. */
  PICK(Set.of(PACKED), PICKED, Party.COURIER),
  /** 出发. */
  DEPART(Set.of(PICKED), TRANSIT, Party.COURIER),
  /** 签收: at the right door, with proof; what the prescription says is done then. */
  DELIVER(Set.of(TRANSIT), DELIVERED, Party.COURIER),
  /** 退回: nobody there, refused, or too warm. */
  TURN_BACK(Set.of(PICKED, TRANSIT), RETURNING, Party.COURIER),
  /**
   * 收回: the pharmacy has it again, or gives up one whose courier does not come back; what was in it
   * may be dispensed anew.
   */
  TAKE_BACK(Set.of(PACKED, PICKED, TRANSIT, RETURNING), RETURNED, Party.SHOP);

  /** System of the codes in a Provenance. */
  static final String SYSTEM = "https://helan.health/fhir/CodeSystem/parcel-step";

  /** Who takes a step. */
  public enum Party {
    SHOP,
    /** Of the carrier; once it is picked up, who carries it. */
    COURIER,
    /** Whose parcel it is: looks. */
    RESIDENT
  }

  private final Set<ParcelState> from;
  private final ParcelState to;
  private final Party takenBy;

  ParcelStep(Set<ParcelState> from, ParcelState to, Party takenBy) {
    this.from = from;
    this.to = to;
    this.takenBy = takenBy;
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public ParcelState to() {
    return to;
  }

  Party takenBy() {
    return takenBy;
  }

  /** Whether it must be said why. */
  boolean wantsReason() {
    return this == TURN_BACK || this == TAKE_BACK;
  }

  public boolean isOpen(Party party, ParcelState state) {
    return party == takenBy && from.contains(state);
  }

  /**
   * The state that it leads to.
   *
   * @throws Refusal FORBIDDEN for another party; BUSINESS_RULE naming the state that it does not
   *     start from
   */
  ParcelState take(Party party, ParcelState state) {
    if (party != takenBy) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "parcel.not-your-step", word());
    }
    if (!from.contains(state)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "parcel.illegal-step", word(), state.word());
    }
    return to;
  }
}
