package health.helan.foundation.terminology.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.terminology.Terminology;
import health.helan.foundation.terminology.engine.Header;
import health.helan.foundation.terminology.engine.Shipped;
import java.util.Comparator;
import java.util.Objects;
import java.util.Set;

/**
 * {@code CodeSystem/$shipped} and {@code ValueSet/$shipped}: what the platform brings along, which
 * searches do not find, since it is no resource of the store. Answers with a parameter {@code
 * canonical} for each, as {@code url|version}; with the parameter {@code url}, with that one whole,
 * so that it can be looked at, or stored as a draft of one's own.
 */
final class ShippedOperation extends Asking {
  ShippedOperation(Terminology terminology) {
    super(terminology);
  }

  @Override
  public Spec spec() {
    return new Spec(
        "shipped",
        Set.of(Level.TYPE),
        Set.of("CodeSystem", "ValueSet"),
        false,
        "https://helan.health/fhir/OperationDefinition/Terminology-shipped");
  }

  @Override
  public Answer execute(Call call) {
    String type = Objects.requireNonNull(call.type());
    call.store().checkMayRead(call.caller(), type);
    Shipped shipped = catalogue().shipped();
    String url = new In(call).text("url");
    if (url != null) {
      Header header = shipped.find(type, url);
      if (header == null) {
        throw new Refusal(Refusal.Kind.NOT_FOUND, "terms.unknown", type, url);
      }
      return Answer.ok(Json.MAPPER.writeValueAsBytes(shipped.whole(header)));
    }
    var out = new Out();
    shipped.all().stream()
        .filter(header -> header.type().equals(type))
        .sorted(Comparator.comparing(Header::canonical))
        .forEach(header -> out.uri("canonical", header.canonical()));
    return out.answer();
  }
}
