package health.helan.foundation.trust.oversight;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;

/** Who oversees: regulators and operators, and nobody who treats. */
final class Overseers {
  private static final int LONGEST = 200;

  private Overseers() {}

  /**
   * @throws Refusal FORBIDDEN for anyone else
   */
  static void only(Caller caller) {
    boolean may =
        caller.isRoot()
            || (caller.role() == Caller.Role.REGULATOR || caller.role() == Caller.Role.OPERATOR)
                && caller.binding().scopes().equals(Caller.Binding.ALL_SCOPES);
    if (!may) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "oversight.overseers-only");
    }
  }

  /**
   * A sentence that stays with what was done.
   *
   * @throws Refusal INVALID without one, or if it is too long
   */
  static String sentence(@org.jspecify.annotations.Nullable String text, String parameter) {
    String sentence = text == null ? "" : text.strip();
    if (sentence.length() < 5 || sentence.length() > LONGEST) {
      throw new Refusal(Refusal.Kind.INVALID, "oversight.sentence-missing", parameter, 5, LONGEST);
    }
    return sentence;
  }
}
