package health.helan.pharmacy.dispense;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.pharmacy.circulation.Papers;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The resources that parcels write. */
final class ParcelPapers {
  private static final String TASK_SYSTEM = "https://helan.health/fhir/CodeSystem/task";

  private ParcelPapers() {}

  static ObjectNode delivery(String id, String patient, String shop, Instant now) {
    ObjectNode delivery = Json.MAPPER.createObjectNode().put("resourceType", "SupplyDelivery");
    Papers.tag(delivery);
    delivery
        .putArray("identifier")
        .addObject()
        .put("system", "https://helan.health/fhir/sid/parcel")
        .put("value", id);
    delivery.put("status", ParcelState.PACKED.delivery());
    delivery.putObject("patient").put("reference", patient);
    delivery
        .putObject("type")
        .putArray("coding")
        .addObject()
        .put("system", "http://terminology.hl7.org/CodeSystem/supply-item-type")
        .put("code", "medication");
    delivery.put("occurrenceDateTime", now.toString());
    delivery.putObject("supplier").put("reference", "Organization/" + shop);
    return delivery;
  }

  /** Without an owner: a Task of an owner's opens the record to it, and a courier needs none. */
  static ObjectNode task(
      String id, String patient, String delivery, List<String> dispenses, Instant now) {
    ObjectNode task = Json.MAPPER.createObjectNode().put("resourceType", "Task");
    Papers.tag(task);
    task.putObject("groupIdentifier")
        .put("system", "https://helan.health/fhir/sid/parcel")
        .put("value", id);
    task.put("status", ParcelState.PACKED.task());
    business(task, ParcelState.SYSTEM, ParcelState.PACKED.word());
    task.put("intent", "order");
    code(task, "parcel");
    task.putObject("focus").put("reference", delivery);
    task.putObject("for").put("reference", patient);
    task.put("authoredOn", now.toString()).put("lastModified", now.toString());
    for (String dispense : dispenses) {
      ObjectNode input = task.withArray("input").addObject();
      input.putObject("type").put("text", "dispense");
      input.putObject("valueReference").put("reference", "MedicationDispense/" + dispense);
    }
    return task;
  }

  private static void code(ObjectNode task, String code) {
    task.putObject("code")
        .putArray("coding")
        .addObject()
        .put("system", TASK_SYSTEM)
        .put("code", code);
  }

  static void business(ObjectNode task, String system, String code) {
    task.putObject("businessStatus")
        .putArray("coding")
        .addObject()
        .put("system", system)
        .put("code", code);
  }

  static Interaction provenance(
      Caller caller,
      String target,
      String patient,
      String step,
      @Nullable String reason,
      Instant now) {
    return Papers.create(
        "Provenance",
        Papers.provenance(caller, List.of(target, patient), ParcelStep.SYSTEM, step, reason, now),
        patient);
  }

  static ObjectNode proof(Parcel row, Parcels.Proof proof, String patient, Instant now) {
    ObjectNode document = Json.MAPPER.createObjectNode().put("resourceType", "DocumentReference");
    Papers.tag(document);
    document.put("status", "current");
    document.putObject("type").put("text", "签收凭证");
    document.putObject("subject").put("reference", "Patient/" + patient);
    document.put("date", now.toString());
    document
        .putArray("content")
        .addObject()
        .putObject("attachment")
        .put("contentType", proof.type())
        .put("data", proof.data())
        .put("title", "签收凭证");
    document
        .putObject("context")
        .putArray("related")
        .addObject()
        .put("reference", "SupplyDelivery/" + row.delivery());
    return document;
  }
}
