package health.helan.foundation.terminology.engine;

import health.helan.foundation.store.Json;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A concept of a compiled code system.
 *
 * @param nr its number there
 * @param extra {@code designation} and {@code property} as CodeSystem.concept has them; null for
 *     none
 */
public record Concept(
    int nr,
    String code,
    String display,
    @Nullable String definition,
    boolean isActive,
    boolean isAbstract,
    @Nullable ObjectNode extra) {

  static final int INACTIVE = 1;
  static final int ABSTRACT = 2;

  /** Its text in a language ({@code zh}, {@code en-US}); the first one where there is none. */
  public String display(@Nullable String language) {
    if (language == null || extra == null) {
      return display;
    }
    // "zh-CN,zh;q=0.9" as browsers send it: the first is what is wanted.
    String wanted = language.split("[,;]", 2)[0].strip().split("-", 2)[0].toLowerCase(Locale.ROOT);
    for (JsonNode designation : extra.path("designation")) {
      String has =
          designation.path("language").asString("").split("-", 2)[0].toLowerCase(Locale.ROOT);
      if (has.equals(wanted)) {
        return designation.path("value").asString(display);
      }
    }
    return display;
  }

  /** Whether a text is one of its texts; letters' case does not matter. */
  public boolean isCalled(String text) {
    String wanted = text.strip();
    if (display.strip().equalsIgnoreCase(wanted)) {
      return true;
    }
    if (extra != null) {
      for (JsonNode designation : extra.path("designation")) {
        if (designation.path("value").asString("").strip().equalsIgnoreCase(wanted)) {
          return true;
        }
      }
    }
    return false;
  }

  static @Nullable ObjectNode extra(@Nullable String json) {
    return json == null ? null : (ObjectNode) Json.MAPPER.readTree(json);
  }
}
