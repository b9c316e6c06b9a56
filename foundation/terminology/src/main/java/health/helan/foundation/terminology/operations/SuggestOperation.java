package health.helan.foundation.terminology.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.terminology.LocalCodes.LocalCode;
import health.helan.foundation.terminology.Terminology;
import health.helan.foundation.terminology.engine.Concept;
import health.helan.foundation.terminology.engine.Selection;
import health.helan.foundation.terminology.engine.Suggestions;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;

/**
 * {@code GET ConceptMap/$suggest}: what a local code may mean in the value set {@code target}, the
 * likeliest first, by the likeness of texts. The code is named by {@code feed}, {@code system} and
 * {@code code}, or its text is given as {@code text}.
 */
final class SuggestOperation extends Asking {
  SuggestOperation(Terminology terminology) {
    super(terminology);
  }

  @Override
  public Spec spec() {
    return new Spec(
        "suggest",
        Set.of(Level.TYPE),
        Set.of("ConceptMap"),
        false,
        "https://helan.health/fhir/OperationDefinition/ConceptMap-suggest");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "local-codes");
    In in = new In(call);
    String text = in.text("text");
    if (text == null) {
      LocalCode code =
          terminology.localCodes().find(in.need("feed"), in.need("system"), in.need("code"));
      if (code == null) {
        throw new Refusal(Refusal.Kind.NOT_FOUND, "terms.no-local-code");
      }
      text = code.display();
    }
    String target = in.need("target");
    Selection selection = terminology.expander().select(target);
    if (selection == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "terms.unknown", "ValueSet", target);
    }
    Out out = new Out();
    for (Suggestions.Suggestion one :
        Suggestions.of(selection, text, Math.min(in.number("count", 10), 100))) {
      Concept concept = one.concept();
      ArrayNode parts = out.parts("match");
      parts
          .addObject()
          .put("name", "score")
          .put("valueDecimal", BigDecimal.valueOf(one.score()).setScale(3, RoundingMode.HALF_UP));
      parts
          .addObject()
          .put("name", "concept")
          .putObject("valueCoding")
          .put("system", one.system())
          .put("code", concept.code())
          .put("display", concept.display());
    }
    return out.answer();
  }
}
