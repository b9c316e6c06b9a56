package health.helan.foundation.gateway;

import org.jspecify.annotations.Nullable;

/**
 * From an institution's local codes to the platform's. Mappings name a table; who knows better than
 * the tables in the mapping files (the terminology's ConceptMaps) is asked first.
 */
@FunctionalInterface
public interface CodeTranslation {
  /** Knows nothing: the tables of the mapping files decide. */
  CodeTranslation NONE = (_, _, _) -> null;

  /**
   * @param feed whose code it is
   * @param table name in the mapping, {@code gender}
   * @param code as sent
   * @return the code it becomes; null when nothing is known of it
   */
  @Nullable String translate(Feed feed, String table, String code);
}
