package health.helan.foundation.gateway.cda;

import health.helan.foundation.gateway.mapping.MappingFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A path of {@link XmlNode}, taken apart once. */
record XmlPath(boolean isAbsolute, List<Step> steps, @Nullable String attribute) {
  /** Paths come from mapping files: there are few. */
  private static final Map<String, XmlPath> KNOWN = new ConcurrentHashMap<>();

  private static final int MOST_KNOWN = 5_000;

  enum Axis {
    CHILD,
    BELOW,
    PARENT
  }

  enum Kind {
    TEMPLATE,
    CODE,
    ATTRIBUTE
  }

  record Demand(Kind kind, String name, Set<String> values) {}

  record Step(Axis axis, String name, List<Demand> demands) {}

  static XmlPath of(String path) {
    XmlPath known = KNOWN.get(path);
    if (known != null) {
      return known;
    }
    XmlPath compiled = compile(path);
    if (KNOWN.size() < MOST_KNOWN) {
      KNOWN.put(path, compiled);
    }
    return compiled;
  }

  private static XmlPath compile(String path) {
    String rest = path.strip();
    boolean absolute = rest.startsWith("/");
    if (absolute) {
      rest = rest.substring(1);
    }
    var steps = new ArrayList<Step>();
    String attribute = null;
    if (!rest.isEmpty() && !rest.equals(".")) {
      for (String part : split(path, rest)) {
        if (attribute != null) {
          throw new MappingFault("?", path);
        }
        if (part.startsWith("@")) {
          attribute = part.substring(1);
        } else {
          steps.add(step(path, part));
        }
      }
    }
    return new XmlPath(absolute, List.copyOf(steps), attribute);
  }

  /** At slashes that stand in no brackets. */
  private static List<String> split(String path, String rest) {
    var parts = new ArrayList<String>();
    int depth = 0;
    int start = 0;
    for (int i = 0; i <= rest.length(); i++) {
      char c = i == rest.length() ? '/' : rest.charAt(i);
      depth += c == '[' ? 1 : c == ']' ? -1 : 0;
      if (c == '/' && depth == 0) {
        parts.add(rest.substring(start, i));
        start = i + 1;
      }
    }
    if (depth != 0) {
      throw new MappingFault("?", path);
    }
    return parts;
  }

  private static Step step(String path, String part) {
    if (part.equals("..")) {
      return new Step(Axis.PARENT, "", List.of());
    }
    Axis axis = part.startsWith(">") ? Axis.BELOW : Axis.CHILD;
    String rest = axis == Axis.BELOW ? part.substring(1) : part;
    int open = rest.indexOf('[');
    String name = open < 0 ? rest : rest.substring(0, open);
    if (!name.matches("[A-Za-z][A-Za-z0-9-]*")) {
      throw new MappingFault("?", path);
    }
    var demands = new ArrayList<Demand>();
    while (open >= 0) {
      int close = rest.indexOf(']', open);
      if (close < 0) {
        throw new MappingFault("?", path);
      }
      demands.add(demand(rest.substring(open + 1, close)));
      open = rest.indexOf('[', close);
    }
    return new Step(axis, name, List.copyOf(demands));
  }

  private static Demand demand(String text) {
    if (text.startsWith("code:")) {
      return new Demand(Kind.CODE, "", values(text.substring(5)));
    }
    if (text.startsWith("@")) {
      int colon = text.indexOf(':');
      return new Demand(
          Kind.ATTRIBUTE,
          text.substring(1, colon < 0 ? text.length() : colon),
          values(colon < 0 ? "" : text.substring(colon + 1)));
    }
    return new Demand(Kind.TEMPLATE, "", values(text));
  }

  private static Set<String> values(String list) {
    var values = new java.util.HashSet<String>();
    for (String value : list.split(",")) {
      values.add(value.strip());
    }
    return Set.copyOf(values);
  }
}
