package health.helan.foundation.terminology.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.terminology.Terminology;
import health.helan.foundation.terminology.engine.Concept;
import health.helan.foundation.terminology.engine.Concepts;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** {@code CodeSystem/$subsumes} (FHIR R4, codesystem-operation-subsumes.html). */
final class SubsumesOperation extends Asking {
  SubsumesOperation(Terminology terminology) {
    super(terminology);
  }

  @Override
  public Spec spec() {
    return new Spec(
        "subsumes",
        Set.of(Level.TYPE, Level.INSTANCE),
        Set.of("CodeSystem"),
        false,
        "http://hl7.org/fhir/OperationDefinition/CodeSystem-subsumes");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayRead(call.caller(), "CodeSystem");
    In in = new In(call);
    JsonNode codingA = in.value("codingA", "valueCoding");
    JsonNode codingB = in.value("codingB", "valueCoding");
    String a = code(in, codingA, "codeA");
    String b = code(in, codingB, "codeB");
    Concepts concepts;
    if (call.id() != null) {
      concepts = catalogue().concepts(ofInstance(call));
    } else {
      String system = system(in, codingA);
      if (!system.equals(system(in, codingB))) {
        throw new Refusal(Refusal.Kind.INVALID, "terms.two-systems");
      }
      concepts = system(system, in.text("version"));
    }
    return new Out()
        .code("outcome", concepts.subsumption(concept(concepts, a), concept(concepts, b)))
        .answer();
  }

  private static String code(In in, @Nullable JsonNode coding, String name) {
    return coding == null ? in.need(name) : coding.path("code").asString("");
  }

  private static String system(In in, @Nullable JsonNode coding) {
    String system = coding == null ? null : coding.path("system").asString(null);
    return system == null ? in.need("system") : system;
  }

  private static Concept concept(Concepts concepts, String code) {
    Concept found = concepts.find(code);
    if (found == null) {
      throw new Refusal(
          Refusal.Kind.NOT_FOUND, "terms.not-in-system", code, concepts.header().canonical());
    }
    return found;
  }
}
