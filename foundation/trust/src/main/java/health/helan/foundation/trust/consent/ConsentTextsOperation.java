package health.helan.foundation.trust.consent;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code GET Consent/$texts}: the texts that a consent can name, in the caller's language. */
public final class ConsentTextsOperation implements FhirOperation {
  @Override
  public Spec spec() {
    return new Spec(
        "texts",
        Set.of(Level.TYPE),
        Set.of("Consent"),
        false,
        "https://helan.health/fhir/OperationDefinition/Consent-texts");
  }

  @Override
  public Answer execute(Call call) {
    ObjectNode answer = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    ArrayNode parameters = answer.putArray("parameter");
    for (ConsentTexts.Text text : ConsentTexts.all()) {
      ArrayNode parts = parameters.addObject().put("name", "text").putArray("part");
      parts.addObject().put("name", "uri").put("valueUri", text.uri());
      parts.addObject().put("name", "version").put("valueString", text.version());
      parts
          .addObject()
          .put("name", "text")
          .put(
              "valueString",
              call.language().equals(Locale.ENGLISH) ? text.english() : text.chinese());
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }
}
