package health.helan.foundation.rest;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;

/**
 * Where a page of a list ended whose newest come first. What is of one moment is told apart by the
 * rest of its order: a page that began before a moment lost what else was of it.
 *
 * @param rest of what came last; empty: nothing of that moment is wanted
 */
public record PageEnd(Instant at, String rest) {
  private static final Instant EVER = Instant.parse("9999-01-01T00:00:00Z");

  /** As callers hand it on: {@code next} of one answer is {@code after} of the next call. */
  public String next() {
    return at + " " + rest;
  }

  /** From {@code after}, or {@code before}, a time; without either the first page. */
  public static PageEnd of(Given given) {
    String after = given.text("after");
    if (after == null) {
      return new PageEnd(given.text("before") == null ? EVER : given.time("before"), "");
    }
    int end = after.indexOf(' ');
    try {
      return new PageEnd(
          Instant.parse(after.substring(0, Math.max(0, end))), after.substring(end + 1));
    } catch (DateTimeException e) {
      throw Given.wrong("after");
    }
  }

  /**
   * The rest in so many words; as many empty ones where nothing of the moment is wanted.
   *
   * @throws health.helan.foundation.store.Refusal VALUE for another number of words
   */
  public String[] words(int count) {
    String[] words = new String[count];
    Arrays.fill(words, "");
    if (rest.isEmpty()) {
      return words;
    }
    String[] told = rest.split(" ");
    if (told.length != count) {
      throw Given.wrong("after");
    }
    return told;
  }
}
