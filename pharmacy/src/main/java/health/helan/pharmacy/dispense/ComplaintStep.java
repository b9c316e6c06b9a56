package health.helan.pharmacy.dispense;

import static health.helan.pharmacy.dispense.ComplaintState.ANSWERED;
import static health.helan.pharmacy.dispense.ComplaintState.CLOSED;
import static health.helan.pharmacy.dispense.ComplaintState.NONE;
import static health.helan.pharmacy.dispense.ComplaintState.OPEN;

import health.helan.foundation.store.Refusal;
import health.helan.pharmacy.dispense.ParcelStep.Party;
import java.util.Locale;
import java.util.Set;

/** What can happen to a complaint. The resident has the last word. */
public enum ComplaintStep {
  /** Anew too, when the answer was none. */
  COMPLAIN(Set.of(NONE, ANSWERED), OPEN, Set.of(Party.RESIDENT)),
  ANSWER(Set.of(OPEN), ANSWERED, Set.of(Party.SHOP, Party.COURIER)),
  CLOSE(Set.of(OPEN, ANSWERED), CLOSED, Set.of(Party.RESIDENT));

  private final Set<ComplaintState> from;
  private final ComplaintState to;
  private final Set<Party> takenBy;

  ComplaintStep(Set<ComplaintState> from, ComplaintState to, Set<Party> takenBy) {
    this.from = from;
    this.to = to;
    this.takenBy = takenBy;
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public boolean isOpen(Party party, ComplaintState state) {
    return takenBy.contains(party) && from.contains(state);
  }

  /**
   * The state that it leads to.
   *
   * @throws Refusal FORBIDDEN for another party; BUSINESS_RULE naming the state that it does not
   *     start from
   */
  ComplaintState take(Party party, ComplaintState state) {
    if (!takenBy.contains(party)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "parcel.not-your-step", word());
    }
    if (!from.contains(state)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "parcel.illegal-step", word(), state.word());
    }
    return to;
  }
}
