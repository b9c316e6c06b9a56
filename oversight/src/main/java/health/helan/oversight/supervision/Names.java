package health.helan.oversight.supervision;

import health.helan.foundation.rest.Words;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Names of those that an answer refers to, each read once. */
final class Names {
  private final RecordStore store;
  private final Map<String, String> known = new HashMap<>();

  Names(RecordStore store) {
    this.store = store;
  }

  /** Adds a reference with its name; nothing for an empty id. */
  void put(Words part, String name, String type, String id) {
    if (!id.isEmpty()) {
      String reference = type + "/" + id;
      part.reference(name, reference, known.computeIfAbsent(reference, _ -> read(type, id)));
    }
  }

  private String read(String type, String id) {
    try {
      JsonNode resource =
          Json.MAPPER.readTree(store.read(Caller.platform("supervision"), type, id).content());
      JsonNode name = resource.path("name");
      return name.isString() ? name.asString("") : Resources.text(name.path(0), "text");
    } catch (Refusal e) {
      return "";
    }
  }
}
