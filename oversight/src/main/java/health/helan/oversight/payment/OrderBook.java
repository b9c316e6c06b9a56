package health.helan.oversight.payment;

import health.helan.foundation.store.Beside;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.Share;
import health.helan.foundation.trust.account.Sql;
import health.helan.oversight.ledger.Ledger;
import health.helan.oversight.ledger.Line;
import health.helan.oversight.ledger.Posting;
import health.helan.oversight.payment.Order.Attempt;
import health.helan.oversight.payment.Order.Delivery;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes orders: the Invoice, its Provenance, the order's rows and the ledger in one transaction,
 * and only over what was read.
 */
final class OrderBook {
  private static final Caller PLATFORM = Caller.platform("payment");

  private final RecordStore store;
  private final Sql sql;
  private final PayTable table;
  private final Ledger ledger;
  private final Clock clock;

  OrderBook(RecordStore store, Sql sql, PayTable table, Ledger ledger, Clock clock) {
    this.store = store;
    this.sql = sql;
    this.table = table;
    this.ledger = ledger;
    this.clock = clock;
  }

  /** Another was first: what was read is old. The transaction is rolled back. */
  private static final class Raced extends Refusal {
    private static final long serialVersionUID = 1L;

    Raced() {
      super(Kind.TRANSIENT, "payment.busy");
    }
  }

  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  /** What the resident is told that it is for. */
  String what(Order order) {
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

  /**
   * @param patient key of the resident
   * @return null when another was first
   */
  @Nullable Order create(Caller caller, Payables.Due due, String reference, long patient) {
    OrderState state = OrderStep.CREATE.take(caller, OrderState.NONE);
    Instant now = now();
    if (!due.until().isAfter(now)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "payment.over");
    }
    String fullUrl = "urn:uuid:" + UUID.randomUUID();
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
                            new Line.Reserve(
                                OrderAccounts.resident(order),
                                OrderAccounts.institution(order),
                                order.fen())));
                made.clear();
                made.add(order.id());
              });
    } catch (Raced e) {
      return null;
    }
    return table.order(made.getFirst());
  }

  /**
   * Writes that a channel is about to be asked for these orders, each with its own Provenance: all
   * of them or none, so that no part of a payment is begun without the others.
   *
   * @param changes in the order of the ids, so that two who write the same wait for each other
   * @return false when another was first
   */
  boolean begin(Caller caller, List<OrderChange> changes) {
    Instant now = now();
    List<Share> shares = new ArrayList<>();
    List<Beside> rows = new ArrayList<>();
    for (OrderChange change : changes) {
      Order order = change.read();
      String face = "Invoice/" + order.id();
      shares.add(
          new Share(
              caller.asPlatformOf(order.institution()),
              List.of(Papers.provenance(caller, face, face, OrderStep.PAY, null, now)),
              null));
      rows.add(rows(change, null));
    }
    try {
      var unused =
          store.transact(
              shares,
              (transaction, ids, at) -> {
                for (Beside row : rows) {
                  row.write(transaction, ids, at);
                }
              });
      return true;
    } catch (Raced e) {
      return false;
    }
  }

  private Beside rows(OrderChange change, @Nullable Posting posting) {
    Order read = change.read();
    Order now = change.order(now());
    return (transaction, _, at) -> {
      if (!PayTable.update(transaction, read, now, at)) {
        throw new Raced();
      }
      for (Attempt attempt : change.attempts()) {
        PayTable.put(transaction, read, attempt, at);
      }
      for (Order.Refund refund : change.returned()) {
        PayTable.put(transaction, read, refund, at);
      }
      if (posting != null) {
        var unused = ledger.post(transaction, posting);
      }
    };
  }

  /** What concerns rows only. */
  @Nullable Order rows(Order order, OrderChange change) {
    try {
      sql.together(
          connection -> {
            rows(change, null).write(connection, List.of(), now());
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
  @Nullable Order write(
      Caller caller,
      OrderStep step,
      Order order,
      OrderChange change,
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
          store.transact(caller.asPlatformOf(order.institution()), writes, rows(change, posting));
    } catch (Raced e) {
      return null;
    }
    return table.order(order.id());
  }
}
