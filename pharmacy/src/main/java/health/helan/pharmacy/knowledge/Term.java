package health.helan.pharmacy.knowledge;

import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** A name or a sentence in both languages. */
public record Term(String zh, String en) {
  public static Term same(String text) {
    return new Term(text, text);
  }

  static Term of(JsonNode node) {
    return new Term(node.path("zh").asString(""), node.path("en").asString(""));
  }

  public String in(Locale language) {
    return language.getLanguage().equals("en") ? en : zh;
  }
}
