package health.helan.foundation.definitions.compiler;

import health.helan.foundation.definitions.R4.SearchParam;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** SearchParameter resources to search parameters per base. */
final class SearchParameters {
  private static final Pattern HEAD = Pattern.compile("\\(*([A-Za-z]\\w*)");

  private SearchParameters() {}

  /** By base type ({@code Resource} and {@code DomainResource} among them), in the file's order. */
  static Map<String, List<SearchParam>> compile(JsonNode bundle, Types types) {
    Map<String, JsonNode> byUrl = new HashMap<>();
    for (JsonNode entry : bundle.path("entry")) {
      JsonNode parameter = entry.path("resource");
      byUrl.put(parameter.path("url").asString(), parameter);
    }
    Map<String, List<SearchParam>> byBase = new LinkedHashMap<>();
    for (JsonNode entry : bundle.path("entry")) {
      JsonNode parameter = entry.path("resource");
      List<SearchParam.Component> components = new ArrayList<>();
      for (JsonNode component : parameter.path("component")) {
        String definition = component.path("definition").asString();
        JsonNode part = byUrl.get(definition);
        if (part == null) {
          throw new IllegalStateException(definition + " is part of a composite and not defined");
        }
        components.add(
            new SearchParam.Component(
                part.path("code").asString(),
                part.path("type").asString(),
                component.path("expression").asString()));
      }
      for (JsonNode base : parameter.path("base")) {
        String type = base.asString();
        byBase
            .computeIfAbsent(type, _ -> new ArrayList<>())
            .add(
                new SearchParam(
                    type,
                    parameter.path("code").asString(),
                    parameter.path("type").asString(),
                    cut(parameter.path("expression").asString(""), type, types),
                    parameter.path("target").valueStream().map(JsonNode::asString).toList(),
                    components,
                    parameter.path("url").asString()));
      }
    }
    return byBase;
  }

  /**
   * The parts of a union that start with {@code base}. A part that starts with no type at all (R4
   * has {@code name | alias} for InsurancePlan) is taken to be relative to the base.
   */
  static String cut(String expression, String base, Types types) {
    if (expression.isEmpty()) {
      return "";
    }
    List<String> kept = new ArrayList<>();
    for (String part : union(expression)) {
      Matcher matcher = HEAD.matcher(part);
      if (!matcher.lookingAt()) {
        throw new IllegalStateException("cannot read the expression " + expression);
      }
      String head = matcher.group(1);
      if (head.equals(base)) {
        kept.add(part);
      } else if (!types.byName.containsKey(head)) {
        kept.add(base + "." + part);
      }
    }
    if (kept.isEmpty()) {
      throw new IllegalStateException("no part of " + expression + " is about " + base);
    }
    return String.join(" | ", kept);
  }

  /** Splits at the {@code |} that stand outside parentheses, brackets and strings. */
  private static List<String> union(String expression) {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    int start = 0;
    boolean quoted = false;
    for (int i = 0; i < expression.length(); i++) {
      char c = expression.charAt(i);
      if (c == '\'') {
        quoted = !quoted;
      } else if (quoted) {
        continue;
      } else if (c == '(' || c == '[') {
        depth++;
      } else if (c == ')' || c == ']') {
        depth--;
      } else if (c == '|' && depth == 0) {
        parts.add(expression.substring(start, i).strip());
        start = i + 1;
      }
    }
    parts.add(expression.substring(start).strip());
    return parts;
  }
}
