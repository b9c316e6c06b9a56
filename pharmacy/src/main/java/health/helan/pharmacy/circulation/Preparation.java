package health.helan.pharmacy.circulation;

import health.helan.foundation.store.Json;
import health.helan.pharmacy.knowledge.Knowledge;
import health.helan.pharmacy.knowledge.Known;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Which drug something is, for the question whether one can be given for the other: the same
 * substance in the same form, by the same route, of the same strength. What the knowledge base does
 * not know is the same as nothing but its own name.
 *
 * @param match equal for preparations that may stand for each other
 * @param product name without the strength
 * @param code of the product ({@link #PRODUCT}), where one is told; else empty
 */
record Preparation(String match, String product, String code) {
  /** System of numbers of products, as the approval number (国药准字) is one. */
  static final String PRODUCT = "https://helan.health/fhir/sid/drug-product";

  /**
   * Codes of v3 {@code substanceAdminSubstitution} by which a doctor lets another product stand in:
   * equivalent, equivalent composition, brand, generic (HL7 v3, from general knowledge).
   */
  private static final Set<String> ALLOWED = Set.of("E", "EC", "BC", "G");

  static Preparation of(Knowledge knowledge, JsonNode concept) {
    String code = "";
    for (JsonNode coding : concept.path("coding")) {
      if (PRODUCT.equals(coding.path("system").asString(""))) {
        code = coding.path("code").asString("");
      }
    }
    Known known = knowledge.find(concept);
    String text = concept.path("text").asString("");
    String name =
        text.isEmpty() ? concept.path("coding").path(0).path("display").asString("") : text;
    return of(known, name, code);
  }

  /** As a pharmacy names it. */
  static Preparation of(Knowledge knowledge, String name, String code) {
    return of(knowledge.find(Json.MAPPER.createObjectNode().put("text", name)), name, code);
  }

  private static Preparation of(
      @org.jspecify.annotations.Nullable Known known, String name, String code) {
    if (known == null || known.product() == null || known.unitMg() == null) {
      String plain = name.replaceAll("\\s", "").toLowerCase(Locale.ROOT);
      return new Preparation("=" + plain, plain, code);
    }
    return new Preparation(
        "~%s|%s|%s|%s"
            .formatted(
                known.drug().id(),
                known.product().form(),
                known.product().route(),
                BigDecimal.valueOf(known.unitMg()).stripTrailingZeros().toPlainString()),
        known.product().name(),
        code);
  }

  boolean isSameAs(Preparation other) {
    return match.equals(other.match);
  }

  /** Whether it is the very product that was prescribed, or whichever is meant by its name. */
  boolean isWhatWasPrescribed(Preparation prescribed) {
    return isSameAs(prescribed)
        && product.equals(prescribed.product)
        && (prescribed.code.isEmpty() || prescribed.code.equals(code));
  }

  /** Whether the doctor lets another product stand in. Nothing said is no: 药师不得擅自更换. */
  static boolean allowsSubstitution(JsonNode request) {
    JsonNode substitution = request.path("substitution");
    if (substitution.path("allowedBoolean").asBoolean(false)) {
      return true;
    }
    for (JsonNode coding : substitution.path("allowedCodeableConcept").path("coding")) {
      if (ALLOWED.contains(coding.path("code").asString(""))) {
        return true;
      }
    }
    return false;
  }
}
