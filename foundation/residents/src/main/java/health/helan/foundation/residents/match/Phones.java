package health.helan.foundation.residents.match;

/** Telephone numbers as whole numbers without country code; 0 for what says nothing. */
final class Phones {
  private Phones() {}

  static long of(String written) {
    long number = 0;
    int digits = 0;
    boolean abroad = false;
    char last = 0;
    int run = 0;
    for (int i = 0; i < written.length(); i++) {
      char c = Han.halfWidth(written.charAt(i));
      if (c == '+') {
        abroad = true;
      } else if (c >= '0' && c <= '9') {
        if (digits < 17) {
          number = number * 10 + (c - '0');
          digits++;
        }
        run = c == last ? run + 1 : 1;
        last = c;
        // 13800000000 and the like fill a form.
        if (run >= 7) {
          return 0;
        }
      } else if (c == '转' || c == 'x' || c == 'e' || c == '/' || c == ',' || c == ';') {
        break;
      }
    }
    if (number == 12_345_678 || number == 1_234_567 || number == 123_456_789L) {
      return 0;
    }
    // +86, 0086 and 86 before a mobile number.
    long mobile = number % 100_000_000_000L;
    long country = number / 100_000_000_000L;
    if (country == 86 && mobile >= 10_000_000_000L) {
      return mobile;
    }
    if (abroad && number / 10_000_000_000L == 86) {
      number %= 10_000_000_000L;
    }
    return number < 100_000 ? 0 : number;
  }

  /** The same, or one with the area code and one without. */
  static boolean same(long a, long b) {
    if (a == b) {
      return true;
    }
    long shorter = Math.min(a, b);
    long longer = Math.max(a, b);
    // Subscriber's numbers have seven or eight digits, area codes two or three.
    return shorter >= 2_000_000
        && shorter < 100_000_000
        && longer >= 100_000_000
        && longer < 10_000_000_000L
        && longer % (shorter < 10_000_000 ? 10_000_000L : 100_000_000L) == shorter;
  }

  /** One digit wrong or two neighbours exchanged. */
  static boolean close(long a, long b) {
    long x = a;
    long y = b;
    int differing = 0;
    while (x != 0 || y != 0) {
      if (x % 10 != y % 10) {
        differing++;
      }
      if (x == 0 || y == 0) {
        return false;
      }
      x /= 10;
      y /= 10;
    }
    return differing == 1
        || differing == 2 && Text.oneEditApart(Long.toString(a), Long.toString(b));
  }
}
