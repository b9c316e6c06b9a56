package health.helan.foundation.gateway.mapping;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * By which identifier a resource is found again: {@code cx PV1-19 as visit // cx PID-18 as
 * account}, {@code ei ORC-3 + OBX-3 + OBX-4 as result}, {@code patient PID-3 as patient}. The first
 * alternative of which every part is there decides; of several parts, all but the last may not be
 * empty, and of those that begin with {@code ii} or {@code every} none.
 */
final class KeyRule {
  /** Of HL7 version 3: every part has to be there. */
  private static final String INSTANCE = "ii";

  /** A text of which every part has to be there. */
  private static final String EVERY = "every";

  private record Alternative(String shape, List<String> terms, String kind) {}

  private final List<Alternative> alternatives = new ArrayList<>();

  private KeyRule() {}

  static KeyRule parse(String mapping, String text) {
    var rule = new KeyRule();
    for (String part : text.split("//")) {
      String rest = part.strip();
      int as = rest.lastIndexOf(" as ");
      if (as < 0) {
        throw new MappingFault(mapping, text);
      }
      String kind = rest.substring(as + 4).strip();
      rest = rest.substring(0, as).strip();
      String shape = "";
      for (String known : List.of("cx", "ei", INSTANCE, EVERY, "patient")) {
        if (rest.startsWith(known + " ")) {
          shape = known;
          rest = rest.substring(known.length() + 1);
        }
      }
      var terms = new ArrayList<String>();
      for (String term : rest.split("\\+")) {
        terms.add(term.strip());
      }
      rule.alternatives.add(new Alternative(shape, terms, kind));
    }
    return rule;
  }

  /** What the alternatives give, in their order; the first is the one, unless it is taken. */
  List<Plan.Key> find(Run run, Node at) {
    var keys = new ArrayList<Plan.Key>();
    for (Alternative alternative : alternatives) {
      Plan.Key key = find(run, at, alternative);
      if (key != null) {
        keys.add(key);
      }
    }
    return keys;
  }

  private static Plan.@Nullable Key find(Run run, Node at, Alternative alternative) {
    List<? extends Node> first = at.select(alternative.terms.getFirst());
    Node node =
        alternative.shape.equals("patient")
            ? Identifiers.preferred(first)
            : first.isEmpty() ? null : first.getFirst();
    if (node == null || node.text().isEmpty()) {
      return null;
    }
    Plan.Key key =
        Functions.key(
            run.feed(),
            alternative.shape.equals("patient") ? "cx" : alternative.shape,
            node,
            alternative.kind);
    if (key == null || alternative.terms.size() == 1) {
      return key;
    }
    var value = new StringBuilder(key.value());
    for (int i = 1; i < alternative.terms.size(); i++) {
      List<? extends Node> more = at.select(alternative.terms.get(i));
      String text = more.isEmpty() ? "" : more.getFirst().text();
      boolean mayBeEmpty =
          i == alternative.terms.size() - 1
              && !alternative.shape.equals(INSTANCE)
              && !alternative.shape.equals(EVERY);
      if (text.isEmpty() && !mayBeEmpty) {
        return null;
      }
      value.append('/').append(text);
    }
    return Functions.key(run.feed(), "", new Joined(value.toString()), alternative.kind);
  }

  /** A text that no part of the message holds as such. */
  private record Joined(String text) implements Node {
    @Override
    public List<? extends Node> select(String path) {
      return List.of();
    }

    @Override
    public Node part(int number) {
      return new Joined(number == 1 ? text : "");
    }

    @Override
    public @Nullable Node parent() {
      return null;
    }

    @Override
    public String place() {
      return "";
    }
  }
}
