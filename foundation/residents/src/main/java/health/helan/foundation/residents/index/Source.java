package health.helan.foundation.residents.index;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A Patient to be taken into the index, or out of it.
 *
 * @param patient null when it is gone
 * @param owner institution that owns it; empty for none
 */
public record Source(
    int home, String id, int version, Instant updated, String owner, @Nullable JsonNode patient) {}
