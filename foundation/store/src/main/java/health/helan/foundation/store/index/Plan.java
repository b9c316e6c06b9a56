package health.helan.foundation.store.index;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All places that a type's parameters look at, merged into one tree, so that a resource is walked
 * once.
 */
final class Plan {
  /**
   * What to do at a place.
   *
   * @param resolved only references to this type; null for all
   * @param tuple of a composite: one plan per component
   */
  record Action(
      Parameter parameter,
      Extract extract,
      @Nullable String resolved,
      Plan @Nullable [] tuple,
      boolean[] tupleFromResource) {}

  /** A property on the way. */
  static final class Node {
    final String json;
    final @Nullable String filterKey;
    final @Nullable String filterValue;
    final boolean first;
    Node[] children = {};
    Action[] actions = {};

    Node(String json, @Nullable String filterKey, @Nullable String filterValue, boolean first) {
      this.json = json;
      this.filterKey = filterKey;
      this.filterValue = filterValue;
      this.first = first;
    }

    private boolean is(Paths.Step step) {
      return json.equals(step.json())
          && first == step.first()
          && java.util.Objects.equals(filterKey, step.filterKey())
          && java.util.Objects.equals(filterValue, step.filterValue());
    }
  }

  final Node root = new Node("", null, null, false);

  void add(Paths.Place place, Action action) {
    Node node = root;
    for (Paths.Step step : place.steps()) {
      Node next = null;
      for (Node child : node.children) {
        if (child.is(step)) {
          next = child;
        }
      }
      if (next == null) {
        next = new Node(step.json(), step.filterKey(), step.filterValue(), step.first());
        List<Node> children = new ArrayList<>(List.of(node.children));
        children.add(next);
        node.children = children.toArray(Node[]::new);
      }
      node = next;
    }
    List<Action> actions = new ArrayList<>(List.of(node.actions));
    actions.add(action);
    node.actions = actions.toArray(Action[]::new);
  }
}
