package health.helan.foundation.fhirpath;

import java.util.Arrays;
import java.util.List;

/** Any number of items. Appended to by the operation that builds it, then left alone. */
final class Many extends Coll {
  /**
   * No items. Kept here and not in the class above, which must not wait for this one: two threads
   * that loaded one each would wait for ever.
   */
  static final Coll EMPTY = new Many(0);

  private Node[] items;
  private int size;

  Many(int capacity) {
    items = new Node[capacity];
  }

  void add(Node node) {
    if (size == items.length) {
      items = Arrays.copyOf(items, Math.max(8, size * 2));
    }
    items[size++] = node;
  }

  void addAll(Coll nodes) {
    for (int i = 0, n = nodes.size(); i < n; i++) {
      add(nodes.get(i));
    }
  }

  /** The smallest form of what was gathered. */
  Coll done() {
    return switch (size) {
      case 0 -> EMPTY;
      case 1 -> items[0];
      default -> this;
    };
  }

  @Override
  int size() {
    return size;
  }

  @Override
  Node get(int index) {
    return items[index];
  }

  @Override
  List<Node> toList() {
    return size == 0
        ? List.of()
        : List.of(size == items.length ? items : Arrays.copyOf(items, size));
  }
}
