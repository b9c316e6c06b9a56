package health.helan.foundation.rest;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;

/** Names of those that an answer refers to, each read once. For one answer; not thread-safe. */
public final class Names {
  private final RecordStore store;
  private final Caller reader;
  private final Map<String, String> known = new HashMap<>();

  /**
   * @param part of the platform that reads them, whoever the answer is for
   */
  public Names(RecordStore store, String part) {
    this.store = store;
    reader = Caller.platform(part);
  }

  /** Adds a reference with its name; nothing for an empty id. */
  public Words put(Words into, String name, String type, String id) {
    if (id.isEmpty()) {
      return into;
    }
    String reference = type + "/" + id;
    return into.reference(name, reference, known.computeIfAbsent(reference, _ -> read(type, id)));
  }

  private String read(String type, String id) {
    try {
      JsonNode name =
          Json.MAPPER
              .readTree(Objects.requireNonNull(store.read(reader, type, id).content()))
              .path("name");
      return name.isString() ? name.asString("") : name.path(0).path("text").asString("");
    } catch (Refusal gone) {
      return "";
    }
  }
}
