package health.helan.foundation.store.search;

import java.util.ArrayList;
import java.util.List;

/** Separators in search values and their escapes {@code \, \| \$ \\} (FHIR R4, 3.1.1.4.0.1). */
final class Escapes {
  private Escapes() {}

  /** Splits at each unescaped {@code separator}; the pieces keep their escapes. */
  static List<String> split(String value, char separator) {
    if (value.indexOf(separator) < 0) {
      return List.of(value);
    }
    List<String> pieces = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == separator) {
        pieces.add(value.substring(start, i));
        start = i + 1;
      }
    }
    pieces.add(value.substring(start));
    return pieces;
  }

  static String unescape(String value) {
    if (value.indexOf('\\') < 0) {
      return value;
    }
    StringBuilder out = new StringBuilder(value.length());
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '\\' && i + 1 < value.length() && ",|$\\".indexOf(value.charAt(i + 1)) >= 0) {
        out.append(value.charAt(++i));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }
}
