package health.helan.foundation.store.validation;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The form of {@code Reference.reference} and the type it points to. */
final class References {
  private final Set<String> resourceTypes;

  References(Set<String> resourceTypes) {
    this.resourceTypes = resourceTypes;
  }

  /**
   * Reports into {@code run}, which stands at the Reference.
   *
   * @param targets allowed types; empty for any
   */
  void check(JsonNode reference, List<String> targets, Run run) {
    JsonNode node = reference.get("reference");
    if (node == null || !node.isString()) {
      return;
    }
    String text = node.stringValue();
    if (text.isEmpty()) {
      return; // already reported
    }
    if (text.charAt(0) == '#') {
      local(text, targets, run);
      return;
    }
    int query = text.indexOf('?');
    if (query > 0 && isTypeName(text, query)) {
      String type = text.substring(0, query);
      if (!run.options.conditionalReferences()) {
        run.faultAt("reference", -1, "value", "reference.conditional");
      } else if (query == text.length() - 1) {
        run.faultAt("reference", -1, "value", "reference.format");
      } else {
        type(type, targets, run);
      }
      return;
    }
    int colon = text.indexOf(':');
    if (colon > 0 && isScheme(text, colon)) {
      absolute(text, colon, targets, run);
      return;
    }
    String type = restful(text, 0);
    if (type == null) {
      run.faultAt("reference", -1, "value", "reference.format");
    } else {
      type(type, targets, run);
    }
  }

  private void absolute(String text, int colon, List<String> targets, Run run) {
    if (text.startsWith("http") && (colon == 4 || colon == 5 && text.charAt(4) == 's')) {
      if (!text.startsWith("://", colon) || text.length() <= colon + 3) {
        run.faultAt("reference", -1, "value", "reference.format");
        return;
      }
      // Another server's address need not look like FHIR's; where it does, its type counts.
      int end = text.indexOf("/_history/", colon + 3);
      int idSlash = text.lastIndexOf('/', (end < 0 ? text.length() : end) - 1);
      int typeSlash = idSlash <= colon + 2 ? -1 : text.lastIndexOf('/', idSlash - 1);
      if (typeSlash > colon + 2) {
        String type = restful(text, typeSlash + 1);
        if (type != null && resourceTypes.contains(type)) {
          type(type, targets, run);
        }
      }
    }
    // Form of urn:uuid: and urn:oid: is that of the uri type, already checked.
  }

  /** The type in {@code Type/id} or {@code Type/id/_history/v} from {@code from} on; else null. */
  private static @Nullable String restful(String text, int from) {
    int slash = text.indexOf('/', from);
    if (slash <= from) {
      return null;
    }
    for (int i = from; i < slash; i++) {
      if (!isLetter(text.charAt(i))) {
        return null;
      }
    }
    int history = text.indexOf("/_history/", slash + 1);
    int end = history < 0 ? text.length() : history;
    if (!Primitive.isId(text, slash + 1, end)
        || history >= 0 && !Primitive.isId(text, history + 10, text.length())) {
      return null;
    }
    return text.substring(from, slash);
  }

  private void type(String type, List<String> targets, Run run) {
    if (!resourceTypes.contains(type)) {
      run.faultAt("reference", -1, "value", "reference.unknown-type", type);
    } else if (!targets.isEmpty() && !targets.contains(type)) {
      run.faultAt(
          "reference", -1, "structure", "reference.target", type, String.join(", ", targets));
    }
  }

  private void local(String text, List<String> targets, Run run) {
    if (text.length() == 1) {
      if (!run.inContained) { // "#" is how a contained resource names its container
        run.faultAt("reference", -1, "value", "reference.format");
      }
      return;
    }
    JsonNode container = run.container;
    JsonNode contained = container == null ? null : container.get("contained");
    if (contained != null) {
      String id = text.substring(1);
      for (JsonNode resource : contained) {
        JsonNode itsId = resource.get("id");
        if (itsId != null && itsId.isString() && itsId.stringValue().equals(id)) {
          JsonNode type = resource.get("resourceType");
          if (type != null && type.isString() && resourceTypes.contains(type.stringValue())) {
            type(type.stringValue(), targets, run);
          }
          return;
        }
      }
    }
    run.faultAt("reference", -1, "invariant", "reference.not-contained");
  }

  private static boolean isTypeName(String text, int end) {
    for (int i = 0; i < end; i++) {
      if (!isLetter(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isScheme(String text, int end) {
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      if (!(isLetter(c) || i > 0 && (Calendar.isDigit(c) || c == '+' || c == '-' || c == '.'))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLetter(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
  }
}
