package health.helan.foundation.residents.index;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which records are one person: a function of the records, their pairs and what people said, and of
 * nothing else. So it does not matter in which order they came, and what takes a decision back
 * leaves everything as it was. docs/adr/0077.
 *
 * <p>What people said is the same is joined first. Then pairs that compare as the same: those with
 * an equal number, then the others, the strongest first, unless
 *
 * <ul>
 *   <li>people said that two records, one of each side, are not the same;
 *   <li>each side has valid numbers of one kind and they share none;
 *   <li>one of the two is a person whom nobody has identified;
 *   <li>no number is equal, and one side goes about as well with a third that the other side cannot
 *       go with.
 * </ul>
 *
 * Such pairs are for people.
 */
final class Partition {
  /** Two pairs as near as this go about as well: a factor of eight. */
  static final float MARGIN = 3;

  private static final Comparator<Edge> STRONGEST = Partition::compareStrength;

  /**
   * A record.
   *
   * @param numbers valid numbers that one person has one of, {@code kind|value}
   */
  record Node(long record, String id, Set<String> numbers, boolean unidentified) {}

  private final Map<Long, Node> nodes;
  private final Map<Long, Long> parent = new HashMap<>();
  private final Map<Long, Cluster> clusters = new HashMap<>();
  private final Map<Edge, Reason> apart = new HashMap<>();

  /** Pairs between records with an equal number. */
  private final Set<Edge> sharing = new HashSet<>();

  private static final class Cluster {
    final List<Long> members = new ArrayList<>();

    /** Values by kind. */
    final Map<String, Set<String>> numbers = new HashMap<>();

    final Set<Long> refused = new HashSet<>();

    /** Pairs that may join it to others. */
    final List<Edge> joining = new ArrayList<>();
  }

  /** Only pairs between the records given take part. */
  Partition(Map<Long, Node> nodes, Collection<Edge> edges) {
    this.nodes = nodes;
    for (Node node : nodes.values()) {
      parent.put(node.record, node.record);
      Cluster cluster = new Cluster();
      cluster.members.add(node.record);
      for (String number : node.numbers) {
        cluster
            .numbers
            .computeIfAbsent(number.substring(0, number.indexOf('|')), _ -> new HashSet<>())
            .add(number);
      }
      clusters.put(node.record, cluster);
    }
    var must = new ArrayList<Edge>();
    var may = new ArrayList<Edge>();
    for (Edge edge : edges) {
      if (!nodes.containsKey(edge.low) || !nodes.containsKey(edge.high)) {
        continue;
      }
      if (edge.ruling == Ruling.NOT_SAME) {
        cluster(edge.low).refused.add(edge.high);
        cluster(edge.high).refused.add(edge.low);
      } else if (edge.ruling == Ruling.SAME) {
        must.add(edge);
      } else if (edge.joins()) {
        may.add(edge);
        cluster(edge.low).joining.add(edge);
        cluster(edge.high).joining.add(edge);
      }
    }
    for (Edge edge : inOrder(must)) {
      if (!isRefused(find(edge.low), find(edge.high))) {
        join(edge);
      }
    }
    for (Edge edge : inOrder(may)) {
      consider(edge);
    }
  }

  /** The strongest first; what makes it so is looked up once for each. */
  private List<Edge> inOrder(List<Edge> edges) {
    var byNumber = new ArrayList<Edge>();
    var others = new ArrayList<Edge>();
    for (Edge edge : edges) {
      (sharesNumber(edge) ? byNumber : others).add(edge);
    }
    sharing.addAll(byNumber);
    byNumber.sort(STRONGEST);
    others.sort(STRONGEST);
    byNumber.addAll(others);
    return byNumber;
  }

  private static int compareStrength(Edge one, Edge other) {
    int byWeight = Float.compare(other.weight, one.weight);
    if (byWeight != 0) {
      return byWeight;
    }
    return one.low != other.low
        ? Long.compare(one.low, other.low)
        : Long.compare(one.high, other.high);
  }

  private void consider(Edge edge) {
    long a = find(edge.low);
    long b = find(edge.high);
    if (a == b || apart.containsKey(edge)) {
      return;
    }
    if (isUnidentified(edge.low) || isUnidentified(edge.high)) {
      apart.put(edge, Reason.UNIDENTIFIED);
    } else if (isRefused(a, b)) {
      apart.put(edge, Reason.REFUSED);
    } else if (disagree(a, b)) {
      apart.put(edge, Reason.NUMBERS);
    } else {
      List<Edge> asGood = new ArrayList<>();
      if (!sharing.contains(edge)) {
        asGood.addAll(asGood(edge, a, b));
        asGood.addAll(asGood(edge, b, a));
      }
      if (asGood.isEmpty()) {
        join(edge);
      } else {
        apart.put(edge, Reason.UNSURE);
        asGood.forEach(one -> apart.putIfAbsent(one, Reason.UNSURE));
      }
    }
  }

