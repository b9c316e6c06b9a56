package health.helan.oversight.clearing;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * One line of one side.
 *
 * @param key what both sides know it by; empty where a side has none
 * @param reference what it belongs to: an order, a bill, a batch; empty for none
 * @param institution id of the Organization; empty where it is not said
 * @param fen above zero for what came, below zero for what went back
 */
public record Entry(
    Flow flow, String key, String reference, String institution, long fen, Instant at) {
  public Entry {
    at = at.truncatedTo(ChronoUnit.MILLIS);
    if (flow == Flow.NONE || fen == 0 || fen > 0 == (flow == Flow.REFUND)) {
      throw new IllegalArgumentException("a payment is above zero, a refund below");
    }
  }

  /** Adds the line to a digest, so that it stands for all that was understood of a file. */
  void addTo(MessageDigest digest) {
    digest.update(
        (flow.ordinal()
                + "\t"
                + key
                + "\t"
                + reference
                + "\t"
                + institution
                + "\t"
                + fen
                + "\t"
                + at.toEpochMilli()
                + "\n")
            .getBytes(StandardCharsets.UTF_8));
  }
}
