package health.helan.foundation.gateway.mapping;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * From HL7 v2 times ({@code YYYY[MM[DD[HH[MM[SS[.S]]]]]][+/-ZZZZ]}, 2.A.22) to FHIR's; dashes,
 * colons and a T, which some senders put in between, are passed over.
 */
final class Times {
  private static final Pattern TIME =
      Pattern.compile(
          "(\\d{4})(?:-?(\\d{2})(?:-?(\\d{2})(?:[T ]?(\\d{2})(?::?(\\d{2})(?::?(\\d{2})(?:\\.(\\d{1,9}))?)?)?)?)?)?"
              + "\\s*(Z|[+-]\\d{2}:?\\d{2})?");
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss", Locale.ROOT);

  private Times() {}

  /** The date alone, as precise as it was given; null for what is none. */
  static @Nullable String date(String text) {
    Matcher m = TIME.matcher(text.strip());
    if (!m.matches() || !isDate(m)) {
      return null;
    }
    if (m.group(2) == null) {
      return m.group(1);
    }
    String month = m.group(1) + "-" + m.group(2);
    return m.group(3) == null ? month : month + "-" + m.group(3);
  }

  /**
   * A date, or a time with its zone.
   *
   * @param zone where the text has none
   */
  static @Nullable String dateTime(String text, ZoneId zone) {
    Matcher m = TIME.matcher(text.strip());
    if (!m.matches() || !isDate(m)) {
      return null;
    }
    if (m.group(4) == null) {
      return date(text);
    }
    try {
      LocalDateTime local =
          LocalDateTime.of(
              number(m, 1), number(m, 2), number(m, 3), number(m, 4), number(m, 5), number(m, 6));
      String fraction = m.group(7);
      String offset = m.group(8);
      ZoneOffset at =
          offset == null
              ? zone.getRules().getOffset(local)
              : ZoneOffset.of(
                  offset.equals("Z") ? "Z" : offset.substring(0, 3) + ":" + last(offset));
      return SECONDS.format(local)
          + (fraction == null ? "" : "." + fraction.substring(0, Math.min(3, fraction.length())))
          + (at.getTotalSeconds() == 0 ? "Z" : at.getId());
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** A time with its zone; midnight where only a day is given. */
  static @Nullable String instant(String text, ZoneId zone) {
    String date = date(text);
    if (date == null || date.length() < 10) {
      return null;
    }
    Matcher m = TIME.matcher(text.strip());
    return m.matches() && m.group(4) == null
        ? dateTime(date.replace("-", "") + "000000", zone)
        : dateTime(text, zone);
  }

  /** {@code HHMM[SS]}. */
  static @Nullable String time(String text) {
    Matcher m =
        Pattern.compile("(\\d{2}):?(\\d{2})(?::?(\\d{2}))?(?:\\..*)?").matcher(text.strip());
    if (!m.matches() || number(m, 1) > 23 || number(m, 2) > 59) {
      return null;
    }
    return m.group(1) + ":" + m.group(2) + ":" + (m.group(3) == null ? "00" : m.group(3));
  }

  private static String last(String offset) {
    return offset.substring(offset.length() - 2);
  }

  private static boolean isDate(Matcher m) {
    int year = number(m, 1);
    int month = m.group(2) == null ? 1 : number(m, 2);
    int day = m.group(3) == null ? 1 : number(m, 3);
    return year >= 1
        && month >= 1
        && month <= 12
        && day >= 1
        && day <= YearMonth.of(year, month).lengthOfMonth();
  }

  private static int number(Matcher m, int group) {
    String text = m.group(group);
    return text == null ? 0 : Integer.parseInt(text);
  }
}
