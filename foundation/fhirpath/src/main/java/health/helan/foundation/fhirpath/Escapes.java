package health.helan.foundation.fhirpath;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Escaping of texts for HTML and JSON. */
final class Escapes {
  private static final Pattern ENTITY =
      Pattern.compile("&(?:(quot|lt|gt|amp|apos)|#(\\d{1,7})|#x([0-9a-fA-F]{1,6}));");
  private static final Map<String, String> ENTITIES =
      Map.of("quot", "\"", "lt", "<", "gt", ">", "amp", "&", "apos", "'");
  private static final Pattern JSON_ESCAPE = Pattern.compile("\\\\(?:u([0-9a-fA-F]{4})|(.))");

  private Escapes() {}

  static String html(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  static String fromHtml(String text) {
    return ENTITY
        .matcher(text)
        .replaceAll(
            found -> {
              String name = found.group(1);
              if (name != null) {
                return Matcher.quoteReplacement(ENTITIES.getOrDefault(name, ""));
              }
              String digits = found.group(2);
              int code =
                  digits != null ? Integer.parseInt(digits) : Integer.parseInt(found.group(3), 16);
              return Matcher.quoteReplacement(
                  Character.isValidCodePoint(code) ? Character.toString(code) : found.group());
            });
  }

  static String json(String text) {
    var out = new StringBuilder(text.length() + 8);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.toString();
  }

  static String fromJson(String text) {
    return JSON_ESCAPE
        .matcher(text)
        .replaceAll(
            found -> {
              String hex = found.group(1);
              if (hex != null) {
                return Matcher.quoteReplacement(
                    Character.toString((char) Integer.parseInt(hex, 16)));
              }
              String c = found.group(2);
              return Matcher.quoteReplacement(
                  switch (c) {
                    case "b" -> "\b";
                    case "f" -> "\f";
                    case "n" -> "\n";
                    case "r" -> "\r";
                    case "t" -> "\t";
                    default -> c;
                  });
            });
  }
}
