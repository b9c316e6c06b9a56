package health.helan.foundation.store.validation;

import static java.util.Map.entry;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The form of a primitive data type (FHIR R4, Data Types). Written by hand rather than run as the
 * regular expressions of the specification, which cost several times as much and do not know the
 * calendar; a test holds the two against one another.
 */
@FunctionalInterface
interface Primitive {
  /** 1 MB of characters: FHIR R4, string. */
  int MAX_STRING = 1024 * 1024;

  /**
   * The key of the sentence that says what is wrong with a value that is not null; null if fine.
   */
  @Nullable String fault(JsonNode value);

  /** A primitive whose JSON is a string of a certain form. */
  interface Text extends Primitive {
    boolean isFine(String text);

    String key();

    @Override
    default @Nullable String fault(JsonNode value) {
      if (!value.isString()) {
        return "kind.string";
      }
      String text = value.stringValue();
      if (text.isEmpty()) {
        return "text.empty";
      }
      return isFine(text) ? null : key();
    }
  }

  /** By type name. */
  Map<String, Primitive> BY_NAME =
      Map.ofEntries(
          entry("boolean", value -> value.isBoolean() ? null : "kind.boolean"),
          entry("decimal", value -> value.isNumber() ? null : "kind.number"),
          entry("integer", whole(Integer.MIN_VALUE, "format.integer")),
          entry("unsignedInt", whole(0, "format.unsignedInt")),
          entry("positiveInt", whole(1, "format.positiveInt")),
          entry("string", Primitive::string),
          entry("markdown", Primitive::string),
          entry("id", text("format.id", Primitive::isId)),
          entry("code", text("format.code", Primitive::isCode)),
          entry("uri", text("format.uri", Primitive::isUri)),
          entry("url", text("format.uri", Primitive::isUri)),
          entry("canonical", text("format.uri", Primitive::isUri)),
          entry("oid", text("format.oid", Primitive::isOid)),
          entry("uuid", text("format.uuid", Primitive::isUuid)),
          entry("date", text("format.date", text -> Calendar.isDate(text, text.length()))),
          entry("dateTime", text("format.dateTime", Calendar::isDateTime)),
          entry("instant", text("format.instant", Calendar::isInstant)),
          entry("time", text("format.time", text -> Calendar.timeEnd(text, 0) == text.length())),
          entry("base64Binary", text("format.base64Binary", Primitive::isBase64)),
          entry("xhtml", text("format.xhtml", Primitive::isDiv)));

  private static Primitive whole(int least, String key) {
    return value -> {
      if (!value.isNumber()) {
        return "kind.number";
      }
      return value.isIntegralNumber() && value.canConvertToInt() && value.intValue() >= least
          ? null
          : key;
    };
  }

  private static Primitive text(String key, java.util.function.Predicate<String> isFine) {
    return new Text() {
      @Override
      public boolean isFine(String text) {
        return isFine.test(text);
      }

      @Override
      public String key() {
        return key;
      }
    };
  }

  private static @Nullable String string(JsonNode value) {
    if (!value.isString()) {
      return "kind.string";
    }
    String text = value.stringValue();
    if (text.isEmpty()) {
      return "text.empty";
    }
    if (text.length() > MAX_STRING) {
      return "text.too-long";
    }
    return isWritable(text) ? null : "text.control";
  }

  /**
   * Whether a text has no control characters but white space, and no half of a surrogate pair. R4
   * says SHOULD NOT; XML, UTF-8 and PostgreSQL cannot hold them at all.
   */
  static boolean isWritable(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' && c != '\t' && c != '\n' && c != '\r') {
        return false;
      }
      if (Character.isSurrogate(c)) {
        if (!Character.isHighSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  /** {@code [A-Za-z0-9\-\.]{1,64}} */
  static boolean isId(String text) {
    return isId(text, 0, text.length());
  }

  static boolean isId(String text, int from, int to) {
    if (to - from < 1 || to - from > 64) {
      return false;
    }
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (!(c >= 'a' && c <= 'z'
          || c >= '0' && c <= '9'
          || c >= 'A' && c <= 'Z'
          || c == '-'
          || c == '.')) {
        return false;
      }
    }
    return true;
  }

  /** {@code [^\s]+(\s[^\s]+)*} */
  static boolean isCode(String text) {
    if (!isWritable(text)) {
      return false;
    }
    boolean afterSpace = true;
    for (int i = 0; i < text.length(); i++) {
      boolean space = isSpace(text.charAt(i));
      if (space && afterSpace) {
        return false;
      }
      afterSpace = space;
    }
    return !afterSpace;
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c >= '\t' && c <= '\r';
  }

  /** {@code \S*}, and an OID or UUID after {@code urn:oid:} and {@code urn:uuid:}. */
  static boolean isUri(String text) {
    if (!isWritable(text)) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) <= ' ') {
        return false;
      }
    }
    if (text.startsWith("urn:")) {
      if (text.startsWith("urn:oid:")) {
        return isOid(text);
      }
      if (text.startsWith("urn:uuid:")) {
        return isUuid(text);
      }
    }
    return true;
  }

  /** {@code urn:oid:[0-2](\.(0|[1-9][0-9]*))+} */
  static boolean isOid(String text) {
    if (!text.startsWith("urn:oid:") || text.length() < 11) {
      return false;
    }
    char root = text.charAt(8);
    if (root < '0' || root > '2') {
      return false;
    }
    int i = 9;
    while (i < text.length()) {
      if (text.charAt(i) != '.') {
        return false;
      }
      int start = ++i;
      while (i < text.length() && Calendar.isDigit(text.charAt(i))) {
        i++;
      }
      if (i == start || i - start > 1 && text.charAt(start) == '0') {
        return false;
      }
    }
    return true;
  }

  /** {@code urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}} */
  static boolean isUuid(String text) {
    if (text.length() != 45 || !text.startsWith("urn:uuid:")) {
      return false;
    }
    for (int i = 9; i < 45; i++) {
      char c = text.charAt(i);
      if (i == 17 || i == 22 || i == 27 || i == 32) {
        if (c != '-') {
          return false;
        }
      } else if (!(Calendar.isDigit(c) || c >= 'a' && c <= 'f')) {
        return false;
      }
    }
    return true;
  }

  /** Groups of four of the alphabet, padded at the end only; white space anywhere. */
  static boolean isBase64(String text) {
    int length = 0;
    int padding = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isSpace(c)) {
        continue;
      }
      if (c == '=') {
        padding++;
      } else if (padding > 0
          || !(c >= 'A' && c <= 'Z'
              || c >= 'a' && c <= 'z'
              || Calendar.isDigit(c)
              || c == '+'
              || c == '/')) {
        return false;
      }
      length++;
    }
    return length > 0 && length % 4 == 0 && padding <= 2;
  }

  /** A {@code div} element of the XHTML namespace; its inside is not parsed. */
  static boolean isDiv(String text) {
    String div = text.strip();
    if (!div.startsWith("<div") || !isWritable(text)) {
      return false;
    }
    int end = div.indexOf('>');
    return end > 0
        && div.substring(0, end).contains("http://www.w3.org/1999/xhtml")
        && (div.endsWith("</div>") || end == div.length() - 1 && div.charAt(end - 1) == '/');
  }
}
