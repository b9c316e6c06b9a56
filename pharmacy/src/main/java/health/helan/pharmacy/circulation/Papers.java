package health.helan.pharmacy.circulation;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.ProvenanceJson;
import health.helan.foundation.store.Refusal;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The resources that circulation writes. */
public final class Papers {
  static final String TAG = "https://helan.health/fhir/CodeSystem/circulation";
  private static final String BY_STEPS = "by-steps";

  /** Extension of a MedicationDispense: code of a pack. */
  static final String TRACE = "https://helan.health/fhir/StructureDefinition/dispense-trace-code";

  private Papers() {}

  /** Whether it is written by the steps of circulation and of parcels alone. */
  static boolean isTagged(@Nullable JsonNode resource) {
    if (resource != null) {
      for (JsonNode tag : resource.path("meta").path("tag")) {
        if (TAG.equals(tag.path("system").asString(""))) {
          return true;
        }
      }
    }
    return false;
  }

  public static void tag(ObjectNode resource) {
    if (!isTagged(resource)) {
      resource
          .withObject("/meta")
          .withArray("tag")
          .addObject()
          .put("system", TAG)
          .put("code", BY_STEPS);
    }
  }

  static Refusal unknown(String request) {
    return new Refusal(Refusal.Kind.VALUE, "circulation.no-such-request", request);
  }

  /** What was counted out, of which pack and by whom. */
  static ObjectNode dispense(
      Caller caller,
      JsonNode request,
      Handing handing,
      Line line,
      boolean isSubstitute,
      Instant now) {
    ObjectNode dispense = Json.MAPPER.createObjectNode().put("resourceType", "MedicationDispense");
    tag(dispense);
    ObjectNode product = dispense.putArray("contained").addObject();
    product.put("resourceType", "Medication").put("id", "product");
    ObjectNode code = product.putObject("code");
    if (!line.code().isEmpty()) {
      code.putArray("coding")
          .addObject()
          .put("system", Preparation.PRODUCT)
          .put("code", line.code())
          .put("display", line.name());
    }
    code.put("text", line.name());
    if (!line.maker().isEmpty()) {
      product.putObject("manufacturer").put("display", line.maker());
    }
    product
        .putObject("batch")
        .put("lotNumber", handing.batch())
        .put("expirationDate", handing.expires().toString());
    for (String trace : handing.traces()) {
      dispense.withArray("extension").addObject().put("url", TRACE).put("valueString", trace);
    }
    dispense.put("status", "in-progress");
    dispense
        .putObject("medicationReference")
        .put("reference", "#product")
        .put("display", line.name());
    dispense.set("subject", request.path("subject").deepCopy());
    var performers = dispense.putArray("performer");
    performers
        .addObject()
        .putObject("actor")
        .put("reference", "Practitioner/" + caller.binding().practitioner());
    performers
        .addObject()
        .putObject("actor")
        .put("reference", "Organization/" + caller.institution());
    dispense
        .putArray("authorizingPrescription")
        .addObject()
        .put("reference", "MedicationRequest/" + request.path("id").asString(""));
    dispense.putObject("quantity").put("value", handing.quantity()).put("unit", line.unit());
    dispense.put("whenPrepared", now.toString());
    if (request.path("dosageInstruction").isArray()) {
      dispense.set("dosageInstruction", request.path("dosageInstruction").deepCopy());
    }
    ObjectNode substitution = dispense.putObject("substitution");
    substitution.put("wasSubstituted", isSubstitute);
    if (isSubstitute) {
      substitution.putArray("reason").addObject().put("text", handing.reason());
      substitution
          .putArray("responsibleParty")
          .addObject()
          .put("reference", "Practitioner/" + caller.binding().practitioner());
    }
    return dispense;
  }

  public static Interaction create(String type, ObjectNode resource, String hint) {
    return new Interaction.Create(type, Interaction.Body.of(resource), null, null, hint);
  }

  public static Interaction patch(String type, String id, Consumer<ObjectNode> change) {
    return new Interaction.Patch(
        type,
        id,
        null,
        resource -> {
          change.accept(resource);
          return resource;
        },
        null);
  }

  /** Who took a step. */
  public static ObjectNode provenance(
      Caller caller,
      List<String> targets,
      String system,
      String step,
      @Nullable String reason,
      Instant at) {
    ObjectNode provenance = ProvenanceJson.of(caller, targets, system, step, reason, at);
    if (!caller.binding().practitioner().isEmpty()) {
      ProvenanceJson.agent(provenance)
          .withObject("/who")
          .put("reference", "Practitioner/" + caller.binding().practitioner());
    }
    return provenance;
  }
}
