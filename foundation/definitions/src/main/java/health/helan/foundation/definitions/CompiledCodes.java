package health.helan.foundation.definitions;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The codes as {@code compiler.CompileDefinitions} wrote them in the build. */
final class CompiledCodes implements ShippedCodes {
  static final String RESOURCE = "r4-codes.bin";

  /** Loads on first use: a class is initialised once, whatever the number of threads. */
  static final class Instance {
    static final CompiledCodes CODES = load();

    private Instance() {}
  }

  /**
   * A code system.
   *
   * @param parents direct parents of each code
   * @param children direct children, where there are any
   * @param byFolded codes by their lower case
   */
  private record System(
      Map<String, List<String>> parents,
      Map<String, List<String>> children,
      Map<String, List<String>> byFolded) {
    static System of(Map<String, List<String>> parents) {
      var children = new HashMap<String, List<String>>();
      var byFolded = new HashMap<String, List<String>>();
      parents.forEach(
          (code, above) -> {
            for (String parent : above) {
              children.computeIfAbsent(parent, _ -> new ArrayList<>()).add(code);
            }
            byFolded.computeIfAbsent(fold(code), _ -> new ArrayList<>()).add(code);
          });
      return new System(parents, children, byFolded);
    }

    Set<String> related(String code, boolean below) {
      var found = new LinkedHashSet<String>();
      var open =
          new ArrayDeque<String>(
              parents.containsKey(code)
                  ? List.of(code)
                  : byFolded.getOrDefault(fold(code), List.of()));
      String next;
      while ((next = open.poll()) != null) {
        if (found.add(next)) {
          open.addAll((below ? children : parents).getOrDefault(next, List.of()));
        }
      }
      return found;
    }

    private static String fold(String code) {
      return code.toLowerCase(Locale.ROOT);
    }
  }

  private record ValueSet(String version, Map<String, List<String>> codes) {}

  /** Those with a known hierarchy. */
  private final Map<String, System> systems = new HashMap<>();

  private final Map<String, ValueSet> valueSets = new HashMap<>();

  private static CompiledCodes load() {
    try (var in = CompiledCodes.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(
            "The compiled codes are missing: build helan-definitions with Maven, which runs the"
                + " compiler after javac.");
      }
      return new CompiledCodes(new DataInputStream(new BufferedInputStream(in)));
    } catch (IOException e) {
      throw new UncheckedIOException("The compiled codes cannot be read", e);
    }
  }

  private CompiledCodes(DataInputStream in) throws IOException {
    var strings = new String[in.readInt()];
    for (int i = 0; i < strings.length; i++) {
      strings[i] = in.readUTF();
    }
    for (int i = in.readInt(); i > 0; i--) {
      systems.put(strings[in.readInt()], System.of(lists(in, strings)));
    }
    for (int i = in.readInt(); i > 0; i--) {
      valueSets.put(strings[in.readInt()], new ValueSet(strings[in.readInt()], lists(in, strings)));
    }
  }

  private static Map<String, List<String>> lists(DataInputStream in, String[] strings)
      throws IOException {
    int count = in.readInt();
    var lists = new LinkedHashMap<String, List<String>>(count * 2);
    for (int i = 0; i < count; i++) {
      String key = strings[in.readInt()];
      var list = new String[in.readInt()];
      for (int j = 0; j < list.length; j++) {
        list[j] = strings[in.readInt()];
      }
      lists.put(key, List.of(list));
    }
    return lists;
  }

  @Override
  public @Nullable Map<String, List<String>> expansion(String valueSet) {
    int bar = valueSet.indexOf('|');
    ValueSet known = valueSets.get(bar < 0 ? valueSet : valueSet.substring(0, bar));
    return known == null || bar >= 0 && !known.version.equals(valueSet.substring(bar + 1))
        ? null
        : known.codes;
  }

  @Override
  public @Nullable Set<String> related(String system, String code, boolean below) {
    System known = systems.get(system);
    return known == null ? null : known.related(code, below);
  }
}
