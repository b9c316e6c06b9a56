package health.helan.oversight.payment;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import health.helan.oversight.ledger.Ledger;
import health.helan.oversight.ledger.Line;
import health.helan.oversight.ledger.Posting;
import health.helan.oversight.payment.Order.Attempt;
import health.helan.oversight.payment.Order.Delivery;
import health.helan.oversight.payment.PaymentChannel.Silent;
import health.helan.oversight.payment.PaymentChannel.Standing;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Orders, from the first request to the last refund. Each step is one transaction: the Invoice, its
 * Provenance, the order's rows and the ledger are there together or not at all, and only over what
 * was read. A channel is asked between two such transactions and never inside one; what it was
 * asked is written before. Thread-safe; one per application instance.
 */
public final class Payments {
  private static final Logger LOG = LoggerFactory.getLogger(Payments.class);
  private static final Caller PLATFORM = Caller.platform("payment");
  private static final int AT_ONCE = 100;
  private static final int TURNS = 6;
  private static final int MOST_LISTED = 200;

  /**
   * What payment stands on.
   *
   * @param channels that can be asked, in the order in which they are offered
   */
  public record Parts(
      RecordStore store,
      DataSource database,
      Ledger ledger,
      IndexKey key,
      List<Payables> payables,
      List<PaymentChannel> channels,
      Clock clock) {}

  private final RecordStore store;
  private final PayTable table;
  private final OrderBook book;
  private final Settling settling;
  private final Refunds refunds;
  private final Offer offer;
  private final Paying paying;

  public Payments(Parts parts) {
    store = parts.store();
    var sql = new Sql(parts.database());
    table = new PayTable(sql);
    book = new OrderBook(store, sql, table, parts.ledger(), parts.clock());
    settling = new Settling(book, table);
    offer = new Offer(parts.payables(), parts.channels());
    refunds = new Refunds(book, offer::channel);
    paying = new Paying(store, table, book, settling, offer, parts.key());
  }

  /** In the order in which they are offered. */
  public List<PaymentChannel> channels() {
    return offer.channels();
  }

  // ------------------------------------------------------------------ paying

  /** The same for one thing. */
  public Order pay(Caller caller, String reference, String channel) {
    return pay(caller, List.of(reference), channel).getFirst();
  }

  /**
   * Pays for something by a channel, or for several things of one resident by one payment. The same
   * again answers the same; another channel, or another choice of things, takes the place of what
   * was asked before, once that cannot be paid any more. What is paid already is not asked for.
   *
   * @param references what for, as {@code Appointment/id}
   * @return the order of each; its live attempt says what to show. Paid already, it has none
   * @throws Refusal as {@link Payables#due} throws; BUSINESS_RULE for things of several residents,
   *     and for several by a channel that takes one at a time; TRANSIENT when the channel asked
   *     before does not say whether it was paid
   */
  public List<Order> pay(Caller caller, List<String> references, String channel) {
    List<Order> asked = paying.pay(caller, references, channel);
    if (asked.stream().noneMatch(Payments::isToDeliver)) {
      return asked;
    }
    asked.stream().filter(Payments::isToDeliver).forEach(one -> tend(one.id()));
    return asked.stream().map(one -> order(one.id())).toList();
  }

  private static boolean isToDeliver(Order order) {
    return order.state() == OrderState.PAID && order.delivered() == Delivery.OPEN;
  }

  // ------------------------------------------------------------------ what a channel says

