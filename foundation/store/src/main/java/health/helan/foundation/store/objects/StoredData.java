package health.helan.foundation.store.objects;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How a Binary speaks of its bytes when they are an object: {@code data} has no value but the
 * extension {@link #URL} with the parts {@code key}, {@code size} and {@code sha256}, so that the
 * row stays a valid Binary of FHIR R4. The platform alone writes the extension.
 */
public final class StoredData {
  public static final String URL = "https://helan.health/fhir/StructureDefinition/stored-object";

  private StoredData() {}

  /** What a Binary's bytes are stored as; null when they are no object. */
  public static @Nullable Stored of(JsonNode binary) {
    JsonNode extension = extension(binary);
    if (extension == null) {
      return null;
    }
    String key = "";
    String sha256 = "";
    long size = 0;
    for (JsonNode part : extension.path("extension")) {
      switch (part.path("url").asString("")) {
        case "key" -> key = part.path("valueString").asString("");
        case "sha256" -> sha256 = part.path("valueString").asString("");
        case "size" -> size = part.path("valueDecimal").asLong(0);
        default -> {
          // Of a later version.
        }
      }
    }
    return ObjectKey.isKey(key) ? new Stored(new ObjectKey(key), size, sha256) : null;
  }

  /** Whether the extension stands in a Binary, well-formed or not. */
  public static boolean isIn(JsonNode binary) {
    return extension(binary) != null;
  }

  private static @Nullable JsonNode extension(JsonNode binary) {
    for (JsonNode extension : binary.path("_data").path("extension")) {
      if (URL.equals(extension.path("url").asString(""))) {
        return extension;
      }
    }
    return null;
  }

  /** Puts the extension where {@code data} stood. */
  public static void set(ObjectNode binary, Stored stored) {
    binary.remove("data");
    ObjectNode data = binary.objectNode();
    ArrayNode extensions = data.putArray("extension");
    if (binary.get("_data") instanceof ObjectNode before) {
      data.setAll(before);
      extensions = before.path("extension") instanceof ArrayNode all ? all : extensions;
      data.set("extension", extensions);
    }
    ObjectNode extension = extensions.addObject().put("url", URL);
    ArrayNode parts = extension.putArray("extension");
    parts.addObject().put("url", "key").put("valueString", stored.key().value());
    // R4's integers end at 2 GiB.
    parts.addObject().put("url", "size").put("valueDecimal", BigDecimal.valueOf(stored.size()));
    parts.addObject().put("url", "sha256").put("valueString", stored.sha256());
    binary.set("_data", data);
  }

  /** Takes the extension away, and what it leaves empty. */
  public static void remove(ObjectNode binary) {
    if (!(binary.get("_data") instanceof ObjectNode data)
        || !(data.get("extension") instanceof ArrayNode extensions)) {
      return;
    }
    for (int i = extensions.size() - 1; i >= 0; i--) {
      if (URL.equals(extensions.get(i).path("url").asString(""))) {
        extensions.remove(i);
      }
    }
    if (extensions.isEmpty()) {
      data.remove("extension");
    }
    if (data.isEmpty()) {
      binary.remove("_data");
    }
  }
}
