package health.helan.pharmacy.review;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.index.Moments;
import java.time.Instant;
import tools.jackson.databind.JsonNode;

/**
 * Figures of a prescription that no rule can judge and no pharmacy can count out: not above zero, a
 * part of a piece, a validity that is over, a name nobody reads to its end.
 */
final class Amounts {
  private static final int LONGEST_NAME = 200;

  private Amounts() {}

  /**
   * @throws Refusal BUSINESS_RULE naming the element
   */
  static void check(JsonNode request, Instant now) {
    JsonNode dispense = request.path("dispenseRequest");
    above("dispenseRequest.quantity", dispense.path("quantity"), true);
    above("dispenseRequest.expectedSupplyDuration", dispense.path("expectedSupplyDuration"), false);
    for (JsonNode line : request.path("dosageInstruction")) {
      above(
          "dosageInstruction.timing",
          line.path("timing").path("repeat").path("boundsDuration"),
          false);
      for (JsonNode dose : line.path("doseAndRate")) {
        above("dosageInstruction.doseAndRate", dose.path("doseQuantity"), false);
      }
    }
    Moments end = Moments.parse(dispense.path("validityPeriod").path("end").asString(""));
    if (end != null && end.hi() < Visits.micros(now)) {
      throw refusal("dispenseRequest.validityPeriod");
    }
    if (Dosages.name(request).length() > LONGEST_NAME) {
      throw refusal("medicationCodeableConcept");
    }
  }

  private static void above(String element, JsonNode quantity, boolean isWhole) {
    JsonNode value = quantity.path("value");
    if (value.isNumber()
        && (value.decimalValue().signum() <= 0
            || isWhole && value.decimalValue().stripTrailingZeros().scale() > 0)) {
      throw refusal(element);
    }
  }

  private static Refusal refusal(String element) {
    String path = "MedicationRequest." + element;
    return new Refusal(
        Refusal.Kind.BUSINESS_RULE, path, "prescription.amount", new Object[] {path});
  }
}
