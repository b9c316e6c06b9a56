package health.helan.foundation.store.validation;

import health.helan.foundation.store.validation.Issue.Severity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** One validation: where it stands, what it found. The place becomes text only for a fault. */
final class Run {
  /**
   * Elements inside one another. The parser stops at 100 already; this guards trees built
   * otherwise.
   */
  static final int MAX_DEPTH = 120;

  final Options options;
  final List<Issue> issues = new ArrayList<>(0);

  /** The resource whose {@code contained} local references point into. */
  @Nullable JsonNode container;

  boolean inContained;

  private String root = "";
  private final String[] names = new String[MAX_DEPTH];
  private final int[] indexes = new int[MAX_DEPTH];
  private int depth;

  Run(Options options) {
    this.options = options;
  }

  void start(String type) {
    root = type;
  }

  /** Steps into an element; false, with an issue, if that is too deep. */
  boolean enter(String name, int index) {
    if (depth == MAX_DEPTH) {
      fault("structure", "depth", Integer.toString(MAX_DEPTH));
      return false;
    }
    names[depth] = name;
    indexes[depth++] = index;
    return true;
  }

  void leave() {
    depth--;
  }

  boolean isFull() {
    return issues.size() >= options.maxIssues();
  }

  void fault(String code, String key, String... arguments) {
    faultAt(null, -1, code, key, arguments);
  }

  /**
   * @param name a child of where the run stands; null for the place itself
   * @param index -1 for none
   */
  void faultAt(@Nullable String name, int index, String code, String key, String... arguments) {
    if (isFull()) {
      return;
    }
    var path = new StringBuilder(root);
    for (int i = 0; i < depth; i++) {
      step(path, names[i], indexes[i]);
    }
    if (name != null) {
      step(path, name, index);
    }
    issues.add(
        new Issue(
            Severity.ERROR,
            code,
            path.toString(),
            key,
            Arrays.stream(arguments).map(Run::printable).toList()));
  }

  private static void step(StringBuilder path, String name, int index) {
    path.append('.').append(name);
    if (index >= 0) {
      path.append('[').append(index).append(']');
    }
  }

  /** Names of properties come from outside: no control characters, no kilobytes. */
  private static String printable(String argument) {
    String start = argument.length() > 500 ? argument.substring(0, 500) + "…" : argument;
    return start.replaceAll("\\p{Cntrl}", "\uFFFD");
  }
}
