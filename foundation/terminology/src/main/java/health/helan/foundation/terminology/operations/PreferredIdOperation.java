package health.helan.foundation.terminology.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.terminology.Terminology;
import health.helan.foundation.terminology.engine.Header;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * {@code NamingSystem/$preferred-id} (FHIR R4): from one way to name a system ({@code oid, uuid,
 * uri, other}) to another, by the active NamingSystems.
 */
final class PreferredIdOperation extends Asking {
  PreferredIdOperation(Terminology terminology) {
    super(terminology);
  }

  @Override
  public Spec spec() {
    return new Spec(
        "preferred-id",
        Set.of(Level.TYPE),
        Set.of("NamingSystem"),
        false,
        "http://hl7.org/fhir/OperationDefinition/NamingSystem-preferred-id");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayRead(call.caller(), "NamingSystem");
    In in = new In(call);
    String id = in.need("id");
    String type = in.need("type");
    for (Header header : catalogue().stored("NamingSystem")) {
      if (!header.status().equals("active")) {
        continue;
      }
      JsonNode body = catalogue().body(header);
      boolean named = false;
      for (JsonNode one : body.path("uniqueId")) {
        String value = one.path("value").asString("");
        named |=
            value.equals(id) || ("urn:oid:" + value).equals(id) || value.equals("urn:oid:" + id);
      }
      if (!named) {
        continue;
      }
      String found = null;
      for (JsonNode one : body.path("uniqueId")) {
        if (one.path("type").asString("").equals(type)
            && (found == null || one.path("preferred").asBoolean(false))) {
          found = one.path("value").asString("");
        }
      }
      if (found != null) {
        return new Out().text("result", found).answer();
      }
    }
    throw new Refusal(Refusal.Kind.NOT_FOUND, "terms.no-such-name", id, type);
  }
}
