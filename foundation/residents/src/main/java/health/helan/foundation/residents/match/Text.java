package health.helan.foundation.residents.match;

/** How near two short strings are. */
final class Text {
  private Text() {}

  /** Similarity of Jaro and Winkler, from 0 to 1. */
  static double jaroWinkler(String a, String b) {
    int n = a.length();
    int m = b.length();
    if (n == 0 || m == 0) {
      return 0;
    }
    if (a.equals(b)) {
      return 1;
    }
    // The greedy search below depends on which comes first; an answer must not.
    if (n > m || n == m && a.compareTo(b) > 0) {
      return jaroWinkler(b, a);
    }
    if (n > 64 || m > 64) {
      return a.regionMatches(0, b, 0, 64) ? 0.9 : 0;
    }
    int window = Math.max(0, Math.max(n, m) / 2 - 1);
    long ofA = 0;
    long ofB = 0;
    int common = 0;
    for (int i = 0; i < n; i++) {
      int last = Math.min(m - 1, i + window);
      for (int j = Math.max(0, i - window); j <= last; j++) {
        if ((ofB >> j & 1) == 0 && a.charAt(i) == b.charAt(j)) {
          ofA |= 1L << i;
          ofB |= 1L << j;
          common++;
          break;
        }
      }
    }
    if (common == 0) {
      return 0;
    }
    int half = 0;
    int j = 0;
    for (int i = 0; i < n; i++) {
      if ((ofA >> i & 1) != 0) {
        while ((ofB >> j & 1) == 0) {
          j++;
        }
        if (a.charAt(i) != b.charAt(j)) {
          half++;
        }
        j++;
      }
    }
    double jaro = ((double) common / n + (double) common / m + (common - half / 2.0) / common) / 3;
    int prefix = 0;
    while (prefix < 4 && prefix < n && prefix < m && a.charAt(prefix) == b.charAt(prefix)) {
      prefix++;
    }
    return jaro + prefix * 0.1 * (1 - jaro);
  }

  /**
   * True when one of: a character changed, added, left out, two neighbours exchanged. False for
   * equal strings.
   */
  static boolean oneEditApart(String a, String b) {
    int n = a.length();
    int m = b.length();
    if (Math.abs(n - m) > 1) {
      return false;
    }
    int i = 0;
    while (i < n && i < m && a.charAt(i) == b.charAt(i)) {
      i++;
    }
    if (i == n && i == m) {
      return false;
    }
    int endA = n;
    int endB = m;
    while (endA > i && endB > i && a.charAt(endA - 1) == b.charAt(endB - 1)) {
      endA--;
      endB--;
    }
    int restA = endA - i;
    int restB = endB - i;
    return restA <= 1 && restB <= 1
        || restA == 2
            && restB == 2
            && a.charAt(i) == b.charAt(i + 1)
            && a.charAt(i + 1) == b.charAt(i);
  }

  /** Share of common pairs of characters (Dice), from 0 to 1; for short strings only. */
  static double dice(String a, String b) {
    int n = a.length() - 1;
    int m = b.length() - 1;
    if (n < 1 || m < 1) {
      return a.equals(b) ? 1 : 0;
    }
    long used = 0;
    int common = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < m && j < 64; j++) {
        if ((used >> j & 1) == 0
            && a.charAt(i) == b.charAt(j)
            && a.charAt(i + 1) == b.charAt(j + 1)) {
          used |= 1L << j;
          common++;
          break;
        }
      }
    }
    return 2.0 * common / (n + m);
  }

  /** True when all characters of {@code part} stand in {@code whole} in their order. */
  static boolean isSubsequence(String part, String whole) {
    int at = 0;
    for (int i = 0; i < whole.length() && at < part.length(); i++) {
      if (whole.charAt(i) == part.charAt(at)) {
        at++;
      }
    }
    return at == part.length();
  }

  /** Sounds-like code of a Latin name, after Knuth's Soundex, with four places. */
  static String soundex(String name) {
    StringBuilder code = new StringBuilder(4);
    char last = '0';
    for (int i = 0; i < name.length() && code.length() < 4; i++) {
      char c = name.charAt(i);
      if (c < 'a' || c > 'z') {
        continue;
      }
      char digit = "01230120022455012623010202".charAt(c - 'a');
      if (code.isEmpty()) {
        code.append(c);
      } else if (digit != '0' && digit != last) {
        code.append(digit);
      }
      if (c != 'h' && c != 'w') {
        last = digit;
      }
    }
    return code.toString();
  }

  /** A key of 64 bits for a text of 16-bit parts; FNV-1a with a last mixing. */
  static long hash(long seed, CharSequence text) {
    long hash = seed ^ 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return mix(hash);
  }

  static long mix(long hash) {
    hash = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
    hash = (hash ^ hash >>> 33) * 0xc4ceb9fe1a85ec53L;
    return hash ^ hash >>> 33;
  }
}
