package health.helan.foundation.store.validation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** A required binding to a value set whose codes are known. */
final class Binding {
  private static final int LISTED = 12;

  private final String valueSet;
  private final String type;
  private final Set<String> codes = new HashSet<>();
  private final Map<String, Set<String>> bySystem = new HashMap<>();

  /**
   * @param type {@code code}, {@code Coding} or {@code CodeableConcept}
   * @param pairs {@code system|code} and {@code code}, as {@code R4.codes} gives them
   */
  Binding(String valueSet, String type, Set<String> pairs) {
    this.valueSet = valueSet;
    this.type = type;
    for (String pair : pairs) {
      int bar = pair.indexOf('|');
      if (bar > 0 && pairs.contains(pair.substring(bar + 1))) {
        String code = pair.substring(bar + 1);
        codes.add(code);
        bySystem.computeIfAbsent(pair.substring(0, bar), _ -> new HashSet<>()).add(code);
      }
    }
  }

  /** Whether a value whose structure was found right obeys this binding. */
  boolean allows(JsonNode value) {
    return switch (type) {
      case "code" -> codes.contains(value.stringValue());
      case "Coding" -> allowsCoding(value);
      default -> {
        JsonNode codings = value.get("coding");
        if (codings != null) {
          for (JsonNode coding : codings) {
            if (allowsCoding(coding)) {
              yield true;
            }
          }
        }
        yield false;
      }
    };
  }

  private boolean allowsCoding(JsonNode coding) {
    JsonNode system = coding.get("system");
    JsonNode code = coding.get("code");
    if (system == null || code == null || !system.isString() || !code.isString()) {
      return false;
    }
    Set<String> known = bySystem.get(system.stringValue());
    return known != null && known.contains(code.stringValue());
  }

  void fault(Run run, String name, int index) {
    if (codes.size() <= LISTED) {
      run.faultAt(
          name, index, "code-invalid", "code.not-one-of", String.join(", ", new TreeSet<>(codes)));
    } else {
      run.faultAt(name, index, "code-invalid", "code.not-in-value-set", valueSet);
    }
  }
}
