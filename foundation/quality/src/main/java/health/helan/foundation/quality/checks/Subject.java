package health.helan.foundation.quality.checks;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.PlatformRows;
import java.time.Instant;
import java.util.Objects;
import tools.jackson.databind.node.ObjectNode;

/**
 * A record that is judged.
 *
 * @param owner institution that it belongs to; empty for none
 * @param updated when this version was written
 */
public record Subject(
    int home, String type, String id, int version, Instant updated, String owner, ObjectNode tree) {

  public static Subject of(PlatformRows.Owned row) {
    var version = row.version();
    return new Subject(
        row.home(),
        version.type(),
        version.id(),
        version.version(),
        version.updated(),
        row.owner(),
        (ObjectNode) Json.MAPPER.readTree(Objects.requireNonNull(version.content())));
  }

  public String reference() {
    return type + "/" + id;
  }
}
