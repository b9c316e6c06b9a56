package health.helan.foundation.rest.format;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A media type or range as HTTP headers carry them (RFC 9110, 8.3.1 and 12.5.1).
 *
 * @param type {@code application}; {@code *} in ranges
 * @param subtype {@code fhir+json}; {@code *} in ranges
 * @param parameters by name in lower case, without {@code q}
 * @param quality 0 to 1; what has none stands at 1
 */
public record MediaType(
    String type, String subtype, Map<String, String> parameters, double quality) {

  /** The media type that {@code text} spells; null where it spells none. */
  public static @Nullable MediaType parse(String text) {
    var parts = split(text, ';');
    // A plus in a query string that nobody escaped arrives as a blank.
    var name = parts.getFirst().strip().toLowerCase(Locale.ROOT).replace(' ', '+');
    int slash = name.indexOf('/');
    if (slash <= 0 || slash == name.length() - 1) {
      return null;
    }
    var parameters = new LinkedHashMap<String, String>();
    double quality = 1;
    for (var part : parts.subList(1, parts.size())) {
      int equals = part.indexOf('=');
      if (equals > 0) {
        var key = part.substring(0, equals).strip().toLowerCase(Locale.ROOT);
        var value = unquoted(part.substring(equals + 1).strip());
        if (!key.equals("q")) {
          parameters.put(key, value);
        } else if (value.matches("0(\\.[0-9]{0,3})?|1(\\.0{0,3})?")) {
          quality = Double.parseDouble(value);
        } else {
          return null;
        }
      }
    }
    return new MediaType(
        name.substring(0, slash), name.substring(slash + 1), Map.copyOf(parameters), quality);
  }

  /** The readable ones of a header with several, in its order. */
  public static List<MediaType> parseAll(String header) {
    var all = new ArrayList<MediaType>();
    for (var part : split(header, ',')) {
      var one = parse(part);
      if (one != null) {
        all.add(one);
      }
    }
    return all;
  }

  /** {@code application/fhir+json}. */
  public String name() {
    return type + "/" + subtype;
  }

  private static List<String> split(String text, char separator) {
    var parts = new ArrayList<String>();
    boolean quoted = false;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == '\\' && quoted) {
        i++;
      } else if (c == separator && !quoted) {
        parts.add(text.substring(start, i));
        start = i + 1;
      }
    }
    parts.add(text.substring(start));
    return parts;
  }

  private static String unquoted(String value) {
    return value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")
        ? value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1")
        : value;
  }
}
