package health.helan.oversight.payment;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.oversight.payment.Order.Attempt;
import health.helan.oversight.payment.PaymentChannel.Silent;
import health.helan.oversight.payment.PaymentChannel.Standing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks channels for money: for one order, or for several at once. */
final class Paying {
  private static final Logger LOG = LoggerFactory.getLogger(Paying.class);
  private static final int TURNS = 6;
  private static final int MOST_TRIES = 50;
  private static final int MOST_TOGETHER = 20;

  private final RecordStore store;
  private final PayTable table;
  private final OrderBook book;
  private final Settling settling;
  private final Offer offer;
  private final IndexKey key;

  Paying(
      RecordStore store,
      PayTable table,
      OrderBook book,
      Settling settling,
      Offer offer,
      IndexKey key) {
    this.store = store;
    this.table = table;
    this.book = book;
    this.settling = settling;
    this.offer = offer;
    this.key = key;
  }

  /** What orders of a resident are found by. */
  long digest(String patient) {
    return key.digests().of("pay:Patient/" + patient);
  }

  /** See {@link Payments#pay(Caller, List, String)}. */
  List<Order> pay(Caller caller, List<String> references, String code) {
    PaymentChannel channel = offer.channel(code);
    List<String> wanted = references.stream().distinct().toList();
    if (wanted.isEmpty() || wanted.size() > MOST_TOGETHER) {
      throw new Refusal(Refusal.Kind.VALUE, "payment.too-many", MOST_TOGETHER);
    }
    if (wanted.size() > 1 && !channel.takesTogether()) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "payment.channel-single");
    }
    for (int turn = 0; turn < TURNS; turn++) {
      List<Order> orders = orders(caller, wanted);
      if (orders == null) {
        continue; // Somebody else's is there now.
      }
      List<Order> open =
          orders.stream()
              .filter(one -> one.state() != OrderState.PAID)
              .sorted(Comparator.comparing(Order::id))
              .toList();
      if (open.isEmpty() || isWaiting(open, code)) {
        return orders;
      }
      if (!isAsked(open, code)) {
        if (haveChanged(open) || close(open)) {
          continue;
        }
        if (!begin(caller, open, code)) {
          continue;
        }
        open = open.stream().map(this::again).toList();
      }
      ask(open);
      return orders.stream().map(this::again).toList();
    }
    throw new Refusal(Refusal.Kind.TRANSIENT, "payment.busy");
  }

  /**
   * Whether one has changed since it was read. They are read one after the other: if none has, they
   * stood like this all at the same time, and what is closed is not what another has just begun.
   */
  private boolean haveChanged(List<Order> orders) {
    return orders.stream().anyMatch(one -> again(one).revision() != one.revision());
  }

  private Order again(Order order) {
    return Objects.requireNonNull(table.order(order.id()));
  }

  // ------------------------------------------------------------------ orders

  private record Wanted(
      String reference, long patient, @Nullable Order live, Payables.@Nullable Due due) {}

  /** Finds or makes the order of each, in the same order; null when another made one. */
  private @Nullable List<Order> orders(Caller caller, List<String> references) {
    List<Wanted> all = new ArrayList<>();
    for (String reference : references) {
      Payables of = offer.payables(reference);
      Order live = table.live(reference);
      if (live == null) {
        Payables.Due due = of.due(caller, reference);
        all.add(new Wanted(reference, digest(due.patient()), null, due));
      } else {
        var unused = store.read(caller, "Invoice", live.id());
        all.add(new Wanted(reference, live.patient(), live, null));
      }
    }
    if (all.stream().anyMatch(one -> one.patient != all.getFirst().patient)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "payment.one-resident");
    }
    List<Order> orders = new ArrayList<>();
    for (Wanted one : all) {
      Order order =
          one.due == null ? one.live : book.create(caller, one.due, one.reference, one.patient);
      if (order == null) {
        return null;
      }
      orders.add(order);
    }
    return orders;
  }

  // ------------------------------------------------------------------ what was asked before

  /** Whether a channel was asked for these, and for nothing else with them. */
  private static boolean isAsked(List<Order> open, String code) {
    Attempt first = open.getFirst().live();
    if (first == null || parts(first) != open.size()) {
      return false;
    }
    return open.stream()
        .map(Order::live)
        .allMatch(
            one ->
                one != null
                    && one.channel().equals(code)
                    && Objects.equals(one.joint(), first.joint()));
  }

  /** Where the channel waits for one part, it knows of all: nothing is to be asked again. */
  private static boolean isWaiting(List<Order> open, String code) {
    return isAsked(open, code)
        && open.stream()
            .map(Order::live)
            .anyMatch(one -> one != null && one.state() == Attempt.State.WAITING);
  }

  private static int parts(Attempt attempt) {
    return attempt.joint() == null ? 1 : attempt.joint().parts();
  }

  /**
   * Sees to it that nothing asked before can be paid any more.
   *
   * @return whether there was something
   */
  private boolean close(List<Order> open) {
    boolean was = false;
    for (Order order : open) {
      Attempt live = order.live();
      if (live == null) {
        continue;
      }
      was = true;
      try {
        Standing closed = offer.channel(live.channel()).close(order.key(live.number()));
        var unused =
            settling.settle(
                order,
                live,
                closed instanceof Standing.Unknown ? new Standing.Over("unknown") : closed);
      } catch (Silent e) {
        throw new Refusal(Refusal.Kind.TRANSIENT, "payment.channel-silent");
      }
      if (live.joint() != null) {
        // What was to be paid with it, is over too: the clock finds out.
        table.joint(order.home(), live.joint().key()).stream()
            .filter(other -> open.stream().noneMatch(one -> one.id().equals(other.id())))
            .filter(other -> other.live() != null)
            .forEach(other -> table.later(other, book.now()));
      }
    }
    return was;
  }

  // ------------------------------------------------------------------ asking

  /** False when another was first. */
  private boolean begin(Caller caller, List<Order> open, String channel) {
    Instant now = book.now();
    Order first = open.getFirst();
    Order.Joint joint =
        open.size() == 1
            ? null
            : new Order.Joint(
                first.jointKey(first.tries() + 1),
                open.size(),
                open.stream().mapToLong(Order::fen).sum());
    List<OrderChange> changes = new ArrayList<>();
    for (Order order : open) {
      OrderState state = OrderStep.PAY.take(caller, order.state());
      if (!order.expires().isAfter(now) || order.tries() >= MOST_TRIES) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "payment.over");
      }
      int number = order.tries() + 1;
      changes.add(
          new OrderChange(order)
              .state(state)
              .tries(number)
              .put(
                  new Attempt(
                      number,
                      Attempt.State.BEGUN,
                      false,
                      order.fen(),
                      channel,
                      null,
                      null,
                      joint,
                      now)));
    }
    return book.begin(caller, changes);
  }

  /** Asks the channel for what is written down; what it does not answer, the clock asks again. */
  private void ask(List<Order> orders) {
    try {
      Map<String, Standing> standings = create(orders);
      for (Order order : orders) {
        Attempt live = order.live();
        if (live != null) {
          var unused = settling.settle(order, live, of(standings, order, live));
        }
      }
    } catch (Silent e) {
      LOG.info("A channel did not answer when asked for money");
    }
  }

  private static Standing of(Map<String, Standing> standings, Order order, Attempt attempt) {
    return standings.getOrDefault(order.key(attempt.number()), new Standing.Unknown());
  }

  /**
   * @param orders all that one payment is for; each has an attempt that may still be paid
   */
  private Map<String, Standing> create(List<Order> orders) {
    Order first = orders.getFirst();
    Attempt live = first.live();
    if (live == null) {
      return Map.of(); // Another has brought it to its end.
    }
    PaymentChannel channel = offer.channel(live.channel());
    if (live.joint() == null) {
      String of = first.key(live.number());
      return Map.of(of, channel.create(of, live.fen(), book.what(first), first.expires()));
    }
    List<PaymentChannel.Part> parts = new ArrayList<>();
    Instant until = first.expires();
    for (Order order : orders) {
      Attempt part = order.live();
      if (part == null || !part.isOf(live.joint().key())) {
        return Map.of();
      }
      parts.add(new PaymentChannel.Part(order.key(part.number()), part.fen(), book.what(order)));
      until = order.expires().isBefore(until) ? order.expires() : until;
    }
    return channel.createTogether(live.joint().key(), parts, until);
  }

  /**
   * Asks once more for what a channel has never heard of: all of it, or nothing when a part of it
   * is over meanwhile.
   *
   * @return where the order stands with the channel then
   */
  Standing askAgain(Order order, Attempt live) {
    List<Order> all = List.of(order);
    if (live.joint() != null) {
      String joint = live.joint().key();
      Instant now = book.now();
      all =
          table.joint(order.home(), joint).stream()
              .filter(one -> one.live() instanceof Attempt part && part.isOf(joint))
              .filter(one -> OrderStep.SUCCEED.from().contains(one.state()))
              .filter(one -> one.expires().isAfter(now))
              .toList();
      if (all.size() != live.joint().parts()) {
        return new Standing.Over("unknown");
      }
    }
    return of(create(all), order, live);
  }
}
