package health.helan.foundation.terminology.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.terminology.Terminology;
import health.helan.foundation.terminology.engine.Concept;
import health.helan.foundation.terminology.engine.Concepts;
import health.helan.foundation.terminology.engine.Ucum;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code CodeSystem/$lookup} (FHIR R4, codesystem-operation-lookup.html). Without {@code property}
 * all but {@code child} are told, since some concepts have thousands of children.
 */
final class LookupOperation extends Asking {
  LookupOperation(Terminology terminology) {
    super(terminology);
  }

  @Override
  public Spec spec() {
    return new Spec(
        "lookup",
        Set.of(Level.TYPE),
        Set.of("CodeSystem"),
        false,
        "http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayRead(call.caller(), "CodeSystem");
    In in = new In(call);
    refuse(in, "date");
    In.Coded coded = in.coded(null).getFirst();
    if (coded.system().isEmpty()) {
      throw In.missing("system");
    }
    if (coded.system().equals(Ucum.SYSTEM)) {
      String display = Ucum.describe(coded.code());
      if (display == null) {
        throw unknown(coded);
      }
      return new Out()
          .text("name", "UCUM")
          .text("version", Ucum.version())
          .text("display", display)
          .answer();
    }
    Concepts concepts =
        system(coded.system(), coded.version().isEmpty() ? in.text("version") : coded.version());
    Concept concept = concepts.find(coded.code());
    if (concept == null) {
      throw unknown(coded);
    }
    ObjectNode body = concepts.body();
    String name = body.path("title").asString(body.path("name").asString(coded.system()));
    Out out =
        new Out()
            .text("name", name)
            .text("version", concepts.header().version())
            .text("display", concept.display(in.language()));
    List<String> asked = in.texts("property");
    if (concept.definition() != null && wanted(asked, "definition")) {
      ArrayNode parts = out.parts("property");
      Out.part(parts, "code", "valueCode", "definition");
      Out.part(parts, "value", "valueString", concept.definition());
    }
    designations(out, concept, in.language());
    if (wanted(asked, "inactive")) {
      flag(out, "inactive", !concept.isActive());
    }
    if (concept.isAbstract() && wanted(asked, "notSelectable")) {
      flag(out, "notSelectable", true);
    }
    if (wanted(asked, "parent")) {
      related(out, "parent", concepts, concepts.tree().parents(concept.nr()));
    }
    if (asked.contains("child") || asked.contains("*")) {
      related(out, "child", concepts, concepts.tree().children(concept.nr()));
    }
    if (concept.extra() != null) {
      for (JsonNode property : concept.extra().path("property")) {
        String code = property.path("code").asString("");
        boolean told = Set.of("parent", "child", "inactive", "notSelectable").contains(code);
        if (!told && wanted(asked, code)) {
          ArrayNode parts = out.parts("property");
          Out.part(parts, "code", "valueCode", code);
          for (var each : property.properties()) {
            if (each.getKey().startsWith("value")) {
              Out.part(parts, "value", each.getKey(), each.getValue());
            }
          }
        }
      }
    }
    return out.answer();
  }

  private static boolean wanted(List<String> asked, String property) {
    return asked.isEmpty() || asked.contains("*") || asked.contains(property);
  }

  private static Refusal unknown(In.Coded coded) {
    return new Refusal(Refusal.Kind.NOT_FOUND, "terms.not-in-system", coded.code(), coded.system());
  }

  private static void flag(Out out, String name, boolean value) {
    ArrayNode parts = out.parts("property");
    Out.part(parts, "code", "valueCode", name);
    Out.part(parts, "value", "valueBoolean", Json.MAPPER.getNodeFactory().booleanNode(value));
  }

  private static void designations(Out out, Concept concept, String language) {
    if (concept.extra() == null) {
      return;
    }
    String shown = concept.display(language);
    if (!shown.equals(concept.display())) {
      Out.part(out.parts("designation"), "value", "valueString", concept.display());
    }
    for (JsonNode designation : concept.extra().path("designation")) {
      ArrayNode parts = out.parts("designation");
      if (designation.path("language").isString()) {
        Out.part(parts, "language", "valueCode", designation.path("language"));
      }
      if (designation.path("use").isObject()) {
        Out.part(parts, "use", "valueCoding", designation.path("use"));
      }
      Out.part(parts, "value", "valueString", designation.path("value"));
    }
  }

  private static void related(Out out, String name, Concepts concepts, List<Integer> numbers) {
    Map<Integer, Concept> found = concepts.byNumber(numbers);
    for (int nr : numbers) {
      Concept other = found.get(nr);
      if (other != null) {
        ArrayNode parts = out.parts("property");
        Out.part(parts, "code", "valueCode", name);
        Out.part(parts, "value", "valueCode", other.code());
      }
    }
  }
}
