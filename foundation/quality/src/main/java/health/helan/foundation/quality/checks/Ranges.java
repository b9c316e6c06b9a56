package health.helan.foundation.quality.checks;

import health.helan.foundation.quality.rules.Rule;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Measured values lie within what can be measured of a person, told for each code and its unit in
 * UCUM; of the resource's value and those of its components. {@code units} alone asks for the unit
 * only.
 */
record Ranges(String system, Map<String, Map<String, Range>> byCode, boolean unitsOnly)
    implements Check {

  /** Both ends are allowed. */
  record Range(BigDecimal low, BigDecimal high) {}

  static Ranges of(JsonNode spec, boolean unitsOnly) {
    var byCode = new HashMap<String, Map<String, Range>>();
    JsonNode ranges = spec.path("ranges");
    if (!ranges.isArray() || ranges.isEmpty()) {
      throw Rule.wrong("ranges", "quality.rule-ranges");
    }
    for (JsonNode range : ranges) {
      String code = range.path("code").asString("");
      String unit = range.path("unit").asString("");
      if (code.isEmpty()
          || unit.isEmpty()
          || !range.path("low").isNumber()
          || !range.path("high").isNumber()
          || range.path("low").decimalValue().compareTo(range.path("high").decimalValue()) > 0) {
        throw Rule.wrong("ranges", "quality.rule-ranges");
      }
      byCode
          .computeIfAbsent(code, _ -> new HashMap<>())
          .put(
              unit, new Range(range.path("low").decimalValue(), range.path("high").decimalValue()));
    }
    return new Ranges(
        spec.path("system").asString("http://loinc.org"), Map.copyOf(byCode), unitsOnly);
  }

  @Override
  public Verdict of(Subject subject, Around around) {
    Verdict verdict = one(subject.tree(), subject.type());
    if (verdict.fails()) {
      return verdict;
    }
    JsonNode components = subject.tree().path("component");
    for (int i = 0; i < components.size(); i++) {
      Verdict next = one(components.get(i), subject.type() + ".component[" + i + "]");
      if (next.fails()) {
        return next;
      }
      if (verdict.kind() == Verdict.Kind.NOT_ASKED || next.counts()) {
        verdict = next;
      }
    }
    return verdict;
  }

  private Verdict one(JsonNode measured, String path) {
    JsonNode quantity = measured.path("valueQuantity");
    if (!quantity.path("value").isNumber()) {
      return Verdict.NOT_ASKED;
    }
    for (JsonNode coding : measured.path("code").path("coding")) {
      Map<String, Range> units =
          coding.path("system").asString("").equals(system)
              ? byCode.get(coding.path("code").asString(""))
              : null;
      if (units == null) {
        continue;
      }
      Range range = units.get(quantity.path("code").asString(""));
      if (unitsOnly) {
        return range == null
                || !quantity.path("system").asString("").equals("http://unitsofmeasure.org")
            ? Verdict.failsAt(path + ".value.ofType(Quantity).code")
            : Verdict.PASSES;
      }
      if (range == null || quantity.has("comparator")) {
        return Verdict.CANNOT_TELL; // The unit is another rule's matter.
      }
      BigDecimal value = quantity.path("value").decimalValue();
      return value.compareTo(range.low) < 0 || value.compareTo(range.high) > 0
          ? Verdict.failsAt(path + ".value.ofType(Quantity).value")
          : Verdict.PASSES;
    }
    return Verdict.NOT_ASKED;
  }

  /** Codes that it knows. */
  Set<String> codes() {
    return byCode.keySet();
  }
}
