package health.helan.foundation.delivery.mhd;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The search parameters that MHD adds to R4's for ITI-66 and ITI-67. They are resources like those
 * of an operator, who may switch them off; {@code targetCommunityIdList} is not among them, which
 * only works where the Target Communities Option is declared.
 */
public final class MhdParameters {
  private MhdParameters() {}

  private record Definition(String id, String code, String type, String base, String expression) {}

  private static final List<Definition> ALL =
      List.of(
          new Definition(
              "List-SourceId",
              "sourceId",
              "token",
              "List",
              "List.extension.where(url = '" + Metadata.SOURCE_ID + "').value"),
          new Definition(
              "List-DesignationType",
              "designationType",
              "token",
              "List",
              "List.extension.where(url = '" + Metadata.DESIGNATION + "').value"),
          new Definition(
              "DocumentReference-Creation",
              "creation",
              "date",
              "DocumentReference",
              "DocumentReference.content.attachment.creation"));

  /** Adds those that nobody has added yet. What is there stays as it is, switched off or not. */
  public static void install(RecordStore store) {
    var writes = new ArrayList<Interaction>();
    for (Definition one : ALL) {
      String url = Profile.CANONICAL + "SearchParameter/" + one.id;
      writes.add(
          new Interaction.Create(
              "SearchParameter",
              Interaction.Body.of(resource(one, url)),
              "url=" + url,
              null,
              null));
    }
    store.transact(Caller.platform("mhd"), writes, Set.of(), null);
  }

  private static ObjectNode resource(Definition one, String url) {
    ObjectNode parameter = Json.MAPPER.createObjectNode();
    parameter.put("resourceType", "SearchParameter");
    parameter.put("url", url);
    parameter.put("name", one.code);
    parameter.put("status", "active");
    parameter.put("description", "IHE MHD: " + one.code);
    parameter.put("code", one.code);
    ArrayNode base = parameter.putArray("base");
    base.add(one.base);
    parameter.put("type", one.type);
    parameter.put("expression", one.expression);
    return parameter;
  }
}
