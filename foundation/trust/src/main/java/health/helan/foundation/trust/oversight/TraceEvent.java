package health.helan.foundation.trust.oversight;

import health.helan.foundation.store.Json;
import java.time.Instant;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Something that happened to a record, as a parameter {@code event}: parts {@code at}, {@code
 * kind}, then what belongs to the kind; empty ones are left out.
 */
final class TraceEvent {
  /** What kinds there are; at one moment they are told in this order. */
  enum Kind {
    /** A version of a resource came into being. */
    VERSION,
    /** A version that carries a signature. */
    SIGNATURE,
    /** Somebody was let in, or shut out. */
    GRANT,
    /** Somebody asked for something of the record: a row of the audit. */
    REQUEST,
    /** Somebody asked for this list. */
    INQUIRY,
    HOLD,
    ERASURE;

    String code() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private final Instant at;
  private final Kind kind;
  private final ObjectNode node = Json.MAPPER.createObjectNode();
  private final ArrayNode parts;

  TraceEvent(Instant at, Kind kind) {
    this.at = at;
    this.kind = kind;
    node.put("name", "event");
    parts = node.putArray("part");
    instant("at", at);
    code("kind", kind.code());
  }

  Instant at() {
    return at;
  }

  Kind kind() {
    return kind;
  }

  ObjectNode node() {
    return node;
  }

  TraceEvent instant(String name, Instant value) {
    parts.addObject().put("name", name).put("valueInstant", value.toString());
    return this;
  }

  TraceEvent code(String name, String value) {
    return put(name, "valueCode", value);
  }

  TraceEvent text(String name, String value) {
    return put(name, "valueString", value);
  }

  TraceEvent number(String name, int value) {
    parts.addObject().put("name", name).put("valueInteger", value);
    return this;
  }

  TraceEvent reference(String name, String type, String id) {
    if (!type.isEmpty() && !id.isEmpty()) {
      parts
          .addObject()
          .put("name", name)
          .putObject("valueReference")
          .put("reference", type + "/" + id);
    }
    return this;
  }

  private TraceEvent put(String name, String type, String value) {
    if (!value.isEmpty()) {
      parts.addObject().put("name", name).put(type, value);
    }
    return this;
  }
}
