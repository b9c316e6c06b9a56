package health.helan.app.payment;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Given;
import health.helan.foundation.rest.Words;
import health.helan.foundation.store.Refusal;
import health.helan.oversight.payment.Payments;
import health.helan.oversight.payment.simulator.SimulatedChannel;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST $pay-simulate}: what the resident does in the application of a simulated channel.
 * {@code code}: what the page shows; {@code agrees}: {@code false} says no. The channel then tells
 * the platform, signed, by the same way as over the net.
 */
final class SimulateOperation implements FhirOperation {
  private final Payments payments;
  private final List<SimulatedChannel> channels;

  SimulateOperation(Payments payments, List<SimulatedChannel> channels) {
    this.payments = payments;
    this.channels = channels;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "pay-simulate",
        Set.of(Level.SYSTEM),
        Set.of(),
        true,
        "https://helan.health/fhir/OperationDefinition/pay-simulate");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "pay");
    var given = new Given(call);
    String code = given.text("code");
    boolean agrees = given.text("agrees") == null || given.flag("agrees");
    for (SimulatedChannel channel : channels) {
      if (code != null && code.startsWith("sim:" + channel.code() + ":")) {
        for (SimulatedChannel.Signed told : channel.pay(code, agrees)) {
          payments.notified(channel.code(), told.body(), told.headers()::get);
        }
        ObjectNode answer = Words.parameters();
        var unused = Words.of(answer).flag("done", true);
        return Words.answer(answer);
      }
    }
    throw new Refusal(Refusal.Kind.NOT_FOUND, "payment.unknown");
  }
}
