package health.helan.foundation.rest;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** The parts of a parameter that has parts; what is wrong with one is told by its name. */
public record GivenParts(JsonNode parts) {
  public String need(String name, int shortest, int longest) {
    String text = text(name);
    if (text.isEmpty()) {
      throw Given.missing(name);
    }
    if (text.length() < shortest || text.length() > longest) {
      throw Given.wrong(name);
    }
    return text;
  }

  /** Empty where it is not given. */
  public String text(String name) {
    List<String> all = texts(name);
    return all.isEmpty() ? "" : all.getFirst();
  }

  public List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    for (JsonNode part : parts) {
      if (part.path("name").asString("").equals(name)) {
        String text = value(part).strip();
        if (text.indexOf(0) >= 0) {
          throw Given.wrong(name); // The database has no such character.
        }
        texts.add(text);
      }
    }
    return texts;
  }

  /** Whether there is a simple value, if only a blank one, or a reference. */
  static boolean hasValue(JsonNode part) {
    for (var property : part.properties()) {
      if (property.getKey().equals("valueReference")) {
        return property.getValue().path("reference").isString();
      }
      if (property.getKey().startsWith("value") && property.getValue().isValueNode()) {
        return true;
      }
    }
    return false;
  }

  /** Value of a parameter or a part, of whatever simple type; empty for none. */
  public static String value(JsonNode part) {
    for (var property : part.properties()) {
      if (property.getKey().equals("valueReference")) {
        return property.getValue().path("reference").asString("");
      }
      if (property.getKey().startsWith("value") && property.getValue().isValueNode()) {
        return property.getValue().asString("");
      }
    }
    return "";
  }
}
