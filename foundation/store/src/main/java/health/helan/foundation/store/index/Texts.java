package health.helan.foundation.store.index;

import java.text.Normalizer;
import java.util.Locale;

/** How texts are made alike before they are compared (FHIR R4, 3.1.1.4.8: case and accents). */
public final class Texts {
  /** Lengths, in code points, of the beginnings that are found by token alone. */
  public static final int PREFIX_LENGTH = 8;

  /** Longer texts are cut before they go into {@code vals}; {@code :exact} still sees all. */
  static final int LONGEST = 2000;

  private Texts() {}

  /**
   * Lower case, without accents (NFKD less combining marks), white space as single spaces, trimmed.
   * Chinese characters stay; full-width Latin letters become ordinary ones.
   */
  public static String normalise(String text) {
    String plain = text;
    if (!isPlain(text)) {
      String decomposed = Normalizer.normalize(text, Normalizer.Form.NFKD);
      StringBuilder out = new StringBuilder(decomposed.length());
      boolean space = false;
      for (int i = 0; i < decomposed.length(); ) {
        int c = decomposed.codePointAt(i);
        i += Character.charCount(c);
        if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
          space = true;
          continue;
        }
        int kind = Character.getType(c);
        if (kind == Character.NON_SPACING_MARK || kind == Character.ENCLOSING_MARK || c == 0) {
          continue;
        }
        if (space && out.length() > 0) {
          out.append(' ');
        }
        space = false;
        out.appendCodePoint(c);
      }
      plain = out.toString().toLowerCase(Locale.ROOT);
    }
    return plain;
  }

  /** Codes are compared without regard to case (FHIR R4, 3.1.1.4.10: when in doubt). */
  public static String fold(String code) {
    for (int i = 0; i < code.length(); i++) {
      char c = code.charAt(i);
      if (c >= 'A' && c <= 'Z' || c >= 128) {
        return code.toLowerCase(Locale.ROOT);
      }
    }
    return code;
  }

  /** The first {@code length} code points. */
  public static String head(String text, int length) {
    if (text.length() <= length) {
      return text;
    }
    int points = 0;
    int i = 0;
    while (i < text.length() && points < length) {
      i += Character.charCount(text.codePointAt(i));
      points++;
    }
    return text.substring(0, i);
  }

  static String cut(String normalised) {
    return normalised.length() <= LONGEST ? normalised : head(normalised, LONGEST);
  }

  private static boolean isPlain(String text) {
    boolean space = true;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ' ') {
        if (space) {
          return false;
        }
        space = true;
        continue;
      }
      if (c < ' ' || c > '~' || c >= 'A' && c <= 'Z') {
        return false;
      }
      space = false;
    }
    return text.isEmpty() || !space;
  }
}
