package health.helan.bench.corpus;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * A patient on a server.
 *
 * @param id the server's
 */
public record KnownPatient(String id, Slice.Person person) {

  /** Fills {@code {id}}, {@code {identifier}}, {@code {family}} and {@code {birthDate}}. */
  public String fill(String template) {
    return template
        .replace("{id}", id)
        .replace("{identifier}", encoded(person.identifier()))
        .replace("{family}", encoded(person.family()))
        .replace("{birthDate}", person.birthDate());
  }

  /** A value for a query string; the bar of a token too, which some servers take only encoded. */
  public static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }
}
