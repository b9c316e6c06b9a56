package health.helan.foundation.store.changes;

import health.helan.foundation.store.ResourceVersion;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A committed change of one resource.
 *
 * @param home bucket whose lane numbered it, 0 to 4095
 * @param seq number within the home, from 1 and without gaps
 * @param patient digest of {@code Patient/id} it belongs to; null for none
 * @param version version it made
 */
public record Change(
    int home,
    long seq,
    @Nullable Long patient,
    Instant updated,
    int version,
    ResourceVersion.Method method,
    String type,
    String id) {

  /** {@code home:seq}, the same each time: idempotency key of effects outside the database. */
  public String key() {
    return home + ":" + seq;
  }

  public boolean isDeletion() {
    return method == ResourceVersion.Method.DELETE;
  }

  /** {@code Type/id}. */
  public String reference() {
    return type + "/" + id;
  }
}
