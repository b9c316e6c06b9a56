package health.helan;

import static health.helan.DemoRegion.ok;

import health.helan.DemoRegion.Person;
import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A drug for hypertension in the demo region, from the doctor's hand to the pharmacy's shelf. */
final class RegionPrescriptions {
  static final String DRUG = "缬沙坦胶囊 80mg";
  static final String ITEM = "JOURNEY";

  /** As the made-up list of payment standards names it. */
  private static final String PRODUCT = "valsartan-1";

  static final String UNIT = "粒";
  static final int CAPSULES = 7;

  private RegionPrescriptions() {}

  /**
   * A draft for a week.
   *
   * @param visit reference of the Encounter
   * @param single capsules at a time
   */
  static ObjectNode draft(String patient, String doctor, String visit, int single) {
    return ApiForTests.tree(
        """
        {'resourceType':'MedicationRequest','status':'draft','intent':'order',
          'groupIdentifier':{'system':'https://helan.health/fhir/sid/prescription','value':'J-%s'},
          'medicationCodeableConcept':{'text':'%s'},'subject':{'reference':'%s'},'encounter':{'reference':'%s'},
          'authoredOn':'%s','requester':{'reference':'%s'},
          'reasonCode':[{'coding':[{'system':'http://hl7.org/fhir/sid/icd-10','code':'I10','display':'原发性高血压'}]}],
          'dosageInstruction':[{'text':'口服，每天 1 次','route':{'text':'口服'},
            'timing':{'repeat':{'frequency':1,'period':1,'periodUnit':'d'}},
            'doseAndRate':[{'doseQuantity':{'value':%d,'unit':'%s'}}]}],
          'dispenseRequest':{'quantity':{'value':%d,'unit':'%s'},
            'expectedSupplyDuration':{'value':7,'unit':'天','system':'http://unitsofmeasure.org','code':'d'}}}\
        """
            .formatted(
                UUID.randomUUID().toString().substring(0, 8),
                DRUG,
                patient,
                visit,
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                doctor,
                single,
                UNIT,
                CAPSULES,
                UNIT));
  }

  /** Asks what the rules say of a draft. */
  static Reply screened(Person doctor, ObjectNode draft) {
    ObjectNode asked = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    asked.putArray("parameter").addObject().put("name", "request").set("resource", draft);
    return ok(doctor.send("POST", "fhir/MedicationRequest/$screen", asked.toString()));
  }

  /**
   * The doctor signs and submits.
   *
   * @return reference of the review's Task
   */
  static String submitted(Person doctor, String request) {
    ObjectNode asked = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    asked
        .putArray("parameter")
        .addObject()
        .put("name", "request")
        .putObject("valueReference")
        .put("reference", "MedicationRequest/" + request);
    return "Task/"
        + ok(doctor.send("POST", "fhir/MedicationRequest/$submit-prescription", asked.toString()))
            .id();
  }

  /** A pharmacy has the drug. */
  static void stocked(Person pharmacy, String price) {
    ObjectNode stock = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    ArrayNode line = stock.putArray("parameter").addObject().put("name", "line").putArray("part");
    Map.of(
            "item",
            ITEM,
            "name",
            DRUG,
            "unit",
            UNIT,
            "code",
            PRODUCT,
            "quantity",
            "100",
            "price",
            price)
        .forEach((name, value) -> line.addObject().put("name", name).put("valueString", value));
    ok(pharmacy.send("POST", "fhir/$stock-update", stock.toString()));
  }

  /** Counts all of it out. */
  static Reply dispense(
      Person pharmacy, String task, String request, String batch, String traceCode) {
    ObjectNode body = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    ArrayNode parts = body.putArray("parameter").addObject().put("name", "drug").putArray("part");
    parts
        .addObject()
        .put("name", "request")
        .putObject("valueReference")
        .put("reference", "MedicationRequest/" + request);
    parts.addObject().put("name", "quantity").put("valueInteger", CAPSULES);
    Map.of("item", ITEM, "batch", batch, "expires", "2099-06-30", "trace", traceCode)
        .forEach((name, value) -> parts.addObject().put("name", name).put("valueString", value));
    return pharmacy.send("POST", "fhir/" + task + "/$prescription-dispense", body.toString());
  }
}
