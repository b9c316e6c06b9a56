package health.helan.care.visit;

import java.time.Instant;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/**
 * Something said in a visit.
 *
 * @param number its place in the conversation, from 1 without gaps
 * @param token by which the client that sent it knows it again
 * @param said {@code text}; or {@code media}, {@code binary}, {@code type}, {@code size}
 */
record Message(int number, Party side, Kind kind, String token, Instant at, ObjectNode said) {

  /** Their order is that of the table. */
  enum Kind {
    TEXT,
    PICTURE;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
