package health.helan.pharmacy.review.rules;

import health.helan.pharmacy.knowledge.Term;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where a rule fires, and the values that its sentence is filled with.
 *
 * @param about what tells it from other firings of the rule on the same drugs
 */
record Firing(List<String> items, String about, Map<String, Term> values) {
  static Firing of(Facts.Item item) {
    return new Firing(List.of(item.id()), "", new LinkedHashMap<>()).with("drug", name(item));
  }

  static Firing of(List<Facts.Item> items) {
    return new Firing(items.stream().map(Facts.Item::id).toList(), "", new LinkedHashMap<>());
  }

  Firing about(String what) {
    return new Firing(items, what, values);
  }

  Firing with(String name, Term value) {
    values.put(name, value);
    return this;
  }

  Firing with(String name, String value) {
    return with(name, Term.same(value));
  }

  Firing with(String name, double value) {
    return with(name, number(value));
  }

  /** A mass in milligrams, in the unit that people read easily. */
  Firing mass(String name, double mg) {
    return with(name, mass(mg));
  }

  static String mass(double mg) {
    if (mg >= 1000) {
      return number(mg / 1000) + " g";
    }
    return mg < 0.1 ? number(mg * 1000) + " μg" : number(mg) + " mg";
  }

  static String number(double value) {
    return BigDecimal.valueOf(value)
        .setScale(2, RoundingMode.HALF_UP)
        .stripTrailingZeros()
        .toPlainString();
  }

  static Term name(Facts.Item item) {
    return item.known() == null
        ? Term.same(item.text())
        : new Term(
            item.known().product() == null
                ? item.known().drug().name().zh()
                : item.known().product().name(),
            item.known().drug().name().en());
  }
}
