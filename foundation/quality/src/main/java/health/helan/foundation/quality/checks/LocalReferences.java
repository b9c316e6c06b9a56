package health.helan.foundation.quality.checks;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** References of a resource to others on this platform. */
final class LocalReferences {
  private static final Pattern LOCAL =
      Pattern.compile("([A-Z][A-Za-z]{1,63})/([A-Za-z0-9.-]{1,64})(?:/_history/\\w+)?");

  private LocalReferences() {}

  /** Type and id; null for what does not lead to a record here. */
  static String @Nullable [] parts(String reference) {
    Matcher matcher = LOCAL.matcher(reference);
    return matcher.matches() && Checks.isType(matcher.group(1))
        ? new String[] {matcher.group(1), matcher.group(2)}
        : null;
  }

  /** {@code Type/id} by the path of the Reference, in the order of the resource. */
  static Map<String, String> in(ObjectNode resource) {
    var found = new LinkedHashMap<String, String>();
    collect(resource, resource.path("resourceType").asString(""), found);
    return found;
  }

  private static void collect(JsonNode node, String path, Map<String, String> found) {
    if (node instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> property : object.properties()) {
        JsonNode value = property.getValue();
        if (value.isContainer()) {
          collect(value, path + "." + property.getKey(), found);
        } else if (property.getKey().equals("reference") && value.isString()) {
          String[] parts = parts(value.stringValue());
          if (parts != null) {
            found.put(path, parts[0] + "/" + parts[1]);
          }
        }
      }
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        JsonNode item = node.get(i);
        if (item.isContainer()) {
          collect(item, path + "[" + i + "]", found);
        }
      }
    }
  }
}
