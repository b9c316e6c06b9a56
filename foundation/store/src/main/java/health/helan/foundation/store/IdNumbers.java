package health.helan.foundation.store;

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
}
