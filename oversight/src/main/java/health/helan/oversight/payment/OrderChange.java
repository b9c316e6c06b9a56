package health.helan.oversight.payment;

import health.helan.oversight.payment.Order.Attempt;
import health.helan.oversight.payment.Order.Delivery;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What becomes of an order, before it is written. */
final class OrderChange {
  private OrderState state;
  private Delivery delivered;
  private int tries;
  private int refunds;
  private long refunded;
  private @Nullable Instant paid;
  private final Order read;
  private final List<Attempt> attempts = new ArrayList<>();
  private final List<Order.Refund> returned = new ArrayList<>();

  OrderChange(Order read) {
    this.read = read;
    state = read.state();
    delivered = read.delivered();
    tries = read.tries();
    refunds = read.refunds();
    refunded = read.refunded();
    paid = read.paid();
  }

  OrderChange state(OrderState to) {
    state = to;
    return this;
  }

  OrderChange delivered(Delivery to) {
    delivered = to;
    return this;
  }

  OrderChange tries(int to) {
    tries = to;
    return this;
  }

  OrderChange refunded(long to) {
    refunded = to;
    return this;
  }

  OrderChange paid(Instant to) {
    paid = to;
    return this;
  }

  OrderChange put(Attempt attempt) {
    attempts.add(attempt);
    return this;
  }

  OrderChange put(Order.Refund refund) {
    refunds = Math.max(refunds, refund.number());
    returned.add(refund);
    return this;
  }

  Order read() {
    return read;
  }

  List<Attempt> attempts() {
    return attempts;
  }

  List<Order.Refund> returned() {
    return returned;
  }

  /** The order then. */
  Order order(Instant now) {
    List<Attempt> tried = new ArrayList<>(read.attempts());
    attempts.forEach(
        one -> {
          tried.removeIf(old -> old.number() == one.number());
          tried.add(one);
        });
    List<Order.Refund> back = new ArrayList<>(read.returned());
    returned.forEach(
        one -> {
          back.removeIf(old -> old.number() == one.number());
          back.add(one);
        });
    Order bare = with(tried, back, null);
    return with(tried, back, due(bare, 0, now));
  }

  private Order with(List<Attempt> tried, List<Order.Refund> back, @Nullable Instant due) {
    return new Order(
        read.id(),
        state,
        read.payable(),
        read.institution(),
        read.patient(),
        read.fen(),
        refunded,
        delivered,
        tries,
        refunds,
        read.revision(),
        0,
        read.created(),
        read.expires(),
        paid,
        due,
        tried,
        back);
  }

  /** When the clock looks next; null when nothing is left to do. */
  static @Nullable Instant due(Order order, int checks, Instant now) {
    Instant soon = now.plusSeconds(Math.min(60, 1L << Math.min(6, checks)));
    boolean asks =
        order.live() != null
            || order.state() == OrderState.PAID && order.delivered() == Delivery.OPEN
            || order.returned().stream().anyMatch(one -> one.state() == Order.Refund.State.ASKED);
    if (order.state() == OrderState.CREATED || order.state() == OrderState.PAYING) {
      return asks && soon.isBefore(order.expires()) ? soon : order.expires();
    }
    return asks ? soon : null;
  }
}
