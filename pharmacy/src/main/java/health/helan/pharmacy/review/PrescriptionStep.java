package health.helan.pharmacy.review;

import static health.helan.pharmacy.review.PrescriptionState.EFFECTIVE;
import static health.helan.pharmacy.review.PrescriptionState.HELD;
import static health.helan.pharmacy.review.PrescriptionState.REFUSED;
import static health.helan.pharmacy.review.PrescriptionState.RETURNED;
import static health.helan.pharmacy.review.PrescriptionState.TAKEN;
import static health.helan.pharmacy.review.PrescriptionState.WAITING;
import static health.helan.pharmacy.review.PrescriptionState.WITHDRAWN;

import health.helan.foundation.store.Refusal;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What can happen to a prescription after the doctor has submitted it: from which states, to which,
 * and by whom. Each is one FHIR operation on the Task; the step itself is one transaction and one
 * Provenance. Nobody takes a step for the other side, and no clock or rule takes one at all.
 */
public enum PrescriptionStep {
  /** The doctor insists, says why, and signs again (双签名). A pharmacist still has to let it pass. */
  OVERRIDE(Set.of(HELD, RETURNED), WAITING, Party.DOCTOR),
  /** A pharmacist begins; the record opens for the review. */
  TAKE(Set.of(WAITING), TAKEN, Party.PHARMACIST),
  /** Lets another pharmacist have it. */
  GIVE_BACK(Set.of(TAKEN), WAITING, Party.PHARMACIST),
  /** Wants the pharmacist's signature, which the step makes. */
  PASS(Set.of(TAKEN), EFFECTIVE, Party.PHARMACIST),
  /** Back to the doctor, with a reason. */
  RETURN(Set.of(TAKEN), RETURNED, Party.PHARMACIST),
  /** For good, with a reason. */
  REFUSE(Set.of(TAKEN), REFUSED, Party.PHARMACIST),
  WITHDRAW(Set.of(HELD, WAITING, RETURNED), WITHDRAWN, Party.DOCTOR);

  /** Who takes a step. */
  public enum Party {
    /** Who wrote and signed it, in person. */
    DOCTOR,
    /** A licensed pharmacist of the institution that reviews; one who has taken it goes on. */
    PHARMACIST
  }

  private final Set<PrescriptionState> from;
  private final PrescriptionState to;
  private final Party takenBy;

  PrescriptionStep(Set<PrescriptionState> from, PrescriptionState to, Party takenBy) {
    this.from = from;
    this.to = to;
    this.takenBy = takenBy;
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public PrescriptionState to() {
    return to;
  }

  public Party takenBy() {
    return takenBy;
  }

  /** Whether it must be said why. */
  public boolean wantsReason() {
    return this == OVERRIDE || this == RETURN || this == REFUSE || this == WITHDRAW;
  }

  /** Whether it leads on to what counts: not once the findings that it stands on are too old. */
  private boolean isOnward() {
    return this == OVERRIDE || this == TAKE || this == PASS;
  }

  /**
   * @param isOver whether the prescription's time is over
   */
  public boolean isOpen(Party party, PrescriptionState state, boolean isOver) {
    return party == takenBy && startsFrom(state, isOver) && !(isOver && isOnward());
  }

  /** A doctor need not wait for a pharmacist who took it and never came back. */
  private boolean startsFrom(PrescriptionState state, boolean isOver) {
    return from.contains(state) || this == WITHDRAW && isOver && state == TAKEN;
  }

  /**
   * The state that it leads to.
   *
   * @param isOver whether the prescription's time is over: then it only comes to an end
   * @throws Refusal FORBIDDEN for the other party; BUSINESS_RULE naming the state that it does not
   *     start from, or for a step onward of one whose time is over
   */
  PrescriptionState take(Party party, @Nullable PrescriptionState state, boolean isOver) {
    if (party != takenBy) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "prescription.not-your-step", word());
    }
    if (state == null || !startsFrom(state, isOver)) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE,
          "prescription.illegal-step",
          word(),
          state == null ? "none" : state.word());
    }
    if (isOver && isOnward()) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "prescription.over", word());
    }
    return to;
  }
}
