package health.helan.foundation.fhirpath;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A System.Quantity.
 *
 * @param unit a UCUM code, {@code 1} for none; or a calendar word such as {@code days}
 * @param calendar whether the unit is a calendar word
 * @param fhir whether it comes from a FHIR Quantity, whose code {@code a} or {@code mo} also stands
 *     for the calendar's year and month (FHIR R4, "Use of FHIR Quantity")
 */
record Quantity(BigDecimal value, String unit, boolean calendar, boolean fhir) {
  private static final Map<String, String> CALENDAR =
      Map.ofEntries(
          Map.entry("year", "year"),
          Map.entry("years", "year"),
          Map.entry("month", "month"),
          Map.entry("months", "month"),
          Map.entry("week", "week"),
          Map.entry("weeks", "week"),
          Map.entry("day", "day"),
          Map.entry("days", "day"),
          Map.entry("hour", "hour"),
          Map.entry("hours", "hour"),
          Map.entry("minute", "minute"),
          Map.entry("minutes", "minute"),
          Map.entry("second", "second"),
          Map.entry("seconds", "second"),
          Map.entry("millisecond", "millisecond"),
          Map.entry("milliseconds", "millisecond"));
  private static final Map<String, String> TO_UCUM =
      Map.of(
          "year",
          "a",
          "month",
          "mo",
          "week",
          "wk",
          "day",
          "d",
          "hour",
          "h",
          "minute",
          "min",
          "second",
          "s",
          "millisecond",
          "ms");
  private static final Map<String, String> FROM_UCUM =
      Map.of(
          "a",
          "year",
          "mo",
          "month",
          "wk",
          "week",
          "d",
          "day",
          "h",
          "hour",
          "min",
          "minute",
          "s",
          "second",
          "ms",
          "millisecond");
  private static final Pattern TEXT =
      Pattern.compile("([+-]?\\d{1,60}(?:\\.\\d{1,60})?)\\s*(?:'([^']+)'|([a-zA-Z]+))?");

  static Quantity ofUcum(BigDecimal value, String unit) {
    return new Quantity(value, unit, false, false);
  }

  static boolean isCalendarWord(String word) {
    return CALENDAR.containsKey(word);
  }

  /** Reads {@code 4 days} or {@code 5.5 'mg'}; null if the text is no quantity. */
  static @Nullable Quantity parse(String text) {
    var matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    var value = new BigDecimal(matcher.group(1));
    String word = matcher.group(3);
    if (word != null) {
      return isCalendarWord(word) ? new Quantity(value, word, true, false) : null;
    }
    String code = matcher.group(2);
    return ofUcum(value, code == null ? "1" : code);
  }

  /**
   * The calendar unit to move a date by, singular.
   *
   * @throws FhirPathException for a unit that is no duration, or a UCUM year or month: these have a
   *     fixed length, which the calendar's have not
   */
  String durationUnit() {
    String word = CALENDAR.get(unit);
    if (word != null) {
      return word;
    }
    word = FROM_UCUM.get(unit);
    if (word == null) {
      throw FhirPathException.evaluation("A date cannot be moved by a quantity with this unit");
    }
    if (!fhir && (unit.equals("a") || unit.equals("mo"))) {
      throw FhirPathException.evaluation(
          "A date cannot be moved by the UCUM unit '"
              + unit
              + "', which has a fixed length; write "
              + word);
    }
    return word;
  }

  private @Nullable String calendarUnit() {
    return calendar ? CALENDAR.get(unit) : fhir ? FROM_UCUM.get(unit) : null;
  }

  /** Negative, zero, positive; null where the units do not compare. */
  @Nullable Integer compare(Quantity other) {
    if (unit.equals(other.unit) && calendar == other.calendar) {
      return value.compareTo(other.value);
    }
    if (calendar || other.calendar) {
      String a = calendarUnit();
      String b = other.calendarUnit();
      if (a != null && b != null) {
        boolean long1 = isLong(a);
        if (long1 != isLong(b)) {
          return null;
        }
        return long1
            ? months(a).compareTo(other.months(b))
            : inMillis(a).compareTo(other.inMillis(b));
      }
      String left = definiteUcum();
      String right = other.definiteUcum();
      return left == null || right == null ? null : Ucum.compare(value, left, other.value, right);
    }
    return Ucum.compare(value, unit, other.value, other.unit);
  }

