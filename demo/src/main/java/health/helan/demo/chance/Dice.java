package health.helan.demo.chance;

import java.util.List;

/**
 * A source of chance that gives the same rolls on every machine and can be split by a path of
 * numbers, so that what happens to one resident does not depend on how many rolls another took.
 *
 * <p>SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014), written
 * out because the JDK promises the algorithm of its generators only by name and because only
 * additions, shifts and IEEE multiplications may decide a byte of the output: no logarithm, no
 * sine.
 */
public final class Dice {
  private static final long STEP = 0x9E3779B97F4A7C15L;
  private long state;

  private Dice(long state) {
    this.state = state;
  }

  /** Dice for a place in the region: equal seeds and paths give equal rolls. */
  public static Dice of(long seed, long... path) {
    long state = mix(seed + STEP);
    for (long step : path) {
      state = mix(state ^ mix(step * STEP + 0x632BE59BD9B4E019L));
    }
    return new Dice(state);
  }

  /** Independent dice for {@code label}; these dice are not moved by it. */
  public Dice fork(long label) {
    return of(state, label);
  }

  /** 64 evenly distributed bits. */
  public long bits() {
    state += STEP;
    return mix(state);
  }

  /** A whole number from 0 to {@code bound - 1}. */
  public int below(int bound) {
    return (int) (((bits() >>> 32) * bound) >>> 32);
  }

  /** A whole number from {@code low} to {@code high}, both included. */
  public int between(int low, int high) {
    return low + below(high - low + 1);
  }

  /** A number from 0 (included) to 1 (excluded). */
  public double unit() {
    return (bits() >>> 11) * 0x1.0p-53;
  }

  /** True with the given probability. */
  public boolean chance(double probability) {
    return unit() < probability;
  }

  /**
   * A bell-shaped number: the sum of six uniform rolls, scaled to the given mean and standard
   * deviation. Never further than 4.2 deviations away, which suits vital signs.
   */
  public double around(double mean, double deviation) {
    double sum = unit() + unit() + unit() + unit() + unit() + unit();
    return mean + (sum - 3.0) * deviation * 1.4142135623730951;
  }

  /** One of the choices. */
  public <T> T pick(List<T> choices) {
    return choices.get(below(choices.size()));
  }

  /** An index into {@code weights}, chosen with these relative weights. */
  public int weighted(int... weights) {
    int total = 0;
    for (int weight : weights) {
      total += weight;
    }
    int roll = below(total);
    int index = 0;
    while (roll >= weights[index]) {
      roll -= weights[index];
      index++;
    }
    return index;
  }

  /** A {@code urn:uuid:} of version 4 made of these rolls. */
  public String urnUuid() {
    var text = new char[45];
    "urn:uuid:".getChars(0, 9, text, 0);
    long high = (bits() & 0xFFFFFFFFFFFF0FFFL) | 0x4000L;
    long low = (bits() & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L;
    hex(high >>> 32, 8, text, 9);
    text[17] = '-';
    hex(high >>> 16, 4, text, 18);
    text[22] = '-';
    hex(high, 4, text, 23);
    text[27] = '-';
    hex(low >>> 48, 4, text, 28);
    text[32] = '-';
    hex(low, 12, text, 33);
    return new String(text);
  }

  private static void hex(long value, int digits, char[] into, int at) {
    for (int i = digits - 1; i >= 0; i--) {
      into[at + i] = "0123456789abcdef".charAt((int) (value & 15));
      value >>>= 4;
    }
  }

  private static long mix(long value) {
    value = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    value = (value ^ (value >>> 27)) * 0x94D049BB133111EBL;
    return value ^ (value >>> 31);
  }
}
