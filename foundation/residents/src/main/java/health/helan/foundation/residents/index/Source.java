package health.helan.foundation.residents.index;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A Patient to be taken into the index, or out of it.
 *
 * @param patient null when it is gone, or read before
 * @param owner institution that owns it; empty for none
 * @param read what was made of it before ({@link Index#read}); null for nothing
 */
public record Source(
    int home,
    String id,
    int version,
    Instant updated,
    String owner,
    @Nullable JsonNode patient,
    @Nullable Reading read) {

  /**
   * @param patient null when it is gone
   */
  public Source(
      int home, String id, int version, Instant updated, String owner, @Nullable JsonNode patient) {
    this(home, id, version, updated, owner, patient, null);
  }

  boolean isGone() {
    return patient == null && read == null;
  }
}
