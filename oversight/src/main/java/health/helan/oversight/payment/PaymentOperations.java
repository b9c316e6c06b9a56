package health.helan.oversight.payment;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Given;
import health.helan.foundation.rest.Names;
import health.helan.foundation.rest.Words;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The operations of payment; what they take and answer stands in docs/guide/payment.md. */
public final class PaymentOperations {
  private final Payments payments;

  private PaymentOperations(Payments payments) {
    this.payments = payments;
  }

  public static List<FhirOperation> all(Payments payments) {
    var of = new PaymentOperations(payments);
    return List.of(
        new One("pay-channels", "payments", FhirOperation.Level.SYSTEM, "", false, of::channels),
        new One("pay", "pay", FhirOperation.Level.SYSTEM, "", true, of::pay),
        new One(
            "pay-status", "payments", FhirOperation.Level.INSTANCE, "Invoice", false, of::status),
        new One("payments", "payments", FhirOperation.Level.INSTANCE, "Patient", false, of::list),
        new One("refund", "refund", FhirOperation.Level.INSTANCE, "Invoice", true, of::refund));
  }

  /**
   * One operation.
   *
   * @param right the word in the policy that says who may call it
   */
  private record One(
      String name,
      String right,
      FhirOperation.Level level,
      String type,
      boolean changes,
      Function<Call, Answer> work)
      implements FhirOperation {
    @Override
    public Spec spec() {
      return new Spec(
          name,
          Set.of(level),
          type.isEmpty() ? Set.of() : Set.of(type),
          changes,
          "https://helan.health/fhir/OperationDefinition/"
              + (type.isEmpty() ? "" : type + "-")
              + name);
    }

    @Override
    public Answer execute(Call call) {
      call.store().checkMayOperate(call.caller(), right);
      try {
        return work.apply(call);
      } catch (Sql.DatabaseFailed e) {
        throw new Refusal(Refusal.Kind.TRANSIENT, "payment.busy");
      }
    }
  }

  private static String required(FhirOperation.Call call, String name) {
    String value = call.text(name);
    if (value == null || value.isBlank()) {
      throw new Refusal(Refusal.Kind.INVALID, "payment.parameter-missing", name);
    }
    return value.strip();
  }

  private Answer channels(FhirOperation.Call call) {
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    String language =
        call.language().getLanguage().equals(Locale.CHINESE.getLanguage()) ? "zh" : "en";
    for (PaymentChannel channel : payments.channels()) {
      words
          .group("channel")
          .code("code", channel.code())
          .text("name", channel.name(language))
          .flag("together", channel.takesTogether());
    }
    return Words.answer(answer);
  }

  private Answer pay(FhirOperation.Call call) {
    List<String> payables = new Given(call).list("payable");
    if (payables.isEmpty()) {
      throw new Refusal(Refusal.Kind.INVALID, "payment.parameter-missing", "payable");
    }
    return answer(call, payments.pay(call.caller(), payables, required(call, "channel")));
  }

  private Answer status(FhirOperation.Call call) {
    return answer(call, payments.together(call.caller(), Objects.requireNonNull(call.id())));
  }

  private Answer list(FhirOperation.Call call) {
    return answer(call, payments.ofPatient(call.caller(), Objects.requireNonNull(call.id())));
  }

  private Answer refund(FhirOperation.Call call) {
    return answer(
        call,
        List.of(
            payments.refund(
                call.caller(),
                Objects.requireNonNull(call.id()),
                fen(call.text("amount")),
                required(call, "reason"),
                required(call, "key"))));
  }

  /** Yuan with at most two places, as text; null for nothing said. */
  private static @Nullable Long fen(@Nullable String text) {
    if (text == null) {
      return null;
    }
    if (!text.strip().matches("\\d{1,9}(\\.\\d{1,2})?")) {
      throw new Refusal(Refusal.Kind.VALUE, "payment.parameter");
    }
    return new BigDecimal(text.strip()).movePointRight(2).longValueExact();
  }

  private static String yuan(long fen) {
    return BigDecimal.valueOf(fen, 2).toPlainString();
  }

  private Answer answer(FhirOperation.Call call, List<Order> orders) {
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    Names names = new Names(call.store(), "payment");
    for (Order order : orders) {
      told(words.group("order"), order, names);
    }
    return Words.answer(answer);
  }

  private void told(Words words, Order order, Names names) {
    words.reference("invoice", "Invoice/" + order.id(), null).text("number", order.id());
    words.code("state", order.state().word()).text("what", payments.label(order));
    words.reference("payable", order.payable(), null);
    names.put(words, "institution", "Organization", order.institution());
    words.text("amount", yuan(order.fen()));
    words.time("created", order.created()).time("expires", order.expires());
    Order.Attempt current = order.current();
    if (current != null && current.joint() != null) {
      words
          .group("joint")
          .text("number", current.joint().key())
          .number("orders", current.joint().parts())
          .text("amount", yuan(current.joint().fen()));
    }
    Order.Attempt live = order.live();
    if (live != null) {
      words.code("channel", live.channel()).text("code", live.code());
    }
    Order.Attempt by = order.paidBy();
    if (by != null) {
      words.code("channel", by.channel()).text("transaction", by.transaction());
      words.time("paid", order.paid());
      words.code("delivered", order.delivered().name().toLowerCase(Locale.ROOT));
      words.text("refunded", yuan(order.refunded()));
    }
    for (Order.Refund refund : order.returned()) {
      words
          .group("refund")
          .text("amount", yuan(refund.fen()))
          .code("state", refund.state().name().toLowerCase(Locale.ROOT))
          .text("reason", refund.reason())
          .time("changed", refund.changed());
    }
  }
}