  private static boolean isLong(String calendarUnit) {
    return calendarUnit.equals("year") || calendarUnit.equals("month");
  }

  private BigDecimal months(String calendarUnit) {
    return calendarUnit.equals("year") ? value.multiply(BigDecimal.valueOf(12)) : value;
  }

  private BigDecimal inMillis(String calendarUnit) {
    return value.multiply(BigDecimal.valueOf(Moment.millis(calendarUnit)));
  }

  /** The UCUM unit; null for calendar years and months, whose length varies. */
  private @Nullable String definiteUcum() {
    if (!calendar) {
      return unit;
    }
    String word = CALENDAR.get(unit);
    return word == null || isLong(word) ? null : TO_UCUM.get(word);
  }

  private String anyUcum() {
    String word = calendar ? CALENDAR.get(unit) : null;
    String code = word == null ? null : TO_UCUM.get(word);
    return code == null ? unit : code;
  }

  /** Equal once both are in one unit and rounded to the less precise of the two. */
  boolean equivalent(Quantity other) {
    String mine = anyUcum();
    String theirs = other.anyUcum();
    BigDecimal converted =
        mine.equals(theirs) ? other.value : Ucum.convert(other.value, theirs, mine);
    return converted != null && Numbers.equivalent(value, converted);
  }

  boolean comparable(Quantity other) {
    return anyUcum().equals(other.anyUcum()) || Ucum.comparable(anyUcum(), other.anyUcum());
  }

  /**
   * Sum or difference in the finer of the two units; null where the units do not go together.
   *
   * @param sign 1 to add, -1 to subtract
   */
  @Nullable Quantity plus(Quantity other, int sign) {
    var theirs = sign < 0 ? other.value.negate() : other.value;
    if (unit.equals(other.unit) && calendar == other.calendar) {
      return new Quantity(value.add(theirs), unit, calendar, fhir);
    }
    String a = definiteUcum();
    String b = other.definiteUcum();
    if (a == null || b == null) {
      return null;
    }
    var oneOfMine = Ucum.convert(BigDecimal.ONE, a, b);
    if (oneOfMine == null) {
      return null;
    }
    if (oneOfMine.compareTo(BigDecimal.ONE) >= 0) {
      var converted = Ucum.convert(value, a, b);
      return converted == null ? null : ofUcum(converted.add(theirs), b);
    }
    var converted = Ucum.convert(theirs, b, a);
    return converted == null ? null : ofUcum(value.add(converted), a);
  }

  @Nullable Quantity times(Quantity other) {
    return Ucum.multiply(value, anyUcum(), other.value, other.anyUcum());
  }

  @Nullable Quantity dividedBy(Quantity other) {
    return other.value.signum() == 0
        ? null
        : Ucum.divide(value, anyUcum(), other.value, other.anyUcum());
  }

  Quantity withValue(BigDecimal newValue) {
    return new Quantity(newValue, unit, calendar, fhir);
  }

  @Override
  public String toString() {
    return value.toPlainString() + (calendar ? " " + unit : " '" + unit + "'");
  }

  /** Decimal arithmetic with the engine's bounds. */
  static final class Numbers {
    private Numbers() {}

    /** Equal once both are rounded to the decimals of the less precise, trailing zeros ignored. */
    static boolean equivalent(BigDecimal a, BigDecimal b) {
      int scale = Math.min(decimals(a), decimals(b));
      return a.setScale(scale, RoundingMode.HALF_UP)
              .compareTo(b.setScale(scale, RoundingMode.HALF_UP))
          == 0;
    }

    private static int decimals(BigDecimal value) {
      return Math.max(0, value.stripTrailingZeros().scale());
    }
  }
}
