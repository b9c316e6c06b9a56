package health.helan.oversight.payment;

import health.helan.foundation.store.Caller;
import health.helan.oversight.ledger.Line;
import health.helan.oversight.ledger.Posting;
import health.helan.oversight.payment.Order.Attempt;
import health.helan.oversight.payment.PaymentChannel.Standing;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes down what channels say of what they were asked to take. */
final class Settling {
  private static final Logger LOG = LoggerFactory.getLogger(Settling.class);
  private static final Caller PLATFORM = Caller.platform("payment");

  private final OrderBook book;
  private final PayTable table;

  Settling(OrderBook book, PayTable table) {
    this.book = book;
    this.table = table;
  }

  /**
   * Takes down what a channel says of an attempt.
   *
   * @return the order then; null when another was first
   */
  @Nullable Order settle(Order order, Attempt attempt, Standing standing) {
    return switch (standing) {
      case Standing.Waiting waiting -> {
        if (attempt.state() != Attempt.State.BEGUN) {
          yield order; // Known already; or over, and the channel has yet to find out.
        }
        yield book.rows(
            order,
            new OrderChange(order)
                .put(with(attempt, Attempt.State.WAITING, false, waiting.code(), null)));
      }
      case Standing.Paid paid -> {
        if (attempt.state() == Attempt.State.PAID) {
          yield order;
        }
        if (attempt.joint() != null && !doubt(order, attempt.joint().key())) {
          yield null;
        }
        boolean isWanted =
            OrderStep.SUCCEED.from().contains(order.state()) && paid.fen() == attempt.fen();
        yield isWanted ? succeed(order, attempt, paid) : late(order, attempt, paid);
      }
      case Standing.Over _ -> {
        if (!attempt.isLive()) {
          yield order;
        }
        OrderChange change =
            new OrderChange(order).put(with(attempt, Attempt.State.OVER, false, null, null));
        if (order.state() == OrderState.PAYING) {
          change.state(OrderStep.FAIL.take(PLATFORM, order.state()));
        }
        yield book.rows(order, change);
      }
      case Standing.Unknown _ -> order;
    };
  }

  /**
   * The channel has the money of a part, so it has that of the others, whatever is known of them:
   * they are asked for anew. Written before the part is, so that none is forgotten when the
   * platform dies between.
   *
   * @return false when another was first
   */
  private boolean doubt(Order paid, String joint) {
    for (Order other : table.joint(paid.home(), joint)) {
      if (other.id().equals(paid.id())) {
        continue;
      }
      for (Attempt attempt : other.attempts()) {
        if (attempt.isOf(joint) && !doubt(other, attempt)) {
          return false;
        }
      }
    }
    return true;
  }

  /**
   * Lets the clock ask for an attempt soon, also where it counts as over.
   *
   * @return false when another was first
   */
  boolean doubt(Order order, Attempt attempt) {
    return switch (attempt.state()) {
      case BEGUN, WAITING -> {
        table.later(order, book.now());
        yield true;
      }
      case PAID -> true;
      case OVER ->
          book.rows(
                  order,
                  new OrderChange(order).put(with(attempt, Attempt.State.BEGUN, false, null, null)))
              != null;
    };
  }

  private static Attempt with(
      Attempt attempt,
      Attempt.State state,
      boolean isLate,
      @Nullable String code,
      @Nullable String transaction) {
    return new Attempt(
        attempt.number(),
        state,
        isLate,
        attempt.fen(),
        attempt.channel(),
        code,
        transaction,
        attempt.joint(),
        attempt.changed());
  }

  private @Nullable Order succeed(Order order, Attempt attempt, Standing.Paid paid) {
    Instant at = book.now();
    Attempt done = with(attempt, Attempt.State.PAID, false, null, paid.transaction());
    return book.write(
        PLATFORM,
        OrderStep.SUCCEED,
        order,
        new OrderChange(order)
            .state(OrderStep.SUCCEED.take(PLATFORM, order.state()))
            .paid(at)
            .put(done),
        invoice -> Papers.paid(invoice, done, at),
        new Posting(
            order.id(),
            "paid",
            new Line.Settle("due", 1, order.fen()),
            new Line.Move(OrderAccounts.of(attempt), OrderAccounts.resident(order), order.fen())),
        null,
        null);
  }

  /** The order takes no money, or not so much: it is set aside, goes back, and that is told. */
  private @Nullable Order late(Order order, Attempt attempt, Standing.Paid paid) {
    LOG.warn("Money came by channel {} that no order waits for: it goes back", attempt.channel());
    boolean isLast = attempt.isLive() && order.state() == OrderState.PAYING;
    OrderChange change =
        new OrderChange(order)
            .state(isLast ? OrderStep.FAIL.take(PLATFORM, order.state()) : order.state())
            .put(with(attempt, Attempt.State.PAID, true, null, paid.transaction()))
            .put(
                new Order.Refund(
                    order.refunds() + 1,
                    attempt.number(),
                    Order.Refund.State.ASKED,
                    true,
                    paid.fen(),
                    "late",
                    "late-" + attempt.number(),
                    book.now()));
    return book.write(
        PLATFORM,
        OrderStep.REFUND,
        order,
        change,
        null,
        new Posting(
            order.id(),
            "late-" + attempt.number(),
            new Line.Move(OrderAccounts.of(attempt), OrderAccounts.unclaimed(attempt), paid.fen()),
            new Line.Reserve(
                OrderAccounts.unclaimed(attempt), OrderAccounts.of(attempt), paid.fen())),
        paid.fen(),
        "late");
  }
}
