package health.helan.care.visit;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a visit on line costs. FHIR R4 has no element for it: an extension of the PractitionerRole
 * that is applied to, copied to the Encounter, so that a fee that changes later changes no visit.
 */
final class Fee {
  /** {@code valueMoney} in CNY. */
  static final String URL = "https://helan.health/fhir/StructureDefinition/online-visit-fee";

  /** A typing error costs nobody a fortune. */
  private static final long MOST_FEN = 1_000_000;

  private Fee() {}

  private static JsonNode money(JsonNode resource) {
    for (JsonNode extension : resource.path("extension")) {
      if (URL.equals(extension.path("url").asString(""))) {
        return extension.path("valueMoney");
      }
    }
    return Json.MAPPER.missingNode();
  }

  /** 0 where none is told. What is written was checked. */
  static long fen(JsonNode resource) {
    JsonNode value = money(resource).path("value");
    return value.isNumber() ? value.decimalValue().movePointRight(2).longValue() : 0;
  }

  static String yuan(long fen) {
    return BigDecimal.valueOf(fen, 2).toPlainString();
  }

  static void put(ObjectNode extension, long fen) {
    extension
        .putObject("valueMoney")
        .put("value", BigDecimal.valueOf(fen, 2))
        .put("currency", "CNY");
  }

  /**
   * @throws Refusal VALUE for a fee that is none
   */
  static void check(@Nullable ObjectNode role) {
    if (role == null) {
      return;
    }
    for (JsonNode extension : role.path("extension")) {
      if (URL.equals(extension.path("url").asString("")) && !isFee(extension.path("valueMoney"))) {
        throw new Refusal(
            Refusal.Kind.VALUE, "PractitionerRole.extension", "visit.fee", new Object[] {URL});
      }
    }
  }

  private static boolean isFee(JsonNode money) {
    if (!money.path("value").isNumber() || !money.path("currency").asString("").equals("CNY")) {
      return false;
    }
    BigDecimal fen = money.path("value").decimalValue().movePointRight(2).stripTrailingZeros();
    return fen.scale() <= 0 && fen.signum() >= 0 && fen.longValue() <= MOST_FEN;
  }
}
