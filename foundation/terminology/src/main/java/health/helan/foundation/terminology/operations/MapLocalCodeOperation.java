package health.helan.foundation.terminology.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.terminology.LocalCodes;
import health.helan.foundation.terminology.LocalCodes.LocalCode;
import health.helan.foundation.terminology.Terminology;
import health.helan.foundation.terminology.engine.Concept;
import health.helan.foundation.terminology.engine.Concepts;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST ConceptMap/$map-local-code}: decides about a local code, named by {@code feed},
 * {@code system} and {@code code}. {@code decision=map} with {@code targetSystem}, {@code
 * targetCode} and {@code equivalence} (equivalent by default) adds an element to the feed's
 * ConceptMap, which is made with the first one; {@code ignore} takes the code off the list, {@code
 * reopen} puts it back (an element stays until the map is edited). What was received before stays
 * as it was received: records are not translated again.
 */
final class MapLocalCodeOperation extends Asking {
  private static final Set<String> EQUIVALENCES =
      Set.of(
          "relatedto",
          "equivalent",
          "equal",
          "wider",
          "subsumes",
          "narrower",
          "specializes",
          "inexact");

  MapLocalCodeOperation(Terminology terminology) {
    super(terminology);
  }

  @Override
  public Spec spec() {
    return new Spec(
        "map-local-code",
        Set.of(Level.TYPE),
        Set.of("ConceptMap"),
        true,
        "https://helan.health/fhir/OperationDefinition/ConceptMap-map-local-code");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "map-local-code");
    In in = new In(call);
    String feed = in.need("feed");
    LocalCode code = terminology.localCodes().find(feed, in.need("system"), in.need("code"));
    if (code == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "terms.no-local-code");
    }
    String by = call.caller().subject();
    switch (in.need("decision")) {
      case "ignore" -> terminology.localCodes().decide(code, "ignored", by, "", "");
      case "reopen" -> terminology.localCodes().decide(code, "unmapped", by, "", "");
      case "map" -> {
        byte[] map = map(call, in, code);
        return Answer.ok(map);
      }
      default -> throw In.wrong("decision");
    }
    return new Out()
        .code("state", in.need("decision").equals("ignore") ? "ignored" : "unmapped")
        .answer();
  }

  private byte[] map(Call call, In in, LocalCode code) {
    String targetSystem = in.need("targetSystem");
    String equivalence = in.text("equivalence", "equivalent");
    if (!EQUIVALENCES.contains(equivalence)) {
      throw In.wrong("equivalence");
    }
    Concepts concepts = system(targetSystem, null);
    Concept target = concepts.find(in.need("targetCode"));
    if (target == null) {
      throw new Refusal(
          Refusal.Kind.VALUE, "terms.not-in-system", in.need("targetCode"), targetSystem);
    }
    String id = LocalCodes.mapOf(code.feed());
    if (catalogue().byId("ConceptMap", id) == null) {
      ObjectNode made = Json.MAPPER.createObjectNode();
      made.put("resourceType", "ConceptMap").put("id", id);
      made.put("url", "https://helan.health/fhir/ConceptMap/" + id);
      made.put("name", "LocalCodes");
      made.put("title", "本地代码对照：" + code.feed());
      made.put("status", "active");
      try {
        call.store()
            .write(
                call.caller().asPlatform(),
                new Interaction.Update(
                    "ConceptMap", id, null, Interaction.Body.of(made), null, true, null, null));
      } catch (Refusal refused) {
        // Somebody else has just made it, with a decision that must not be lost.
        if (refused.kind() != Refusal.Kind.PRECONDITION) {
          throw refused;
        }
      }
    }
    List<Outcome> outcomes =
        call.store()
            .transact(
                call.caller().asPlatform(),
                List.of(
                    new Interaction.Patch(
                        "ConceptMap",
                        id,
                        null,
                        map -> add(map, code, concepts, target, equivalence),
                        null)),
                Set.of(),
                null);
    terminology
        .localCodes()
        .decide(code, "mapped", call.caller().subject(), targetSystem, target.code());
    return Objects.requireNonNull(outcomes.getFirst().content());
  }

  private ObjectNode add(
      ObjectNode map, LocalCode code, Concepts concepts, Concept target, String equivalence) {
    map.put(
        "date",
        LocalDate.ofInstant(terminology.clock().instant(), ZoneId.of("Asia/Shanghai")).toString());
    String targetSystem = concepts.header().url();
    ObjectNode group = null;
    for (JsonNode one : map.path("group")) {
      if (one.path("source").asString("").equals(code.system())
          && one.path("target").asString("").equals(targetSystem)) {
        group = (ObjectNode) one;
      }
    }
    if (group == null) {
      group = map.withArray("group").addObject();
      group.put("source", code.system()).put("target", targetSystem);
    }
    ArrayNode elements = group.withArray("element");
    for (int i = elements.size() - 1; i >= 0; i--) {
      if (elements.path(i).path("code").asString("").equals(code.code())) {
        elements.remove(i); // Decided anew.
      }
    }
    ObjectNode element = elements.addObject();
    element.put("code", code.code());
    if (!code.display().isEmpty()) {
      element.put("display", code.display());
    }
    ObjectNode to = element.putArray("target").addObject();
    to.put("code", target.code());
    to.put("display", target.display());
    to.put("equivalence", equivalence);
    return map;
  }
}
