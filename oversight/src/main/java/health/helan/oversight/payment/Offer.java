package health.helan.oversight.payment;

import health.helan.foundation.store.Refusal;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What can be paid for, and by which channels. */
final class Offer {
  private final List<Payables> payables;
  private final List<PaymentChannel> offered;
  private final Map<String, PaymentChannel> channels;

  Offer(List<Payables> payables, List<PaymentChannel> channels) {
    this.payables = payables;
    offered = channels;
    this.channels =
        channels.stream().collect(Collectors.toMap(PaymentChannel::code, Function.identity()));
  }

  /** In the order in which they are offered. */
  List<PaymentChannel> channels() {
    return offered;
  }

  /** Null for none. */
  @Nullable PaymentChannel find(String code) {
    return channels.get(code);
  }

  /**
   * @throws Refusal VALUE for none
   */
  PaymentChannel channel(String code) {
    PaymentChannel channel = find(code);
    if (channel == null) {
      throw new Refusal(Refusal.Kind.VALUE, "payment.channel-unknown");
    }
    return channel;
  }

  /**
   * @param reference as {@code Appointment/id}
   * @throws Refusal VALUE for what cannot be paid for
   */
  Payables payables(String reference) {
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
}
