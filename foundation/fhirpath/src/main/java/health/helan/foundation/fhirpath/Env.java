package health.helan.foundation.fhirpath;

import java.time.ZonedDateTime;
import org.jspecify.annotations.Nullable;

/** What one evaluation carries along. Used by one thread. */
final class Env {
  /** Shared by expressions that touch none of this: nothing is ever written to it. */
  static final Env IDLE = new Env(EvaluationContext.DEFAULT, null, true);

  /** Longest text an expression may build. */
  static final int MAX_TEXT = 1_000_000;

  final EvaluationContext context;

  /** What {@code %context} stands for; null in {@link #IDLE} alone. */
  final @Nullable Node start;

  private final boolean idle;
  private long stepsLeft;
  private @Nullable ZonedDateTime now;
  int index = -1;
  Coll total = Many.EMPTY;

  private Env(EvaluationContext context, @Nullable Node start, boolean idle) {
    this.context = context;
    this.start = start;
    this.idle = idle;
    this.stepsLeft = context.stepBudget();
  }

  Env(EvaluationContext context, Node start) {
    this(context, start, false);
  }

  /** Accounts for work done; what the budget does not cover is refused. */
  void charge(long steps) {
    if (!idle && (stepsLeft -= steps) < 0) {
      throw FhirPathException.limit(
          "The expression needs more than the " + context.stepBudget() + " steps it is allowed");
    }
  }

  /** Accounts for a text that was built, and refuses one that is too long. */
  void chargeText(long length) {
    if (length > MAX_TEXT) {
      throw FhirPathException.limit("The expression builds a text beyond a million characters");
    }
    charge(length / 16);
  }

  /** One instant for the whole evaluation, as the language asks. */
  ZonedDateTime now() {
    ZonedDateTime instant = now;
    if (instant == null) {
      instant = ZonedDateTime.now(context.clock());
      now = instant;
    }
    return instant;
  }
}
