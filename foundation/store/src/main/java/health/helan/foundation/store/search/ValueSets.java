package health.helan.foundation.store.search;

import health.helan.foundation.definitions.R4;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What searches ask of terminology. Implemented by terminology; until then by R4's own. */
public interface ValueSets {
  /**
   * {@code system|code} of every code in a value set.
   *
   * @return null when it is not known or cannot be enumerated
   */
  @Nullable List<String> codes(String valueSet);

  /**
   * {@code system|code} of a code and all that it includes ({@code below}), or of all that include
   * it and itself.
   *
   * @return null when the hierarchy of the system is not known
   */
  @Nullable List<String> related(String system, String code, boolean below);

  /** Value sets of R4's required bindings; no hierarchies. */
  static ValueSets of(R4 r4) {
    return new ValueSets() {
      @Override
      public @Nullable List<String> codes(String valueSet) {
        Set<String> codes = r4.codes(valueSet);
        if (codes == null) {
          return null;
        }
        List<String> full = new ArrayList<>();
        for (String code : codes) {
          if (code.indexOf('|') > 0) {
            full.add(code);
          }
        }
        return full;
      }

      @Override
      public @Nullable List<String> related(String system, String code, boolean below) {
        return null;
      }
    };
  }
}
