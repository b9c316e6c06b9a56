package health.helan.foundation.residents.match;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Learns a {@link Model} from records of which nobody has said who is who: expectation maximisation
 * over all pairs, of which those that share no block are taken as unrelated.
 *
 * <p>How often unrelated people agree is counted on pairs drawn by chance, less what the model
 * takes for one person there. How often people of a household agree is learnt for what they share
 * (family name, sex, telephone, address); in given name, date of birth and numbers they are as
 * unlike as strangers, but for twins: without this the third kind would become a place for poor
 * matches.
 */
public final class Learning {
  /** Groups with more records are too common to say anything. */
  private static final int LARGEST_BLOCK = 200;

  private static final int MOST_RANDOM_PAIRS = 600_000;
  private static final int LEAST_RANDOM_PAIRS = 150_000;
  private static final int MOST_ROUNDS = 60;

  /**
   * Weight of what is believed before any pair was seen, as a share of what was: errors that these
   * registers do not make are not taken for impossible.
   */
  private static final double BELIEF = 0.02;

  private static final double LEAST_BELIEF = 3;

  /** Twins among pairs of one household. */
  private static final double TWINS = 0.02;

  private static final Field[] FIELDS = Field.values();

  private final List<Traits> records;
  private final Model start;
  private final Map<Long, double[]> candidates = new HashMap<>();
  private final Map<Long, double[]> random = new HashMap<>();
  private long compared;

  /**
   * @param seed of the pairs drawn by chance
   */
  public Learning(List<Traits> records, long seed) {
    this.records = List.copyOf(records);
    start = Model.believed();
    draw(seed);
    candidates();
  }

  /** Candidate pairs that were compared. */
  public long pairs() {
    return compared;
  }

  private void draw(long seed) {
    SplittableRandom chance = new SplittableRandom(seed);
    int n = records.size();
    int count = Math.clamp(n * 10L, LEAST_RANDOM_PAIRS, MOST_RANDOM_PAIRS);
    for (int i = 0; i < count; i++) {
      int a = chance.nextInt(n);
      int b = chance.nextInt(n);
      if (a != b) {
        count(random, a, b);
      }
    }
  }

  private void count(Map<Long, double[]> into, int a, int b) {
    into.computeIfAbsent(
            pattern(new Levels(records.get(a), records.get(b))), none -> new double[1])[0]++;
  }

  private static long pattern(Levels levels) {
    long pattern = 0;
    for (byte level : levels.of) {
      pattern = pattern << 4 | level + 1;
    }
    return pattern;
  }

  private static int level(long pattern, int field) {
    return (int) (pattern >> 4 * (FIELDS.length - 1 - field) & 15) - 1;
  }

  private void candidates() {
    for (long pair : Candidates.of(records, LARGEST_BLOCK)) {
      count(candidates, (int) (pair >>> 32), (int) pair);
      compared++;
    }
  }

  /**
   * Learns.
   *
   * @param version of the model that comes out
   */
  public Model learn(String version) {
    double all = records.size();
    double[] partners = start.partners();
    double[][][] shares = shares(start);
    for (int round = 0; round < MOST_ROUNDS; round++) {
      double[] before = partners.clone();
      double[][][] sums = new double[FIELDS.length][Model.KINDS.length][];
      for (Field field : FIELDS) {
        for (int kind = 0; kind < Model.KINDS.length; kind++) {
          sums[field.ordinal()][kind] = new double[field.levels().size()];
        }
      }
      double[] priors = {partners[0] / all, partners[1] / all, 1};
      double[] found = new double[2];
      for (Map.Entry<Long, double[]> each : candidates.entrySet()) {
        double[] likely = likely(each.getKey(), shares, priors);
        double count = each.getValue()[0];
        for (int kind = 0; kind < 2; kind++) {
          found[kind] += likely[kind] * count;
          add(sums, kind, each.getKey(), likely[kind] * count);
        }
      }
      for (Map.Entry<Long, double[]> each : random.entrySet()) {
        double[] likely = likely(each.getKey(), shares, priors);
        add(sums, Model.UNRELATED, each.getKey(), likely[Model.UNRELATED] * each.getValue()[0]);
      }
      shares = shares(sums);
      for (int kind = 0; kind < 2; kind++) {
        partners[kind] = Math.max(1e-4, 2 * found[kind] / all);
      }
      if (Math.abs(before[0] - partners[0]) < 1e-4 * partners[0]
          && Math.abs(before[1] - partners[1]) < 1e-3 * partners[1]) {
        break;
      }
    }
    int least = all < 20_000 ? 1 : 6;
    return new Model(
        version,
        records.size(),
        partners,
        start.sameFrom(),
        start.possibleFrom(),
        shares,
        names(true, least),
        names(false, least),
        Math.max(1 / all, 1e-5),
        Math.max(1 / all, 1e-5));
  }

