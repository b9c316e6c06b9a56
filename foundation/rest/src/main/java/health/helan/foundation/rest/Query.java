package health.helan.foundation.rest;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The parameters of a query string or form, decoded, in order. */
public record Query(List<Parameter> parameters) {
  public static final Query NONE = new Query(List.of());

  /** Longest query taken; searches by form go in the body. */
  private static final int MAX_PARAMETERS = 500;

  /**
   * @param text percent-encoded, without {@code ?}; null for none
   */
  public static Query parse(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return NONE;
    }
    var parameters = new ArrayList<Parameter>();
    for (String part : text.split("&")) {
      if (part.isEmpty()) {
        continue;
      }
      int equals = part.indexOf('=');
      parameters.add(
          new Parameter(
              decode(equals < 0 ? part : part.substring(0, equals)),
              equals < 0 ? "" : decode(part.substring(equals + 1))));
    }
    if (parameters.size() > MAX_PARAMETERS) {
      throw new Refusal(Refusal.Kind.TOO_LONG, "rest.too-many-parameters", MAX_PARAMETERS);
    }
    return new Query(parameters);
  }

  private static String decode(String text) {
    String decoded;
    try {
      decoded = URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new Refusal(Refusal.Kind.INVALID, "rest.query-not-decodable");
    }
    // PostgreSQL's text cannot hold U+0000, and U+FFFD is what broken UTF-8 decodes to.
    if (decoded.indexOf('\0') >= 0 || decoded.indexOf('\uFFFD') >= 0) {
      throw new Refusal(Refusal.Kind.INVALID, "rest.query-not-decodable");
    }
    return decoded;
  }

  /** The first value; null for none. */
  public @Nullable String first(String name) {
    for (Parameter parameter : parameters) {
      if (parameter.name().equals(name)) {
        return parameter.value();
      }
    }
    return null;
  }

  public Query without(Predicate<String> names) {
    return new Query(parameters.stream().filter(p -> !names.test(p.name())).toList());
  }

  public Query and(Query more) {
    var all = new ArrayList<>(parameters);
    all.addAll(more.parameters);
    return new Query(all);
  }
}
