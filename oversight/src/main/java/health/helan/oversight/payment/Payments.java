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
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
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
  private static final int MOST_TRIES = 50;
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
  private final IndexKey key;
  private final List<Payables> payables;
  private final Map<String, PaymentChannel> channels;
  private final List<PaymentChannel> offered;

  public Payments(Parts parts) {
    store = parts.store();
    var sql = new Sql(parts.database());
    table = new PayTable(sql);
    book = new OrderBook(store, sql, table, parts.ledger(), parts.clock());
    settling = new Settling(book);
    refunds = new Refunds(book, this::channel);
    key = parts.key();
    payables = parts.payables();
    offered = parts.channels();
    channels =
        offered.stream().collect(Collectors.toMap(PaymentChannel::code, Function.identity()));
  }

  /** In the order in which they are offered. */
  public List<PaymentChannel> channels() {
    return offered;
  }

  private PaymentChannel channel(String code) {
    PaymentChannel channel = channels.get(code);
    if (channel == null) {
      throw new Refusal(Refusal.Kind.VALUE, "payment.channel-unknown");
    }
    return channel;
  }

  private Payables payables(String reference) {
    int slash = reference.indexOf('/');
    String type = slash < 0 ? "" : reference.substring(0, slash);
    if (!reference.substring(slash + 1).matches("[A-Za-z0-9.-]{1,64}")) {
      throw new Refusal(Refusal.Kind.VALUE, "payment.not-payable");
    }
    return payables.stream()
        .filter(one -> one.concerns(type))
        .findFirst()
        .orElseThrow(() -> new Refusal(Refusal.Kind.VALUE, "payment.not-payable"));
  }

  // ------------------------------------------------------------------ paying

  /**
   * Pays for something by a channel. The same again answers the same; another channel takes the
   * place of the first, once that one cannot take the money any more.
   *
   * @param reference what for, as {@code Appointment/id}
   * @return the order; its live attempt says what to show. Paid already, it has none
   * @throws Refusal as {@link Payables#due} throws; TRANSIENT when the channel asked before does
   *     not say whether it was paid
   */
  public Order pay(Caller caller, String reference, String channelCode) {
    PaymentChannel channel = channel(channelCode);
    Payables of = payables(reference);
    for (int turn = 0; turn < TURNS; turn++) {
      Order order = table.live(reference);
      if (order == null) {
        Payables.Due due = of.due(caller, reference);
        order = book.create(caller, due, reference, digest(due.patient()));
        if (order == null) {
          continue; // Somebody else's is there now.
        }
      }
      var unused = store.read(caller, "Invoice", order.id());
      if (order.state() == OrderState.PAID) {
        return order;
      }
      Attempt live = order.live();
      if (live != null && !live.channel().equals(channelCode)) {
        try {
          Standing closed = channel(live.channel()).close(order.key(live.number()));
          var unused2 =
              settling.settle(
                  order,
                  live,
                  closed instanceof Standing.Unknown ? new Standing.Over("unknown") : closed);
        } catch (Silent e) {
          throw new Refusal(Refusal.Kind.TRANSIENT, "payment.channel-silent");
        }
        continue;
      }
      if (live == null) {
        OrderState state = OrderStep.PAY.take(caller, order.state());
        if (!order.expires().isAfter(book.now()) || order.tries() >= MOST_TRIES) {
          throw new Refusal(Refusal.Kind.BUSINESS_RULE, "payment.over");
        }
        Order begun = begin(caller, order, state, channelCode);
        if (begun == null) {
          continue;
        }
        order = begun;
        live = Objects.requireNonNull(order.live());
      } else if (live.state() == Attempt.State.WAITING) {
        return order;
      }
      return ask(order, live, channel);
    }
    throw new Refusal(Refusal.Kind.TRANSIENT, "payment.busy");
  }

  /** Asks the channel for what is written down; what it does not answer, the clock asks again. */
  private Order ask(Order order, Attempt attempt, PaymentChannel channel) {
    try {
      Standing standing =
          channel.create(
              order.key(attempt.number()), attempt.fen(), book.what(order), order.expires());
      Order settled = settling.settle(order, attempt, standing);
      if (settled != null && settled.state() == OrderState.PAID) {
        tend(order.id());
      }
    } catch (Silent e) {
      LOG.info("Channel {} did not answer when asked for money", channel.code());
    }
    return Objects.requireNonNull(table.order(order.id()));
  }

  private @Nullable Order begin(Caller caller, Order order, OrderState state, String channel) {
    Instant now = book.now();
    var attempt =
        new Attempt(
            order.tries() + 1, Attempt.State.BEGUN, false, order.fen(), channel, null, null, now);
    return book.write(
        caller,
        OrderStep.PAY,
        order,
        new OrderChange(order).state(state).tries(attempt.number()).put(attempt),
        null,
        null,
        null,
        null);
  }

  private long digest(String patient) {
    return key.digests().of("pay:Patient/" + patient);
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
    PaymentChannel channel = channels.get(code);
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
          table.later(order, book.now());
        }
        tend(order.id());
        return;
      }
    }
    throw new Refusal(Refusal.Kind.NOT_FOUND, "payment.unknown");
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
        payables(order.payable()).checkRefund(order.payable());
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
      PaymentChannel channel = channel(live.channel());
      String of = order.key(live.number());
      Standing standing = isOver ? channel.close(of) : channel.query(of);
      if (standing instanceof Standing.Unknown) {
        // It never heard of it: asked again, or nothing to close.
        standing =
            isOver
                ? new Standing.Over("unknown")
                : channel.create(of, live.fen(), book.what(order), order.expires());
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
    Payables of = payables(order.payable());
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
    List<Order> seen = new ArrayList<>();
    for (Order order : table.ofPatient(digest(patient), MOST_LISTED)) {
      try {
        var invoice = store.read(caller, "Invoice", order.id());
        seen.add(order);
      } catch (Refusal closed) {
        LOG.debug("An order is not the caller's to see: {}", closed.messageKey());
      }
    }
    return seen;
  }

  /** What an order is for, in the words that the resident was told. */
  public String label(Order order) {
    return book.what(order);
  }
}