  private boolean sharesNumber(Edge edge) {
    Node low = nodes.get(edge.low);
    Node high = nodes.get(edge.high);
    return low != null && high != null && !Collections.disjoint(low.numbers, high.numbers);
  }

  private boolean isUnidentified(long record) {
    Node node = nodes.get(record);
    return node != null && node.unidentified;
  }

  /** Pairs of {@code a} with a third, about as good, with which {@code b} cannot be one person. */
  private List<Edge> asGood(Edge edge, long a, long b) {
    var found = new ArrayList<Edge>();
    for (Edge other : cluster(a).joining) {
      if (other.weight > edge.weight - MARGIN) {
        long left = find(other.low);
        long third = left == a ? find(other.high) : left;
        if (third != a && third != b && (isRefused(b, third) || disagree(b, third))) {
          if (!isRefused(a, third) && !disagree(a, third)) {
            found.add(other);
          }
        }
      }
    }
    return found;
  }

  private Cluster cluster(long root) {
    Cluster cluster = clusters.get(root);
    if (cluster == null) {
      throw new IllegalStateException("not a root");
    }
    return cluster;
  }

  private boolean isRefused(long a, long b) {
    Cluster one = cluster(a);
    Cluster two = cluster(b);
    Cluster fewer = one.refused.size() <= two.refused.size() ? one : two;
    long other = fewer == one ? b : a;
    for (long refused : fewer.refused) {
      if (nodes.containsKey(refused) && find(refused) == other) {
        return true;
      }
    }
    return false;
  }

  private boolean disagree(long a, long b) {
    Map<String, Set<String>> other = cluster(b).numbers;
    for (Map.Entry<String, Set<String>> kind : cluster(a).numbers.entrySet()) {
      Set<String> theirs = other.get(kind.getKey());
      if (theirs != null && kind.getValue().stream().noneMatch(theirs::contains)) {
        return true;
      }
    }
    return false;
  }

  /** Each has numbers of one kind, {@code kind|value}, and they share none of it. */
  static boolean disagree(Set<String> some, Set<String> others) {
    for (String one : some) {
      String kind = one.substring(0, one.indexOf('|') + 1);
      if (others.stream().anyMatch(other -> other.startsWith(kind))
          && some.stream().noneMatch(same -> same.startsWith(kind) && others.contains(same))) {
        return true;
      }
    }
    return false;
  }

  private void join(Edge edge) {
    long a = find(edge.low);
    long b = find(edge.high);
    if (a == b) {
      return;
    }
    boolean aIsGreater = cluster(a).members.size() >= cluster(b).members.size();
    long stays = aIsGreater ? a : b;
    long goes = aIsGreater ? b : a;
    Cluster into = cluster(stays);
    Cluster from = cluster(goes);
    into.members.addAll(from.members);
    into.refused.addAll(from.refused);
    into.joining.addAll(from.joining);
    from.numbers.forEach(
        (kind, values) -> into.numbers.computeIfAbsent(kind, _ -> new HashSet<>()).addAll(values));
    parent.put(goes, stays);
    clusters.remove(goes);
  }

  private long find(long record) {
    long at = record;
    while (true) {
      long up = parent.getOrDefault(at, at);
      if (up == at) {
        break;
      }
      at = up;
    }
    long root = at;
    at = record;
    while (at != root) {
      long up = parent.getOrDefault(at, at);
      parent.put(at, root);
      at = up;
    }
    return root;
  }

  boolean areOne(long a, long b) {
    return find(a) == find(b);
  }

  /** Why a pair that compares as the same is not joined by itself. */
  Reason whyApart(Edge edge) {
    return apart.getOrDefault(edge, Reason.UNSURE);
  }

  /** Members by the id of the Patient that leads them: the smallest. Those alone too. */
  Map<String, List<Long>> persons() {
    var persons = new HashMap<String, List<Long>>();
    for (Cluster cluster : clusters.values()) {
      String lead = null;
      for (long member : cluster.members) {
        Node node = nodes.get(member);
        if (node != null && (lead == null || node.id.compareTo(lead) < 0)) {
          lead = node.id;
        }
      }
      if (lead != null) {
        persons.put(lead, cluster.members);
      }
    }
    return persons;
  }
}
