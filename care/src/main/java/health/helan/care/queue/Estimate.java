package health.helan.care.queue;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * How long somebody waits: from what visits of this queue took today, drawn again and again
 * (docs/adr/0092). Nothing is claimed before enough were measured; what is claimed is a range that
 * four of five waits fall into, as long as the rest of the day is like its beginning.
 *
 * @param low minutes, in steps of five, rounded down
 * @param high minutes, in steps of five, rounded up
 */
public record Estimate(int low, int high) {
  /** Visits measured before anything is said. */
  static final int ENOUGH = 5;

  private static final int DRAWS = 400;
  private static final double BELOW = 0.08;
  private static final double ABOVE = 0.92;
  private static final int STEP_SECONDS = 300;

  /**
   * What a queue looks like now.
   *
   * @param took of visits that ended today
   * @param running since when the visits go on that go on now
   * @param servers rooms that take people now, at least those of {@code running}
   */
  record Now(List<Duration> took, List<Duration> running, int servers) {}

  /**
   * The wait of somebody.
   *
   * @param before people who are called first
   * @return null while too little was measured
   */
  static @Nullable Estimate of(Now now, int before) {
    if (now.took.size() < ENOUGH) {
      return null;
    }
    double[] took = now.took.stream().mapToDouble(Estimate::seconds).toArray();
    double unsure = unsure(took);
    double[] waits = new double[DRAWS];
    // The same each time: a number that jumps while nothing happens would say more than is known.
    var random = new Random(took.length * 31L + before);
    for (int i = 0; i < DRAWS; i++) {
      waits[i] = draw(now, took, unsure, before, random);
    }
    Arrays.sort(waits);
    double low = waits[(int) (DRAWS * BELOW)];
    double high = waits[(int) (DRAWS * ABOVE)];
    int step = STEP_SECONDS / 60;
    int from = (int) Math.floor(low / STEP_SECONDS) * step;
    return new Estimate(from, Math.max(from + step, (int) Math.ceil(high / STEP_SECONDS) * step));
  }

  private static double seconds(Duration duration) {
    return Math.max(1, duration.toMillis() / 1000.0);
  }

  /** How little is known of the usual length: standard error of the mean of logarithms. */
  private static double unsure(double[] took) {
    double mean = Arrays.stream(took).map(Math::log).average().orElse(0);
    double squares = Arrays.stream(took).map(one -> Math.pow(Math.log(one) - mean, 2)).sum();
    return Math.sqrt(squares / (took.length - 1) / took.length);
  }

  /** Student's t with one degree of freedom less than visits were measured. */
  private static double t(int measured, Random random) {
    double squares = 0;
    for (int i = 1; i < measured; i++) {
      squares += Math.pow(random.nextGaussian(), 2);
    }
    return random.nextGaussian() / Math.sqrt(squares / (measured - 1));
  }

  /**
   * One day that could be: whether its visits are longer or shorter than those seen is drawn too.
   */
  private static double draw(Now now, double[] took, double unsure, int before, Random random) {
    double pace = Math.exp(t(took.length, random) * unsure);
    double[] typical = Arrays.stream(took).map(one -> one * pace).toArray();
    var free = new PriorityQueue<Double>();
    for (Duration since : now.running) {
      free.add(rest(typical, seconds(since), random));
    }
    for (int i = now.running.size(); i < Math.max(1, now.servers); i++) {
      free.add(0.0);
    }
    for (int i = 0; i < before; i++) {
      double at = free.remove();
      free.add(at + typical[random.nextInt(typical.length)]);
    }
    return free.peek();
  }

  /** What is left of a visit that has gone on for so long. */
  private static double rest(double[] typical, double since, Random random) {
    double[] longer = Arrays.stream(typical).filter(one -> one > since).toArray();
    return longer.length == 0
        ? since / 4 // Longer than all the others: those that last go on lasting.
        : longer[random.nextInt(longer.length)] - since;
  }
}
