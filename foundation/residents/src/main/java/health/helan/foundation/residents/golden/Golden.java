package health.helan.foundation.residents.golden;

import health.helan.foundation.residents.match.Traits;
import health.helan.foundation.store.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The golden record: one Patient out of several, field by field, by rules that are data ({@code
 * survivorship.json}), and where each value is from. Nothing of it is stored: it is what the
 * sources say at the moment, as far as the caller sees them. Thread-safe.
 */
public final class Golden {
  private static final String RULES = "survivorship.json";

  /** How two values of a field are told apart; the better one first. */
  private enum Preference {
    /** From a record with a valid national number. */
    IDENTIFIED(Comparator.comparing(value -> !value.identified)),
    /** That more records say. */
    AGREED(Comparator.comparingInt(value -> -value.agreed)),
    /** That says more. */
    LONGEST(Comparator.comparingInt(value -> -value.length)),
    /** From the record that was written last. */
    NEWEST(Comparator.comparing((Value value) -> value.updated).reversed());

    final Comparator<Value> order;

    Preference(Comparator<Value> order) {
      this.order = order;
    }
  }

  /**
   * How a field survives.
   *
   * @param keepsAll all different values, not the best only
   * @param not values that say nothing
   */
  private record Rule(String field, boolean keepsAll, List<Preference> prefer, Set<String> not) {}

  private record Value(
      JsonNode value, String from, String updated, boolean identified, int agreed, int length) {}

  /**
   * Where a value is from.
   *
   * @param field element of Patient
   * @param index of the value, for those that repeat
   * @param sources ids of the Patients that say so, the one that decided first
   */
  public record Origin(String field, int index, List<String> sources) {}

  /** A golden record. */
  public record Record(ObjectNode patient, List<Origin> origins, String rules) {}

  private final String version;
  private final List<Rule> rules;

  private Golden(JsonNode file) {
    version = file.path("version").asString("");
    var read = new ArrayList<Rule>();
    for (JsonNode field : file.path("fields")) {
      var prefer = new ArrayList<Preference>();
      for (JsonNode preference : field.path("prefer")) {
        prefer.add(Preference.valueOf(preference.asString("").toUpperCase(java.util.Locale.ROOT)));
      }
      var not = new LinkedHashSet<String>();
      field.path("not").forEach(value -> not.add(value.asString("")));
      read.add(
          new Rule(
              field.path("field").asString(""),
              field.path("keep").asString("").equals("all"),
              List.copyOf(prefer),
              not));
    }
    rules = List.copyOf(read);
  }

  /** By the rules that come with the platform. */
  public static Golden shipped() {
    try (InputStream in = Golden.class.getResourceAsStream(RULES)) {
      if (in == null) {
        throw new IllegalStateException(RULES + " is not on the class path");
      }
      return new Golden(Json.MAPPER.readTree(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The golden record of some Patients.
   *
   * @param person id that it gets
   * @param patients by id; with {@code meta.lastUpdated}
   */
  public Record of(String person, Map<String, ObjectNode> patients) {
    ObjectNode golden = Json.MAPPER.createObjectNode();
    golden.put("resourceType", "Patient").put("id", person);
    var identified = new HashMap<String, Boolean>();
    patients.forEach((id, patient) -> identified.put(id, !Traits.of(patient).numbers().isEmpty()));
    var origins = new ArrayList<Origin>();
    for (Rule rule : rules) {
      var said = new LinkedHashMap<JsonNode, List<String>>();
      patients.forEach(
          (id, patient) -> {
            JsonNode values = patient.path(rule.field);
            for (JsonNode value : values.isArray() ? values : List.of(values)) {
              if (!value.isMissingNode()
                  && !value.isNull()
                  && !(value.isString() && rule.not.contains(value.stringValue()))) {
                List<String> by = said.computeIfAbsent(value, _ -> new ArrayList<>());
                if (!by.contains(id)) {
                  by.add(id);
                }
              }
            }
          });
      if (said.isEmpty()) {
        continue;
      }
      Comparator<Value> order = order(rule);
      var best = new ArrayList<Value>();
      said.forEach(
          (value, by) ->
              best.add(
                  by.stream()
                      .map(
                          id ->
                              new Value(
                                  value,
                                  id,
                                  updated(patients, id),
                                  identified.getOrDefault(id, false),
                                  by.size(),
                                  value.toString().length()))
                      .min(order)
                      .orElseThrow()));
      best.sort(order);
      List<Value> kept = rule.keepsAll ? best : best.subList(0, 1);
      boolean repeats =
          patients.values().stream().anyMatch(patient -> patient.path(rule.field).isArray());
      for (int i = 0; i < kept.size(); i++) {
        Value value = kept.get(i);
        if (repeats) {
          golden.withArray(rule.field).add(value.value);
        } else {
          golden.set(rule.field, value.value);
        }
        var sources = new LinkedHashSet<String>(List.of(value.from));
        sources.addAll(said.getOrDefault(value.value, List.of()));
        origins.add(new Origin(rule.field, i, List.copyOf(sources)));
      }
    }
    return new Record(golden, origins, version);
  }

  private static String updated(Map<String, ObjectNode> patients, String id) {
    ObjectNode patient = patients.get(id);
    return patient == null ? "" : patient.path("meta").path("lastUpdated").asString("");
  }

  private static Comparator<Value> order(Rule rule) {
    Comparator<Value> order = (_, _) -> 0;
    for (Preference preference : rule.prefer) {
      order = order.thenComparing(preference.order);
    }
    return order.thenComparing(value -> value.from);
  }
}
