package health.helan.bench.residents;

import com.ibm.icu.util.Calendar;
import com.ibm.icu.util.ChineseCalendar;
import com.ibm.icu.util.TimeZone;
import com.ibm.icu.util.ULocale;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Locale;

/** A day as people say it who keep birthdays by the lunar calendar. */
final class Lunar {
  private static final String ZONE = "Asia/Shanghai";

  private Lunar() {}

  /**
   * The lunar year, month and day, written as a date; the leap month as the month before it. A 30th
   * of February is no date that a register takes: then the day itself.
   */
  static String of(LocalDate day) {
    ChineseCalendar calendar = new ChineseCalendar(TimeZone.getTimeZone(ZONE), ULocale.CHINA);
    calendar.setTimeInMillis(day.atTime(12, 0).atZone(ZoneId.of(ZONE)).toInstant().toEpochMilli());
    int month = calendar.get(Calendar.MONTH) + 1;
    // Early in the common year the lunar one before it still lasts.
    int year = day.getMonthValue() <= 2 && month > 10 ? day.getYear() - 1 : day.getYear();
    int date = calendar.get(Calendar.DATE);
    return month == 2 && date > 28
        ? day.toString()
        : String.format(Locale.ROOT, "%04d-%02d-%02d", year, month, date);
  }
}
