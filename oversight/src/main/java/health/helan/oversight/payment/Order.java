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

  /**
   * A payment of which an attempt is one of several parts.
   *
   * @param key what the channel knows all of them by
   * @param parts how many
   * @param fen of all
   */
  public record Joint(String key, int parts, long fen) {}

  /**
   * What a channel was asked for.
   *
   * @param joint null when it was asked for this order alone
   */
  public record Attempt(
      int number,
      State state,
      boolean isLate,
      long fen,
      String channel,
      @Nullable String code,
      @Nullable String transaction,
      @Nullable Joint joint,
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

    /** Whether it is a part of a payment for several. */
    boolean isOf(String of) {
      return joint != null && joint.key.equals(of);
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

  /** Whether it is, or was at last, a part of a payment; or its part came to be paid. */
  boolean isOf(String joint) {
    return current() instanceof Attempt by && by.isOf(joint)
        || attempts.stream().anyMatch(one -> one.isOf(joint) && one.state() == Attempt.State.PAID);
  }

  int home() {
    return Ids.home(id);
  }

  /** The attempt that may still be paid; null for none. There is one at most. */
  @Nullable Attempt live() {
    return attempts.stream().filter(Attempt::isLive).findFirst().orElse(null);
  }

  /** By which it was paid, or may still be, or else the last one; null for none. */
  @Nullable Attempt current() {
    Attempt by = paidBy() == null ? live() : paidBy();
    return by != null || attempts.isEmpty() ? by : attempts.getLast();
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

  /** What a channel knows a payment by of which an attempt of this order is the first part. */
  String jointKey(int attempt) {
    return id + "-j" + attempt;
  }

  String refundKey(int refund) {
    return id + "-r" + refund;
  }
}
