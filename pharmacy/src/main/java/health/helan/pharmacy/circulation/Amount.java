package health.helan.pharmacy.circulation;

import health.helan.pharmacy.knowledge.Masses;
import health.helan.pharmacy.review.Effective;
import tools.jackson.databind.JsonNode;

/**
 * How much of a drug is prescribed, in what is counted out (片, 粒, 盒); decoction pieces in grams.
 *
 * @param count whole; 0 where the prescription does not say
 */
record Amount(int count, String unit) {
  static final Amount NONE = new Amount(0, "");
  private static final int MOST = 100_000;

  /**
   * As {@code dispenseRequest.quantity} says; else what the dosage comes to over its days, where a
   * dose is told in pieces. Half a piece left over is a piece.
   */
  static Amount of(JsonNode request) {
    JsonNode quantity = request.path("dispenseRequest").path("quantity");
    if (quantity.path("value").isNumber()) {
      return whole(quantity.path("value").asDouble(), unit(quantity));
    }
    Double days = Effective.days(request);
    if (days == null) {
      return NONE;
    }
    double sum = 0;
    String unit = "";
    for (JsonNode line : request.path("dosageInstruction")) {
      JsonNode given = line.path("doseAndRate").path(0);
      JsonNode dose =
          given.path("doseRange").isObject()
              ? given.path("doseRange").path("high")
              : given.path("doseQuantity");
      Double times = Effective.times(line.path("timing"));
      String its = unit(dose);
      if (times == null
          || !dose.path("value").isNumber()
          || its.isEmpty()
          || Masses.inMg(its) != null
          || !unit.isEmpty() && !unit.equals(its)) {
        return NONE; // Milligrams are not pieces: how many, only the doctor says.
      }
      unit = its;
      sum += dose.path("value").asDouble() * times * days;
    }
    return whole(sum, unit);
  }

  private static String unit(JsonNode quantity) {
    String unit = quantity.path("unit").asString("").strip();
    return unit.isEmpty() ? quantity.path("code").asString("").strip() : unit;
  }

  private static Amount whole(double value, String unit) {
    double up = Math.ceil(value - 1e-9);
    return up < 1 || up > MOST || unit.isEmpty() ? NONE : new Amount((int) up, unit);
  }
}
