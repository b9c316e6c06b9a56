package health.helan.foundation.delivery.upload;

import health.helan.foundation.delivery.upload.UploadTable.Item;
import health.helan.foundation.delivery.upload.UploadTable.Said;
import health.helan.foundation.delivery.wire.GuardedHttp.Reply;
import health.helan.foundation.store.Json;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What is sent and what is answered (FHIR R4, http.html#transaction). */
final class Bundles {
  private static final int LONGEST_FAULT = 500;

  private Bundles() {}

  /**
   * A resource that is ready to go.
   *
   * @param version that is sent; of a deletion, that it made
   * @param resource as the sender sees it, without version and time; null to delete it
   * @param patient digest of the resident whose it is; null for nobody's, and of a deletion
   */
  record Ready(Item item, int version, @Nullable ObjectNode resource, @Nullable Long patient) {
    /** Of what it says, whatever the order of its properties and its meta. */
    String digest() {
      return resource == null ? "" : Bundles.digest(resource);
    }
  }

  static ObjectNode bare(byte[] content) {
    ObjectNode resource = (ObjectNode) Json.MAPPER.readTree(content);
    if (resource.get("meta") instanceof ObjectNode meta) {
      meta.remove(List.of("versionId", "lastUpdated"));
      if (meta.isEmpty()) {
        resource.remove("meta");
      }
    }
    return resource;
  }

  static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(UploadTable.sha256(bytes));
  }

  static String digest(ObjectNode resource) {
    ObjectNode without = resource.deepCopy();
    without.remove("meta");
    return sha256(Json.MAPPER.writeValueAsBytes(sorted(without)));
  }

  private static JsonNode sorted(JsonNode node) {
    if (node instanceof ObjectNode object) {
      var properties = new TreeMap<String, JsonNode>();
      object.properties().forEach(one -> properties.put(one.getKey(), sorted(one.getValue())));
      ObjectNode sorted = Json.MAPPER.createObjectNode();
      properties.forEach(sorted::set);
      return sorted;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode sorted = Json.MAPPER.createArrayNode();
      array.forEach(one -> sorted.add(sorted(one)));
      return sorted;
    }
    return node;
  }

  /**
   * A transaction. What was sent before is changed only where it is still as it was left; what is
   * new is written only where nothing is.
   */
  static byte[] transaction(List<Ready> ready) {
    ObjectNode bundle = Json.MAPPER.createObjectNode();
    bundle.put("resourceType", "Bundle").put("type", "transaction");
    ArrayNode entries = bundle.putArray("entry");
    for (Ready one : ready) {
      ObjectNode entry = entries.addObject();
      if (one.resource() != null) {
        entry.set("resource", one.resource());
      }
      ObjectNode request =
          entry
              .putObject("request")
              .put("method", one.resource() == null ? "DELETE" : "PUT")
              .put("url", one.item().reference());
      if (one.resource() != null && !one.item().adopt()) {
        if (!one.item().etag().isEmpty()) {
          request.put("ifMatch", one.item().etag());
        } else if (one.item().sentVersion() == 0) {
          request.put("ifNoneMatch", "*");
        }
      }
    }
    return Json.MAPPER.writeValueAsBytes(bundle);
  }

  /** Kept before it is sent, so that it is known after a crash what may have arrived. */
  static String members(List<Ready> ready) {
    ArrayNode members = Json.MAPPER.createArrayNode();
    for (Ready one : ready) {
      members
          .addObject()
          .put("type", one.item().type())
          .put("id", one.item().id())
          .put("version", one.version())
          .put("deleted", one.resource() == null)
          .put("digest", one.digest());
    }
    return members.toString();
  }

  /** What the destination said of each; null where that is no answer to a transaction. */
  static @Nullable List<Said> said(Reply reply, List<Ready> ready) {
    JsonNode answer = tree(reply.body());
    if (answer == null) {
      return null;
    }
    JsonNode entries = answer.path("entry");
    if (!answer.path("resourceType").asString("").equals("Bundle")
        || entries.size() != ready.size()) {
      return null;
    }
    List<Said> said = new ArrayList<>();
    for (int i = 0; i < ready.size(); i++) {
      JsonNode response = entries.path(i).path("response");
      String status = response.path("status").asString("");
      if (!status.matches("2\\d\\d.*")) {
        return null;
      }
      said.add(
          new Said(
              ready.get(i).item(),
              ready.get(i).version(),
              ready.get(i).resource() == null,
              Integer.parseInt(status.substring(0, 3)),
              brief(response.path("etag").asString("")),
              brief(response.path("location").asString(""))));
    }
    return said;
  }

  private static String brief(String text) {
    return text.length() > 1000 ? "" : text;
  }

  static @Nullable JsonNode tree(byte[] body) {
    try {
      return body.length == 0 ? null : Json.MAPPER.readTree(body);
    } catch (JacksonException e) {
      return null;
    }
  }

  static String receipt(List<Said> said) {
    ArrayNode receipt = Json.MAPPER.createArrayNode();
    for (Said one : said) {
      receipt
          .addObject()
          .put("resource", one.item().reference())
          .put("version", one.version())
          .put("status", one.status())
          .put("etag", one.etag())
          .put("location", one.location());
    }
    return receipt.toString();
  }

  /**
   * Why a destination refused, in its own words; long numbers are blotted out, since they may be
   * somebody's.
   */
  static String fault(Reply reply) {
    JsonNode answer = tree(reply.body());
    var text = new StringBuilder(reply.text());
    if (answer != null) {
      for (JsonNode issue : answer.path("issue")) {
        for (String part :
            new String[] {
              issue.path("code").asString(""),
              issue.path("expression").path(0).asString(""),
              issue.path("details").path("text").asString(""),
              issue.path("diagnostics").asString("")
            }) {
          if (!part.isEmpty()) {
            text.append("; ").append(part);
          }
        }
      }
    }
    String blotted = text.toString().replaceAll("\\d{6,}", "***").replaceAll("\\s+", " ");
    return blotted.length() > LONGEST_FAULT ? blotted.substring(0, LONGEST_FAULT) : blotted;
  }
}
