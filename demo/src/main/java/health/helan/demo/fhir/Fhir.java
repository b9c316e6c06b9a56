package health.helan.demo.fhir;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.DecimalNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Builders for the data types of FHIR R4 as JSON trees. Local times are Beijing time. Constant
 * nodes may be shared between trees: a tree is written out and dropped, never changed.
 */
public final class Fhir {
  private Fhir() {}

  public static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  public static ArrayNode array(ObjectNode... items) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode(items.length);
    for (ObjectNode item : items) {
      array.add(item);
    }
    return array;
  }

  public static ArrayNode strings(String... items) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode(items.length);
    for (String item : items) {
      array.add(item);
    }
    return array;
  }

  public static ObjectNode resource(String type) {
    return object().put("resourceType", type);
  }

  public static ObjectNode coding(Code code) {
    ObjectNode coding = object().put("system", code.system()).put("code", code.code());
    if (code.display() != null) {
      coding.put("display", code.display());
    }
    return coding;
  }

  /** A CodeableConcept: the text for people, the codings for machines. */
  public static ObjectNode concept(@Nullable String text, Code... codes) {
    ObjectNode concept = object();
    if (codes.length > 0) {
      ArrayNode codings = concept.putArray("coding");
      for (Code code : codes) {
        codings.add(coding(code));
      }
    }
    if (text != null) {
      concept.put("text", text);
    }
    return concept;
  }

  public static ObjectNode reference(String target) {
    return object().put("reference", target);
  }

  public static ObjectNode reference(String target, String display) {
    return object().put("reference", target).put("display", display);
  }

  public static ObjectNode identifier(String system, String value) {
    return object().put("system", system).put("value", value);
  }

  public static ObjectNode quantity(BigDecimal value, Unit unit) {
    ObjectNode quantity = object();
    quantity.set("value", DecimalNode.valueOf(value));
    return quantity.put("unit", unit.text()).put("system", Systems.UCUM).put("code", unit.ucum());
  }

  /** {@code value} rounded to {@code digits} decimal places; the same digits on every machine. */
  public static BigDecimal rounded(double value, int digits) {
    long scale = 1;
    for (int i = 0; i < digits; i++) {
      scale *= 10;
    }
    return BigDecimal.valueOf((long) StrictMath.floor(value * scale + 0.5), digits);
  }

  public static ObjectNode period(LocalDateTime start, LocalDateTime end) {
    return object().put("start", instant(start)).put("end", instant(end));
  }

  public static ObjectNode period(LocalDate start, @Nullable LocalDate end) {
    ObjectNode period = object().put("start", start.toString());
    if (end != null) {
      period.put("end", end.toString());
    }
    return period;
  }

  /** {@code 2026-03-05T09:12:00+08:00}. */
  public static String instant(LocalDateTime time) {
    var text = new char[25];
    write(time.getYear(), 4, text, 0);
    text[4] = '-';
    write(time.getMonthValue(), 2, text, 5);
    text[7] = '-';
    write(time.getDayOfMonth(), 2, text, 8);
    text[10] = 'T';
    write(time.getHour(), 2, text, 11);
    text[13] = ':';
    write(time.getMinute(), 2, text, 14);
    text[16] = ':';
    write(time.getSecond(), 2, text, 17);
    "+08:00".getChars(0, 6, text, 19);
    return new String(text);
  }

  private static void write(int value, int width, char[] into, int at) {
    for (int i = at + width - 1; i >= at; i--) {
      into[i] = (char) ('0' + value % 10);
      value /= 10;
    }
  }
}
