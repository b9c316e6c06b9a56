package health.helan.foundation.store.search;

import health.helan.foundation.definitions.ShippedCodes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What searches ask of terminology. Implemented by terminology; until then by R4's own. */
public interface ValueSets {
  /**
   * {@code system|code} of every code in a value set.
   *
   * @param valueSet its canonical URL, with {@code |version} or without
   * @return null when it is not known or cannot be enumerated
   */
  @Nullable List<String> codes(String valueSet);

  /**
   * {@code system|code} of a code and all that it includes ({@code below}), or of all that include
   * it and itself.
   *
   * @return null when the hierarchy of the system is not known; empty when the system has no such
   *     code
   */
  @Nullable List<String> related(String system, String code, boolean below);

  /** Value sets that R4 enumerates, and code systems that it ships whole. */
  static ValueSets ofR4() {
    return new ValueSets() {
      @Override
      public @Nullable List<String> codes(String valueSet) {
        Map<String, List<String>> bySystem = ShippedCodes.get().expansion(valueSet);
        if (bySystem == null) {
          return null;
        }
        List<String> full = new ArrayList<>();
        bySystem.forEach((system, codes) -> codes.forEach(code -> full.add(system + "|" + code)));
        return full;
      }

      @Override
      public @Nullable List<String> related(String system, String code, boolean below) {
        Set<String> codes = ShippedCodes.get().related(system, code, below);
        return codes == null ? null : codes.stream().map(one -> system + "|" + one).toList();
      }
    };
  }
}
