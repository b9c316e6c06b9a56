package health.helan.foundation.terminology.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.terminology.Terminology;
import health.helan.foundation.terminology.engine.Header;
import health.helan.foundation.terminology.engine.Mappings;
import health.helan.foundation.terminology.engine.Mappings.Match;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code ConceptMap/$translate} (FHIR R4, conceptmap-operation-translate.html), both directions.
 * Without {@code url} all active maps are asked that fit {@code source} and {@code target}; before
 * them the map of the feed that the parameter {@code feed} (not R4's) names, and never another
 * feed's. What a system or an operator asks in vain goes to the work list, under {@code feed} or
 * {@code $translate}.
 */
final class TranslateOperation extends Asking {
  private final Mappings mappings;

  TranslateOperation(Terminology terminology) {
    super(terminology);
    mappings = new Mappings(terminology.catalogue(), terminology.database());
  }

  @Override
  public Spec spec() {
    return new Spec(
        "translate",
        Set.of(Level.TYPE, Level.INSTANCE),
        Set.of("ConceptMap"),
        false,
        "http://hl7.org/fhir/OperationDefinition/ConceptMap-translate");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayRead(call.caller(), "ConceptMap");
    In in = new In(call);
    refuse(in, "conceptMap");
    boolean reverse = in.flag("reverse", false);
    List<Match> matches = List.of();
    List<In.Coded> asked = in.coded(null);
    boolean result = false;
    for (List<Header> maps : maps(call, in)) {
      if (!result) {
        matches = matches(in, maps, asked, reverse);
        result = matches.stream().anyMatch(Match::isMatch);
      }
    }
    Out out = new Out().flag("result", result);
    if (!result) {
      out.text("message", message(call, "terms.no-translation"));
      miss(call, in, asked, reverse);
    }
    for (Match match : matches) {
      ArrayNode parts = out.parts("match");
      Out.part(parts, "equivalence", "valueCode", match.equivalence());
      if (!match.code().isEmpty()) {
        ObjectNode coding = parts.addObject().put("name", "concept").putObject("valueCoding");
        if (!match.system().isEmpty()) {
          coding.put("system", match.system());
        }
        if (!match.version().isEmpty()) {
          coding.put("version", match.version());
        }
        coding.put("code", match.code());
        if (!match.display().isEmpty()) {
          coding.put("display", match.display());
        }
      }
      for (JsonNode product : match.products()) {
        ArrayNode inner = parts.addObject().put("name", "product").putArray("part");
        Out.part(inner, "element", "valueUri", product.path("property"));
        ObjectNode coding = inner.addObject().put("name", "concept").putObject("valueCoding");
        if (product.path("system").isString()) {
          coding.set("system", product.path("system"));
        }
        coding.set("code", product.path("value"));
      }
      Out.part(parts, "source", "valueUri", match.map());
    }
    return out.answer();
  }

  private List<Match> matches(In in, List<Header> maps, List<In.Coded> asked, boolean reverse) {
    List<Match> matches = new ArrayList<>();
    for (In.Coded coded : asked) {
      matches.addAll(
          mappings.translate(
              maps,
              coded.system(),
              coded.code(),
              reverse,
              in.text("targetsystem"),
              dependencies(in)));
    }
    return matches;
  }

  /** The maps to ask, and those to ask when these have no match. */
  private List<List<Header>> maps(Call call, In in) {
    if (call.id() != null) {
      return List.of(List.of(ofInstance(call)));
    }
    String url = in.text("url");
    if (url != null) {
      return List.of(List.of(catalogue().need("ConceptMap", url, in.text("conceptMapVersion"))));
    }
    String source = in.text("source");
    String target = in.text("target");
    List<Header> fitting = terminology.mapsOfAll(source, target);
    if (fitting.isEmpty() && (source != null || target != null)) {
      throw new Refusal(
          Refusal.Kind.NOT_FOUND,
          "terms.no-map",
          source == null ? "*" : source,
          target == null ? "*" : target);
    }
    String feed = in.text("feed");
    return feed == null ? List.of(fitting) : List.of(terminology.mapOf(feed), fitting);
  }

  private static List<Mappings.Dependency> dependencies(In in) {
    List<Mappings.Dependency> all = new ArrayList<>();
    for (JsonNode dependency : in.all("dependency")) {
      String element = "";
      String code = "";
      for (JsonNode part : dependency.path("part")) {
        switch (part.path("name").asString("")) {
          case "element" -> element = part.path("valueUri").asString("");
          case "concept" -> {
            JsonNode coding =
                part.has("valueCoding")
                    ? part.path("valueCoding")
                    : part.path("valueCodeableConcept").path("coding").path(0);
            code = coding.path("code").asString("");
          }
          default -> {
            // Not of a dependency.
          }
        }
      }
      all.add(new Mappings.Dependency(element, code));
    }
    return all;
  }

  private void miss(Call call, In in, List<In.Coded> asked, boolean reverse) {
    Caller.Role role = call.caller().role();
    if (reverse || role != Caller.Role.SYSTEM && role != Caller.Role.OPERATOR) {
      return;
    }
    In.Coded first = asked.getFirst();
    if (!first.system().isEmpty()) {
      String display = first.display() == null ? "" : first.display();
      terminology
          .localCodes()
          .seen(in.text("feed", "$translate"), first.system(), first.code(), display);
    }
  }
}
