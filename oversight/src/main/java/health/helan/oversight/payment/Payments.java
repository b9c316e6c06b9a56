package health.helan.oversight.payment;

import health.helan.foundation.store.Beside;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import health.helan.oversight.ledger.Account;
import health.helan.oversight.ledger.AccountKind;
import health.helan.oversight.ledger.Ledger;
import health.helan.oversight.ledger.Line;
import health.helan.oversight.ledger.Posting;
import health.helan.oversight.payment.Order.Attempt;
import health.helan.oversight.payment.Order.Delivery;
import health.helan.oversight.payment.PaymentChannel.Returned;
import health.helan.oversight.payment.PaymentChannel.Silent;
import health.helan.oversight.payment.PaymentChannel.Standing;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

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
  private final Sql sql;
  private final PayTable table;
  private final Ledger ledger;
  private final IndexKey key;
  private final List<Payables> payables;
  private final Map<String, PaymentChannel> channels;
  private final List<PaymentChannel> offered;
  private final Clock clock;

  public Payments(Parts parts) {
    store = parts.store();
    sql = new Sql(parts.database());
    table = new PayTable(sql);
    ledger = parts.ledger();
    key = parts.key();
    payables = parts.payables();
    offered = parts.channels();
    channels =
        offered.stream().collect(Collectors.toMap(PaymentChannel::code, Function.identity()));
    clock = parts.clock();
  }

  /** Another was first: what was read is old. The transaction is rolled back. */
  private static final class Raced extends Refusal {
    private static final long serialVersionUID = 1L;

    Raced() {
      super(Kind.TRANSIENT, "payment.busy");
    }
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
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
        order = create(caller, of.due(caller, reference), reference);
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
              settle(
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
        if (!order.expires().isAfter(now()) || order.tries() >= MOST_TRIES) {
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
          channel.create(order.key(attempt.number()), attempt.fen(), what(order), order.expires());
      Order settled = settle(order, attempt, standing);
      if (settled != null && settled.state() == OrderState.PAID) {
        tend(order.id());
      }
    } catch (Silent e) {
      LOG.info("Channel {} did not answer when asked for money", channel.code());
    }
    return Objects.requireNonNull(table.order(order.id()));
  }

  /** What the resident is told that it is for. */
  private String what(Order order) {
    return invoice(order)
        .path("lineItem")
        .path(0)
        .path("chargeItemCodeableConcept")
        .path("text")
        .asString("");
  }

  private ObjectNode invoice(Order order) {
    return (ObjectNode)
        Json.MAPPER.readTree(
            Objects.requireNonNull(store.read(PLATFORM, "Invoice", order.id()).content()));
  }

  private @Nullable Order create(Caller caller, Payables.Due due, String reference) {
    OrderState state = OrderStep.CREATE.take(caller, OrderState.NONE);
    Instant now = now();
    if (!due.until().isAfter(now)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "payment.over");
    }
    String fullUrl = "urn:uuid:" + UUID.randomUUID();
    long patient = digest(due.patient());
    List<String> made = new ArrayList<>();
    try {
      var unused =
          store.transact(
              caller.asPlatformOf(due.institution()),
              List.of(
                  new Interaction.Create(
                      "Invoice",
                      Interaction.Body.of(Papers.invoice(due, reference, now)),
                      null,
                      fullUrl,
                      "Patient/" + due.patient()),
                  Papers.provenance(
                      caller, fullUrl, "Patient/" + due.patient(), OrderStep.CREATE, null, now)),
              (transaction, ids, at) -> {
                Order order =
                    new Order(
                        ids.getFirst(),
                        state,
                        reference,
                        due.institution(),
                        patient,
                        due.fen(),
                        0,
                        Delivery.OPEN,
                        0,
                        0,
                        1,
                        0,
                        now,
                        due.until(),
                        null,
                        due.until(),
                        List.of(),
                        List.of());
                if (!PayTable.insert(transaction, order)) {
                  throw new Raced();
                }
                var booked =
                    ledger.post(
                        transaction,
                        new Posting(
                            order.id(),
                            "due",
                            new Line.Reserve(resident(order), institution(order), order.fen())));
                made.clear();
                made.add(order.id());
              });
    } catch (Raced e) {
      return null;
    }
    return table.order(made.getFirst());
  }

  private @Nullable Order begin(Caller caller, Order order, OrderState state, String channel) {
    Instant now = now();
    var attempt =
        new Attempt(
            order.tries() + 1, Attempt.State.BEGUN, false, order.fen(), channel, null, null, now);
    return write(
        caller,
        OrderStep.PAY,
        order,
        new Change(order).state(state).tries(attempt.number()).put(attempt),
        null,
        null,
        null,
        null);
  }

  private long digest(String patient) {
    return key.digests().of("pay:Patient/" + patient);
  }

  // ------------------------------------------------------------------ accounts

  private static Account resident(Order order) {
    return Account.of(AccountKind.RESIDENT, "%016x".formatted(order.patient()));
  }

  private static Account institution(Order order) {
    return Account.of(AccountKind.INSTITUTION, order.institution());
  }

  private static Account of(Attempt attempt) {
    return Account.of(AccountKind.CHANNEL, attempt.channel());
  }

  private static Account unclaimed(Attempt attempt) {
    return Account.of(AccountKind.UNCLAIMED, attempt.channel());
  }

  // ------------------------------------------------------------------ what a channel says

  /**
   * Takes down what a channel says of an attempt.
   *
   * @return the order then; null when another was first
   */
  private @Nullable Order settle(Order order, Attempt attempt, Standing standing) {
    return switch (standing) {
      case Standing.Waiting waiting -> {
        if (attempt.state() != Attempt.State.BEGUN) {
          yield order; // Known already; or over, and the channel has yet to find out.
        }
        yield rows(
            order,
            new Change(order)
                .put(with(attempt, Attempt.State.WAITING, false, waiting.code(), null)));
      }
      case Standing.Paid paid -> {
        if (attempt.state() == Attempt.State.PAID) {
          yield order;
        }
        boolean isWanted =
            OrderStep.SUCCEED.from().contains(order.state()) && paid.fen() == attempt.fen();
        yield isWanted ? succeed(order, attempt, paid) : late(order, attempt, paid);
      }
      case Standing.Over _ -> {
        if (!attempt.isLive()) {
          yield order;
        }
        Change change = new Change(order).put(with(attempt, Attempt.State.OVER, false, null, null));
        if (order.state() == OrderState.PAYING) {
          change.state(OrderStep.FAIL.take(PLATFORM, order.state()));
        }
        yield rows(order, change);
      }
      case Standing.Unknown _ -> order;
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
        attempt.changed());
  }

  private @Nullable Order succeed(Order order, Attempt attempt, Standing.Paid paid) {
    Instant at = now();
    Attempt done = with(attempt, Attempt.State.PAID, false, null, paid.transaction());
    return write(
        PLATFORM,
        OrderStep.SUCCEED,
        order,
        new Change(order).state(OrderStep.SUCCEED.take(PLATFORM, order.state())).paid(at).put(done),
        invoice -> Papers.paid(invoice, done, at),
        new Posting(
            order.id(),
            "paid",
            new Line.Settle("due", 1, order.fen()),
            new Line.Move(of(attempt), resident(order), order.fen())),
        null,
        null);
  }

  /** The order takes no money, or not so much: it is set aside, goes back, and that is told. */
  private @Nullable Order late(Order order, Attempt attempt, Standing.Paid paid) {
    LOG.warn("Money came by channel {} that no order waits for: it goes back", attempt.channel());
    boolean isLast = attempt.isLive() && order.state() == OrderState.PAYING;
    Change change =
        new Change(order)
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
                    now()));
    return write(
        PLATFORM,
        OrderStep.REFUND,
        order,
        change,
        null,
        new Posting(
            order.id(),
            "late-" + attempt.number(),
            new Line.Move(of(attempt), unclaimed(attempt), paid.fen()),
            new Line.Reserve(unclaimed(attempt), of(attempt), paid.fen())),
        paid.fen(),
        "late");
  }

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
          settled = settle(order, attempt, channel.query(of));
        } catch (Silent e) {
          settled = null;
        }
        if (settled == null) {
          table.later(order, now());
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
      if (giveBack(caller, order, state, amount, reason, own) != null) {
        tend(id);
        return order(id);
      }
    }
    throw new Refusal(Refusal.Kind.TRANSIENT, "payment.busy");
  }

  private @Nullable Order giveBack(
      Caller caller, Order order, OrderState state, long fen, String reason, String as) {
    Attempt by = Objects.requireNonNull(order.paidBy());
    int number = order.refunds() + 1;
    return write(
        caller,
        OrderStep.REFUND,
        order,
        new Change(order)
            .state(state)
            // What goes back before it was delivered is not delivered any more.
            .delivered(order.delivered() == Delivery.OPEN ? Delivery.REFUSED : order.delivered())
            .refunded(order.refunded() + fen)
            .put(
                new Order.Refund(
                    number, by.number(), Order.Refund.State.ASKED, false, fen, reason, as, now())),
        null,
        new Posting(
            order.id(), "refund-" + number, new Line.Reserve(institution(order), of(by), fen)),
        fen,
        reason);
  }

  /** Asks the channel for a refund, or what became of it. */
  private @Nullable Order giveBack(Order order, Order.Refund refund) {
    Attempt by =
        order.attempts().stream()
            .filter(one -> one.number() == refund.attempt())
            .findFirst()
            .orElseThrow();
    Returned returned =
        channel(by.channel())
            .refund(order.refundKey(refund.number()), order.key(by.number()), refund.fen());
    String reservedBy = refund.isLate() ? "late-" + by.number() : "refund-" + refund.number();
    int line = refund.isLate() ? 2 : 1;
    return switch (returned) {
      case Returned.Pending _ -> null;
      case Returned.Done _ -> {
        Change change = new Change(order).put(with(refund, Order.Refund.State.DONE));
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
        yield write(
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
        Change change = new Change(order).put(with(refund, Order.Refund.State.REFUSED));
        if (refund.isLate()) {
          // It stays set aside: it is nobody's but the resident's.
          yield rows(order, change);
        }
        yield write(
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

  // ------------------------------------------------------------------ by the clock

  /**
   * Brings on what is due: asks for what is in doubt, closes what is over, delivers, gives back.
   * Several instances may do so at once.
   *
   * @return how many orders were looked at
   */
  public int tendDue() {
    List<String> due = table.due(now(), AT_ONCE);
    for (String id : due) {
      try {
        tend(id);
      } catch (RuntimeException e) {
        // The others are not to wait for it.
        LOG.warn("An order could not be brought on", e);
        Order order = table.order(id);
        if (order != null) {
          table.later(order, now().plus(backoff(order)));
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
          Instant due = due(order, order.checks() + 1);
          if (!Objects.equals(due, order.due())) {
            table.later(order, due);
          }
          return;
        }
      } catch (Silent e) {
        table.later(order, now().plus(backoff(order)));
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
        !OrderStep.SUCCEED.from().contains(order.state()) || !order.expires().isAfter(now());
    if (live != null) {
      PaymentChannel channel = channel(live.channel());
      String of = order.key(live.number());
      Standing standing = isOver ? channel.close(of) : channel.query(of);
      if (standing instanceof Standing.Unknown) {
        // It never heard of it: asked again, or nothing to close.
        standing =
            isOver
                ? new Standing.Over("unknown")
                : channel.create(of, live.fen(), what(order), order.expires());
      }
      return settle(order, live, standing);
    }
    if (order.state() == OrderState.CREATED && isOver) {
      return write(
          PLATFORM,
          OrderStep.CLOSE,
          order,
          new Change(order).state(OrderStep.CLOSE.take(PLATFORM, order.state())),
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
        Order given = giveBack(order, refund);
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
              ? rows(order, new Change(order).delivered(Delivery.DONE))
              : order;
      case Payables.Standing.Gone gone -> {
        String as = "gone-" + gone.reason();
        // In hundredths of the fee, rounded for the resident.
        long back = (order.fen() * gone.percent() + 99) / 100 - order.refunded();
        if (back > 0 && order.returned().stream().noneMatch(one -> one.key().equals(as))) {
          yield giveBack(
              PLATFORM,
              order,
              OrderStep.REFUND.take(PLATFORM, order.state()),
              back,
              gone.reason(),
              as);
        }
        yield order.delivered() == Delivery.OPEN
            ? rows(order, new Change(order).delivered(Delivery.REFUSED))
            : order;
      }
    };
  }

  private static Duration backoff(Order order) {
    return Duration.ofSeconds(Math.min(300, 1L << Math.min(9, order.checks())));
  }

  /** When the clock looks next; null when nothing is left to do. */
  private @Nullable Instant due(Order order, int checks) {
    Instant soon = now().plusSeconds(Math.min(60, 1L << Math.min(6, checks)));
    boolean asks =
        order.live() != null
            || order.state() == OrderState.PAID && order.delivered() == Delivery.OPEN
            || order.returned().stream().anyMatch(one -> one.state() == Order.Refund.State.ASKED);
    if (order.state() == OrderState.CREATED || order.state() == OrderState.PAYING) {
      return asks && soon.isBefore(order.expires()) ? soon : order.expires();
    }
    return asks ? soon : null;
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
    return what(order);
  }

  // ------------------------------------------------------------------ writing

  /** What becomes of an order. */
  private final class Change {
    private OrderState state;
    private Delivery delivered;
    private int tries;
    private int refunds;
    private long refunded;
    private @Nullable Instant paid;
    private final Order read;
    private final List<Attempt> attempts = new ArrayList<>();
    private final List<Order.Refund> returned = new ArrayList<>();

    Change(Order read) {
      this.read = read;
      state = read.state();
      delivered = read.delivered();
      tries = read.tries();
      refunds = read.refunds();
      refunded = read.refunded();
      paid = read.paid();
    }

    Change state(OrderState to) {
      state = to;
      return this;
    }

    Change delivered(Delivery to) {
      delivered = to;
      return this;
    }

    Change tries(int to) {
      tries = to;
      return this;
    }

    Change refunded(long to) {
      refunded = to;
      return this;
    }

    Change paid(Instant to) {
      paid = to;
      return this;
    }

    Change put(Attempt attempt) {
      attempts.add(attempt);
      return this;
    }

    Change put(Order.Refund refund) {
      refunds = Math.max(refunds, refund.number());
      returned.add(refund);
      return this;
    }

    Order order() {
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
      return with(tried, back, due(bare, 0));
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

    Beside rows(@Nullable Posting posting) {
      Order now = order();
      return (transaction, _, at) -> {
        if (!PayTable.update(transaction, read, now, at)) {
          throw new Raced();
        }
        for (Attempt attempt : attempts) {
          PayTable.put(transaction, read, attempt, at);
        }
        for (Order.Refund refund : returned) {
          PayTable.put(transaction, read, refund, at);
        }
        if (posting != null) {
          var unused = ledger.post(transaction, posting);
        }
      };
    }
  }

  /** What concerns rows only. */
  private @Nullable Order rows(Order order, Change change) {
    try {
      sql.together(
          connection -> {
            change.rows(null).write(connection, List.of(), now());
            return true;
          });
    } catch (Raced e) {
      return null;
    }
    return table.order(order.id());
  }

  /**
   * A step with its Provenance.
   *
   * @param invoice what becomes of the Invoice; null when it stays as it is
   * @param told fen that go back, told to the resident; null for nothing
   * @param reason told in the Provenance; null for none
   * @return null when another was first
   */
  private @Nullable Order write(
      Caller caller,
      OrderStep step,
      Order order,
      Change change,
      @Nullable UnaryOperator<ObjectNode> invoice,
      @Nullable Posting posting,
      @Nullable Long told,
      @Nullable String reason) {
    Instant now = now();
    List<Interaction> writes = new ArrayList<>();
    if (invoice != null) {
      writes.add(new Interaction.Patch("Invoice", order.id(), null, invoice, null));
    }
    String face = "Invoice/" + order.id();
    writes.add(Papers.provenance(caller, face, face, step, reason, now));
    if (told != null) {
      String patient = invoice(order).path("subject").path("reference").asString("");
      writes.add(Papers.message(patient, order.id(), told, now));
    }
    try {
      var unused =
          store.transact(caller.asPlatformOf(order.institution()), writes, change.rows(posting));
    } catch (Raced e) {
      return null;
    }
    return table.order(order.id());
  }
}
