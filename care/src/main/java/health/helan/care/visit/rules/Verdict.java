package health.helan.care.visit.rules;

import java.util.List;

/** What a rule says. */
public sealed interface Verdict {
  /** The rule has nothing against it. */
  record Pass() implements Verdict {}

  /**
   * It cannot be.
   *
   * @param messageKey told to the resident; {@code arguments} fill it, in order
   */
  record Refuse(String messageKey, List<Object> arguments) implements Verdict {}

  static Verdict pass() {
    return new Pass();
  }

  static Verdict refuse(String messageKey, Object... arguments) {
    return new Refuse(messageKey, List.of(arguments));
  }

  /** Passes where it holds. */
  static Verdict when(boolean holds, String messageKey, Object... arguments) {
    return holds ? pass() : refuse(messageKey, arguments);
  }
}