  private static double[] likely(long pattern, double[][][] shares, double[] priors) {
    double[] likely = priors.clone();
    for (int field = 0; field < FIELDS.length; field++) {
      int level = level(pattern, field);
      if (level >= 0) {
        for (int kind = 0; kind < likely.length; kind++) {
          likely[kind] *= shares[field][kind][level];
        }
      }
    }
    double sum = Arrays.stream(likely).sum();
    for (int kind = 0; kind < likely.length; kind++) {
      likely[kind] /= sum;
    }
    return likely;
  }

  private static void add(double[][][] sums, int kind, long pattern, double weight) {
    for (int field = 0; field < FIELDS.length; field++) {
      int level = level(pattern, field);
      if (level >= 0) {
        sums[field][kind][level] += weight;
      }
    }
  }

  private static double[][][] shares(Model model) {
    double[][][] shares = new double[FIELDS.length][Model.KINDS.length][];
    for (Field field : FIELDS) {
      for (int kind = 0; kind < Model.KINDS.length; kind++) {
        double[] of = new double[field.levels().size()];
        for (int level = 0; level < of.length; level++) {
          of[level] = Math.pow(2, model.log(field, kind, level));
        }
        shares[field.ordinal()][kind] = of;
      }
    }
    return shares;
  }

  private double[][][] shares(double[][][] sums) {
    double[][][] believed = shares(start);
    double[][][] shares = new double[FIELDS.length][Model.KINDS.length][];
    for (int field = 0; field < FIELDS.length; field++) {
      for (int kind = 0; kind < Model.KINDS.length; kind++) {
        double total = Arrays.stream(sums[field][kind]).sum();
        // Rare among strangers is what weighs most: belief counts there as less than one pair.
        double belief = kind == Model.UNRELATED ? 0.5 : Math.max(LEAST_BELIEF, BELIEF * total);
        double believedTotal = Arrays.stream(believed[field][kind]).sum();
        double[] of = new double[sums[field][kind].length];
        for (int level = 0; level < of.length; level++) {
          of[level] =
              (sums[field][kind][level] + belief * believed[field][kind][level] / believedTotal)
                  / (total + belief);
        }
        shares[field][kind] = of;
      }
      shares[field][Model.HOUSEHOLD] =
          household(FIELDS[field], shares[field][Model.HOUSEHOLD], shares[field][Model.UNRELATED]);
    }
    return shares;
  }

  private static double[] household(Field field, double[] learnt, double[] unrelated) {
    return switch (field) {
      case FAMILY, SEX, PHONE, STREET, PLACE, MOTHER -> learnt;
      case BIRTH -> {
        double[] of = unrelated.clone();
        for (int level = 0; level < of.length; level++) {
          of[level] *= 1 - TWINS;
        }
        of[0] += TWINS;
        yield of;
      }
      case GIVEN -> {
        // Siblings' names often share a character.
        double[] of = unrelated.clone();
        double more = Math.min(of[Levels.GIVEN_ONE] * 3, of[Levels.GIVEN_DIFFERENT] / 2);
        of[Levels.GIVEN_ONE] += more;
        of[Levels.GIVEN_DIFFERENT] -= more;
        yield of;
      }
      case NUMBER, DOCUMENT, OTHER -> unrelated;
    };
  }

  private Map<String, Double> names(boolean family, int least) {
    Map<String, Integer> counts = new HashMap<>();
    int all = 0;
    for (Traits record : records) {
      for (PersonName name : record.names) {
        String part =
            family ? name.dotted ? "" : name.family : name.dotted ? name.whole : name.given;
        if (!part.isEmpty()) {
          counts.merge(part, 1, Integer::sum);
          all++;
        }
      }
    }
    List<Map.Entry<String, Integer>> common = new ArrayList<>(counts.entrySet());
    common.removeIf(each -> each.getValue() < least);
    common.sort(
        Map.Entry.<String, Integer>comparingByValue()
            .reversed()
            .thenComparing(Map.Entry.comparingByKey()));
    Map<String, Double> shares = new HashMap<>();
    for (Map.Entry<String, Integer> each : common.subList(0, Math.min(6000, common.size()))) {
      shares.put(each.getKey(), each.getValue() / (double) all);
    }
    return shares;
  }
}
