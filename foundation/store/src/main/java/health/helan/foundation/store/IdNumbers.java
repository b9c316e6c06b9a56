package health.helan.foundation.store;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Citizen identity numbers, GB 11643-1999: 17 digits and a check character (ISO 7064 MOD 11-2). */
public final class IdNumbers {
  private static final int[] WEIGHTS = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  private static final String CHECK = "10X98765432";

  private IdNumbers() {}

  /** True for 18 characters with a right check character and a possible birth date. */
  public static boolean isValid(String number) {
    if (number.length() != 18) {
      return false;
    }
    int sum = 0;
    for (int i = 0; i < 17; i++) {
      int digit = number.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return false;
      }
      sum += digit * WEIGHTS[i];
    }
    if (Character.toUpperCase(number.charAt(17)) != CHECK.charAt(sum % 11)) {
      return false;
    }
    int month = Integer.parseInt(number, 10, 12, 10);
    int day = Integer.parseInt(number, 12, 14, 10);
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
  }

  /**
   * A number as people write it, in its one form: 18 characters, half width, X in upper case; a
   * number of the first generation (15 digits, GB 11643-1989) with the century and the check
   * character that it got in 1999. Null when its check character, its date of birth or its province
   * is not possible. Stricter than {@link #isValid}, on which homes were decided.
   *
   * @param today no one is born after it
   */
  public static @Nullable String canonical(String written, LocalDate today) {
    StringBuilder digits = new StringBuilder(18);
    for (int i = 0; i < written.length(); i++) {
      char c = written.charAt(i);
      if (c >= '\uFF01' && c <= '\uFF5E') {
        c -= 0xFEE0;
      }
      if (c != ' ' && c != '-' && c != '\u3000' && c != '\t') {
        digits.append(c);
      }
    }
    String number = digits.toString().toUpperCase(Locale.ROOT);
    if (number.length() == 15) {
      number = ofFifteen(number);
    }
    if (number == null || !isValid(number) || !isProvince(number)) {
      return null;
    }
    try {
      LocalDate birth =
          LocalDate.of(
              Integer.parseInt(number, 6, 10, 10),
              Integer.parseInt(number, 10, 12, 10),
              Integer.parseInt(number, 12, 14, 10));
      return birth.getYear() < 1850 || birth.isAfter(today) ? null : number;
    } catch (DateTimeException notADay) {
      return null;
    }
  }

  private static @Nullable String ofFifteen(String number) {
    String first = number.substring(0, 6) + "19" + number.substring(6);
    int sum = 0;
    for (int i = 0; i < 17; i++) {
      int digit = first.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return null;
      }
      sum += digit * WEIGHTS[i];
    }
    return first + CHECK.charAt(sum % 11);
  }

  /**
   * Provinces of GB/T 2260 by the first two digits; 81 to 83 stand on residence permits of people
   * of Hong Kong, Macao and Taiwan (general knowledge).
   */
  private static boolean isProvince(String number) {
    int province = Integer.parseInt(number, 0, 2, 10);
    return switch (province / 10) {
      case 1 -> province >= 11 && province <= 15;
      case 2 -> province >= 21 && province <= 23;
      case 3 -> province >= 31 && province <= 37;
      case 4 -> province >= 41 && province <= 46;
      case 5 -> province >= 50 && province <= 54;
      case 6 -> province >= 61 && province <= 65;
      case 7 -> province == 71;
      case 8 -> province >= 81 && province <= 83;
      default -> false;
    };
  }
}
