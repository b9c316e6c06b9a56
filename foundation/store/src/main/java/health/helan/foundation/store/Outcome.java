package health.helan.foundation.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What became of an {@link Interaction}.
 *
 * @param status 200, 201 or 204
 * @param version current version after it; 0 when nothing was there to delete
 * @param content the JSON of that version; null for deletions
 */
public record Outcome(
    int status, String type, String id, int version, Instant updated, byte @Nullable [] content) {}
