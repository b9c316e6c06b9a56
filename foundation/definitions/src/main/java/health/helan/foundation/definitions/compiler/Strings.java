package health.helan.foundation.definitions.compiler;

import java.io.DataOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The table of strings at the head of a compiled file; what follows refers to them by number. */
final class Strings {
  private final Map<String, Integer> strings = new LinkedHashMap<>();

  void writeTable(DataOutputStream out) throws IOException {
    out.writeInt(strings.size());
    for (String string : strings.keySet()) {
      out.writeUTF(string);
    }
  }

  void lists(DataOutputStream out, Map<String, List<String>> lists) throws IOException {
    out.writeInt(lists.size());
    for (var entry : lists.entrySet()) {
      string(out, entry.getKey());
      strings(out, entry.getValue());
    }
  }

  void strings(DataOutputStream out, List<String> list) throws IOException {
    out.writeInt(list.size());
    for (String string : list) {
      string(out, string);
    }
  }

  /** A string's number; -1 for null. */
  void string(DataOutputStream out, @Nullable String string) throws IOException {
    Integer number = string == null ? Integer.valueOf(-1) : strings.get(string);
    if (number == null) {
      number = strings.size();
      strings.put(Objects.requireNonNull(string), number);
    }
    out.writeInt(number);
  }
}
