package health.helan.foundation.residents.match;

import com.ibm.icu.util.ChineseCalendar;
import com.ibm.icu.util.TimeZone;
import java.time.DateTimeException;
import java.time.LocalDate;

/**
 * Dates of birth as whole numbers, yyyymmdd; a month or day that is not said is 00; 0 for no date.
 */
final class Dates {
  private static final int FIRST_YEAR = 1900;
  private static final int LAST_YEAR = 2060;

  private Dates() {}

  /** Of a FHIR date, or of what looks like one; 0 for anything else. */
  static int of(String written) {
    int found = 0;
    int digits = 0;
    for (int i = 0; i < written.length() && digits < 8; i++) {
      char c = written.charAt(i);
      if (c >= '0' && c <= '9') {
        found = found * 10 + (c - '0');
        digits++;
      } else if (c == 'T') {
        break;
      } else if (c != '-' && c != '/' && c != '.') {
        return 0;
      }
    }
    int date =
        switch (digits) {
          case 4 -> found * 10_000;
          case 6 -> found * 100;
          case 8 -> found;
          default -> 0;
        };
    return date / 10_000 < 1850 || date / 100 % 100 > 12 || date % 100 > 31 ? 0 : date;
  }

  static boolean isWhole(int date) {
    return date % 100 != 0 && date / 100 % 100 != 0;
  }

  /**
   * The day in the common calendar of a date that was meant in the lunar one; 0 when there is no
   * such day. Of a leap month the first is taken.
   */
  static int ofLunar(int date) {
    int year = date / 10_000;
    int month = date / 100 % 100;
    int day = date % 100;
    if (year < FIRST_YEAR || year > LAST_YEAR || day < 1 || day > 30 || month < 1) {
      return 0;
    }
    LocalDate found =
        LocalDate.ofEpochDay(Months.FIRST_DAYS[(year - FIRST_YEAR) * 12 + month - 1] + day - 1L);
    return found.getYear() * 10_000 + found.getMonthValue() * 100 + found.getDayOfMonth();
  }

  /** Days between two whole dates; a large number when one is no day. */
  static long days(int a, int b) {
    try {
      return Math.abs(day(a).toEpochDay() - day(b).toEpochDay());
    } catch (DateTimeException notADay) {
      return Integer.MAX_VALUE;
    }
  }

  private static LocalDate day(int date) {
    return LocalDate.of(date / 10_000, date / 100 % 100, date % 100);
  }

  /** Number of places in which two dates differ. */
  static int differingDigits(int a, int b) {
    int count = 0;
    for (int i = 0; i < 8; i++) {
      if (a % 10 != b % 10) {
        count++;
      }
      a /= 10;
      b /= 10;
    }
    return count;
  }

  /** True when two neighbouring digits changed places and nothing else. */
  static boolean isTransposed(int a, int b) {
    for (int power = 1; power <= 1_000_000; power *= 10) {
      int low = a / power % 10;
      int high = a / power / 10 % 10;
      if (low != high && a + (low - high) * power * 9 == b) {
        return true;
      }
    }
    return false;
  }

  /** When lunar months begin; worked out once, when first asked for. */
  private static final class Months {
    static final int[] FIRST_DAYS = new int[(LAST_YEAR - FIRST_YEAR + 1) * 12];

    static {
      ChineseCalendar calendar =
          new ChineseCalendar(
              TimeZone.getTimeZone("Asia/Shanghai"), com.ibm.icu.util.ULocale.CHINA);
      for (int i = 0; i < FIRST_DAYS.length; i++) {
        calendar.clear();
        calendar.set(com.ibm.icu.util.Calendar.EXTENDED_YEAR, FIRST_YEAR + i / 12);
        calendar.set(com.ibm.icu.util.Calendar.MONTH, i % 12);
        calendar.set(ChineseCalendar.IS_LEAP_MONTH, 0);
        calendar.set(com.ibm.icu.util.Calendar.DATE, 1);
        FIRST_DAYS[i] =
            (int)
                java.time.Instant.ofEpochMilli(calendar.getTimeInMillis())
                    .atZone(java.time.ZoneId.of("Asia/Shanghai"))
                    .toLocalDate()
                    .toEpochDay();
      }
    }
  }
}
