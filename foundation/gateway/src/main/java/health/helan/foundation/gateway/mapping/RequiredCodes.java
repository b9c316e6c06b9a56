package health.helan.foundation.gateway.mapping;

import health.helan.foundation.definitions.R4;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which codes may come out of a table that gives codes of FHIR R4: those of the value sets that R4
 * requires somewhere and that hold all that the table gives. A code of another kind there would put
 * every message aside that it is in.
 */
final class RequiredCodes {
  private static final List<Set<String>> REQUIRED = required();

  private RequiredCodes() {}

  private static List<Set<String>> required() {
    R4 r4 = R4.get();
    var urls = new HashSet<String>();
    for (String type : r4.resourceTypes()) {
      collect(r4, type, urls, new HashSet<>());
    }
    var all = new ArrayList<Set<String>>();
    for (String url : urls) {
      Set<String> codes = r4.codes(url);
      if (codes != null) {
        all.add(codes);
      }
    }
    return List.copyOf(all);
  }

  private static void collect(R4 r4, String type, Set<String> urls, Set<String> seen) {
    R4.TypeDef definition = seen.add(type) ? r4.type(type) : null;
    if (definition == null) {
      return;
    }
    for (R4.ElementDef element : definition.elements().values()) {
      String binding = element.requiredBinding();
      if (binding != null && element.type().equals("code")) {
        urls.add(binding);
      }
      collect(r4, element.type(), urls, seen);
    }
  }

  /**
   * The codes that may stand where a table's do; null where R4 requires nothing that is known.
   *
   * @param given what the table gives; empty values say nothing
   */
  static @Nullable Set<String> of(Collection<String> given) {
    var codes = new HashSet<>(given);
    codes.remove("");
    var allowed = new HashSet<String>();
    if (!codes.isEmpty()) {
      for (Set<String> set : REQUIRED) {
        if (set.containsAll(codes)) {
          set.stream().filter(code -> code.indexOf('|') < 0).forEach(allowed::add);
        }
      }
    }
    return allowed.isEmpty() ? null : allowed;
  }
}
