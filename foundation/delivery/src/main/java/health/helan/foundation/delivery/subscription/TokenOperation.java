package health.helan.foundation.delivery.subscription;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code Subscription/[id]/$get-ws-binding-token}, or at the type with {@code id} as often as
 * wanted (Subscriptions R5 Backport IG). The token is good once, for five minutes, for
 * Subscriptions of the caller.
 */
final class TokenOperation implements FhirOperation {
  private static final int MOST = 100;

  private final Subscriptions subscriptions;

  TokenOperation(Subscriptions subscriptions) {
    this.subscriptions = subscriptions;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "get-ws-binding-token",
        Set.of(Level.TYPE, Level.INSTANCE),
        Set.of("Subscription"),
        false,
        "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-get-ws-binding-token");
  }

  @Override
  public Answer execute(Call call) {
    subscriptions.checkMaySubscribe(call.caller());
    Set<String> ids = new LinkedHashSet<>();
    if (call.id() != null) {
      ids.add(call.id());
    } else {
      for (var parameter : call.query().parameters()) {
        if (parameter.name().equals("id")) {
          ids.add(parameter.value());
        }
      }
      if (call.body() != null) {
        for (JsonNode parameter : call.body().path("parameter")) {
          if (parameter.path("name").asString("").equals("id")) {
            ids.add(parameter.path("valueId").asString(parameter.path("valueString").asString("")));
          }
        }
      }
    }
    if (ids.isEmpty() || ids.size() > MOST) {
      throw new Refusal(Refusal.Kind.VALUE, "subscription.token-ids", MOST);
    }
    List<String> bindable = new ArrayList<>();
    for (String id : ids) {
      bindable.add(subscriptions.bindable(call.caller(), id).id());
    }
    Instant expires = Subscriptions.now().plus(Subscriptions.TOKEN_LIFE);
    String token = subscriptions.token(call.caller(), bindable, expires);
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "Parameters");
    ArrayNode parameters = answer.putArray("parameter");
    parameters.addObject().put("name", "token").put("valueString", token);
    parameters.addObject().put("name", "expiration").put("valueDateTime", expires.toString());
    for (String id : bindable) {
      parameters.addObject().put("name", "subscription").put("valueString", id);
    }
    parameters
        .addObject()
        .put("name", "websocket-url")
        .put(
            "valueUrl",
            call.base().replaceFirst("^http", "ws").replaceFirst("/fhir$", Subscriptions.SOCKET));
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }
}
