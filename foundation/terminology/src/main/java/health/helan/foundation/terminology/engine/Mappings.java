package health.helan.foundation.terminology.engine;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.store.sql.SqlText;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Concept maps, both ways. */
public final class Mappings {
  /** Maps that send on to other maps, so often. */
  private static final int DEEPEST = 5;

  private static final Set<String> NONE = Set.of("unmatched", "disjoint");

  /** Seen from the other side (FHIR R4, concept-map-equivalence). */
  private static final Map<String, String> TURNED =
      Map.of(
          "wider",
          "narrower",
          "narrower",
          "wider",
          "subsumes",
          "specializes",
          "specializes",
          "subsumes");

  private final Catalogue catalogue;
  private final DataSource database;

  public Mappings(Catalogue catalogue, DataSource database) {
    this.catalogue = catalogue;
    this.database = database;
  }

  /** A value that must hold elsewhere for an element to count. */
  public record Dependency(String element, String code) {}

  /** One translation. */
  public record Match(
      String equivalence,
      String system,
      String version,
      String code,
      String display,
      List<JsonNode> products,
      String map) {
    public boolean isMatch() {
      return !NONE.contains(equivalence);
    }
  }

  /** The active maps from one value set to another: of each URL the latest version. */
  public List<Header> fitting(@Nullable String source, @Nullable String target) {
    Catalogue.Snapshot at = catalogue.now();
    Map<String, Header> latest = new LinkedHashMap<>();
    for (Header header : Catalogue.stored(at, "ConceptMap")) {
      if (header.isActive()) {
        latest.merge(header.url().isEmpty() ? header.id() : header.url(), header, Catalogue::later);
      }
    }
    return latest.values().stream()
        .filter(header -> fits(header, "source", source) && fits(header, "target", target))
        .toList();
  }

  private boolean fits(Header header, String side, @Nullable String wanted) {
    if (wanted == null) {
      return true;
    }
    JsonNode body = catalogue.body(header);
    return body.path(side + "Uri").asString("").equals(wanted)
        || body.path(side + "Canonical").asString("").equals(wanted);
  }

  /**
   * The first match of the first of several sets of maps that has one. Remembered for as long as no
   * terminology changes, so that messages may ask for each code; a change counts within a second.
   *
   * @param asker decides which maps are asked
   * @return null when no map knows it
   */
  public @Nullable Match meant(
      String asker, String system, String code, List<Supplier<List<Header>>> maps) {
    var translations = catalogue.lately().translations;
    List<String> question = List.of(asker, system, code);
    Optional<Match> known = translations.get(question);
    if (known == null) {
      known =
          maps.stream()
              .flatMap(some -> translate(some.get(), system, code, false, null, List.of()).stream())
              .filter(Match::isMatch)
              .findFirst();
      translations.put(question, known);
    }
    return known.orElse(null);
  }

  /** All that the maps say of a code. */
  public List<Match> translate(
      List<Header> maps,
      String system,
      String code,
      boolean reverse,
      @Nullable String targetSystem,
      List<Dependency> dependencies) {
    return translate(maps, system, code, reverse, targetSystem, dependencies, 0);
  }

  private List<Match> translate(
      List<Header> maps,
      String system,
      String code,
      boolean reverse,
      @Nullable String targetSystem,
      List<Dependency> dependencies,
      int depth) {
    if (maps.isEmpty()) {
      return List.of();
    }
    Map<Long, Header> byKey = new HashMap<>();
    maps.forEach(map -> byKey.put(map.key(), map));
    String from = reverse ? "target" : "source";
    String to = reverse ? "source" : "target";
    var sql =
        new SqlText()
            .add("select map, equivalence, " + to + "_system, " + to + "_code, " + to + "_display,")
            .add(reverse ? " ''" : " target_version")
            .add(", extra from term_mapping where map = any(")
            .addArray(byKey.keySet(), "bigint")
            .add(") and " + from + "_code = ?", code);
    if (!system.isEmpty()) {
      sql.add(" and " + from + "_system = ?", system);
    }
    if (targetSystem != null) {
      sql.add(" and " + to + "_system = ?", targetSystem);
    }
    sql.add(" order by map, nr");
    List<Match> matches = new ArrayList<>();
    try (Connection connection = database.getConnection();
        var statement = sql.prepare(connection);
        var rows = statement.executeQuery()) {
      while (rows.next()) {
        String extraText = rows.getString(7);
        JsonNode extra =
            extraText == null ? Json.MAPPER.createObjectNode() : Json.MAPPER.readTree(extraText);
        if (!meets(extra.path("dependsOn"), dependencies)) {
          continue;
        }
        List<JsonNode> products = new ArrayList<>();
        extra.path("product").forEach(products::add);
        String equivalence = rows.getString(2);
        Header map = java.util.Objects.requireNonNull(byKey.get(rows.getLong(1)));
        matches.add(
            new Match(
                reverse ? TURNED.getOrDefault(equivalence, equivalence) : equivalence,
                rows.getString(3),
                rows.getString(6),
                rows.getString(4),
                rows.getString(5),
                products,
                map.canonical()));
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
    if (matches.isEmpty() && !reverse) {
      for (Header map : maps) {
        unmapped(map, system, code, targetSystem, matches, depth);
      }
    }
    return matches;
  }

  private static boolean meets(JsonNode dependsOn, List<Dependency> given) {
    for (JsonNode one : dependsOn) {
      String element = one.path("property").asString("");
      String value = one.path("value").asString("");
      if (given.stream().noneMatch(d -> d.element().equals(element) && d.code().equals(value))) {
        return false;
      }
    }
    return true;
  }

  /** What a map says of codes that it does not have: the same code, one for all, or another map. */
  private void unmapped(
      Header map,
      String system,
      String code,
      @Nullable String targetSystem,
      List<Match> matches,
      int depth) {
    for (JsonNode group : catalogue.body(map).path("group")) {
      String target = group.path("target").asString("");
      if (!group.path("source").asString("").equals(system)
          || targetSystem != null && !target.equals(targetSystem)) {
        continue;
      }
      JsonNode unmapped = group.path("unmapped");
      String mode = unmapped.path("mode").asString("");
      if (mode.equals("other-map")) {
        Header other = catalogue.find("ConceptMap", unmapped.path("url").asString(""), null);
        if (other != null && other.key() != map.key() && depth < DEEPEST) {
          matches.addAll(
              translate(List.of(other), system, code, false, targetSystem, List.of(), depth + 1));
        }
      }
      if (mode.equals("provided")) {
        matches.add(new Match("equal", target, "", code, "", List.of(), map.canonical()));
      } else if (mode.equals("fixed")) {
        matches.add(
            new Match(
                "inexact",
                target,
                "",
                unmapped.path("code").asString(""),
                unmapped.path("display").asString(""),
                List.of(),
                map.canonical()));
      }
    }
  }
}
