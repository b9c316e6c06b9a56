package health.helan.foundation.gateway.operations;

import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.gateway.Message;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.AccessTrail;
import health.helan.foundation.store.Refusal;
import java.util.Base64;
import java.util.Set;

/**
 * {@code $gateway-message?id=…}: one message of the journal with its {@code content} as it came
 * (Base64), or of the correction that {@code version} names. For systems of the feed's institution
 * and the root of the installation: it speaks of a resident.
 */
final class MessageOperation implements FhirOperation {
  private final Gateway gateway;

  MessageOperation(Gateway gateway) {
    this.gateway = gateway;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "gateway-message",
        Set.of(Level.SYSTEM),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/gateway-message");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "gateway-message");
    Message message = Access.message(gateway, call);
    Access.texts(Access.feed(gateway, message.feed()), call.caller());
    String version = call.text("version");
    int number = version != null && version.matches("\\d{1,5}") ? Integer.parseInt(version) : 0;
    if (number > message.corrected()) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "gateway.no-message", message.id());
    }
    if (!message.made().isEmpty() && message.made().getFirst().startsWith("Patient/")) {
      AccessTrail.noteAsked(call.store().parameters().digests().of(message.made().getFirst()));
    }
    var shown = new Shown();
    Shown.message(shown.list(), message, call.language());
    shown
        .list()
        .addObject()
        .put("name", "content")
        .put(
            "valueBase64Binary",
            Base64.getEncoder().encodeToString(gateway.content(message.id(), number)));
    return shown.answer();
  }
}
