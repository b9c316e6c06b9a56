package health.helan.demo;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;

/**
 * The 18-digit identity number of GB 11643-1999: area (6), birth date (8), serial (3; odd for men,
 * even for women), check character (ISO 7064 MOD 11-2).
 *
 * <p>Demo residents have area codes from 649100 to 649999. GB/T 2260 assigns Ningxia (64) the
 * cities 6401 to 6405 only, and no province uses 91 to 99 in the third and fourth place, so a
 * number of the demo region can belong to no one, yet passes every check but a look-up of its area.
 */
public final class IdentityNumber {
  /** The first area code that the demo region uses. */
  public static final int FIRST_AREA = 649100;

  /** How many area codes the demo region uses. */
  public static final int AREAS = 900;

  private static final int[] WEIGHTS = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  private static final String CHECK = "10X98765432";
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("uuuuMMdd").withResolverStyle(ResolverStyle.STRICT);

  private IdentityNumber() {}

  /**
   * The number made of its parts.
   *
   * @param area from 100000 to 999999
   * @param serial from 0 to 999
   * @throws IllegalArgumentException if a part is out of its range
   */
  public static String of(int area, LocalDate birth, int serial) {
    if (area < 100_000 || area > 999_999 || serial < 0 || serial > 999) {
      throw new IllegalArgumentException("area " + area + " or serial " + serial + " out of range");
    }
    if (birth.getYear() < 1000 || birth.getYear() > 9999) {
      throw new IllegalArgumentException("birth year " + birth.getYear() + " out of range");
    }
    var digits = new char[18];
    write(area, 6, digits, 0);
    write(birth.getYear(), 4, digits, 6);
    write(birth.getMonthValue(), 2, digits, 10);
    write(birth.getDayOfMonth(), 2, digits, 12);
    write(serial, 3, digits, 14);
    digits[17] = check(digits);
    return new String(digits);
  }

  /** Whether form, birth date and check character are right; the area is not looked up. */
  public static boolean isValid(String number) {
    if (number.length() != 18) {
      return false;
    }
    for (int i = 0; i < 17; i++) {
      if (number.charAt(i) < '0' || number.charAt(i) > '9') {
        return false;
      }
    }
    try {
      LocalDate.parse(number.substring(6, 14), DAY);
    } catch (DateTimeParseException notADay) {
      return false;
    }
    return number.charAt(17) == check(number.toCharArray());
  }

  private static char check(char[] digits) {
    int sum = 0;
    for (int i = 0; i < 17; i++) {
      sum += (digits[i] - '0') * WEIGHTS[i];
    }
    return CHECK.charAt(sum % 11);
  }

  private static void write(int value, int width, char[] into, int at) {
    for (int i = width - 1; i >= 0; i--) {
      into[at + i] = (char) ('0' + value % 10);
      value /= 10;
    }
  }
}
