package health.helan;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON as plain maps, lists and texts, in which numbers are equal only with all their digits:
 * {@code 1.50} is neither {@code 1.5} nor {@code 1.500}, and {@code 1e3} is not {@code 1000},
 * though it is {@code 1E+3}. No tree of the library's own promises that.
 */
final class JsonTree {
  private static final JsonMapper JSON = new JsonMapper();

  private JsonTree() {}

  static Map<String, @Nullable Object> object(byte[] text) {
    try (JsonParser parser = JSON.createParser(text)) {
      parser.nextToken();
      return asObject(value(parser));
    }
  }

  @SuppressWarnings("unchecked") // What value() makes of an object.
  static Map<String, @Nullable Object> asObject(@Nullable Object value) {
    if (value instanceof Map<?, ?> object) {
      return (Map<String, @Nullable Object>) object;
    }
    throw new AssertionError("not an object: " + value);
  }

  /** The elements of a list; none where it is absent. */
  @SuppressWarnings("unchecked") // What value() makes of an array.
  static List<@Nullable Object> list(@Nullable Object value) {
    return value == null ? List.of() : (List<@Nullable Object>) value;
  }

  /** A text; empty where it is absent. */
  static String text(@Nullable Object value) {
    return value == null ? "" : (String) value;
  }

  private static @Nullable Object value(JsonParser parser) {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          object.put(name, value(parser));
        }
        yield object;
      }
      case START_ARRAY -> {
        List<@Nullable Object> array = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(value(parser));
        }
        yield array;
      }
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new BigDecimal(parser.getString());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new AssertionError("unexpected " + parser.currentToken());
    };
  }
}
