package health.helan.foundation.residents.card;

import java.security.SecureRandom;

/**
 * Numbers of cards (健康卡号): six digits of the issuing region (GB/T 2260), {@code H}, ten digits of
 * chance, a check character over the sixteen digits (ISO 7064 MOD 11-2). As long as the element of
 * WS 537 that we know of (健康卡号, AN18; from general knowledge), and never a citizen's identity
 * number, because of the letter.
 */
final class CardNumber {
  private static final SecureRandom RANDOM = new SecureRandom();

  private CardNumber() {}

  static String next(int region) {
    String digits =
        "%06d%010d".formatted(region, Math.floorMod(RANDOM.nextLong(), 10_000_000_000L));
    return digits.substring(0, 6) + "H" + digits.substring(6) + check(digits);
  }

  static boolean isValid(String number) {
    return number.matches("[0-9]{6}H[0-9]{10}[0-9X]")
        && check(number.substring(0, 6) + number.substring(7, 17)) == number.charAt(17);
  }

  private static char check(String digits) {
    int sum = 0;
    for (int i = 0; i < digits.length(); i++) {
      sum = (sum + digits.charAt(i) - '0') * 2 % 11;
    }
    int check = (12 - sum) % 11;
    return check == 10 ? 'X' : (char) ('0' + check);
  }
}
