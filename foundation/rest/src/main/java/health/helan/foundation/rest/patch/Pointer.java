package health.helan.foundation.rest.patch;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A JSON Pointer (RFC 6901).
 *
 * @param text as the client wrote it
 * @param tokens its parts, unescaped; none for the whole document
 */
record Pointer(String text, List<String> tokens) {
  /** Place behind an array's last element, where something may be added. */
  static final String END = "-";

  private static final Pattern INDEX = Pattern.compile("0|[1-9][0-9]{0,8}");
  private static final Pattern BAD_ESCAPE = Pattern.compile("~(?![01])");
  private static final Pattern ELEMENT_NAME = Pattern.compile("[A-Za-z][A-Za-z0-9]*");

  /** The pointer that {@code text} spells; null where it spells none. */
  static @Nullable Pointer parse(String text) {
    if (text.isEmpty()) {
      return new Pointer(text, List.of());
    }
    if (text.charAt(0) != '/' || BAD_ESCAPE.matcher(text).find()) {
      return null;
    }
    var tokens = new ArrayList<String>();
    for (var token : text.substring(1).split("/", -1)) {
      tokens.add(token.replace("~1", "/").replace("~0", "~"));
    }
    return new Pointer(text, List.copyOf(tokens));
  }

  boolean isRoot() {
    return tokens.isEmpty();
  }

  String last() {
    return tokens.getLast();
  }

  List<String> parent() {
    return tokens.subList(0, tokens.size() - 1);
  }

  /** Whether {@code other} lies inside of what this points at. */
  boolean contains(Pointer other) {
    return other.tokens.size() > tokens.size()
        && other.tokens.subList(0, tokens.size()).equals(tokens);
  }

  /** The array index that {@code token} spells (no sign, no leading zero); -1 where it is none. */
  static int index(String token) {
    return INDEX.matcher(token).matches() ? Integer.parseInt(token) : -1;
  }

  /**
   * This place as FHIRPath, {@code Patient.name[0].given[1]}, for
   * OperationOutcome.issue.expression.
   *
   * @return null where a part is no element's name or index
   */
  @Nullable String fhirPath(JsonNode document) {
    var path = new StringBuilder(document.path("resourceType").asString("Resource"));
    for (var token : tokens) {
      if (index(token) >= 0) {
        path.append('[').append(token).append(']');
      } else if (ELEMENT_NAME.matcher(token).matches()) {
        path.append('.').append(token);
      } else if (!token.equals(END)) {
        return null;
      }
    }
    return path.toString();
  }
}
