package health.helan.pharmacy.review;

import health.helan.pharmacy.knowledge.Knowledge;
import health.helan.pharmacy.knowledge.Known;
import health.helan.pharmacy.knowledge.Masses;
import health.helan.pharmacy.review.rules.Facts.Item;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a MedicationRequest says of dose, frequency, duration and route, in the terms of the rules.
 * What is not said clearly is null: no rule guesses.
 */
final class Dosages {
  /** Codes of HL7's GTSAbbreviation, and how often a day that is. */
  private static final Map<String, Double> TIMES =
      Map.ofEntries(
          Map.entry("QD", 1.0),
          Map.entry("AM", 1.0),
          Map.entry("PM", 1.0),
          Map.entry("BED", 1.0),
          Map.entry("BID", 2.0),
          Map.entry("TID", 3.0),
          Map.entry("QID", 4.0),
          Map.entry("QOD", 0.5),
          Map.entry("WK", 1 / 7.0),
          Map.entry("Q1H", 24.0),
          Map.entry("Q2H", 12.0),
          Map.entry("Q3H", 8.0),
          Map.entry("Q4H", 6.0),
          Map.entry("Q6H", 4.0),
          Map.entry("Q8H", 3.0),
          Map.entry("Q12H", 2.0));

  /**
   * Routes: words, codes of SNOMED CT, and codes of the national table of routes (CV06.00.102),
   * from general knowledge.
   */
  private static final Map<String, String> ROUTES =
      Map.ofEntries(
          Map.entry("口服", "oral"),
          Map.entry("26643006", "oral"),
          Map.entry("1", "oral"),
          Map.entry("舌下含服", "sublingual"),
          Map.entry("舌下", "sublingual"),
          Map.entry("37839007", "sublingual"),
          Map.entry("3", "sublingual"),
          Map.entry("注射", "injection"),
          Map.entry("4", "injection"),
          Map.entry("皮下注射", "injection"),
          Map.entry("34206005", "injection"),
          Map.entry("401", "injection"),
          Map.entry("肌内注射", "injection"),
          Map.entry("肌肉注射", "injection"),
          Map.entry("78421000", "injection"),
          Map.entry("403", "injection"),
          Map.entry("静脉滴注", "injection"),
          Map.entry("静脉注射", "injection"),
          Map.entry("47625008", "injection"),
          Map.entry("404", "injection"),
          Map.entry("吸入", "inhaled"),
          Map.entry("5", "inhaled"),
          Map.entry("滴鼻", "nasal"),
          Map.entry("喷鼻", "nasal"),
          Map.entry("46713006", "nasal"),
          Map.entry("608", "nasal"),
          Map.entry("滴眼", "eye"),
          Map.entry("54485002", "eye"),
          Map.entry("607", "eye"),
          Map.entry("外用", "skin"),
          Map.entry("6064005", "skin"),
          Map.entry("612", "skin"),
          Map.entry("直肠给药", "rectal"),
          Map.entry("37161004", "rectal"),
          Map.entry("2", "rectal"),
          Map.entry("阴道给药", "vaginal"),
          Map.entry("16857009", "vaginal"),
          Map.entry("605", "vaginal"));

  /** Several lines of a dosage, added up. */
  private static final class Sum {
    @Nullable Double most;
    @Nullable Double least;
    double dailyMg;
    double times;
    boolean isDoseWhole = true;
    boolean isTimesWhole = true;
    boolean hasDose;
  }

  private Dosages() {}

  /**
   * A MedicationRequest as the rules see it.
   *
   * @param id by which findings name it
   * @param until last day of supply; null for what is being prescribed
   */
  static Item item(JsonNode request, String id, @Nullable Known known, @Nullable LocalDate until) {
    var sum = new Sum();
    var words = new StringBuilder();
    for (JsonNode line : request.path("dosageInstruction")) {
      words.append(line.path("text").asString("")).append(' ');
      words.append(line.path("patientInstruction").asString("")).append(' ');
      add(sum, line, known);
    }
    Double single = sum.isDoseWhole ? sum.most : null;
    Double times = sum.isTimesWhole && sum.times > 0 ? Double.valueOf(sum.times) : null;
    if (single != null && times != null && single > 0) {
      // Unequal doses, as 20 units in the morning and 10 at night: so that single times often is a
      // day.
      times = sum.dailyMg / single;
    }
    return new Item(
        id,
        name(request),
        known,
        atc(request),
        route(request.path("dosageInstruction").path(0).path("route")),
        single,
        sum.isDoseWhole ? sum.least : null,
        times,
        sum.hasDose,
        supply(request),
        words.toString().strip(),
        until);
  }

  private static List<String> atc(JsonNode request) {
    List<String> codes = new ArrayList<>();
    for (JsonNode coding : request.path("medicationCodeableConcept").path("coding")) {
      if (Knowledge.ATC.equals(coding.path("system").asString(""))) {
        codes.add(coding.path("code").asString("").strip().toUpperCase(Locale.ROOT));
      }
    }
    return List.copyOf(codes);
  }

