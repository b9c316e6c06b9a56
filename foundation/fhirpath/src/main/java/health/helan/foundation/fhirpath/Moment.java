package health.helan.foundation.fhirpath;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZonedDateTime;
import org.jspecify.annotations.Nullable;

/**
 * A System.Date, System.DateTime or System.Time: a point in time known to some precision.
 * Comparisons answer null where the precision (or a missing time zone) leaves them open.
 */
final class Moment {
  enum Kind {
    DATE,
    DATETIME,
    TIME
  }

  static final int YEAR = 1;
  static final int MONTH = 2;
  static final int DAY = 3;
  static final int HOUR = 4;
  static final int MINUTE = 5;
  static final int SECOND = 6;

  private static final int NO_OFFSET = Integer.MIN_VALUE;
  private static final int[] DIGITS_TO_LEVEL = new int[18];

  static {
    DIGITS_TO_LEVEL[4] = YEAR;
    DIGITS_TO_LEVEL[6] = MONTH;
    DIGITS_TO_LEVEL[8] = DAY;
    DIGITS_TO_LEVEL[10] = HOUR;
    DIGITS_TO_LEVEL[12] = MINUTE;
    DIGITS_TO_LEVEL[14] = SECOND;
    DIGITS_TO_LEVEL[17] = SECOND;
  }

  final Kind kind;
  private final int year;
  private final int month;
  private final int day;
  private final int hour;
  private final int minute;
  private final int second;
  private final int nano;

  /** The finest component that is known, {@link #YEAR} to {@link #SECOND}. */
  private final int level;

  private final int fractionDigits;
  private final int offsetMinutes;

  private Moment(Kind kind, int[] part, int level, int fractionDigits, int offsetMinutes) {
    this.kind = kind;
    this.year = part[0];
    this.month = part[1];
    this.day = part[2];
    this.hour = part[3];
    this.minute = part[4];
    this.second = part[5];
    this.nano = part[6];
    this.level = level;
    this.fractionDigits = fractionDigits;
    this.offsetMinutes = offsetMinutes;
  }

  static Moment today(ZonedDateTime now) {
    return new Moment(
        Kind.DATE,
        new int[] {now.getYear(), now.getMonthValue(), now.getDayOfMonth(), 0, 0, 0, 0},
        DAY,
        0,
        NO_OFFSET);
  }

  static Moment now(ZonedDateTime now) {
    return new Moment(
        Kind.DATETIME,
        parts(now.toLocalDateTime(), 3),
        SECOND,
        3,
        now.getOffset().getTotalSeconds() / 60);
  }

  static Moment timeOfDay(ZonedDateTime now) {
    var part = parts(now.toLocalDateTime(), 3);
    part[0] = 0;
    part[1] = 0;
    part[2] = 0;
    return new Moment(Kind.TIME, part, SECOND, 3, NO_OFFSET);
  }

  private static int[] parts(LocalDateTime t, int fractionDigits) {
    int unit = (int) Math.pow(10, 9 - fractionDigits);
    return new int[] {
      t.getYear(),
      t.getMonthValue(),
      t.getDayOfMonth(),
      t.getHour(),
      t.getMinute(),
      t.getSecond(),
      t.getNano() / unit * unit
    };
  }

  /**
   * Reads {@code 2015-02-04}, {@code 2015-02-04T14:34:28.123+08:00} or {@code 14:34}, each cut
   * after any component.
   *
   * @return null if the text is not such a value
   */
  static @Nullable Moment parse(String text, Kind kind) {
    var reader = new Reader(text);
    var part = new int[7];
    part[1] = 1;
    part[2] = 1;
    int level;
    if (kind == Kind.TIME) {
      part[1] = 0;
      part[2] = 0;
      level = reader.time(part);
      return level < HOUR || !reader.atEnd()
          ? null
          : new Moment(kind, part, level, reader.fractionDigits, NO_OFFSET);
    }
    level = reader.date(part);
    if (level == 0) {
      return null;
    }
    int offset = NO_OFFSET;
    if (kind == Kind.DATETIME && reader.accept('T') && !reader.atEnd()) {
      if (level < DAY) {
        return null;
      }
      level = reader.time(part);
      if (level < HOUR) {
        return null;
      }
      offset = reader.offset();
    }
    return reader.atEnd() && reader.ok
        ? new Moment(kind, part, level, reader.fractionDigits, offset)
        : null;
  }

