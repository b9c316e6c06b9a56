package health.helan.pharmacy.circulation;

import health.helan.foundation.rest.Given;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The parts of a parameter that has parts; what is wrong with one is told by its name. */
record GivenParts(JsonNode parts) {
  /** Of each repetition of a parameter. */
  static List<GivenParts> of(@Nullable JsonNode body, String name) {
    List<GivenParts> found = new ArrayList<>();
    if (body != null) {
      for (JsonNode parameter : body.path("parameter")) {
        if (name.equals(parameter.path("name").asString(""))) {
          found.add(new GivenParts(parameter.path("part")));
        }
      }
    }
    return found;
  }

  String need(String name, int shortest, int longest) {
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
  String text(String name) {
    List<String> all = texts(name);
    return all.isEmpty() ? "" : all.getFirst();
  }

  List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    for (JsonNode part : parts) {
      if (part.path("name").asString("").equals(name)) {
        texts.add(value(part).strip());
      }
    }
    return texts;
  }

  /** Value of a part, of whatever simple type. */
  static String value(JsonNode part) {
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
