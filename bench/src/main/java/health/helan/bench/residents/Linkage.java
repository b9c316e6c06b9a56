package health.helan.bench.residents;

import health.helan.foundation.residents.match.Candidates;
import health.helan.foundation.residents.match.Comparison;
import health.helan.foundation.residents.match.Evidence;
import health.helan.foundation.residents.match.Matcher;
import health.helan.foundation.residents.match.Model;
import health.helan.foundation.residents.match.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Links the records of a set in memory, as the index does, and counts what is right. */
final class Linkage {
  static final int LARGEST_BLOCK = 500;

  /** Pairs that are one by a number, whatever the threshold. */
  private static final float CERTAIN = 10_000;

  /** Pairs that no weight makes one. */
  private static final float NEVER = -100_000;

  /** Pairs that a rule leaves to a reviewer. */
  private static final float PERHAPS = -10_000;

  /**
   * How good.
   *
   * @param pairs true ones
   */
  record Quality(long pairs, long right, long wrong) {
    double precision() {
      return right + wrong == 0 ? 1 : right / (double) (right + wrong);
    }

    double recall() {
      return pairs == 0 ? 1 : right / (double) pairs;
    }

    double f1() {
      return pairs == 0 ? 1 : 2.0 * right / (right + wrong + pairs);
    }

    @Override
    public String toString() {
      return "precision %.4f recall %.4f F1 %.4f (%d of %d right, %d wrong)"
          .formatted(precision(), recall(), f1(), right, pairs, wrong);
    }
  }

  final LabelledSet set;
  final Matcher matcher;
  final long[] pairs;
  final float[] weights;
  final double seconds;

  /** Weights of pairs that only meet in a group. */
  private final Map<Long, Float> known = new HashMap<>();

  Linkage(LabelledSet set, Model model) {
    this.set = set;
    matcher = new Matcher(model.withThresholds(-1e6, -1e6));
    pairs = Candidates.of(set.records(), LARGEST_BLOCK);
    weights = new float[pairs.length];
    long start = System.nanoTime();
    for (int i = 0; i < pairs.length; i++) {
      weights[i] = weight(a(pairs[i]), b(pairs[i]));
    }
    seconds = (System.nanoTime() - start) / 1e9;
  }

  static int a(long pair) {
    return (int) (pair >>> 32);
  }

  static int b(long pair) {
    return (int) pair;
  }

  private float weight(int a, int b) {
    Comparison comparison = matcher.compare(set.records().get(a), set.records().get(b));
    if (comparison.verdict() == Verdict.DIFFERENT) {
      return NEVER;
    }
    if (comparison.verdict() == Verdict.POSSIBLE) {
      return PERHAPS + (float) comparison.weight();
    }
    for (Evidence evidence : comparison.evidence()) {
      if (evidence.level().equals("same-number")) {
        return CERTAIN;
      }
    }
    return (float) comparison.weight();
  }

  boolean isTrue(int a, int b) {
    return set.person()[a] == set.person()[b];
  }

  /** True pairs of a half; -1 for both. */
  long truePairs(int half) {
    Map<Long, Integer> counts = new HashMap<>();
    for (int i = 0; i < set.person().length; i++) {
      if (half < 0 || set.half()[i] == half) {
        counts.merge(set.person()[i], 1, Integer::sum);
      }
    }
    return counts.values().stream().mapToLong(n -> n * (n - 1L) / 2).sum();
  }

  /** Share of the true pairs that are candidates. */
  double pairRecall() {
    long found = Arrays.stream(pairs).filter(pair -> isTrue(a(pair), b(pair))).count();
    return found / (double) truePairs(-1);
  }

  /** The threshold with the best F1 on a half. */
  double chooseThreshold(int half) {
    double first = 0;
    double last = 0;
    double best = -1;
    for (double threshold = -10; threshold <= 30; threshold += 0.5) {
      double f1 = clustered(threshold, half).f1();
      if (f1 > best) {
        best = f1;
        first = threshold;
      }
      if (f1 == best) {
        last = threshold;
      }
    }
    // In the middle of the best ones: their end is where the half happens to have no pair.
    return (first + last) / 2;
  }

  Quality pairwise(double threshold, int half) {
    long right = 0;
    long wrong = 0;
    for (int i = 0; i < pairs.length; i++) {
      int a = a(pairs[i]);
      int b = b(pairs[i]);
      if (weights[i] >= threshold && counts(a, b, half)) {
        if (isTrue(a, b)) {
          right++;
        } else {
          wrong++;
        }
      }
    }
    return new Quality(truePairs(half), right, wrong);
  }

  private boolean counts(int a, int b, int half) {
    return half < 0 || set.half()[a] == half && set.half()[b] == half;
  }

  Quality clustered(double threshold, int half) {
    int[] cluster = clusters(threshold, half);
    Map<Integer, Map<Long, Integer>> members = new HashMap<>();
    for (int i = 0; i < cluster.length; i++) {
      if (half < 0 || set.half()[i] == half) {
        members
            .computeIfAbsent(cluster[i], none -> new HashMap<>())
            .merge(set.person()[i], 1, Integer::sum);
      }
    }
    long right = 0;
    long all = 0;
    for (Map<Long, Integer> each : members.values()) {
      long size = each.values().stream().mapToInt(Integer::intValue).sum();
      all += size * (size - 1) / 2;
      right += each.values().stream().mapToLong(n -> n * (n - 1L) / 2).sum();
    }
    return new Quality(truePairs(half), right, all - right);
  }

