package health.helan.foundation.gateway.mapping;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.DecimalNode;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * A piece of a resource: texts that begin with {@code =} are expressions, everything else stands as
 * it is. What comes out empty is left out.
 */
sealed interface Template {
  /** What it gives; null for nothing. */
  @Nullable JsonNode make(Run run, Node at);

  /** Stands as it is. */
  record Literal(JsonNode value) implements Template {
    @Override
    public JsonNode make(Run run, Node at) {
      return value;
    }
  }

  /** Is worked out. */
  record Computed(Expression expression) implements Template {
    @Override
    public @Nullable JsonNode make(Run run, Node at) {
      return expression.json(run, at);
    }
  }

  /** An array; items that come out as arrays are taken in one by one. */
  record Array(List<Template> items) implements Template {
    @Override
    public @Nullable JsonNode make(Run run, Node at) {
      ArrayNode array = Run.array();
      for (Template item : items) {
        JsonNode made = item.make(run, at);
        if (made instanceof ArrayNode several) {
          array.addAll(several);
        } else if (made != null && !(made instanceof NullNode)) {
          array.add(made);
        }
      }
      return array.isEmpty() ? null : array;
    }
  }

  /** The first of several that gives something. */
  record First(List<Template> templates) implements Template {
    @Override
    public @Nullable JsonNode make(Run run, Node at) {
      for (Template template : templates) {
        JsonNode made = template.make(run, at);
        if (made != null) {
          return made;
        }
      }
      return null;
    }
  }

  /**
   * An object.
   *
   * @param each path of what it is made once for each; it is then an array
   * @param when made only if this holds
   * @param standsAlone true: it is made of fixed values, and meant to be there
   */
  record Object(
      Map<String, Template> properties,
      @Nullable String each,
      @Nullable Condition when,
      boolean standsAlone)
      implements Template {
    @Override
    public @Nullable JsonNode make(Run run, Node at) {
      if (each == null) {
        return one(run, at);
      }
      ArrayNode array = Run.array();
      for (Node node : at.select(each)) {
        ObjectNode made = one(run, node);
        if (made != null) {
          array.add(made);
        }
      }
      return array.isEmpty() ? null : array;
    }

    private @Nullable ObjectNode one(Run run, Node at) {
      if (when != null && !when.holds(at)) {
        return null;
      }
      ObjectNode object = Run.object();
      boolean any = standsAlone;
      for (Map.Entry<String, Template> property : properties.entrySet()) {
        JsonNode made = property.getValue().make(run, at);
        if (made == null) {
          continue;
        }
        any |= !isFixed(property.getValue());
        if (property.getKey().startsWith("+")) {
          if (made instanceof ObjectNode merged) {
            merged.properties().forEach(entry -> object.set(entry.getKey(), entry.getValue()));
          }
        } else {
          object.set(property.getKey(), made);
        }
      }
      return any && !object.isEmpty() ? object : null;
    }
  }

  /**
   * Reads one from a mapping file.
   *
   * @throws MappingFault for what is none
   */
  static Template parse(String mapping, java.lang.@Nullable Object yaml) {
    return switch (yaml) {
      case null -> throw new MappingFault(mapping, "null");
      case String text when text.startsWith("=") ->
          new Computed(Expression.parse(mapping, text.substring(1)));
      case String text -> new Literal(StringNode.valueOf(text));
      case Boolean bool -> new Literal(BooleanNode.valueOf(bool));
      case Integer number -> new Literal(IntNode.valueOf(number));
      case Number number ->
          new Literal(DecimalNode.valueOf(new java.math.BigDecimal(number.toString())));
      case List<?> list -> {
        var items = new ArrayList<Template>();
        for (java.lang.Object item : list) {
          items.add(parse(mapping, item));
        }
        yield new Array(items);
      }
      case Map<?, ?> map -> object(mapping, map);
      default -> throw new MappingFault(mapping, yaml.getClass().getSimpleName());
    };
  }

  private static Template object(String mapping, Map<?, ?> map) {
    if (map.size() == 1 && map.get("first") instanceof List<?> list) {
      var templates = new ArrayList<Template>();
      for (java.lang.Object each : list) {
        templates.add(parse(mapping, each));
      }
      return new First(templates);
    }
    var properties = new LinkedHashMap<String, Template>();
    String each = null;
    Condition when = null;
    boolean fixed = true;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String name = String.valueOf(entry.getKey());
      switch (name) {
        case "each" -> each = String.valueOf(entry.getValue());
        case "when" -> when = Condition.parse(mapping, String.valueOf(entry.getValue()));
        default -> {
          Template template = parse(mapping, entry.getValue());
          fixed &= isFixed(template);
          properties.put(name, template);
        }
      }
    }
    // An object of fixed values alone is meant to be there; one whose values all came out empty,
    // beside a fixed system, is not.
    return new Object(properties, each, when, fixed);
  }

  private static boolean isFixed(Template template) {
    return switch (template) {
      case Literal _ -> true;
      case Computed _ -> false;
      case First _ -> false;
      case Array array -> array.items.stream().allMatch(Template::isFixed);
      case Object object -> object.standsAlone && object.each == null;
    };
  }
}
