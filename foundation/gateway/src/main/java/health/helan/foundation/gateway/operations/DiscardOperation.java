package health.helan.foundation.gateway.operations;

import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.gateway.Message;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import java.util.Set;

/**
 * {@code POST $gateway-discard?id=…}: gives a failed, refused or parked message up. It stays in the
 * journal for as long as settled ones are kept; what was parked behind it goes on. For operators,
 * and systems of the feed's institution.
 */
final class DiscardOperation implements FhirOperation {
  private final Gateway gateway;

  DiscardOperation(Gateway gateway) {
    this.gateway = gateway;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "gateway-discard",
        Set.of(Level.SYSTEM),
        Set.of(),
        true,
        "https://helan.health/fhir/OperationDefinition/gateway-discard");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "gateway-discard");
    Message message = Access.message(gateway, call);
    gateway.discard(message.id());
    var shown = new Shown();
    Shown.text(shown.list(), "id", message.id());
    Shown.code(shown.list(), "state", "discarded");
    return shown.answer();
  }
}
