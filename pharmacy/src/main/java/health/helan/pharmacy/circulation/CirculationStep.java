package health.helan.pharmacy.circulation;

import static health.helan.pharmacy.circulation.CirculationState.AVAILABLE;
import static health.helan.pharmacy.circulation.CirculationState.CANCELLED;
import static health.helan.pharmacy.circulation.CirculationState.COMPLETED;
import static health.helan.pharmacy.circulation.CirculationState.DISPENSED;
import static health.helan.pharmacy.circulation.CirculationState.EXPIRED;
import static health.helan.pharmacy.circulation.CirculationState.LOCKED;

import health.helan.foundation.store.Refusal;
import java.util.Locale;
import java.util.Set;

/**
 * What can happen to a prescription once it counts: from which states, to which, and by whom. Each
 * is one transaction and one Provenance; the row of the prescription decides who was first.
 */
public enum CirculationStep {
  /** A new code to show; the one before it is worth nothing from then on. */
  ISSUE(Set.of(AVAILABLE), AVAILABLE, Set.of(Party.RESIDENT)),
  /** With the code, which is used up by it. */
  LOCK(Set.of(AVAILABLE), LOCKED, Set.of(Party.SHOP)),
  /** All or a part; again for the rest. */
  DISPENSE(Set.of(LOCKED, DISPENSED), DISPENSED, Set.of(Party.SHOP)),
  /** What was counted out was paid at a till that the platform does not see. */
  PAID_ELSEWHERE(Set.of(DISPENSED), DISPENSED, Set.of(Party.SHOP)),
  /** Handed over: at the counter by the shop, at the door by the courier. */
  COMPLETE(Set.of(DISPENSED), COMPLETED, Set.of(Party.SHOP, Party.COURIER)),
  /**
   * The shop lets go; what it has counted out is the resident's, the rest is free again. At the
   * door the courier, of a part.
   */
  RELEASE(Set.of(LOCKED, DISPENSED), AVAILABLE, Set.of(Party.SHOP, Party.COURIER)),
  /** What was counted out and never handed over comes back. */
  RETURN(Set.of(DISPENSED), LOCKED, Set.of(Party.SHOP)),
  /** The resident takes it out of the shop's hands; what is counted out, once it lies too long. */
  RECALL(Set.of(LOCKED, DISPENSED), AVAILABLE, Set.of(Party.RESIDENT)),
  /** The shop held it too long. */
  LAPSE(Set.of(LOCKED), AVAILABLE, Set.of(Party.CLOCK)),
  EXPIRE(Set.of(AVAILABLE), EXPIRED, Set.of(Party.CLOCK)),
  CANCEL(Set.of(AVAILABLE, LOCKED), CANCELLED, Set.of(Party.DOCTOR));

  /** System of the codes in a Provenance. */
  static final String SYSTEM = "https://helan.health/fhir/CodeSystem/circulation-step";

  /** Who takes a step. */
  public enum Party {
    /** Whose prescription it is, or who acts for that person. */
    RESIDENT,
    /** Staff of the pharmacy that holds it; to lock it, of any. */
    SHOP,
    /** Who carries it, having found the right door. */
    COURIER,
    /** Who wrote it. */
    DOCTOR,
    CLOCK
  }

  private final Set<CirculationState> from;
  private final CirculationState to;
  private final Set<Party> takenBy;

  CirculationStep(Set<CirculationState> from, CirculationState to, Set<Party> takenBy) {
    this.from = from;
    this.to = to;
    this.takenBy = takenBy;
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public CirculationState to() {
    return to;
  }

  public boolean isOpen(Party party, CirculationState state) {
    return takenBy.contains(party) && from.contains(state);
  }

  /**
   * The state that it leads to.
   *
   * @throws Refusal FORBIDDEN for another party; BUSINESS_RULE naming the state that it does not
   *     start from
   */
  CirculationState take(Party party, CirculationState state) {
    if (!takenBy.contains(party)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "circulation.not-your-step", word());
    }
    if (!from.contains(state)) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE, "circulation.illegal-step", word(), state.word());
    }
    return to;
  }
}