  /**
   * Groups of linked records: the strongest links first, none that would bring together two whom a
   * rule keeps apart or whom on the whole the weights speak against.
   */
  int[] clusters(double threshold, int half) {
    Integer[] order = new Integer[pairs.length];
    int count = 0;
    for (int i = 0; i < pairs.length; i++) {
      if (weights[i] >= threshold && counts(a(pairs[i]), b(pairs[i]), half)) {
        order[count++] = i;
      }
    }
    Arrays.sort(order, 0, count, (x, y) -> Float.compare(weights[y], weights[x]));
    int[] of = new int[set.records().size()];
    Map<Integer, List<Integer>> members = new HashMap<>();
    for (int i = 0; i < of.length; i++) {
      of[i] = i;
    }
    for (int k = 0; k < count; k++) {
      int a = of[a(pairs[order[k]])];
      int b = of[b(pairs[order[k]])];
      if (a == b) {
        continue;
      }
      List<Integer> left = members.getOrDefault(a, List.of(a));
      List<Integer> right = members.getOrDefault(b, List.of(b));
      if (left.size() * right.size() > 1
          && weights[order[k]] < CERTAIN
          && !fit(left, right, threshold)) {
        continue;
      }
      List<Integer> both = new ArrayList<>(left);
      both.addAll(right);
      for (int each : right) {
        of[each] = a;
      }
      members.put(a, both);
      members.remove(b);
    }
    return of;
  }

  private boolean fit(List<Integer> left, List<Integer> right, double threshold) {
    double sum = 0;
    for (int a : left) {
      for (int b : right) {
        float weight =
            known.computeIfAbsent(
                (long) Math.min(a, b) << 32 | Math.max(a, b), pair -> weight(a(pair), b(pair)));
        if (weight == NEVER) {
          return false;
        }
        if (weight < PERHAPS / 2) {
          weight -= PERHAPS;
        }
        sum += Math.clamp(weight, -15, 40);
      }
    }
    return sum / (left.size() * right.size()) >= threshold - 12;
  }

  /** Missed true pairs and wrong ones by the errors of their records. */
  Map<String, long[]> byError(int[] cluster, int half) {
    Map<String, long[]> found = new TreeMap<>();
    Map<Long, List<Integer>> records = new HashMap<>();
    for (int i = 0; i < cluster.length; i++) {
      if (half < 0 || set.half()[i] == half) {
        records.computeIfAbsent(set.person()[i], none -> new ArrayList<>()).add(i);
      }
    }
    for (List<Integer> each : records.values()) {
      for (int i = 0; i < each.size(); i++) {
        for (int j = i + 1; j < each.size(); j++) {
          boolean linked = cluster[each.get(i)] == cluster[each.get(j)];
          List<String> errors = errors(each.get(i), each.get(j));
          for (String error : errors.isEmpty() ? List.of("none") : errors) {
            long[] counts = found.computeIfAbsent(error, none -> new long[2]);
            counts[0]++;
            counts[1] += linked ? 1 : 0;
          }
        }
      }
    }
    return found;
  }

  /**
   * Pairs that are not linked but worth a look: all of them, and by error of either record; how
   * many, how many of them one person's.
   */
  Map<String, long[]> reviewed(double possible, int[] cluster) {
    Map<String, long[]> found = new TreeMap<>(Map.of("all", new long[2]));
    for (int i = 0; i < pairs.length; i++) {
      int a = a(pairs[i]);
      int b = b(pairs[i]);
      float weight = weights[i] < PERHAPS / 2 ? weights[i] - PERHAPS : weights[i];
      if (weights[i] == NEVER || cluster[a] == cluster[b] || weight < possible) {
        continue;
      }
      long one = isTrue(a, b) ? 1 : 0;
      for (String error : errors(a, b, "all")) {
        long[] counts = found.computeIfAbsent(error, none -> new long[2]);
        counts[0]++;
        counts[1] += one;
      }
    }
    return found;
  }

  /** Records linked that are two people's, by error of either. */
  Map<String, Integer> wrongByError(int[] cluster) {
    Map<Integer, List<Integer>> members = new HashMap<>();
    for (int i = 0; i < cluster.length; i++) {
      members.computeIfAbsent(cluster[i], none -> new ArrayList<>()).add(i);
    }
    Map<String, Integer> wrong = new TreeMap<>();
    for (List<Integer> each : members.values()) {
      for (int a : each) {
        for (int b : each) {
          if (a < b && !isTrue(a, b)) {
            errors(a, b, "all").forEach(error -> wrong.merge(error, 1, Integer::sum));
          }
        }
      }
    }
    return wrong;
  }

  private List<String> errors(int a, int b, String... more) {
    List<String> errors = new ArrayList<>(List.of(more));
    errors.addAll(set.errors().get(a));
    errors.addAll(set.errors().get(b));
    return errors.stream().distinct().toList();
  }
}
