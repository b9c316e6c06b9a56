package health.helan.foundation.gateway;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * From an institution's own codes to others' (the terminology's ConceptMaps). Asked for codes that
 * a table of the mapping files does not name, and for those of concepts that have no code but the
 * institution's own.
 */
public interface CodeTranslation {
  /**
   * A code of a system.
   *
   * @param display what it is called; empty for nothing
   */
  record Code(String system, String code, String display) {}

  /** Knows nothing: the mapping files decide. */
  CodeTranslation NONE =
      new CodeTranslation() {
        @Override
        public @Nullable Code translate(Feed feed, Code local) {
          return null;
        }

        @Override
        public void unknown(Feed feed, Set<Code> codes) {
          // Nobody keeps a list.
        }
      };

  /**
   * Asked on the way of each message, so it answers from memory.
   *
   * @return what the code means; null when nothing is known of it
   */
  @Nullable Code translate(Feed feed, Code local);

  /** Told, once for each message, the codes of it that nothing was known of. */
  void unknown(Feed feed, Set<Code> codes);
}
