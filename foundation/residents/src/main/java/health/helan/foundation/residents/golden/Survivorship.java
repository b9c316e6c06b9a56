package health.helan.foundation.residents.golden;

import health.helan.foundation.store.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Which value of a field survives into the golden record, as data ({@code survivorship.json}, or a
 * file that an operator gives): per field, whether one value is kept or all different ones, and
 * what makes one value better than another, in order. {@code docs/guide/residents-interfaces.md}.
 *
 * @param version as the file says; told with every golden record
 * @param sources institutions whose records are trusted, the best first; others come behind them
 * @param fields in the order in which they are filled
 */
public record Survivorship(String version, List<String> sources, List<Rule> fields) {

  /** What makes one value of a field better than another. */
  public enum Preference {
    /** The day of birth or sex that a valid identity number of the same record says too. */
    PROVEN,
    /** From a record with a valid national number. */
    NUMBER,
    /** From the institution that stands higher among the sources. */
    SOURCE,
    /** That more records say. */
    AGREED,
    /** That says more: a whole date rather than a year, an address with its parts. */
    COMPLETE,
    /** From the record that was written last. */
    RECENT
  }

  /**
   * How a field survives.
   *
   * @param field element of Patient; {@code deceased[x]} and {@code multipleBirth[x]} for a choice
   * @param keepsAll all different values, the best first; else the best only
   * @param prefer in order; then the id decides, so that the answer is always the same
   * @param not values that say nothing
   * @param notUse values whose {@code use} is one of these do not take part
   * @param ofUnidentified whether records of nobody known (无名氏) take part beside those of somebody
   *     known
   */
  public record Rule(
      String field,
      boolean keepsAll,
      List<Preference> prefer,
      Set<String> not,
      Set<String> notUse,
      boolean ofUnidentified) {}

  private static final Set<String> FIELDS =
      Set.of(
          "identifier",
          "active",
          "name",
          "gender",
          "birthDate",
          "deceased[x]",
          "telecom",
          "address",
          "maritalStatus",
          "multipleBirth[x]",
          "photo",
          "contact",
          "communication",
          "generalPractitioner",
          "managingOrganization",
          "extension");

  /** Rules that cannot be used. */
  public static final class Unusable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unusable(String why) {
      super(why);
    }
  }

  /** The rules that come with the platform. */
  public static Survivorship shipped() {
    try (InputStream in = Survivorship.class.getResourceAsStream("survivorship.json")) {
      if (in == null) {
        throw new IllegalStateException("survivorship.json is not on the class path");
      }
      return of(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param json of a file
   * @throws Unusable with the place that is wrong
   */
  public static Survivorship of(byte[] json) {
    JsonNode file;
    try {
      file = Json.MAPPER.readTree(json);
    } catch (JacksonException e) {
      throw new Unusable("JSON");
    }
    only(file, "", Set.of("version", "sources", "fields"));
    String version = file.path("version").asString("");
    if (!version.matches("[A-Za-z0-9.-]{1,32}")) {
      throw new Unusable("version");
    }
    var rules = new ArrayList<Rule>();
    var seen = new TreeSet<String>();
    for (JsonNode field : file.path("fields")) {
      String name = field.path("field").asString("");
      if (!FIELDS.contains(name) || !seen.add(name)) {
        throw new Unusable("fields: " + (name.isEmpty() ? "field" : name));
      }
      only(field, name, Set.of("field", "keep", "prefer", "not", "not-use", "of-unidentified"));
      String keep = field.path("keep").asString("");
      if (!keep.equals("one") && !keep.equals("all")) {
        throw new Unusable(name + ": keep");
      }
      var prefer = new ArrayList<Preference>();
      for (JsonNode one : field.path("prefer")) {
        try {
          prefer.add(Preference.valueOf(one.asString("").toUpperCase(Locale.ROOT)));
        } catch (IllegalArgumentException e) {
          throw new Unusable(name + ": prefer");
        }
      }
      rules.add(
          new Rule(
              name,
              keep.equals("all"),
              List.copyOf(prefer),
              Set.copyOf(texts(field, "not")),
              Set.copyOf(texts(field, "not-use")),
              field.path("of-unidentified").asBoolean(false)));
    }
    if (rules.isEmpty()) {
      throw new Unusable("fields");
    }
    return new Survivorship(version, texts(file, "sources"), List.copyOf(rules));
  }

  private static void only(JsonNode node, String place, Set<String> known) {
    if (!node.isObject()) {
      throw new Unusable(place.isEmpty() ? "JSON" : place);
    }
    for (String name : node.propertyNames()) {
      if (!known.contains(name)) {
        throw new Unusable(place.isEmpty() ? name : place + ": " + name);
      }
    }
  }

  private static List<String> texts(JsonNode node, String name) {
    var texts = new ArrayList<String>();
    for (JsonNode one : node.path(name)) {
      if (!one.isString()) {
        throw new Unusable(name);
      }
      texts.add(one.stringValue());
    }
    return List.copyOf(texts);
  }

  /** Place among the sources, from 0; behind all for one that is not named. */
  int rank(String institution) {
    int at = sources.indexOf(institution);
    return at < 0 ? sources.size() : at;
  }

  /** Better first. */
  Comparator<Value> order(Rule rule) {
    Comparator<Value> order = (_, _) -> 0;
    for (Preference preference : rule.prefer) {
      order = order.thenComparing(by(preference));
    }
    return order
        .thenComparing((Value value) -> value.source().id())
        .thenComparing((Value value) -> value.json().toString());
  }

  Comparator<Value> by(Preference preference) {
    return switch (preference) {
      case PROVEN -> Comparator.comparing(value -> !value.isProven());
      case NUMBER -> Comparator.comparing(value -> !value.source().hasNumber());
      case SOURCE -> Comparator.comparingInt(value -> rank(value.source().institution()));
      case AGREED -> Comparator.comparingInt(value -> -value.agreed());
      case COMPLETE -> Comparator.comparingInt(value -> -value.size());
      case RECENT -> Comparator.comparing((Value value) -> value.source().updated()).reversed();
    };
  }

  /**
   * A value that a record says.
   *
   * @param element of the record: {@code deceasedDateTime} for {@code deceased[x]}
   * @param isArray whether the element repeats
   * @param agreed number of records that say the same
   */
  record Value(
      String element,
      boolean isArray,
      JsonNode json,
      Source source,
      boolean isProven,
      int agreed,
      int size) {
    Value agreed(int records) {
      return new Value(element, isArray, json, source, isProven, records, size);
    }
  }
}
