package health.helan.foundation.gateway.fhir;

import health.helan.foundation.gateway.Feed;
import health.helan.foundation.gateway.Finding;
import health.helan.foundation.gateway.Format;
import health.helan.foundation.gateway.mapping.Groups;
import health.helan.foundation.gateway.mapping.Node;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A Bundle in JSON. {@code transaction}: its entries are carried out as they ask, in one
 * transaction. {@code message}, {@code collection}, {@code document}: each resource is found again
 * by its identifier, or by the number that its sender gave it, and created or updated. The type is
 * {@code BUNDLE^TRANSACTION} and so on.
 */
public final class FhirBundle implements Format {
  public static final String NAME = "fhir";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Read read(byte[] bytes, Feed feed) {
    if (bytes.length == 0) {
      throw new Refusal(Refusal.Kind.STRUCTURE, "gateway.empty");
    }
    JsonNode tree;
    try {
      tree = Json.MAPPER.readTree(bytes);
    } catch (JacksonException e) {
      var location = e.getLocation();
      throw new Refusal(
          Refusal.Kind.STRUCTURE,
          "gateway.json-broken",
          location == null ? 1 : Math.max(1, location.getLineNr()));
    }
    if (!(tree instanceof ObjectNode bundle)
        || !bundle.path("resourceType").asString("").equals("Bundle")) {
      throw new Refusal(Refusal.Kind.STRUCTURE, "gateway.no-bundle");
    }
    String type = bundle.path("type").asString("");
    if (!List.of("transaction", "message", "collection", "document").contains(type)) {
      throw new Refusal(
          Refusal.Kind.NOT_SUPPORTED,
          "gateway.bundle-type",
          type.matches("[a-z-]{1,30}") ? type : "?");
    }
    return new Bundle(bundle, type, feed);
  }

  private record Bundle(ObjectNode bundle, String kind, Feed feed) implements Read {
    @Override
    public String type() {
      return "BUNDLE^" + kind.toUpperCase(Locale.ROOT);
    }

    /** {@code Bundle.identifier}, else the id of the MessageHeader, else the bundle's own. */
    @Override
    public String controlId() {
      JsonNode identifier = bundle.path("identifier");
      String value = identifier.path("value").asString("");
      if (!value.isEmpty()) {
        return identifier.path("system").asString("") + "|" + value;
      }
      for (JsonNode entry : bundle.path("entry")) {
        JsonNode resource = entry.path("resource");
        if (resource.path("resourceType").asString("").equals("MessageHeader")
            && resource.has("id")) {
          return resource.path("id").asString("");
        }
      }
      return bundle.path("id").asString("");
    }

    @Override
    public String patientKey() {
      return new Entries(bundle, feed).patientKey();
    }

    @Override
    public List<Finding> findings() {
      return List.of();
    }

    @Override
    public Node root(Groups groups) {
      throw new IllegalStateException("a bundle needs no mapping");
    }

    @Override
    public Transaction transaction() {
      var entries = new Entries(bundle, feed);
      return kind.equals("transaction") ? entries.asAsked() : entries.asResources();
    }
  }
}
