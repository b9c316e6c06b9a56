package health.helan.foundation.terminology.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.terminology.Terminology;
import health.helan.foundation.terminology.engine.Concept;
import health.helan.foundation.terminology.engine.Concepts;
import health.helan.foundation.terminology.engine.Header;
import health.helan.foundation.terminology.engine.Selection;
import health.helan.foundation.terminology.engine.Ucum;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code CodeSystem/$validate-code} and {@code ValueSet/$validate-code} (FHIR R4). Of a
 * CodeableConcept one coding that is valid is enough.
 */
final class ValidateCodeOperation extends Asking {
  private final String type;

  ValidateCodeOperation(Terminology terminology, String type) {
    super(terminology);
    this.type = type;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "validate-code",
        Set.of(Level.TYPE, Level.INSTANCE),
        Set.of(type),
        false,
        "http://hl7.org/fhir/OperationDefinition/" + type + "-validate-code");
  }

  /**
   * What is said of one coding.
   *
   * @param message null when there is nothing to say
   */
  private record Verdict(
      boolean result, @Nullable String message, String display, In.Coded coded) {}

  @Override
  public Answer execute(Call call) {
    call.store().checkMayRead(call.caller(), type);
    In in = new In(call);
    refuse(in, "context", "date");
    Verdict verdict = null;
    if (type.equals("CodeSystem")) {
      refuse(in, "codeSystem");
      Header header = null;
      if (call.id() != null) {
        header = ofInstance(call);
      }
      String url = in.text("url");
      for (In.Coded coded : in.coded(url == null ? header == null ? null : header.url() : url)) {
        verdict = better(verdict, inSystem(call, in, header, coded, url));
      }
    } else {
      Selection selection = selection(call, in);
      for (In.Coded coded : in.coded(null)) {
        verdict = better(verdict, inValueSet(call, in, selection, coded));
      }
    }
    Verdict said = java.util.Objects.requireNonNull(verdict);
    Out out = new Out().flag("result", said.result).text("message", said.message);
    out.text("display", said.display);
    if (said.result) {
      out.code("code", said.coded.code());
      if (!said.coded.system().isEmpty()) {
        out.uri("system", said.coded.system());
      }
    }
    return out.answer();
  }

  private static Verdict better(@Nullable Verdict before, Verdict now) {
    return before != null && (before.result || !now.result) ? before : now;
  }

  private Verdict inSystem(
      Call call, In in, @Nullable Header header, In.Coded coded, @Nullable String url) {
    if (coded.system().isEmpty()) {
      throw In.missing("url");
    }
    if (url != null && !bare(url).equals(bare(coded.system()))) {
      return no(call, coded, "terms.other-system", coded.system(), url);
    }
    if (coded.system().equals(Ucum.SYSTEM)) {
      String display = Ucum.describe(coded.code());
      return display == null
          ? no(call, coded, "terms.not-in-system", coded.code(), coded.system())
          : new Verdict(true, null, display, coded);
    }
    String version = coded.version().isEmpty() ? in.text("version") : coded.version();
    Concepts concepts =
        header == null ? system(coded.system(), version) : catalogue().concepts(header);
    return judge(call, in, concepts, coded, null);
  }

  private static String bare(String canonical) {
    int bar = canonical.indexOf('|');
    return bar < 0 ? canonical : canonical.substring(0, bar);
  }

  private Selection selection(Call call, In in) {
    if (call.id() != null) {
      return terminology.expander().select(ofInstance(call));
    }
    ObjectNode inline = in.resource("valueSet");
    if (inline != null) {
      return terminology.expander().select(inline);
    }
    String url = in.need("url");
    String version = in.text("valueSetVersion");
    String canonical = version == null ? url : url + "|" + version;
    Selection found = terminology.expander().select(canonical);
    if (found == null) {
      catalogue().need("ValueSet", canonical, null);
      throw new Refusal(Refusal.Kind.NOT_FOUND, "terms.unknown", "ValueSet", canonical);
    }
    return found;
  }

  private Verdict inValueSet(Call call, In in, Selection selection, In.Coded asked) {
    In.Coded coded = asked;
    if (coded.system().isEmpty()) {
      // An element of type code says no system: that of the value set is meant, if it has but one.
      List<String> systems =
          selection.parts().stream().map(Selection.Part::system).distinct().toList();
      if (systems.size() != 1) {
        throw In.missing("system");
      }
      coded = new In.Coded(systems.getFirst(), asked.version(), asked.code(), asked.display());
    }
    List<Selection.Part> parts = selection.of(coded.system());
    for (Selection.Part part : parts) {
      String unit = part.isOpen() ? Ucum.describe(coded.code()) : null;
      if (unit != null) {
        return new Verdict(true, null, unit, coded);
      }
      if (part.listed().containsKey(coded.code())) {
        return new Verdict(
            true, null, part.listed().get(coded.code()).path("display").asString(""), coded);
      }
      Concepts concepts = part.concepts();
      if (concepts != null
          && (coded.version().isEmpty() || coded.version().equals(concepts.header().version()))) {
        Concept concept = concepts.find(coded.code());
        if (concept != null && part.has(concept)) {
          return judge(call, in, concepts, coded, concept);
        }
      }
    }
    return no(call, coded, "terms.not-in-value-set", coded.code(), coded.system());
  }

  private static Verdict no(Call call, In.Coded coded, String key, Object... arguments) {
    return new Verdict(false, message(call, key, arguments), "", coded);
  }

  private static Verdict judge(
      Call call, In in, Concepts concepts, In.Coded coded, @Nullable Concept known) {
    Concept concept = known == null ? concepts.find(coded.code()) : known;
    if (concept == null) {
      return no(
          call,
          coded,
          concepts.isComplete() ? "terms.not-in-system" : "terms.not-in-fragment",
          coded.code(),
          concepts.header().canonical());
    }
    String display = concept.display(in.language());
    if (concept.isAbstract() && !in.flag("abstract", false)) {
      return new Verdict(
          false, message(call, "terms.code-is-abstract", coded.code()), display, coded);
    }
    String given = coded.display();
    if (given != null && !concept.isCalled(given)) {
      return new Verdict(
          false,
          message(call, "terms.display-differs", given, coded.code(), display),
          display,
          coded);
    }
    return new Verdict(
        true,
        concept.isActive() ? null : message(call, "terms.code-is-inactive", coded.code()),
        display,
        coded);
  }
}
