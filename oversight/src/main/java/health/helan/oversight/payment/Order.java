package health.helan.oversight.payment;

import health.helan.foundation.store.Ids;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An order as it stands, with all that was tried.
 *
 * @param id the Invoice's
 * @param payable what it is for, as {@code Appointment/id}
 * @param patient keyed digest of the Patient
 * @param refunded fen that have gone back or are on their way
 * @param due when the clock looks at it next; null for never
 */
public record Order(
    String id,
    OrderState state,
    String payable,
    String institution,
    long patient,
    long fen,
    long refunded,
    Delivery delivered,
    int tries,
    int refunds,
    int revision,
    int checks,
    Instant created,
    Instant expires,
    @Nullable Instant paid,
    @Nullable Instant due,
    List<Attempt> attempts,
    List<Refund> returned) {

  /** Whether what was paid for is there. The order is stored. */
  public enum Delivery {
    OPEN,
    DONE,
    REFUSED
  }

  /** What a channel was asked for. */
  public record Attempt(
      int number,
      State state,
      boolean isLate,
      long fen,
      String channel,
      @Nullable String code,
      @Nullable String transaction,
      Instant changed) {
    /** The order is stored. */
    public enum State {
      /** Written down; whether the channel heard of it is not known. */
      BEGUN,
      /** The channel waits for the resident. */
      WAITING,
      PAID,
      /** Over, and nothing was paid. */
      OVER
    }

    boolean isLive() {
      return state == State.BEGUN || state == State.WAITING;
    }
  }

  /** What goes back, by the way it came. */
  public record Refund(
      int number,
      int attempt,
      State state,
      boolean isLate,
      long fen,
      String reason,
      String key,
      Instant changed) {
    /** The order is stored. */
    public enum State {
      ASKED,
      DONE,
      REFUSED
    }
  }

  int home() {
    return Ids.home(id);
  }

  /** The attempt that may still be paid; null for none. There is one at most. */
  @Nullable Attempt live() {
    return attempts.stream().filter(Attempt::isLive).findFirst().orElse(null);
  }

  /** By which it was paid; null for not. */
  @Nullable Attempt paidBy() {
    return attempts.stream()
        .filter(one -> one.state() == Attempt.State.PAID && !one.isLate())
        .findFirst()
        .orElse(null);
  }

  /** What the channel knows an attempt by. */
  String key(int attempt) {
    return id + "-" + attempt;
  }

  String refundKey(int refund) {
    return id + "-r" + refund;
  }
}
