package health.helan.care.appointment.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.ResourceVersion;
import java.util.Objects;
import tools.jackson.databind.node.ObjectNode;

/** What the operations answer. */
final class Out {
  private Out() {}

  /** The Appointment with its version: for what is called on it. */
  static Answer appointment(ResourceVersion version) {
    return new Answer(
        200,
        Objects.requireNonNull(version.content()),
        "Appointment/" + version.id() + "/_history/" + version.version(),
        version.version(),
        version.updated());
  }

  /** A searchset of the one Appointment, as IHE ITI Scheduling answers $hold and $book. */
  static Answer bundle(String base, ResourceVersion version) {
    ObjectNode bundle = Json.MAPPER.createObjectNode();
    bundle.put("resourceType", "Bundle").put("type", "searchset").put("total", 1);
    ObjectNode entry = bundle.putArray("entry").addObject();
    entry.put("fullUrl", base + "/Appointment/" + version.id());
    entry.set("resource", Json.MAPPER.readTree(Objects.requireNonNull(version.content())));
    entry.putObject("search").put("mode", "match");
    return new Answer(
        200,
        Json.MAPPER.writeValueAsBytes(bundle),
        "Appointment/" + version.id() + "/_history/" + version.version(),
        version.version(),
        version.updated());
  }
}
