package health.helan.foundation.terminology.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.terminology.LocalCodes.LocalCode;
import health.helan.foundation.terminology.Terminology;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;

/**
 * {@code GET ConceptMap/$local-codes}: the work list, most frequent first; {@code state} (unmapped
 * by default, mapped, ignored), {@code feed}, {@code system}, {@code offset}, {@code count}.
 */
final class LocalCodesOperation extends Asking {
  private static final Set<String> STATES = Set.of("unmapped", "mapped", "ignored");

  LocalCodesOperation(Terminology terminology) {
    super(terminology);
  }

  @Override
  public Spec spec() {
    return new Spec(
        "local-codes",
        Set.of(Level.TYPE),
        Set.of("ConceptMap"),
        false,
        "https://helan.health/fhir/OperationDefinition/ConceptMap-local-codes");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "local-codes");
    In in = new In(call);
    String state = in.text("state", "unmapped");
    if (!STATES.contains(state)) {
      throw In.wrong("state");
    }
    Out out = new Out();
    for (LocalCode one :
        terminology
            .localCodes()
            .list(
                state,
                in.text("feed"),
                in.text("system"),
                in.number("offset", 0),
                Math.min(in.number("count", 50), 1_000))) {
      ArrayNode parts = out.parts("localCode");
      Out.part(parts, "feed", "valueString", one.feed());
      var coding = parts.addObject().put("name", "code").putObject("valueCoding");
      coding.put("system", one.system()).put("code", one.code());
      if (!one.display().isEmpty()) {
        coding.put("display", one.display());
      }
      parts.addObject().put("name", "seen").put("valueDecimal", one.seen());
      Out.part(parts, "firstSeen", "valueInstant", one.firstSeen().toString());
      Out.part(parts, "lastSeen", "valueInstant", one.lastSeen().toString());
      Out.part(parts, "state", "valueCode", one.state());
      if (!one.target().isEmpty()) {
        parts
            .addObject()
            .put("name", "target")
            .putObject("valueCoding")
            .put("system", one.targetSystem())
            .put("code", one.target());
      }
    }
    return out.answer();
  }
}
