package health.helan.foundation.quality.checks;

import health.helan.foundation.fhirpath.Node;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.ValueSets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What rules ask of terminology, remembered for some minutes: a table that is loaded or changed
 * counts from then on. Thread-safe.
 */
public final class Codes {
  private static final int KEPT = 20_000;
  private static final long REMEMBERED_NANOS = 300_000_000_000L;

  private final ValueSets valueSets;
  private final Map<String, Optional<Boolean>> known = bounded(KEPT);
  private final Map<String, Optional<Set<String>>> members = bounded(100);
  private long begun = System.nanoTime();

  public Codes(ValueSets valueSets) {
    this.valueSets = valueSets;
  }

  private static <T> Map<String, T> bounded(int size) {
    return new LinkedHashMap<>(64, 0.75f, true) {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<String, T> eldest) {
        return size() > size;
      }
    };
  }

  private <T> Optional<T> remembered(
      Map<String, Optional<T>> map, String key, Function<String, @Nullable T> ask) {
    synchronized (this) {
      if (System.nanoTime() - begun > REMEMBERED_NANOS) {
        known.clear();
        members.clear();
        begun = System.nanoTime();
      }
      Optional<T> there = map.get(key);
      if (there != null) {
        return there;
      }
    }
    Optional<T> found;
    try {
      found = Optional.ofNullable(ask.apply(key));
    } catch (Refusal tooMany) {
      found = Optional.empty();
    }
    synchronized (this) {
      map.put(key, found);
    }
    return found;
  }

  /** Whether a code system has a code; null where that cannot be told. */
  @Nullable Boolean isKnown(String system, String code) {
    return remembered(
            known,
            system + "|" + code,
            _ -> {
              List<String> below = valueSets.related(system, code, true);
              return below == null ? null : !below.isEmpty();
            })
        .orElse(null);
  }

  /** Codes of a value set, as {@code system|code} and as {@code |code}; null where not known. */
  @Nullable Set<String> members(String valueSet) {
    return remembered(
            members,
            valueSet,
            url -> {
              List<String> codes = valueSets.codes(url);
              if (codes == null) {
                return null;
              }
              var all = new HashSet<>(codes);
              codes.forEach(code -> all.add(code.substring(code.lastIndexOf('|'))));
              return all;
            })
        .orElse(null);
  }

  @Nullable Boolean isIn(Node coded, String valueSet) {
    JsonNode json = coded.json();
    Set<String> members = members(valueSet);
    if (members == null || json == null) {
      return null;
    }
    return isIn(json, members);
  }

  /** Whether a code, Coding or CodeableConcept is among the members. */
  static boolean isIn(JsonNode json, Set<String> members) {
    if (json.isString()) {
      return members.contains("|" + json.stringValue());
    }
    if (json.has("coding")) {
      for (JsonNode coding : json.path("coding")) {
        if (isIn(coding, members)) {
          return true;
        }
      }
      return false;
    }
    return members.contains(
        json.path("system").asString("") + "|" + json.path("code").asString(""));
  }
}
