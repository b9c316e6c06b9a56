package health.helan.demo.fhir;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Collects resources into one bundle to be sent to {@code [base]}. */
public final class BundleBuilder {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final ObjectNode bundle = Fhir.resource("Bundle");
  private final ArrayNode entries;

  /**
   * @param type {@code transaction} or {@code batch}
   */
  public BundleBuilder(String type) {
    bundle.put("type", type);
    entries = bundle.putArray("entry");
  }

  /** Creates or updates a resource under the id that it carries. */
  public void put(ObjectNode resource) {
    String url = resource.get("resourceType").asString() + "/" + resource.get("id").asString();
    ObjectNode entry = entries.addObject();
    entry.set("resource", resource);
    entry.putObject("request").put("method", "PUT").put("url", url);
  }

  /** Creates a resource that others in the bundle refer to by {@code fullUrl}. */
  public void post(String fullUrl, ObjectNode resource) {
    entry(fullUrl, resource);
  }

  /** As {@link #post}, unless a resource that {@code criteria} find is there already. */
  public void postIfNoneExist(String fullUrl, ObjectNode resource, String criteria) {
    entry(fullUrl, resource).put("ifNoneExist", criteria);
  }

  private ObjectNode entry(String fullUrl, ObjectNode resource) {
    ObjectNode entry = entries.addObject().put("fullUrl", fullUrl);
    entry.set("resource", resource);
    return entry
        .putObject("request")
        .put("method", "POST")
        .put("url", resource.get("resourceType").asString());
  }

  /** How many resources were added. */
  public int size() {
    return entries.size();
  }

  /** The bundle as UTF-8 JSON. */
  public byte[] toJson() {
    return MAPPER.writeValueAsBytes(bundle);
  }
}
