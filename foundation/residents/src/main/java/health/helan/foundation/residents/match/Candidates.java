package health.helan.foundation.residents.match;

import java.util.Arrays;
import java.util.List;

/** Pairs of records in memory that share a block. */
public final class Candidates {
  private static final int PLACE_BITS = 26;
  private static final int PLACES = (1 << PLACE_BITS) - 1;

  private Candidates() {}

  /**
   * Each pair once, the places in the list in the upper and lower half, the smaller above.
   *
   * @param largest groups with more records are passed over
   */
  public static long[] of(List<Traits> records, int largest) {
    long[] keys = new long[records.size() * 12];
    int[] places = new int[keys.length];
    int count = 0;
    for (int i = 0; i < records.size(); i++) {
      for (long key : Blocks.of(records.get(i))) {
        if (count == keys.length) {
          keys = Arrays.copyOf(keys, count * 2);
          places = Arrays.copyOf(places, count * 2);
        }
        keys[count] = key;
        places[count++] = i;
      }
    }
    // Sorted by the first bits of the key, with the place in the others.
    if (count >= 1 << PLACE_BITS) {
      throw new IllegalArgumentException("too many records to pair in memory");
    }
    long[] order = new long[count];
    for (int i = 0; i < count; i++) {
      order[i] = keys[i] >>> PLACE_BITS << PLACE_BITS | i;
    }
    Arrays.parallelSort(order);
    long[] pairs = new long[1024];
    int found = 0;
    for (int from = 0; from < count; ) {
      int to = from + 1;
      while (to < count && order[to] >>> PLACE_BITS == order[from] >>> PLACE_BITS) {
        to++;
      }
      if (to - from <= largest) {
        for (int i = from; i < to; i++) {
          int one = (int) order[i] & PLACES;
          for (int j = i + 1; j < to; j++) {
            int other = (int) order[j] & PLACES;
            int a = places[one];
            int b = places[other];
            if (a != b && keys[one] == keys[other]) {
              if (found == pairs.length) {
                pairs = Arrays.copyOf(pairs, found * 2);
              }
              pairs[found++] = (long) Math.min(a, b) << 32 | Math.max(a, b);
            }
          }
        }
      }
      from = to;
    }
    long[] sorted = Arrays.copyOf(pairs, found);
    Arrays.parallelSort(sorted);
    int distinct = 0;
    for (int i = 0; i < found; i++) {
      if (i == 0 || sorted[i] != sorted[i - 1]) {
        sorted[distinct++] = sorted[i];
      }
    }
    return Arrays.copyOf(sorted, distinct);
  }
}