  /**
   * A channel tells that something has happened to a payment. What it is, is asked of the channel:
   * a message proves who speaks, and may be old.
   *
   * @throws Refusal NOT_FOUND for an unknown channel; LOGIN or INVALID as {@link
   *     PaymentChannel#read} throws
   */
  public void notified(String code, byte[] body, UnaryOperator<@Nullable String> header) {
    PaymentChannel channel = offer.find(code);
    if (channel == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "payment.channel-unknown");
    }
    String of = channel.read(body, header).key();
    int dash = of.lastIndexOf('-');
    Order order = dash < 0 ? null : table.order(of.substring(0, dash));
    if (order == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "payment.unknown");
    }
    for (Attempt attempt : order.attempts()) {
      if (order.key(attempt.number()).equals(of) && attempt.channel().equals(code)) {
        Order settled;
        try {
          settled = settling.settle(order, attempt, channel.query(of));
        } catch (Silent e) {
          settled = null;
        }
        if (settled == null) {
          doubt(order.id(), attempt.number());
        }
        tend(order.id());
        if (attempt.joint() != null) {
          tendOthers(order, attempt.joint().key());
        }
        return;
      }
    }
    throw new Refusal(Refusal.Kind.NOT_FOUND, "payment.unknown");
  }

  /**
   * What was told and could not be asked for now is asked for by the clock.
   *
   * @throws Refusal TRANSIENT: then the channel tells it again
   */
  private void doubt(String id, int number) {
    for (int turn = 0; turn < TURNS; turn++) {
      Order order = order(id);
      if (order.attempts().stream()
          .filter(one -> one.number() == number)
          .allMatch(one -> settling.doubt(order, one))) {
        return;
      }
    }
    throw new Refusal(Refusal.Kind.TRANSIENT, "payment.busy");
  }

  /**
   * What was paid together is there together; who cannot be brought on now, waits for the clock.
   */
  private void tendOthers(Order order, String joint) {
    for (Order other : table.joint(order.home(), joint)) {
      if (!other.id().equals(order.id())) {
        tend(other.id());
      }
    }
  }

  // ------------------------------------------------------------------ giving back

  /**
   * Gives a part back, or all that is left. By the institution that got it.
   *
   * @param fen null for all that is left
   * @param reason told in the Provenance, at most 100 characters
   * @param as key of who asks: the same again is the same refund
   * @throws Refusal BUSINESS_RULE for more than is left, an order that is not paid, or one whose
   *     capability alone gives back ({@link Payables#checkRefund})
   */
  public Order refund(Caller caller, String id, @Nullable Long fen, String reason, String as) {
    if (reason.isBlank() || reason.length() > 100 || !as.matches("[A-Za-z0-9._-]{1,60}")) {
      throw new Refusal(Refusal.Kind.VALUE, "payment.parameter");
    }
    var unused = store.read(caller, "Invoice", id);
    for (int turn = 0; turn < TURNS; turn++) {
      Order order = order(id);
      if (!caller.isRoot() && !caller.institution().equals(order.institution())) {
        throw new Refusal(Refusal.Kind.FORBIDDEN, "payment.other-institution");
      }
      if (!caller.isRoot()) {
        offer.payables(order.payable()).checkRefund(order.payable());
      }
      String own = "asked-" + as;
      if (order.returned().stream().anyMatch(one -> one.key().equals(own))) {
        return order;
      }
      long left = order.fen() - order.refunded();
      long amount = fen == null ? left : fen;
      var state = OrderStep.REFUND.take(caller, order.state());
      if (amount <= 0 || amount > left) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "payment.more-than-left");
      }
      if (refunds.ask(caller, order, state, amount, reason, own) != null) {
        tend(id);
        return order(id);
      }
    }
    throw new Refusal(Refusal.Kind.TRANSIENT, "payment.busy");
  }

  // ------------------------------------------------------------------ by the clock

  /**
   * Brings on what is due: asks for what is in doubt, closes what is over, delivers, gives back.
   * Several instances may do so at once.
   *
   * @return how many orders were looked at
   */
  public int tendDue() {
    List<String> due = table.due(book.now(), AT_ONCE);
    for (String id : due) {
      try {
        tend(id);
      } catch (RuntimeException e) {
        // The others are not to wait for it.
        LOG.warn("An order could not be brought on", e);
        Order order = table.order(id);
        if (order != null) {
          table.later(order, book.now().plus(backoff(order)));
        }
      }
    }
    return due.size();
  }

  /** Takes the steps of an order that can be taken now. */
  void tend(String id) {
    for (int turn = 0; turn < TURNS; turn++) {
      Order order = table.order(id);
      if (order == null) {
        return;
      }
      try {
        Order next = next(order);
        if (next == null) {
          continue; // Another was first: look again.
        }
        if (next.revision() == order.revision()) {
          Instant due = OrderChange.due(order, order.checks() + 1, book.now());
          if (!Objects.equals(due, order.due())) {
            table.later(order, due);
          }
          return;
        }
      } catch (Silent e) {
        table.later(order, book.now().plus(backoff(order)));
        return;
      }
    }
  }

  /**
   * One step, if there is one to take.
   *
   * @return the same order when there is none; null when another was first
   */
  private @Nullable Order next(Order order) {
    Attempt live = order.live();
    boolean isOver =
        !OrderStep.SUCCEED.from().contains(order.state()) || !order.expires().isAfter(book.now());
    if (live != null) {
      PaymentChannel channel = offer.channel(live.channel());
      String of = order.key(live.number());
      Standing standing = isOver ? channel.close(of) : channel.query(of);
      if (standing instanceof Standing.Unknown) {
        // It never heard of it: asked again, or nothing to close.
        standing = isOver ? new Standing.Over("unknown") : paying.askAgain(order, live);
      }
      return settling.settle(order, live, standing);
    }
    if (order.state() == OrderState.CREATED && isOver) {
      return book.write(
          PLATFORM,
          OrderStep.CLOSE,
          order,
          new OrderChange(order).state(OrderStep.CLOSE.take(PLATFORM, order.state())),
          Papers::closed,
          new Posting(order.id(), "closed", new Line.Release("due", 1)),
          null,
          null);
    }
    if (order.state() == OrderState.PAID) {
      Order delivered = deliver(order);
      if (delivered == null || delivered.revision() != order.revision()) {
        return delivered;
      }
    }
    for (Order.Refund refund : order.returned()) {
      if (refund.state() == Order.Refund.State.ASKED) {
        Order given = refunds.bringOn(order, refund);
        return given == null ? order : given;
      }
    }
    return order;
  }

  private @Nullable Order deliver(Order order) {
    Payables of = offer.payables(order.payable());
    Payables.Standing standing =
        order.delivered() == Delivery.OPEN
            ? of.paid(order.payable())
            : of.standing(order.payable());
    return switch (standing) {
      case Payables.Standing.Waiting _ -> order;
      case Payables.Standing.Kept _ ->
          order.delivered() == Delivery.OPEN
              ? book.rows(order, new OrderChange(order).delivered(Delivery.DONE))
              : order;
      case Payables.Standing.Gone gone -> {
        String as = "gone-" + gone.reason();
        // In hundredths of the fee, rounded for the resident.
        long back = (order.fen() * gone.percent() + 99) / 100 - order.refunded();
        if (back > 0 && order.returned().stream().noneMatch(one -> one.key().equals(as))) {
          yield refunds.ask(
              PLATFORM,
              order,
              OrderStep.REFUND.take(PLATFORM, order.state()),
              back,
              gone.reason(),
              as);
        }
        yield order.delivered() == Delivery.OPEN
            ? book.rows(order, new OrderChange(order).delivered(Delivery.REFUSED))
            : order;
      }
    };
  }

  private static Duration backoff(Order order) {
    return Duration.ofSeconds(Math.min(300, 1L << Math.min(9, order.checks())));
  }

  // ------------------------------------------------------------------ reading

  /**
   * @throws Refusal NOT_FOUND for an Invoice that is no order, or one that the caller may not see
   */
  public Order status(Caller caller, String id) {
    var unused = store.read(caller, "Invoice", id);
    return order(id);
  }

  /**
   * An order, and those that are paid with it, are to be, or were to be at last, as far as the
   * caller may see them.
   *
   * @return the one that is asked for first
   * @throws Refusal as {@link #status}
   */
  public List<Order> together(Caller caller, String id) {
    Order order = status(caller, id);
    Attempt by = order.current();
    if (by == null || by.joint() == null) {
      return List.of(order);
    }
    String joint = by.joint().key();
    List<Order> all = new ArrayList<>(List.of(order));
    table.joint(order.home(), joint).stream()
        .filter(one -> !one.id().equals(id))
        .filter(one -> one.isOf(joint))
        .filter(one -> isSeen(caller, one))
        .forEach(all::add);
    return all;
  }

  private boolean isSeen(Caller caller, Order order) {
    try {
      var unused = store.read(caller, "Invoice", order.id());
      return true;
    } catch (Refusal closed) {
      LOG.debug("An order is not the caller's to see: {}", closed.messageKey());
      return false;
    }
  }

  /**
   * The order that counts for something, as {@code Account/id}; null for none. For the platform.
   */
  public @Nullable Order paying(String reference) {
    return table.live(reference);
  }

  private Order order(String id) {
    Order order = table.order(id);
    if (order == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "payment.unknown");
    }
    return order;
  }

  /**
   * Orders of a resident, the latest first; only those that the caller may see.
   *
   * @throws Refusal as reading the Patient
   */
  public List<Order> ofPatient(Caller caller, String patient) {
    var unused = store.read(caller, "Patient", patient);
    return table.ofPatient(paying.digest(patient), MOST_LISTED).stream()
        .filter(order -> isSeen(caller, order))
        .toList();
  }

  /** What an order is for, in the words that the resident was told. */
  public String label(Order order) {
    return book.what(order);
  }
}
