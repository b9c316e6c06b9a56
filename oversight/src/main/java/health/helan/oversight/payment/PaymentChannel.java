package health.helan.oversight.payment;

import health.helan.foundation.store.Refusal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A way to pay: a bank, the union, a third party, the insurance bureau's mobile pay. What is asked
 * of it carries a key; the same key again is the same payment, and asking twice takes no money
 * twice. An implementation is thread-safe, waits a few seconds at most, and changes nothing of the
 * platform's.
 */
public interface PaymentChannel {
  /** Lower-case letters, digits and hyphens; stands in the ledger for ever. */
  String code();

  /** What residents know it by. */
  String name(String language);

  /** The channel did not answer, or not what can be understood: nothing is known of the outcome. */
  final class Silent extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Silent(String message) {
      super(message);
    }
  }

  /** Where a payment stands with the channel. */
  sealed interface Standing {
    /**
     * Waits for the resident.
     *
     * @param code what the application shows as QR code, or opens
     */
    record Waiting(String code) implements Standing {}

    /**
     * Taken.
     *
     * @param transaction the channel's own number, for receipts and statements
     */
    record Paid(String transaction, long fen, Instant at) implements Standing {}

    /** Will never be paid: refused, given up, closed. */
    record Over(String reason) implements Standing {}

    /** The channel has never heard of the key. */
    record Unknown() implements Standing {}
  }

  /** What became of a refund. */
  sealed interface Returned {
    record Done(String transaction) implements Returned {}

    /** Accepted, and not done yet. */
    record Pending() implements Returned {}

    /** Will not be done. */
    record Refused(String reason) implements Returned {}
  }

  /**
   * Asks for money.
   *
   * @param what told to the resident; names no illness
   * @param until the channel takes nothing after it
   * @throws Silent then it may have been heard or not
   */
  Standing create(String key, long fen, String what, Instant until);

  /** Whether {@link #createTogether} can be asked of it. */
  default boolean takesTogether() {
    return false;
  }

  /**
   * One of several that are paid at once.
   *
   * @param what as for {@link #create}
   */
  record Part(String key, long fen, String what) {}

  /**
   * Asks for the money of several at once: the resident is shown one code, and pays all or none.
   * Afterwards each part is queried, given back and told of by its own key, as if it had been asked
   * for alone; whoever closes one closes all. The same again is the same payment.
   *
   * @param joint key of the whole
   * @param parts two at least, in the order of their keys
   * @return where each part stands, by its key
   * @throws Silent then it may have been heard or not
   */
  default Map<String, Standing> createTogether(String joint, List<Part> parts, Instant until) {
    throw new UnsupportedOperationException(code());
  }

  /**
   * @throws Silent
   */
  Standing query(String key);

  /**
   * Sees to it that it cannot be paid any more, nor what is paid together with it: answers {@code
   * Over}, or {@code Paid} when it was too late for that.
   *
   * @throws Silent
   */
  Standing close(String key);

  /**
   * Gives back, or asks what became of it: the same {@code refundKey} again is the same refund.
   *
   * @throws Silent then it may have been heard or not
   */
  Returned refund(String refundKey, String key, long fen);

  /**
   * What a channel says by itself: of which payment, be it one part of several. What it says of it,
   * is asked.
   */
  record Notification(String key) {}

  /**
   * Reads what came at the channel's address, and proves that it is the channel's.
   *
   * @param header value of a header by its name, null for none
   * @throws Refusal LOGIN for a wrong, missing or old signature, INVALID for what cannot be read
   */
  Notification read(byte[] body, UnaryOperator<@Nullable String> header);
}
