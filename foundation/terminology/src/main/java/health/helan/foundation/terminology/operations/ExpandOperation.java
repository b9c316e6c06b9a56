package health.helan.foundation.terminology.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.terminology.Terminology;
import health.helan.foundation.terminology.engine.Concept;
import health.helan.foundation.terminology.engine.Expander;
import health.helan.foundation.terminology.engine.Header;
import health.helan.foundation.terminology.engine.Selection;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ValueSet/$expand} (FHIR R4, valueset-operation-expand.html); flat, in pages. */
final class ExpandOperation extends Asking {
  /** Codes in one answer; a larger {@code count} is cut to it, and none may be left out above. */
  private static final int MOST = 5_000;

  /** Letters of a filter: each word of it is looked for. */
  private static final int LONGEST_FILTER = 200;

  ExpandOperation(Terminology terminology) {
    super(terminology);
  }

  @Override
  public Spec spec() {
    return new Spec(
        "expand",
        Set.of(Level.TYPE, Level.INSTANCE),
        Set.of("ValueSet"),
        false,
        "http://hl7.org/fhir/OperationDefinition/ValueSet-expand");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayRead(call.caller(), "ValueSet");
    ObjectNode inline = call.resource("valueSet");
    if (inline == null
        && call.body() != null
        && "ValueSet".equals(call.body().path("resourceType").asString(""))) {
      inline = call.body();
      call =
          new Call(
              call.caller(),
              call.store(),
              call.method(),
              call.type(),
              call.id(),
              call.query(),
              null,
              call.base(),
              call.language());
    }
    In in = new In(call);
    refuse(
        in,
        "context",
        "date",
        "exclude-system",
        "system-version",
        "check-system-version",
        "force-system-version");
    ObjectNode definition;
    Selection selection;
    if (call.id() != null) {
      Header header = ofInstance(call);
      definition = catalogue().body(header);
      selection = terminology.expander().select(header);
    } else if (inline != null) {
      definition = inline;
      selection = terminology.expander().select(inline);
    } else {
      String url = in.need("url");
      String version = in.text("valueSetVersion");
      String canonical = version == null ? url : url + "|" + version;
      Header header = catalogue().find("ValueSet", canonical, null);
      Selection found = terminology.expander().select(canonical);
      if (found == null) {
        catalogue().need("ValueSet", canonical, null);
        throw new Refusal(Refusal.Kind.NOT_FOUND, "terms.unknown", "ValueSet", canonical);
      }
      selection = found;
      definition =
          header == null
              ? Json.MAPPER
                  .createObjectNode()
                  .put("resourceType", "ValueSet")
                  .put("url", url)
                  .put("status", "active")
              : catalogue().body(header);
    }
    String filter = in.text("filter");
    if (filter != null && filter.length() > LONGEST_FILTER) {
      throw In.wrong("filter");
    }
    int offset = in.number("offset", 0);
    int count = Math.min(in.number("count", MOST), MOST);
    var asked =
        new Expander.Asked(
            filter, in.flag("activeOnly", false), in.flag("excludeNotForUI", false), offset, count);
    Expander.Page page = Expander.page(selection, asked);
    if (in.text("count") == null && page.total() - offset > MOST) {
      throw new Refusal(Refusal.Kind.TOO_COSTLY, "terms.unbounded", page.total(), MOST);
    }
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "ValueSet");
    boolean whole = in.flag("includeDefinition", false);
    for (var property : definition.properties()) {
      switch (property.getKey()) {
        case "resourceType", "expansion", "text" -> {
          // The expansion is what is made here.
        }
        case "compose" -> {
          if (whole) {
            answer.set("compose", property.getValue());
          }
        }
        default -> answer.set(property.getKey(), property.getValue());
      }
    }
    if (!answer.has("status")) {
      answer.put("status", "active");
    }
    answer.set("expansion", expansion(in, asked, selection, page));
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }

  private ObjectNode expansion(
      In in, Expander.Asked asked, Selection selection, Expander.Page page) {
    ObjectNode expansion = Json.MAPPER.createObjectNode();
    expansion.put("identifier", "urn:uuid:" + UUID.randomUUID());
    expansion.put(
        "timestamp", terminology.clock().instant().truncatedTo(ChronoUnit.MILLIS).toString());
    expansion.put("total", page.total());
    expansion.put("offset", asked.offset());
    ArrayNode parameters = expansion.putArray("parameter");
    if (asked.filter() != null) {
      parameters.addObject().put("name", "filter").put("valueString", asked.filter());
    }
    parameters.addObject().put("name", "count").put("valueInteger", asked.count());
    for (String name : List.of("activeOnly", "excludeNotForUI")) {
      if (in.flag(name, false)) {
        parameters.addObject().put("name", name).put("valueBoolean", true);
      }
    }
    String language = in.language();
    parameters.addObject().put("name", "displayLanguage").put("valueCode", language);
    for (String used : selection.used()) {
      parameters.addObject().put("name", "version").put("valueUri", used);
    }
    boolean designations = in.flag("includeDesignations", false);
    List<String> properties = in.texts("property");
    if (!page.items().isEmpty()) {
      ArrayNode contains = expansion.putArray("contains");
      for (Expander.Item item : page.items()) {
        add(contains.addObject(), item, language, designations, properties);
      }
    }
    return expansion;
  }

  /** R5's expansion.contains.property, as R5 says that R4 carries it. */
  private static final String PROPERTY =
      "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.contains.property";

  private static void add(
      ObjectNode contains,
      Expander.Item item,
      String language,
      boolean designations,
      List<String> properties) {
    Concept concept = item.concept();
    JsonNode said = item.said();
    ArrayNode extensions = Json.MAPPER.createArrayNode();
    if (concept != null && concept.extra() != null) {
      for (JsonNode property : concept.extra().path("property")) {
        if (properties.contains(property.path("code").asString(""))) {
          ObjectNode extension = extensions.addObject();
          ArrayNode parts = extension.putArray("extension");
          extension.put("url", PROPERTY);
          parts.addObject().put("url", "code").set("valueCode", property.path("code"));
          for (var each : property.properties()) {
            if (each.getKey().startsWith("value")) {
              parts.addObject().put("url", "value").set(each.getKey(), each.getValue());
            }
          }
        }
      }
    }
    if (!extensions.isEmpty()) {
      contains.set("extension", extensions);
    }
    if (!item.system().isEmpty()) {
      contains.put("system", item.system());
    }
    if (concept != null && concept.isAbstract()) {
      contains.put("abstract", true);
    }
    if (concept != null && !concept.isActive()) {
      contains.put("inactive", true);
    }
    if (!item.version().isEmpty()) {
      contains.put("version", item.version());
    }
    contains.put("code", item.code());
    String display = display(concept, said, language);
    if (!display.isEmpty()) {
      contains.put("display", display);
    }
    if (designations) {
      ArrayNode all = Json.MAPPER.createArrayNode();
      if (said != null) {
        said.path("designation").forEach(all::add);
      }
      if (concept != null && concept.extra() != null) {
        concept.extra().path("designation").forEach(all::add);
      }
      if (!all.isEmpty()) {
        contains.set("designation", all);
      }
    }
  }

  private static String display(
      @Nullable Concept concept, @Nullable JsonNode said, String language) {
    if (said != null) {
      for (JsonNode designation : said.path("designation")) {
        if (designation.path("language").asString("").startsWith(language)) {
          return designation.path("value").asString("");
        }
      }
      if (said.path("display").isString()) {
        return said.path("display").asString("");
      }
    }
    return concept == null ? "" : concept.display(language);
  }
}
