package health.helan.foundation.quality.score;

import health.helan.foundation.quality.checks.Verdict;
import health.helan.foundation.quality.rules.Dimension;
import health.helan.foundation.quality.rules.Rule;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Json;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a transaction counts, by institution, data set, day and rule; kept as one row in the home of
 * its records, so that no two transactions want the same row. {@link Sums} adds the rows up.
 */
public final class Tally {
  /**
   * @param day of the version that was judged, in the region's time zone
   */
  record Key(String owner, String dataset, LocalDate day) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int byOwner = owner.compareTo(other.owner);
      int byDataset = byOwner != 0 ? byOwner : dataset.compareTo(other.dataset);
      return byDataset != 0 ? byDataset : day.compareTo(other.day);
    }
  }

  /** Counts of a rule; {@code closed} findings are those that are verified, waived or gone. */
  static final class Counts {
    final Dimension dimension;
    long checks;
    long failed;
    long opened;
    long closed;

    Counts(Dimension dimension) {
      this.dimension = dimension;
    }
  }

  /** Counts of an institution, data set and day. */
  static final class Part {
    long records;
    final TreeMap<String, Counts> rules = new TreeMap<>();

    Counts of(String rule, Dimension dimension) {
      return rules.computeIfAbsent(rule, _ -> new Counts(dimension));
    }
  }

  /** Makes empty ones. */
  @FunctionalInterface
  public interface Maker {
    Tally make();
  }

  private final ZoneId zone;
  final TreeMap<Key, Part> parts = new TreeMap<>();

  public Tally(ZoneId zone) {
    this.zone = zone;
  }

  private Part part(String owner, String dataset, Instant at) {
    return parts.computeIfAbsent(
        new Key(owner, dataset, at.atZone(zone).toLocalDate()), _ -> new Part());
  }

  /** A record was looked at. */
  public void record(String owner, String dataset, Instant at) {
    part(owner, dataset, at).records++;
  }

  /** It was held to a rule. */
  public void check(String owner, Rule rule, Instant at, Verdict verdict) {
    Counts counts = part(owner, rule.dataset(), at).of(rule.rule(), rule.dimension());
    counts.checks++;
    if (verdict.fails()) {
      counts.failed++;
    }
  }

  public void opened(String owner, String dataset, String rule, Dimension dimension, Instant at) {
    part(owner, dataset, at).of(rule, dimension).opened++;
  }

  public void closed(
      String owner, String dataset, String rule, Dimension dimension, Instant at, long number) {
    part(owner, dataset, at).of(rule, dimension).closed += number;
  }

  public boolean isEmpty() {
    return parts.isEmpty();
  }

  /** Writes it, in the transaction of what it counts. */
  public void save(Connection transaction, int home) throws SQLException {
    if (isEmpty()) {
      return;
    }
    try (var statement = transaction.prepareStatement(SumsSql.ADD)) {
      statement.setInt(1, home);
      statement.setString(2, Ids.next(home));
      statement.setString(3, json());
      statement.executeUpdate();
    }
  }

  /** As it is stored. */
  public String json() {
    ArrayNode all = Json.MAPPER.createArrayNode();
    parts.forEach(
        (key, part) -> {
          ObjectNode one = all.addObject();
          one.put("o", key.owner()).put("d", key.dataset()).put("y", key.day().toString());
          one.put("n", part.records);
          ObjectNode rules = one.putObject("r");
          part.rules.forEach(
              (rule, counts) ->
                  rules
                      .putArray(rule)
                      .add(counts.dimension.ordinal())
                      .add(counts.checks)
                      .add(counts.failed)
                      .add(counts.opened)
                      .add(counts.closed));
        });
    return all.toString();
  }

  /** Adds one that was stored. */
  public void add(String json) {
    for (JsonNode one : Json.MAPPER.readTree(json)) {
      Part part =
          parts.computeIfAbsent(
              new Key(
                  one.path("o").asString(),
                  one.path("d").asString(),
                  LocalDate.parse(one.path("y").asString())),
              _ -> new Part());
      part.records += one.path("n").asLong();
      for (var rule : one.path("r").properties()) {
        JsonNode counts = rule.getValue();
        Counts sum = part.of(rule.getKey(), Dimension.values()[counts.path(0).asInt()]);
        sum.checks += counts.path(1).asLong();
        sum.failed += counts.path(2).asLong();
        sum.opened += counts.path(3).asLong();
        sum.closed += counts.path(4).asLong();
      }
    }
  }
}
