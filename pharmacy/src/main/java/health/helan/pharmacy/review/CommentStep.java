package health.helan.pharmacy.review;

import health.helan.foundation.store.Refusal;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What can happen to a comment on a prescription (处方点评) after it was drawn. */
public enum CommentStep {
  /** A pharmacist who did not pass it says what was good or not. */
  SCORE(Set.of(State.SAMPLED), State.SCORED, Party.REVIEWER),
  ACCEPT(Set.of(State.SCORED), State.FINAL, Party.DOCTOR),
  /** The doctor does not agree, and says why. */
  APPEAL(Set.of(State.SCORED), State.APPEALED, Party.DOCTOR),
  /** Another pharmacist than who scored it decides about the appeal. */
  SETTLE(Set.of(State.APPEALED), State.FINAL, Party.REVIEWER);

  /** Who takes a step. */
  public enum Party {
    DOCTOR,
    REVIEWER
  }

  /** Where a comment stands; beside it the status of its Task. */
  public enum State {
    SAMPLED("requested"),
    SCORED("in-progress"),
    APPEALED("on-hold"),
    FINAL("completed");

    static final String SYSTEM = "https://helan.health/fhir/CodeSystem/prescription-comment-state";

    private final String task;

    State(String task) {
      this.task = task;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    String task() {
      return task;
    }

    static @Nullable State of(String word) {
      for (State each : values()) {
        if (each.word().equals(word)) {
          return each;
        }
      }
      return null;
    }
  }

  private final Set<State> from;
  private final State to;
  private final Party takenBy;

  CommentStep(Set<State> from, State to, Party takenBy) {
    this.from = from;
    this.to = to;
    this.takenBy = takenBy;
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  State to() {
    return to;
  }

  Party takenBy() {
    return takenBy;
  }

  boolean isOpen(Party party, State state) {
    return party == takenBy && from.contains(state);
  }

  /**
   * The state that it leads to.
   *
   * @throws Refusal FORBIDDEN for the other party; BUSINESS_RULE naming the state that it does not
   *     start from
   */
  State take(Party party, @Nullable State state) {
    if (party != takenBy) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "prescription.not-your-step", word());
    }
    if (state == null || !from.contains(state)) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE,
          "prescription.illegal-step",
          word(),
          state == null ? "none" : state.word());
    }
    return to;
  }
}
