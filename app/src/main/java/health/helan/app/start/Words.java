package health.helan.app.start;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The words after a command: options with and without a value, and places. */
public record Words(Set<String> switches, Map<String, String> values, List<String> places) {

  /**
   * @throws StartRefused naming the first word that makes no sense
   */
  public static Words parse(
      List<String> words, Set<String> knownSwitches, Set<String> knownValues) {
    Set<String> switches = new HashSet<>();
    Map<String, String> values = new HashMap<>();
    List<String> places = new java.util.ArrayList<>();
    Deque<String> rest = new ArrayDeque<>(words);
    while (!rest.isEmpty()) {
      String word = rest.removeFirst();
      if (knownSwitches.contains(word)) {
        switches.add(word);
      } else if (knownValues.contains(word)) {
        String value = rest.pollFirst();
        if (value == null || value.isBlank()) {
          throw new StartRefused(
              word + " 后面缺少取值，请看 ./helan --help。", word + " needs a value: see ./helan --help.");
        }
        values.put(word, value);
      } else if (word.startsWith("--")) {
        throw new StartRefused(
            "不认识的参数 " + word + "，请看 ./helan --help。",
            "Unknown argument " + word + ": see ./helan --help.");
      } else {
        places.add(word);
      }
    }
    return new Words(switches, values, places);
  }

  /**
   * The one place that was named.
   *
   * @throws StartRefused with these sentences if it is none, or several
   */
  public Path onePlace(String chinese, String english) {
    if (places.size() != 1) {
      throw new StartRefused(chinese, english);
    }
    return Path.of(places.getFirst()).toAbsolutePath().normalize();
  }

  /** The data folder: {@code --data}, or {@code data} in the working directory. */
  public Path data() {
    return Path.of(values.getOrDefault("--data", "data")).toAbsolutePath().normalize();
  }

  public @Nullable Path path(String option) {
    String value = values.get(option);
    return value == null ? null : Path.of(value);
  }
}
