package health.helan.foundation.gateway.mapping;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.StringNode;

/**
 * {@code PID-8 | code gender}, {@code PV1-19 // PID-18 | cx visit}, {@code 'ward ' + PV1-3.1},
 * {@code PID-3* | cx patient}, {@code ref patient}; with {@code if CONDITION} behind it.
 * Alternatives ({@code //}) are tried from the left, each through all functions; the first that
 * gives something is taken. A star takes all repetitions and gives an array.
 */
final class Expression {
  private record Alternative(List<String> terms) {}

  private record Piped(Functions.Function function, String argument) {}

  private final List<Alternative> alternatives = new ArrayList<>();
  private final List<Piped> pipes = new ArrayList<>();
  private final @Nullable Condition condition;
  private final @Nullable String reference;
  private final boolean all;
  private final boolean isUrl;

  private Expression(String mapping, String text) {
    String rest = text.strip();
    int guard = rest.lastIndexOf(" if ");
    condition = guard < 0 ? null : Condition.parse(mapping, rest.substring(guard + 4));
    if (guard >= 0) {
      rest = rest.substring(0, guard).strip();
    }
    isUrl = rest.startsWith("url ");
    if (isUrl || rest.startsWith("ref ") || rest.startsWith("refs ")) {
      all = rest.startsWith("refs ");
      reference = rest.substring(rest.indexOf(' ') + 1).strip();
      return;
    }
    reference = null;
    List<String> stages = split(rest, '|');
    boolean star = false;
    for (String alternative : alternatives(stages.getFirst())) {
      var terms = new ArrayList<String>();
      for (String term : split(alternative, '+')) {
        String trimmed = term.strip();
        if (trimmed.isEmpty()) {
          throw new MappingFault(mapping, text);
        }
        if (trimmed.endsWith("*")) {
          star = true;
          trimmed = trimmed.substring(0, trimmed.length() - 1);
        }
        terms.add(trimmed);
      }
      alternatives.add(new Alternative(terms));
    }
    all = star;
    for (String stage : stages.subList(1, stages.size())) {
      String trimmed = stage.strip();
      int space = trimmed.indexOf(' ');
      String name = space < 0 ? trimmed : trimmed.substring(0, space);
      Functions.Function function = Functions.named(name);
      if (function == null) {
        throw new MappingFault(mapping, "| " + name);
      }
      pipes.add(new Piped(function, space < 0 ? "" : trimmed.substring(space + 1).strip()));
    }
  }

  static Expression parse(String mapping, String text) {
    return new Expression(mapping, text);
  }

  /** Splits outside of quotes; a doubled character is no separator. */
  private static List<String> split(String text, char by) {
    var parts = new ArrayList<String>();
    var part = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\'') {
        quoted = !quoted;
      }
      if (c == by && !quoted) {
        parts.add(part.toString());
        part.setLength(0);
      } else {
        part.append(c);
      }
    }
    parts.add(part.toString());
    return parts;
  }

  private static List<String> alternatives(String text) {
    var parts = new ArrayList<String>();
    boolean quoted = false;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\'') {
        quoted = !quoted;
      }
      if (!quoted && c == '/' && i + 1 < text.length() && text.charAt(i + 1) == '/') {
        parts.add(text.substring(start, i));
        start = i + 2;
        i++;
      }
    }
    parts.add(text.substring(start));
    return parts;
  }

  /** What it gives as JSON; null for nothing. */
  @Nullable JsonNode json(Run run, Node at) {
    if (condition != null && !condition.holds(at)) {
      return null;
    }
    if (reference != null && isUrl) {
      String url = run.url(at, reference);
      return url == null ? null : StringNode.valueOf(url);
    }
    if (reference != null) {
      return all ? run.references(at, reference) : run.reference(at, reference);
    }
    if (!all) {
      for (Alternative alternative : alternatives) {
        JsonNode found = one(run, at, alternative);
        if (found != null) {
          return found;
        }
      }
      return null;
    }
    ArrayNode array = Run.array();
    boolean isNull = false;
    for (Alternative alternative : alternatives) {
      for (Node node : at.select(alternative.terms.getFirst())) {
        isNull |= node.isNull();
        JsonNode found = json(through(run, node));
        if (found != null) {
          array.add(found);
        }
      }
    }
    if (array.isEmpty()) {
      return isNull ? NullNode.instance : null;
    }
    return array;
  }

  private @Nullable JsonNode one(Run run, Node at, Alternative alternative) {
    String only = alternative.terms.getFirst();
    if (alternative.terms.size() == 1 && !isLiteral(only)) {
      switch (only) {
        case "here" -> {
          return json(through(run, at));
        }
        case "null" -> {
          return NullNode.instance;
        }
        case "institution" -> {
          return Run.object().put("reference", "Organization/" + run.feed().institution());
        }
        default -> {
          // A path.
        }
      }
      List<? extends Node> found = at.select(alternative.terms.getFirst());
      if (found.isEmpty()) {
        return null;
      }
      return found.getFirst().isNull() ? NullNode.instance : json(through(run, found.getFirst()));
    }
    var joined = new StringBuilder();
    boolean any = false;
    boolean onlyLiterals = true;
    for (String term : alternative.terms) {
      if (isLiteral(term)) {
        joined.append(term, 1, term.length() - 1);
      } else {
        onlyLiterals = false;
        List<? extends Node> found = at.select(term);
        String text = found.isEmpty() ? "" : found.getFirst().text();
        any |= !text.isEmpty();
        joined.append(text);
      }
    }
    if (!any && !onlyLiterals) {
      return null;
    }
    return json(through(run, joined.toString()));
  }

  private static boolean isLiteral(String term) {
    return term.length() >= 2 && term.startsWith("'") && term.endsWith("'");
  }

  private @Nullable Object through(Run run, Object value) {
    Object now = value;
    for (Piped piped : pipes) {
      Object next = piped.function.apply(run, now, piped.argument);
      if (next == null) {
        return null;
      }
      now = next;
    }
    return now;
  }

  private static @Nullable JsonNode json(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case JsonNode node -> node.isContainer() && node.isEmpty() ? null : node;
      case Node node -> node.text().isEmpty() ? null : StringNode.valueOf(node.text());
      default -> value.toString().isEmpty() ? null : StringNode.valueOf(value.toString());
    };
  }
}
