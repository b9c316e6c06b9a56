package health.helan.foundation.store.index;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * FHIR dates and times as ranges of microseconds since 1970-01-01 UTC, both ends included: {@code
 * 2020-05} is the whole month, {@code 12:30} the whole minute. Fractions below a microsecond are
 * cut off.
 *
 * @param lo first microsecond
 * @param hi last microsecond
 */
public record Moments(long lo, long hi) {
  /**
   * Zone of dates and times that name none, in resources and in searches alike (FHIR R4, 3.1.1.4.7:
   * the server's local time): Beijing time, the legal time of China, without the summer time of
   * 1986 to 1991.
   */
  public static final ZoneOffset LOCAL = ZoneOffset.ofHours(8);

  /** Stands for a period without a start. */
  public static final long FIRST = -62135596800_000_000L; // 0001-01-01T00:00:00Z

  /** Stands for a period without an end. */
  public static final long LAST = 253402300799_999_999L; // 9999-12-31T23:59:59.999999Z

  private static final long DAY = 86_400_000_000L;
  private static final long LOCAL_MICROS = LOCAL.getTotalSeconds() * 1_000_000L;

  /**
   * Reads a FHIR date, dateTime or instant.
   *
   * @return null when it is none
   */
  public static @Nullable Moments parse(String text) {
    int length = text.length();
    if (length < 4) {
      return null;
    }
    int year = digits(text, 0, 4);
    if (year < 1) {
      return null;
    }
    try {
      if (length == 4) {
        return days(LocalDate.of(year, 1, 1), LocalDate.of(year, 12, 31));
      }
      if (length < 7 || text.charAt(4) != '-') {
        return null;
      }
      int month = digits(text, 5, 7);
      if (length == 7) {
        YearMonth whole = YearMonth.of(year, month);
        return days(whole.atDay(1), whole.atEndOfMonth());
      }
      if (length < 10 || text.charAt(7) != '-') {
        return null;
      }
      LocalDate date = LocalDate.of(year, month, digits(text, 8, 10));
      if (length == 10) {
        return days(date, date);
      }
      return time(text, date.toEpochDay() * DAY);
    } catch (DateTimeException e) {
      return null; // No such day: the same as no date at all.
    }
  }

  private static @Nullable Moments time(String text, long day) {
    int length = text.length();
    if (length < 16 || text.charAt(10) != 'T' || text.charAt(13) != ':') {
      return null;
    }
    int hour = digits(text, 11, 13);
    int minute = digits(text, 14, 16);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59) {
      return null;
    }
    long micros = day + (hour * 60L + minute) * 60_000_000L;
    long width = 60_000_000L;
    int at = 16;
    if (at < length && text.charAt(at) == ':') {
      int second = at + 3 <= length ? digits(text, at + 1, at + 3) : -1;
      if (second < 0 || second > 60) {
        return null;
      }
      micros += Math.min(second, 59) * 1_000_000L;
      width = 1_000_000L;
      at += 3;
      if (at < length && text.charAt(at) == '.') {
        at++;
        int start = at;
        while (at < length && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
          if (at - start < 6) {
            width /= 10;
            micros += (text.charAt(at) - '0') * width;
          }
          at++;
        }
        if (at == start) {
          return null;
        }
      }
    }
    if (at == length) {
      micros -= LOCAL_MICROS;
    } else if (text.charAt(at) == 'Z') {
      if (at + 1 != length) {
        return null;
      }
    } else {
      char sign = text.charAt(at);
      if ((sign != '+' && sign != '-') || at + 6 != length || text.charAt(at + 3) != ':') {
        return null;
      }
      int hours = digits(text, at + 1, at + 3);
      int minutes = digits(text, at + 4, at + 6);
      if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59) {
        return null;
      }
      long offset = (hours * 60L + minutes) * 60_000_000L;
      micros -= sign == '+' ? offset : -offset;
    }
    return new Moments(micros, micros + width - 1);
  }

  private static Moments days(LocalDate first, LocalDate last) {
    return new Moments(
        first.toEpochDay() * DAY - LOCAL_MICROS, (last.toEpochDay() + 1) * DAY - LOCAL_MICROS - 1);
  }

  private static int digits(String text, int from, int to) {
    int value = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }
}
