package health.helan.foundation.trust.crypto;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST [base]/$renew-data-key}: makes a new key for contents at rest. What is written from
 * now on is under it; everything else is rewritten behind the running platform, which {@code
 * $encryption-status} shows. With {@code master=true} the master key is replaced instead, and the
 * data keys are wrapped anew under it. For the operator only.
 */
public final class RenewDataKeyOperation implements FhirOperation {
  private final DataKeys keys;

  public RenewDataKeyOperation(DataKeys keys) {
    this.keys = keys;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "renew-data-key",
        Set.of(Level.SYSTEM),
        Set.of(),
        true,
        "https://helan.health/fhir/OperationDefinition/renew-data-key");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), spec().name());
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "Parameters");
    ObjectNode parameter = answer.putArray("parameter").addObject();
    if ("true".equals(call.text("master"))) {
      parameter.put("name", "master").put("valueString", keys.renewMaster());
    } else if (keys.isOn()) {
      parameter.put("name", "key").put("valueInteger", keys.rotate());
    } else {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "crypto.encryption-off");
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }
}
