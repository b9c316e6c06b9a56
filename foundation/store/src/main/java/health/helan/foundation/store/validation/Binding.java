package health.helan.foundation.store.validation;

import health.helan.foundation.store.index.Units;
import java.util.Currency;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A required binding to a value set whose codes are known, or can be told by their form. */
final class Binding {
  private static final int LISTED = 12;

  private final String valueSet;
  private final String type;
  private final Set<String> codes = new HashSet<>();
  private final Map<String, Set<String>> bySystem = new HashMap<>();
  private final @Nullable Predicate<String> form;

  /** RFC 6838, 4.2: names of type and subtype; of parameters that they have a name and a value. */
  private static final Pattern MIME_TYPE =
      Pattern.compile(
          "[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"
              + "( ?; ?[A-Za-z0-9!#$&^_.+-]+=[^;]{1,200})*");

  /** What R4 itself writes where it asks for a MIME type (CapabilityStatement.format). */
  private static final Set<String> SHORT_FORMATS = Set.of("xml", "json", "ttl", "turtle");

  /** Value sets that R4 binds codes to and that no list gives: these are told by their form. */
  private static final Map<String, Predicate<String>> BY_FORM =
      Map.of(
          "http://hl7.org/fhir/ValueSet/mimetypes",
          code -> SHORT_FORMATS.contains(code) || MIME_TYPE.matcher(code).matches(),
          "http://hl7.org/fhir/ValueSet/currencies",
          currencies()::contains);

  /** ISO 4217 as Java has it, currencies of the past included: records are old, too. */
  private static Set<String> currencies() {
    var codes = new HashSet<String>();
    Currency.getAvailableCurrencies().forEach(each -> codes.add(each.getCurrencyCode()));
    return codes;
  }

  private static final String UCUM_UNITS = "http://hl7.org/fhir/ValueSet/ucum-units";

  /** Null for a value set of which nothing is known. */
  static @Nullable Binding byForm(String valueSet, String type) {
    if (valueSet.equals(UCUM_UNITS) && type.equals("CodeableConcept")) {
      return new Binding(valueSet, type, Units::isUcum);
    }
    Predicate<String> form = BY_FORM.get(valueSet);
    return form == null || !type.equals("code") ? null : new Binding(valueSet, type, form);
  }

  private Binding(String valueSet, String type, Predicate<String> form) {
    this.valueSet = valueSet;
    this.type = type;
    this.form = form;
  }

  /**
   * @param type {@code code}, {@code Coding} or {@code CodeableConcept}
   * @param pairs {@code system|code} and {@code code}, as {@code R4.codes} gives them
   */
  Binding(String valueSet, String type, Set<String> pairs) {
    this.valueSet = valueSet;
    this.type = type;
    this.form = null;
    for (String pair : pairs) {
      int bar = pair.indexOf('|');
      if (bar > 0 && pairs.contains(pair.substring(bar + 1))) {
        String code = pair.substring(bar + 1);
        codes.add(code);
        bySystem.computeIfAbsent(pair.substring(0, bar), _ -> new HashSet<>()).add(code);
      }
    }
  }

  /** Whether a value whose structure was found right obeys this binding. */
  boolean allows(JsonNode value) {
    return switch (type) {
      case "code" ->
          form == null ? codes.contains(value.stringValue()) : form.test(value.stringValue());
      case "Coding" -> allowsCoding(value);
      default -> {
        JsonNode codings = value.get("coding");
        if (codings != null) {
          for (JsonNode coding : codings) {
            if (allowsCoding(coding)) {
              yield true;
            }
          }
        }
        yield false;
      }
    };
  }

  private boolean allowsCoding(JsonNode coding) {
    JsonNode system = coding.get("system");
    JsonNode code = coding.get("code");
    if (system == null || code == null || !system.isString() || !code.isString()) {
      return false;
    }
    if (form != null) {
      return system.stringValue().equals(Units.UCUM) && form.test(code.stringValue());
    }
    Set<String> known = bySystem.get(system.stringValue());
    return known != null && known.contains(code.stringValue());
  }

  void fault(Run run, String name, int index) {
    if (form == null && codes.size() <= LISTED) {
      run.faultAt(
          name, index, "code-invalid", "code.not-one-of", String.join(", ", new TreeSet<>(codes)));
    } else {
      run.faultAt(name, index, "code-invalid", "code.not-in-value-set", valueSet);
    }
  }
}