  static String name(JsonNode request) {
    JsonNode concept = request.path("medicationCodeableConcept");
    String text = concept.path("text").asString("");
    return text.isEmpty() ? concept.path("coding").path(0).path("display").asString("") : text;
  }

  private static void add(Sum sum, JsonNode line, @Nullable Known known) {
    Double often = times(line.path("timing"));
    if (often == null) {
      sum.isTimesWhole = false;
    } else {
      sum.times += often;
    }
    JsonNode given = line.path("doseAndRate").path(0);
    JsonNode quantity = given.path("doseQuantity");
    JsonNode range = given.path("doseRange");
    sum.hasDose |= quantity.path("value").isNumber() || range.path("high").path("value").isNumber();
    Double high = mg(range.isObject() ? range.path("high") : quantity, known);
    Double low = range.isObject() ? mg(range.path("low"), known) : high;
    if (high == null) {
      sum.isDoseWhole = false;
      return;
    }
    sum.most = sum.most == null ? high : Math.max(sum.most, high);
    double least = low == null ? high : low;
    sum.least = sum.least == null ? least : Math.min(sum.least, least);
    sum.dailyMg += often == null ? 0 : high * often;
  }

  /** Milligrams; null where the unit is neither a mass nor a piece of a known strength. */
  private static @Nullable Double mg(JsonNode quantity, @Nullable Known known) {
    if (!quantity.path("value").isNumber()) {
      return null;
    }
    double value = quantity.path("value").asDouble();
    String unit = quantity.path("unit").asString("").strip();
    String code = quantity.path("code").asString("");
    Double mass = Masses.inMg(code.isEmpty() ? unit : code);
    if (mass != null) {
      return value * mass;
    }
    if (known == null || known.unitMg() == null || known.product() == null) {
      return null;
    }
    return unit.equals(known.product().unit()) ? Double.valueOf(value * known.unitMg()) : null;
  }

  /** How often a day, on average; null for what is not told, or only as needed without a limit. */
  static @Nullable Double times(JsonNode timing) {
    JsonNode repeat = timing.path("repeat");
    if (repeat.path("frequency").isNumber() || repeat.path("frequencyMax").isNumber()) {
      double often =
          repeat.path("frequencyMax").isNumber()
              ? repeat.path("frequencyMax").asDouble()
              : repeat.path("frequency").asDouble();
      Double perDay = perDay(repeat.path("periodUnit").asString(""));
      double period = repeat.path("period").asDouble(1);
      return perDay == null || period <= 0 ? null : Double.valueOf(often * perDay / period);
    }
    for (JsonNode coding : timing.path("code").path("coding")) {
      Double often = TIMES.get(coding.path("code").asString("").toUpperCase(Locale.ROOT));
      if (often != null) {
        return often;
      }
    }
    return null;
  }

  private static @Nullable Double perDay(String unit) {
    return switch (unit) {
      case "d" -> 1.0;
      case "h" -> 24.0;
      case "wk" -> 1 / 7.0;
      case "mo" -> 1 / 30.0;
      default -> null;
    };
  }

  /** Days that what is dispensed at a time lasts; null for unknown. */
  static @Nullable Double days(JsonNode request) {
    Double supply = duration(request.path("dispenseRequest").path("expectedSupplyDuration"));
    if (supply != null) {
      return supply;
    }
    Double most = null;
    for (JsonNode line : request.path("dosageInstruction")) {
      Double bounds = duration(line.path("timing").path("repeat").path("boundsDuration"));
      most = bounds == null ? most : most == null ? bounds : Double.valueOf(Math.max(most, bounds));
    }
    return most;
  }

  /**
   * Days that all of it lasts, each repeat that is allowed counted in ({@code
   * numberOfRepeatsAllowed} is in addition to the first); null for unknown.
   */
  static @Nullable Double supply(JsonNode request) {
    Double days = days(request);
    long repeats = request.path("dispenseRequest").path("numberOfRepeatsAllowed").asLong(0);
    return days == null ? null : days * (1 + Math.max(0, repeats));
  }

  private static @Nullable Double duration(JsonNode told) {
    if (!told.path("value").isNumber()) {
      return null;
    }
    double value = told.path("value").asDouble();
    String code = told.path("code").asString(told.path("unit").asString(""));
    return switch (code) {
      case "d", "天", "日" -> value;
      case "wk", "周" -> value * 7;
      case "mo", "月" -> value * 30;
      case "a", "年" -> value * 365;
      default -> null;
    };
  }

  /** A route in the knowledge base's words; null for one that is not told or not known. */
  static @Nullable String route(JsonNode concept) {
    for (JsonNode coding : concept.path("coding")) {
      String route = ROUTES.get(coding.path("code").asString(""));
      if (route != null) {
        return route;
      }
    }
    return ROUTES.get(concept.path("text").asString("").strip());
  }
}
