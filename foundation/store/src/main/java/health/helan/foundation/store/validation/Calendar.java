package health.helan.foundation.store.validation;

/** Dates and times in the forms of FHIR R4; no 30 February, no hour 24, second 60 allowed. */
final class Calendar {
  private Calendar() {}

  static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** {@code YYYY}, {@code YYYY-MM} or {@code YYYY-MM-DD} in the first {@code end} characters. */
  static boolean isDate(String text, int end) {
    if (end != 4 && end != 7 && end != 10) {
      return false;
    }
    int century = two(text, 0);
    int year = two(text, 2);
    if (century < 0 || year < 0 || century + year == 0) {
      return false;
    }
    if (end == 4) {
      return true;
    }
    int month = two(text, 5);
    if (text.charAt(4) != '-' || month < 1 || month > 12) {
      return false;
    }
    if (end == 7) {
      return true;
    }
    int day = two(text, 8);
    return text.charAt(7) == '-' && day >= 1 && day <= daysOf(month, century * 100 + year);
  }

  private static int daysOf(int month, int year) {
    if (month == 2) {
      return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
    }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
  }

  /** A date, or a date with a time and a zone. */
  static boolean isDateTime(String text) {
    return text.length() <= 10 ? isDate(text, text.length()) : isInstant(text);
  }

  /** {@code YYYY-MM-DDThh:mm:ss(.s+)?(Z|±hh:mm)} */
  static boolean isInstant(String text) {
    if (text.length() < 20 || text.charAt(10) != 'T' || !isDate(text, 10)) {
      return false;
    }
    int end = timeEnd(text, 11);
    return end > 0 && isZone(text, end);
  }

  private static boolean isZone(String text, int from) {
    if (from >= text.length()) {
      return false;
    }
    char sign = text.charAt(from);
    if (sign == 'Z') {
      return text.length() == from + 1;
    }
    if (sign != '+' && sign != '-' || text.length() != from + 6 || text.charAt(from + 3) != ':') {
      return false;
    }
    int hours = two(text, from + 1);
    int minutes = two(text, from + 4);
    return hours >= 0
        && minutes >= 0
        && minutes < 60
        && (hours < 14 || hours == 14 && minutes == 0);
  }

  /**
   * Where {@code hh:mm:ss(.s+)?} that starts at {@code from} ends; -1 if it does not stand there.
   */
  static int timeEnd(String text, int from) {
    if (text.length() < from + 8 || text.charAt(from + 2) != ':' || text.charAt(from + 5) != ':') {
      return -1;
    }
    int hours = two(text, from);
    int minutes = two(text, from + 3);
    int seconds = two(text, from + 6);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 60) {
      return -1;
    }
    int end = from + 8;
    if (end < text.length() && text.charAt(end) == '.') {
      int start = ++end;
      while (end < text.length() && isDigit(text.charAt(end))) {
        end++;
      }
      return end == start ? -1 : end;
    }
    return end;
  }

  /** Two digits at {@code at}; -1 if they are not. */
  private static int two(String text, int at) {
    int high = text.charAt(at) - '0';
    int low = text.charAt(at + 1) - '0';
    return high < 0 || high > 9 || low < 0 || low > 9 ? -1 : high * 10 + low;
  }
}
