package health.helan.oversight.supervision;

import health.helan.foundation.rest.Given;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * Where a page of a list ended whose newest come first. What is of one moment is told apart by the
 * rest of its order: a page that began before a moment lost what else was of it.
 *
 * @param rest of what came last; empty: nothing of that moment is wanted
 */
record PageEnd(Instant at, String rest) {
  private static final Instant EVER = Instant.parse("9999-01-01T00:00:00Z");

  /** As callers hand it on: {@code next} of one answer is {@code after} of the next call. */
  String next() {
    return at + " " + rest;
  }

  /** From {@code after}, or {@code before}, a time; without either the first page. */
  static PageEnd of(Given given) {
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
}
