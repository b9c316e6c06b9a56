package health.helan.foundation.terminology.engine;

import health.helan.foundation.store.Refusal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * What lies below what in a code system: about 8 bytes a concept, kept in memory while it is used.
 * Sets of concepts are sets of bits, so that value sets are united, cut and taken from one another
 * without the database.
 */
public final class Tree {
  private static final int FETCH = 10_000;

  private final int[] last;
  private final int[] parent;

  /** Further parents, sorted by parent: {@code parent, child, parent, child …}. */
  private final int[] furtherByParent;

  /** The same, sorted by child: {@code child, parent …}. */
  private final int[] furtherByChild;

  private final BitSet inactive = new BitSet();
  private final BitSet notSelectable = new BitSet();

  private Tree(int[] last, int[] parent, int[][] further) {
    this.last = last;
    this.parent = parent;
    furtherByParent = flat(further, 1, 0);
    furtherByChild = flat(further, 0, 1);
  }

  private static int[] flat(int[][] pairs, int first, int second) {
    int[][] sorted = pairs.clone();
    Arrays.sort(
        sorted,
        (a, b) ->
            a[first] != b[first]
                ? Integer.compare(a[first], b[first])
                : Integer.compare(a[second], b[second]));
    int[] flat = new int[sorted.length * 2];
    for (int i = 0; i < sorted.length; i++) {
      flat[2 * i] = sorted[i][first];
      flat[2 * i + 1] = sorted[i][second];
    }
    return flat;
  }

  static Tree load(Connection connection, long key, int size) throws SQLException {
    int[] last = new int[size];
    int[] parent = new int[size];
    short[] flags = new short[size];
    int found = 0;
    // Row by row: a system of a million concepts is not held twice.
    connection.setAutoCommit(false);
    try (var statement =
        connection.prepareStatement(
            "select nr, last, parent, flags from term_concept where system = ?")) {
      statement.setFetchSize(FETCH);
      statement.setLong(1, key);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          int nr = rows.getInt(1);
          found++;
          last[nr] = rows.getInt(2);
          parent[nr] = rows.getInt(3);
          flags[nr] = rows.getShort(4);
        }
      }
      connection.commit();
    } finally {
      connection.setAutoCommit(true);
    }
    if (found != size) {
      // Compiled anew since the question began.
      throw new Refusal(Refusal.Kind.TRANSIENT, "terms.changing");
    }
    List<int[]> further = new ArrayList<>();
    try (var statement =
        connection.prepareStatement("select nr, parent from term_parent where system = ?")) {
      statement.setLong(1, key);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          further.add(new int[] {rows.getInt(1), rows.getInt(2)});
        }
      }
    }
    var tree = new Tree(last, parent, further.toArray(int[][]::new));
    for (int nr = 0; nr < size; nr++) {
      tree.inactive.set(nr, (flags[nr] & Concept.INACTIVE) != 0);
      tree.notSelectable.set(nr, (flags[nr] & Concept.ABSTRACT) != 0);
    }
    return tree;
  }

  public int size() {
    return last.length;
  }

  BitSet all() {
    var all = new BitSet(last.length);
    all.set(0, last.length);
    return all;
  }

  BitSet inactive() {
    return inactive;
  }

  BitSet notSelectable() {
    return notSelectable;
  }

  /** A concept and all below it. */
  public BitSet below(int nr) {
    var below = new BitSet(last.length);
    var open = new ArrayDeque<Integer>();
    open.add(nr);
    Integer next;
    while ((next = open.poll()) != null) {
      if (below.get(next)) {
        continue;
      }
      below.set(next, last[next] + 1);
      for (int i = from(furtherByParent, next);
          i < furtherByParent.length && furtherByParent[i] <= last[next];
          i += 2) {
        if (!below.get(furtherByParent[i + 1])) {
          open.add(furtherByParent[i + 1]);
        }
      }
    }
    return below;
  }

  /** A concept and all above it. */
  public BitSet above(int nr) {
    var above = new BitSet(last.length);
    var open = new ArrayDeque<Integer>();
    open.add(nr);
    Integer next;
    while ((next = open.poll()) != null) {
      for (int one = next; one >= 0 && !above.get(one); one = parent[one]) {
        above.set(one);
        for (int i = from(furtherByChild, one);
            i < furtherByChild.length && furtherByChild[i] == one;
            i += 2) {
          open.add(furtherByChild[i + 1]);
        }
      }
    }
    return above;
  }

  /** Direct parents. */
  public List<Integer> parents(int nr) {
    List<Integer> parents = new ArrayList<>();
    if (parent[nr] >= 0) {
      parents.add(parent[nr]);
    }
    for (int i = from(furtherByChild, nr);
        i < furtherByChild.length && furtherByChild[i] == nr;
        i += 2) {
      parents.add(furtherByChild[i + 1]);
    }
    return parents;
  }

  /** Direct children, in their order. */
  public List<Integer> children(int nr) {
    List<Integer> children = new ArrayList<>();
    for (int child = nr + 1; child <= last[nr]; child = last[child] + 1) {
      children.add(child);
    }
    for (int i = from(furtherByParent, nr);
        i < furtherByParent.length && furtherByParent[i] == nr;
        i += 2) {
      children.add(furtherByParent[i + 1]);
    }
    return children;
  }

  /** Concepts without any below them. */
  BitSet leaves() {
    var leaves = new BitSet(last.length);
    for (int nr = 0; nr < last.length; nr++) {
      leaves.set(nr, last[nr] == nr);
    }
    for (int i = 0; i < furtherByParent.length; i += 2) {
      leaves.clear(furtherByParent[i]);
    }
    return leaves;
  }

  /** First place of pairs whose first number is at least {@code nr}. */
  private static int from(int[] pairs, int nr) {
    int low = 0;
    int high = pairs.length / 2;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (pairs[2 * middle] < nr) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return 2 * low;
  }
}
