package health.helan.foundation.trust.signature;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The bytes that stand for a resource when it is signed: JSON by RFC 8785 (names in the order of
 * their UTF-16 units, no blanks, the shortest escapes, UTF-8), but for numbers: FHIR's decimals
 * keep their digits ({@code 1.50} is not {@code 1.5}: FHIR R4, datatypes.html#decimal), so they are
 * written as they are valued, without an exponent unless one is needed to keep them as precise.
 *
 * <p>Left out is {@code meta} of the resource itself, the store's own notes; {@code id} stays, so
 * that a signed content cannot pass for another resource's. docs/adr/0041 has the reasons.
 */
public final class CanonicalForm {
  /** Names this form, where a signature says what it is of. */
  public static final String NAME = "https://helan.health/fhir/canonicalization/1";

  private CanonicalForm() {}

  /**
   * The canonical form of a resource.
   *
   * @throws Refusal UNPROCESSABLE if a text holds half a surrogate pair
   */
  public static byte[] of(byte[] resource) {
    return of((ObjectNode) Json.MAPPER.readTree(resource));
  }

  /** The same of a tree, which stays as it is. */
  public static byte[] of(ObjectNode resource) {
    ObjectNode bare = resource.objectNode();
    for (var property : resource.properties()) {
      if (!property.getKey().equals("meta")) {
        bare.set(property.getKey(), property.getValue());
      }
    }
    return bytes(bare);
  }

  /** Several, one on each line: what a signature over more than one is made of. */
  static byte[] joined(List<byte[]> forms) {
    var out = new java.io.ByteArrayOutputStream();
    for (int i = 0; i < forms.size(); i++) {
      if (i > 0) {
        out.write('\n'); // No canonical form holds one.
      }
      out.writeBytes(forms.get(i));
    }
    return out.toByteArray();
  }

  /** Any tree, nothing left out. */
  static byte[] bytes(JsonNode tree) {
    var text = new StringBuilder();
    write(tree, text);
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void write(JsonNode node, StringBuilder out) {
    if (node instanceof ObjectNode object) {
      var names = new ArrayList<String>();
      object.properties().forEach(property -> names.add(property.getKey()));
      names.sort(null); // By UTF-16 units, as String compares.
      out.append('{');
      for (int i = 0; i < names.size(); i++) {
        if (i > 0) {
          out.append(',');
        }
        text(names.get(i), out);
        out.append(':');
        write(object.get(names.get(i)), out);
      }
      out.append('}');
    } else if (node.isArray()) {
      out.append('[');
      for (int i = 0; i < node.size(); i++) {
        if (i > 0) {
          out.append(',');
        }
        write(node.get(i), out);
      }
      out.append(']');
    } else if (node.isNumber()) {
      out.append(number(node.decimalValue()));
    } else if (node.isString()) {
      text(node.stringValue(), out);
    } else {
      out.append(node.isNull() ? "null" : Boolean.toString(node.booleanValue()));
    }
  }

  /**
   * From value and precision alone: {@code 1E2} and {@code 100} are two, {@code 1e2} is the first.
   */
  static String number(BigDecimal value) {
    return value.scale() >= 0
        ? value.toPlainString()
        : value.unscaledValue() + "E" + -(long) value.scale();
  }

  private static void text(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\t' -> out.append("\\t");
        case '\n' -> out.append("\\n");
        case '\f' -> out.append("\\f");
        case '\r' -> out.append("\\r");
        default -> {
          if (c < 0x20) {
            out.append("\\u%04x".formatted((int) c));
          } else if (!Character.isSurrogate(c)) {
            out.append(c);
          } else if (Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1))) {
            out.append(c).append(text.charAt(++i));
          } else {
            throw new Refusal(Refusal.Kind.UNPROCESSABLE, "signature.text-broken");
          }
        }
      }
    }
    out.append('"');
  }
}
