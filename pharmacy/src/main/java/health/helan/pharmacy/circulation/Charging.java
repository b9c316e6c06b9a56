package health.helan.pharmacy.circulation;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.pharmacy.circulation.Circulation.Counted;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is asked for what was counted out: a ChargeItem for each drug, at the pharmacy's own price
 * of that moment. Open until it is settled, or until the pharmacy says that it was paid elsewhere;
 * taken back with what comes back.
 */
final class Charging {
  private final Tills tills;

  Charging(Tills tills) {
    this.tills = tills;
  }

  boolean isOn() {
    return tills.isOpen();
  }

  /**
   * A charge.
   *
   * @param dispense what its MedicationDispense is referred to by
   */
  static ObjectNode charge(
      Caller caller, JsonNode request, Line line, int quantity, String dispense, Instant now) {
    ObjectNode charge =
        Json.MAPPER.createObjectNode().put("resourceType", "ChargeItem").put("status", "billable");
    Papers.tag(charge);
    ObjectNode code = charge.putObject("code");
    if (!line.code().isEmpty()) {
      code.putArray("coding")
          .addObject()
          .put("system", Preparation.PRODUCT)
          .put("code", line.code());
    }
    code.put("text", line.name());
    charge.set("subject", request.path("subject").deepCopy());
    charge.put("occurrenceDateTime", now.toString()).put("enteredDate", now.toString());
    charge
        .putArray("performer")
        .addObject()
        .putObject("actor")
        .put("reference", "Practitioner/" + caller.binding().practitioner());
    charge
        .putObject("performingOrganization")
        .put("reference", "Organization/" + caller.institution());
    charge.putObject("quantity").put("value", quantity).put("unit", line.unit());
    charge
        .putObject("priceOverride")
        .put("value", BigDecimal.valueOf(line.price(quantity), 2))
        .put("currency", "CNY");
    charge.putArray("service").addObject().put("reference", dispense);
    charge
        .putArray("supportingInformation")
        .addObject()
        .put("reference", "MedicationRequest/" + request.path("id").asString(""));
    return charge;
  }

  /** What comes back is not charged; a bill that it is in gives it back. */
  static Interaction aborted(Counted one) {
    return Papers.patch("ChargeItem", one.charge(), charge -> charge.put("status", "aborted"));
  }

  /**
   * Paid at a till that the platform does not see, as the pharmacy says; only while it is open. Of
   * what was given back nothing is to be paid: the drug comes back, and is counted out anew.
   */
  static Interaction elsewhere(Counted one, String reason, Instant now) {
    return Papers.patch(
        "ChargeItem",
        one.charge(),
        charge -> {
          switch (charge.path("status").asString("")) {
            case "billable" -> {}
            case "billed" -> throw new Refusal(Refusal.Kind.CONFLICT, "circulation.billed");
            default -> throw new Refusal(Refusal.Kind.BUSINESS_RULE, "circulation.given-back");
          }
          charge.put("status", "not-billable");
          charge.withArray("note").addObject().put("time", now.toString()).put("text", reason);
        });
  }

  /** What nobody has said to be paid elsewhere. */
  static List<Counted> charged(List<Counted> out) {
    return out.stream().filter(one -> !one.charge().isEmpty() && !one.elsewhere()).toList();
  }

  Map<String, Tills.Standing> standings(List<Counted> counted) {
    return tills.standings(charged(counted).stream().map(Counted::charge).toList());
  }

  /** How many are neither settled nor put on credit nor paid elsewhere. */
  long unpaid(List<Counted> out) {
    Map<String, Tills.Standing> standings = standings(out);
    return charged(out).stream()
        .map(one -> standings.get(one.charge()))
        .filter(standing -> standing == null || !standing.isThrough())
        .count();
  }

  /**
   * Looks whether something may leave the pharmacy.
   *
   * @throws Refusal CONFLICT while something of it is neither settled nor put on credit nor paid
   *     elsewhere
   */
  void checkPaid(List<Counted> out) {
    long open = unpaid(out);
    if (open > 0) {
      throw new Refusal(Refusal.Kind.CONFLICT, "circulation.unpaid", open);
    }
  }
}
