package health.helan.oversight.settlement;

import health.helan.foundation.store.Refusal;
import health.helan.oversight.settlement.rules.CatalogueClass;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import tools.jackson.databind.JsonNode;

/**
 * Charges of what pharmacies have counted out, as circulation writes them (docs/adr/0127): marked
 * as written by its steps alone, so that nobody else says what was dispensed; for a
 * MedicationDispense; at the pharmacy's own price.
 */
final class Dispensed {
  private static final String BY_STEPS = "https://helan.health/fhir/CodeSystem/circulation";
  private static final String PRODUCT = "https://helan.health/fhir/sid/drug-product";
  private static final String UNLISTED = "unlisted";

  private Dispensed() {}

  static boolean is(JsonNode charge) {
    boolean isMarked = false;
    for (JsonNode tag : charge.path("meta").path("tag")) {
      isMarked |= BY_STEPS.equals(tag.path("system").asString(""));
    }
    return isMarked
        && charge
            .path("service")
            .path(0)
            .path("reference")
            .asString("")
            .startsWith("MedicationDispense/");
  }

  /** What the pharmacy asks. */
  static long fen(JsonNode charge) {
    return charge
        .path("priceOverride")
        .path("value")
        .decimalValue()
        .movePointRight(2)
        .setScale(0, RoundingMode.HALF_UP)
        .longValueExact();
  }

  /**
   * The price list's item of the product. What the list does not have as a drug is class C: own
   * money whole, at what the pharmacy asks.
   *
   * @throws Refusal BUSINESS_RULE when the list counts it in another unit
   */
  static PriceItem item(
      PriceBook prices, JsonNode charge, String institution, int level, LocalDate day) {
    String code = "";
    for (JsonNode coding : charge.path("code").path("coding")) {
      if (PRODUCT.equals(coding.path("system").asString(""))) {
        code = coding.path("code").asString("");
      }
    }
    PriceItem item = code.isEmpty() ? null : prices.find(code, institution, level, day);
    String unit = charge.path("quantity").path("unit").asString("");
    if (item == null || !item.isDrug()) {
      BigDecimal quantity = charge.path("quantity").path("value").decimalValue();
      return new PriceItem(
          code.isEmpty() ? UNLISTED : code,
          charge.path("code").path("text").asString(""),
          unit,
          "western-drug",
          CatalogueClass.C,
          0,
          fen(charge),
          day,
          day,
          0,
          institution,
          quantity.intValueExact());
    }
    if (!item.unit().equals(unit)) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE, "settlement.other-unit", item.name(), item.unit(), unit);
    }
    return item;
  }
}
