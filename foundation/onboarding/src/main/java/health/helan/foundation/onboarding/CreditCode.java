package health.helan.foundation.onboarding;

/** The 18 characters of a legal person's unified social credit code (统一社会信用代码, GB 32100-2015). */
final class CreditCode {
  /** Without I, O, S, V and Z. */
  private static final String LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY";

  private static final int LENGTH = 18;

  private CreditCode() {}

  /** Whether the last character checks the others: weights are the powers of 3 modulo 31. */
  static boolean isValid(String code) {
    if (code.length() != LENGTH) {
      return false;
    }
    int sum = 0;
    int weight = 1;
    for (int i = 0; i < LENGTH; i++) {
      int value = LETTERS.indexOf(code.charAt(i));
      if (value < 0) {
        return false;
      }
      if (i < LENGTH - 1) {
        sum += value * weight;
        weight = weight * 3 % 31;
      } else {
        return value == (31 - sum % 31) % 31;
      }
    }
    return false;
  }
}
