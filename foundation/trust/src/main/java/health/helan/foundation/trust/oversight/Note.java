package health.helan.foundation.trust.oversight;

import health.helan.foundation.store.Refusal;
import org.jspecify.annotations.Nullable;

/** What who oversees must say of what is done: it stays with it. */
final class Note {
  private static final int SHORTEST = 5;
  private static final int LONGEST = 200;

  private Note() {}

  /**
   * @throws Refusal INVALID without one, or if it is too short or too long
   */
  static String of(@Nullable String text, String parameter) {
    String sentence = text == null ? "" : text.strip();
    if (sentence.length() < SHORTEST || sentence.length() > LONGEST) {
      throw new Refusal(
          Refusal.Kind.INVALID, "oversight.sentence-missing", parameter, SHORTEST, LONGEST);
    }
    return sentence;
  }
}
