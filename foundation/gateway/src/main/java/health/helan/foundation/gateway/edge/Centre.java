package health.helan.foundation.gateway.edge;

import health.helan.foundation.gateway.State;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The centre, as a node sees it. Calls wait for the answer; each is safe to repeat. */
public interface Centre {

  /**
   * The last number that the centre has committed.
   *
   * @param digest first 128 bits of that message's SHA-256, hexadecimal; empty for none
   */
  record Position(long last, String digest) {}

  /**
   * What became of a message.
   *
   * @param reason JSON array of a sentence's key and what fills it; null for none
   */
  record Verdict(long seq, State state, @Nullable String reason) {}

  /**
   * Answer to a parcel.
   *
   * @param first from here on the answer says what became of messages; what came before was
   *     committed earlier, and is asked for
   * @param others verdicts of those that are not done; all others up to {@code last} are
   */
  record Taken(Position position, long first, List<Verdict> others) {}

  /** A feed as the centre wants it taken here. */
  record FeedOrder(String name, ObjectNode settings) {}

  Position position(String feed, String epoch) throws Away, InterruptedException;

  Taken send(String feed, String epoch, byte[] parcel) throws Away, InterruptedException;

  /** Of those that it knows. */
  List<Verdict> verdicts(String feed, String epoch, List<Long> seqs)
      throws Away, InterruptedException;

  /**
   * Says how the node fares.
   *
   * @return the feeds that it is to take
   */
  List<FeedOrder> beat(ObjectNode said) throws Away, InterruptedException;

  /** Bytes of bodies sent since the start, as they travel. */
  long bytesSent();

  /** How far the centre's clock is ahead of ours, in milliseconds. */
  long clockAhead();

  /** The centre was not reached, or would not. */
  final class Away extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;
    private final long waitMillis;

    /**
     * @param reason as {@link Reasons} writes it
     * @param waitMillis the centre's wish; 0 for none
     */
    public Away(String reason, long waitMillis) {
      super(reason, null, false, false);
      this.reason = reason;
      this.waitMillis = waitMillis;
    }

    public String reason() {
      return reason;
    }

    public long waitMillis() {
      return waitMillis;
    }
  }
}