  private static final class Reader {
    private final String text;
    private int at;
    private int fractionDigits;
    private boolean ok = true;

    Reader(String text) {
      this.text = text;
    }

    boolean atEnd() {
      return at == text.length();
    }

    boolean accept(char c) {
      if (at < text.length() && text.charAt(at) == c) {
        at++;
        return true;
      }
      return false;
    }

    /** A number of exactly so many digits, or -1. */
    int number(int digits) {
      if (at + digits > text.length()) {
        return -1;
      }
      int value = 0;
      for (int i = 0; i < digits; i++) {
        char c = text.charAt(at + i);
        if (c < '0' || c > '9') {
          return -1;
        }
        value = value * 10 + (c - '0');
      }
      at += digits;
      return value;
    }

    int date(int[] part) {
      part[0] = number(4);
      if (part[0] < 1) {
        return 0;
      }
      if (!accept('-')) {
        return YEAR;
      }
      part[1] = number(2);
      if (part[1] < 1 || part[1] > 12) {
        return 0;
      }
      if (!accept('-')) {
        return MONTH;
      }
      part[2] = number(2);
      return part[2] < 1 || part[2] > YearMonth.of(part[0], part[1]).lengthOfMonth() ? 0 : DAY;
    }

    int time(int[] part) {
      part[3] = number(2);
      if (part[3] < 0 || part[3] > 23) {
        return 0;
      }
      if (!accept(':')) {
        return HOUR;
      }
      part[4] = number(2);
      if (part[4] < 0 || part[4] > 59) {
        return 0;
      }
      if (!accept(':')) {
        return MINUTE;
      }
      part[5] = number(2);
      // FHIR allows 60 for a leap second.
      if (part[5] < 0 || part[5] > 60) {
        return 0;
      }
      if (accept('.')) {
        int unit = 100_000_000;
        int digits = 0;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
          part[6] += (text.charAt(at) - '0') * unit;
          unit /= 10;
          digits++;
          at++;
        }
        if (digits == 0) {
          return 0;
        }
        fractionDigits = Math.min(digits, 9);
      }
      return SECOND;
    }

