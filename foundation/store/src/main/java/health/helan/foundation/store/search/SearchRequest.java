package health.helan.foundation.store.search;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A search as asked for.
 *
 * @param type resource type; null for a search over several types ({@code _type} may narrow it)
 * @param compartmentOwner {@code Patient} in {@code Patient/1/Observation}; null for none
 * @param compartmentId id of that owner
 * @param parameters name with modifiers and chain ({@code subject:Patient.name:exact}) and value,
 *     in the order given, decoded
 * @param lenient unknown parameters are reported and left out instead of refused ({@code Prefer:
 *     handling=lenient})
 */
public record SearchRequest(
    @Nullable String type,
    @Nullable String compartmentOwner,
    @Nullable String compartmentId,
    List<Parameter> parameters,
    boolean lenient) {

  /** A name and its value. */
  public record Parameter(String name, String value) {}

  /**
   * A value with its marks of alternatives, systems and composites escaped (FHIR R4, search.html,
   * 3.1.1.4.2).
   */
  public static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("|", "\\|").replace(",", "\\,").replace("$", "\\$");
  }
}
