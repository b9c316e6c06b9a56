package health.helan.oversight.payment;

import health.helan.foundation.store.Caller;
import health.helan.oversight.ledger.Line;
import health.helan.oversight.ledger.Posting;
import health.helan.oversight.payment.Order.Attempt;
import health.helan.oversight.payment.Order.Delivery;
import health.helan.oversight.payment.PaymentChannel.Returned;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Money that goes back by the channel it came by. */
final class Refunds {
  private static final Logger LOG = LoggerFactory.getLogger(Refunds.class);
  private static final Caller PLATFORM = Caller.platform("payment");

  private final OrderBook book;
  private final Function<String, PaymentChannel> channels;

  /**
   * @param channels by their code
   */
  Refunds(OrderBook book, Function<String, PaymentChannel> channels) {
    this.book = book;
    this.channels = channels;
  }

  /**
   * Writes down that a part goes back; the channel is asked afterwards.
   *
   * @return null when another was first
   */
  @Nullable Order ask(
      Caller caller, Order order, OrderState state, long fen, String reason, String as) {
    Attempt by = Objects.requireNonNull(order.paidBy());
    int number = order.refunds() + 1;
    return book.write(
        caller,
        OrderStep.REFUND,
        order,
        new OrderChange(order)
            .state(state)
            // What goes back before it was delivered is not delivered any more.
            .delivered(order.delivered() == Delivery.OPEN ? Delivery.REFUSED : order.delivered())
            .refunded(order.refunded() + fen)
            .put(
                new Order.Refund(
                    number,
                    by.number(),
                    Order.Refund.State.ASKED,
                    false,
                    fen,
                    reason,
                    as,
                    book.now())),
        null,
        new Posting(
            order.id(),
            "refund-" + number,
            new Line.Reserve(OrderAccounts.institution(order), OrderAccounts.of(by), fen)),
        fen,
        reason);
  }

  /**
   * Asks the channel of the attempt for a refund, or what became of it.
   *
   * @return null while it is not known, or when another was first
   */
  @Nullable Order bringOn(Order order, Order.Refund refund) {
    Attempt by =
        order.attempts().stream()
            .filter(one -> one.number() == refund.attempt())
            .findFirst()
            .orElseThrow();
    Returned returned =
        channels
            .apply(by.channel())
            .refund(order.refundKey(refund.number()), order.key(by.number()), refund.fen());
    String reservedBy = refund.isLate() ? "late-" + by.number() : "refund-" + refund.number();
    int line = refund.isLate() ? 2 : 1;
    return switch (returned) {
      case Returned.Pending _ -> null;
      case Returned.Done _ -> {
        OrderChange change = new OrderChange(order).put(with(refund, Order.Refund.State.DONE));
        long back =
            refund.fen()
                + order.returned().stream()
                    .filter(one -> !one.isLate() && one.state() == Order.Refund.State.DONE)
                    .mapToLong(Order.Refund::fen)
                    .sum();
        boolean isAll = !refund.isLate() && back == order.fen();
        if (isAll) {
          change.state(OrderStep.RETURN.take(PLATFORM, order.state()));
        }
        yield book.write(
            PLATFORM,
            isAll ? OrderStep.RETURN : OrderStep.REFUND,
            order,
            change,
            refund.isLate() ? null : invoice -> Papers.refunded(invoice, back, isAll),
            new Posting(
                order.id(),
                "refunded-" + refund.number(),
                new Line.Settle(reservedBy, line, refund.fen())),
            null,
            null);
      }
      case Returned.Refused refused -> {
        LOG.error(
            "Channel {} refuses to give money back: somebody has to look at order {}",
            by.channel(),
            order.id());
        OrderChange change = new OrderChange(order).put(with(refund, Order.Refund.State.REFUSED));
        if (refund.isLate()) {
          // It stays set aside: it is nobody's but the resident's.
          yield book.rows(order, change);
        }
        yield book.write(
            PLATFORM,
            OrderStep.REFUND,
            order,
            change.refunded(order.refunded() - refund.fen()),
            null,
            new Posting(order.id(), "kept-" + refund.number(), new Line.Release(reservedBy, line)),
            null,
            null);
      }
    };
  }

  private static Order.Refund with(Order.Refund refund, Order.Refund.State state) {
    return new Order.Refund(
        refund.number(),
        refund.attempt(),
        state,
        refund.isLate(),
        refund.fen(),
        refund.reason(),
        refund.key(),
        refund.changed());
  }
}
