package health.helan.foundation.fhirpath;

import java.util.List;

/**
 * A FHIRPath collection inside the engine. One item is the item itself, so that the common case
 * needs no list.
 */
abstract sealed class Coll permits Node, Many {
  abstract int size();

  abstract Node get(int index);

  boolean isEmpty() {
    return size() == 0;
  }

  /** This collection and another, in order, duplicates kept; neither operand is changed. */
  static Coll concat(Coll a, Coll b) {
    if (a.isEmpty()) {
      return b;
    }
    if (b.isEmpty()) {
      return a;
    }
    var out = new Many(a.size() + b.size());
    out.addAll(a);
    out.addAll(b);
    return out;
  }

  static Coll of(List<Node> nodes) {
    if (nodes.isEmpty()) {
      return Many.EMPTY;
    }
    if (nodes.size() == 1) {
      return nodes.getFirst();
    }
    var out = new Many(nodes.size());
    for (var node : nodes) {
      out.add(node);
    }
    return out;
  }

  abstract List<Node> toList();
}
