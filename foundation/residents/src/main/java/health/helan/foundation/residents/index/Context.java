package health.helan.foundation.residents.index;

import health.helan.foundation.residents.match.Matcher;
import health.helan.foundation.residents.match.Traits;
import health.helan.foundation.store.index.Digests;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;
import tools.jackson.databind.JsonNode;

/**
 * What every piece of work on the index needs. Thread-safe.
 *
 * @param model version of what the matcher goes by
 * @param mostPerKey records that one key may find
 */
record Context(
    Matcher matcher,
    String model,
    Seal seal,
    Digests digests,
    int mostPerKey,
    Persons persons,
    Clock clock) {

  long record(String patientId) {
    return digests.reference("Patient", patientId);
  }

  Reading read(JsonNode patient) {
    Traits traits = Traits.of(patient);
    return new Reading(traits, keys(traits));
  }

  /** Keyed: blocking keys are made of names, days and numbers, which can be tried out. */
  long[] keys(Traits traits) {
    long[] blocks = matcher.blocks(traits);
    var keys = new long[blocks.length];
    for (int i = 0; i < blocks.length; i++) {
      keys[i] = digests.of(ByteBuffer.allocate(8).putLong(blocks[i]).array());
    }
    return distinct(keys);
  }

  /** In their order, each once; the array itself is sorted. */
  static long[] distinct(long[] keys) {
    Arrays.sort(keys);
    int distinct = 0;
    for (int i = 0; i < keys.length; i++) {
      if (i == 0 || keys[i] != keys[i - 1]) {
        keys[distinct++] = keys[i];
      }
    }
    return Arrays.copyOf(keys, distinct);
  }
}