    int offset() {
      if (accept('Z')) {
        return 0;
      }
      int sign = accept('+') ? 1 : accept('-') ? -1 : 0;
      if (sign == 0) {
        return NO_OFFSET;
      }
      int h = number(2);
      boolean colon = accept(':');
      int m = number(2);
      if (h < 0 || h > 14 || !colon || m < 0 || m > 59) {
        ok = false;
      }
      return sign * (h * 60 + m);
    }
  }

  private boolean hasOffset() {
    return offsetMinutes != NO_OFFSET;
  }

  /** Whether the two can be compared at all: a time never with a date. */
  boolean comparableTo(Moment other) {
    return (kind == Kind.TIME) == (other.kind == Kind.TIME);
  }

  /** Negative, zero, positive; null where precision or a missing time zone leaves it open. */
  @Nullable Integer compare(Moment other) {
    Moment a = this;
    Moment b = other;
    if (level >= HOUR && other.level >= HOUR && kind != Kind.TIME) {
      if (hasOffset() && other.hasOffset()) {
        if (offsetMinutes != other.offsetMinutes) {
          a = inUtc();
          b = other.inUtc();
        }
      } else if (hasOffset() != other.hasOffset()) {
        return hasOffset() ? compareToUnzoned(other) : negate(other.compareToUnzoned(this));
      }
    }
    int common = Math.min(a.level, b.level);
    for (int l = kind == Kind.TIME ? HOUR : YEAR; l <= common; l++) {
      int difference = Integer.compare(a.part(l), b.part(l));
      if (difference == 0 && l == SECOND) {
        difference = Integer.compare(a.nano, b.nano);
      }
      if (difference != 0) {
        return difference;
      }
    }
    return a.level == b.level ? 0 : null;
  }

  private static @Nullable Integer negate(@Nullable Integer comparison) {
    return comparison == null ? null : -comparison;
  }

  /** The other may lie anywhere from UTC-12 to UTC+14: only what all of these agree on is known. */
  private @Nullable Integer compareToUnzoned(Moment other) {
    long mine = inUtc().epochSecond();
    long theirs = other.epochSecond();
    if (mine < theirs - 14 * 3600) {
      return -1;
    }
    return mine > theirs + 12 * 3600 + 3600 ? 1 : null;
  }

  private long epochSecond() {
    return LocalDate.of(year, month, day).toEpochDay() * 86_400
        + hour * 3600L
        + minute * 60L
        + second;
  }

  private Moment inUtc() {
    if (offsetMinutes == 0) {
      return this;
    }
    // A leap second stays one: it is set aside while the minutes shift.
    var shifted = LocalDateTime.of(year, month, day, hour, minute).minusMinutes(offsetMinutes);
    var part = parts(shifted, 9);
    part[5] = second;
    part[6] = nano;
    return new Moment(kind, part, level, fractionDigits, 0);
  }

  private int part(int l) {
    return switch (l) {
      case YEAR -> year;
      case MONTH -> month;
      case DAY -> day;
      case HOUR -> hour;
      case MINUTE -> minute;
      default -> second;
    };
  }

  /** Equality where open questions count as different, as {@code ~} asks. */
  boolean equivalent(Moment other) {
    if (!comparableTo(other) || level != other.level) {
      return false;
    }
    Integer comparison = compare(other);
    return comparison != null && comparison == 0;
  }

  /** A hash under which equal moments, whatever their offsets, fall together. */
  int looseHash() {
    return kind == Kind.TIME ? 17 : 31;
  }

  /**
   * Adds a duration; the fraction of its amount is dropped, and an amount finer than the precision
   * is first converted to it (365 days a year, 30 days a month).
   *
   * @param unit singular calendar word, {@code year} to {@code millisecond}
   * @return null if the result lies outside the years 1 to 9999
   * @throws FhirPathException if a time of day is to be moved by days or more
   */
  @Nullable Moment plus(BigDecimal amount, String unit) {
    if (amount.abs().compareTo(BigDecimal.valueOf(400_000_000_000_000L)) > 0) {
      return null;
    }
    long n = amount.setScale(0, RoundingMode.DOWN).longValue();
    int unitLevel =
        switch (unit) {
          case "year" -> YEAR;
          case "month" -> MONTH;
          case "week", "day" -> DAY;
          case "hour" -> HOUR;
          case "minute" -> MINUTE;
          default -> SECOND;
        };
    if (kind == Kind.TIME && unitLevel < HOUR) {
      throw FhirPathException.evaluation("A time of day cannot be moved by a " + unit);
    }
    String effective = unit;
    if (unitLevel > level) {
      n =
          level == YEAR && unit.equals("month")
              ? n / 12
              : Math.multiplyExact(n, millis(unit)) / millis(LEVEL_UNIT[level]);
      effective = LEVEL_UNIT[level];
    }
    try {
      var base =
          kind == Kind.TIME
              ? LocalDateTime.of(2000, 1, 1, hour, minute, Math.min(second, 59), nano)
              : LocalDateTime.of(year, month, day, hour, minute, Math.min(second, 59), nano);
      var moved =
          switch (effective) {
            case "year" -> base.plusYears(n);
            case "month" -> base.plusMonths(n);
            case "week" -> base.plusWeeks(n);
            case "day" -> base.plusDays(n);
            case "hour" -> base.plusHours(n);
            case "minute" -> base.plusMinutes(n);
            case "second" -> base.plusSeconds(n);
            default -> base.plusNanos(Math.multiplyExact(n, 1_000_000L));
          };
      int digits = effective.equals("millisecond") ? Math.max(3, fractionDigits) : fractionDigits;
      var part = parts(moved, 9);
      if (kind == Kind.TIME) {
        part[0] = 0;
        part[1] = 0;
        part[2] = 0;
      } else if (part[0] < 1 || part[0] > 9999) {
        return null;
      }
      if (level < MONTH) {
        part[1] = 1;
      }
      return new Moment(kind, part, level, digits, offsetMinutes);
    } catch (DateTimeException | ArithmeticException outOfRange) {
      return null;
    }
  }

  private static final String[] LEVEL_UNIT = {
    "", "year", "month", "day", "hour", "minute", "second"
  };

  static long millis(String unit) {
    return switch (unit) {
      case "year" -> 365L * 86_400_000;
      case "month" -> 30L * 86_400_000;
      case "week" -> 7L * 86_400_000;
      case "day" -> 86_400_000;
      case "hour" -> 3_600_000;
      case "minute" -> 60_000;
      case "second" -> 1_000;
      default -> 1;
    };
  }

  /**
   * The earliest or latest value this could be, at a precision given in digits: 4, 6, 8 for dates,
   * on to 10, 12, 14, 17 with time, 2, 4, 6, 9 for times.
   *
   * @param digits null for the finest of the type
   * @return null where the type has no such precision
   */
  @Nullable Moment boundary(boolean high, @Nullable Integer digits) {
    int shift = kind == Kind.TIME ? 8 : 0;
    int wanted = digits == null ? (kind == Kind.DATE ? 8 : 17) : digits + shift;
    if (wanted < 0 || wanted > 17 || DIGITS_TO_LEVEL[wanted] == 0) {
      return null;
    }
    int target = DIGITS_TO_LEVEL[wanted];
    if (kind == Kind.DATE ? target > DAY : kind == Kind.TIME && target < HOUR) {
      return null;
    }
    var part = new int[] {year, month, day, hour, minute, second, nano};
    if (level < MONTH) {
      part[1] = high ? 12 : 1;
    }
    if (level < DAY && kind != Kind.TIME) {
      part[2] = high ? YearMonth.of(year, part[1]).lengthOfMonth() : 1;
    }
    if (level < HOUR) {
      part[3] = high ? 23 : 0;
    }
    if (level < MINUTE) {
      part[4] = high ? 59 : 0;
    }
    if (level < SECOND) {
      part[5] = high ? 59 : 0;
    }
    int known = level < SECOND ? 0 : Math.min(fractionDigits, 3);
    int unit = (int) Math.pow(10, 9 - known);
    part[6] = part[6] / unit * unit + (high ? unit - 1_000_000 : 0);
    if (known == 3) {
      part[6] = nano / 1_000_000 * 1_000_000;
    }
    int offset = offsetMinutes;
    if (kind == Kind.DATETIME && target >= HOUR && !hasOffset()) {
      offset = high ? -12 * 60 : 14 * 60;
    }
    return new Moment(
        kind, part, target, wanted == 17 ? 3 : 0, target >= HOUR ? offset : NO_OFFSET);
  }

  /** Number of digits that are known, as {@code precision()} counts them. */
  int precision() {
    int digits =
        switch (level) {
          case YEAR -> 4;
          case MONTH -> 6;
          case DAY -> 8;
          case HOUR -> 10;
          case MINUTE -> 12;
          default -> fractionDigits > 0 ? 14 + Math.max(3, fractionDigits) : 14;
        };
    return kind == Kind.TIME ? digits - 8 : digits;
  }

  /** The date part. */
  Moment toDate() {
    return new Moment(
        Kind.DATE, new int[] {year, month, day, 0, 0, 0, 0}, Math.min(level, DAY), 0, NO_OFFSET);
  }

  /** This date as a date and time of the same precision. */
  Moment toDateTime() {
    return new Moment(
        Kind.DATETIME,
        new int[] {year, month, day, hour, minute, second, nano},
        level,
        fractionDigits,
        offsetMinutes);
  }

  /** As FHIR writes it, without {@code @}. */
  @Override
  public String toString() {
    var out = new StringBuilder(29);
    if (kind != Kind.TIME) {
      pad(out, year, 4);
      if (level >= MONTH) {
        pad(out.append('-'), month, 2);
      }
      if (level >= DAY) {
        pad(out.append('-'), day, 2);
      }
      if (level >= HOUR) {
        out.append('T');
      }
    }
    if (level >= HOUR) {
      pad(out, hour, 2);
    }
    if (level >= MINUTE) {
      pad(out.append(':'), minute, 2);
    }
    if (level >= SECOND) {
      pad(out.append(':'), second, 2);
      if (fractionDigits > 0) {
        out.append('.');
        out.append(String.format("%09d", nano), 0, fractionDigits);
      }
    }
    if (level >= HOUR && hasOffset()) {
      if (offsetMinutes == 0) {
        out.append('Z');
      } else {
        int m = Math.abs(offsetMinutes);
        pad(out.append(offsetMinutes < 0 ? '-' : '+'), m / 60, 2);
        pad(out.append(':'), m % 60, 2);
      }
    }
    return out.toString();
  }

  private static void pad(StringBuilder out, int value, int width) {
    String digits = Integer.toString(value);
    out.repeat('0', width - digits.length()).append(digits);
  }
}
