package health.helan.foundation.store.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.Refusal.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every object store does, whatever it keeps its objects in. */
abstract class ObjectStoreContract {
  private static final int MIB = 1024 * 1024;

  abstract ObjectStore store();

  /** What the bytes are stored in: where an encrypting store stands before it, another. */
  ObjectStore stored() {
    return store();
  }

  /** How many uploads lie about that have not ended. */
  abstract int unfinishedUploads() throws IOException;

  /** Leaves behind what a process that is killed in the middle of an upload leaves. */
  abstract void cutAnUpload() throws IOException;

  /** How many bytes of the heap one upload or download may hold. */
  abstract long allowance();

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 8 * MIB - 1, 8 * MIB, 8 * MIB + 1, 20 * MIB})
  void givesBackWhatItWasGiven(int size) throws Exception {
    var bytes = bytes(size);
    var stored = store().put(new ByteArrayInputStream(bytes), size);
    assertThat(stored.size()).isEqualTo(size);
    assertThat(stored.sha256())
        .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
    assertThat(store().exists(stored.key())).isTrue();
    assertThat(read(stored.key(), Range.ALL)).isEqualTo(bytes);
    assertThat(unfinishedUploads()).isZero();
  }

  @Test
  void givesEqualBytesKeysOfTheirOwn() throws IOException {
    var one = store().put(new ByteArrayInputStream(bytes(100)), 100);
    var other = store().put(new ByteArrayInputStream(bytes(100)), 100);
    assertThat(one.sha256()).isEqualTo(other.sha256());
    store().delete(one.key());
    assertThat(read(other.key(), Range.ALL)).isEqualTo(bytes(100));
  }

  @Test
  void readsRanges() throws IOException {
    var bytes = bytes(1000);
    var key = store().put(new ByteArrayInputStream(bytes), 1000).key();
    assertThat(read(key, new Range(0, 10))).isEqualTo(part(bytes, 0, 10));
    assertThat(read(key, new Range(10, 1))).isEqualTo(part(bytes, 10, 11));
    assertThat(read(key, new Range(990, 100))).isEqualTo(part(bytes, 990, 1000));
    assertThat(read(key, new Range(500, Long.MAX_VALUE))).isEqualTo(part(bytes, 500, 1000));
    assertThat(read(key, new Range(1000, 1))).isEmpty();
    assertThat(read(key, new Range(5_000_000_000L, 1))).isEmpty();
    try (var in = store().open(key, new Range(7, 2))) {
      assertThat(new int[] {in.read(), in.read(), in.read()})
          .containsExactly(bytes[7] & 0xff, bytes[8] & 0xff, -1);
    }
  }

  @Test
  void deletesForGood() throws IOException {
    var key = store().put(new ByteArrayInputStream(bytes(10)), 10).key();
    store().delete(key);
    assertThat(store().exists(key)).isFalse();
    assertThatExceptionOfType(NoSuchObject.class).isThrownBy(() -> store().open(key, Range.ALL));
    assertThatCode(() -> store().delete(key)).doesNotThrowAnyException();
  }

  @Test
  void namesAllItsObjectsInOrder() throws IOException {
    var expected = new TreeSet<String>();
    allKeys().forEach(key -> expected.add(key.value()));
    for (int i = 0; i < 7; i++) {
      expected.add(store().put(new ByteArrayInputStream(bytes(i)), 10).key().value());
    }
    var found = new ArrayList<String>();
    store().list(null, key -> found.add(key.value()));
    assertThat(found).containsExactlyElementsOf(expected);
    var rest = new ArrayList<String>();
    store().list(new ObjectKey(found.get(3)), key -> rest.add(key.value()));
    assertThat(rest).isEqualTo(found.subList(4, found.size()));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 100, 8 * MIB + 1})
  void takesAnObjectBackUnderItsKey(int size) throws IOException {
    var key = store().put(new ByteArrayInputStream(bytes(size)), size).key();
    byte[] kept;
    try (var in = stored().open(key, Range.ALL)) {
      kept = in.readAllBytes();
    }
    stored().delete(key);
    store().restore(key, new ByteArrayInputStream(kept));
    assertThat(read(key, Range.ALL)).isEqualTo(bytes(size));
    store().restore(key, new ByteArrayInputStream(kept));
    assertThat(read(key, Range.ALL)).isEqualTo(bytes(size));
    assertThat(unfinishedUploads()).isZero();
  }

  @Test
  void knowsNoKeyThatItDidNotGive() throws IOException {
    var key = ObjectKey.random();
    assertThat(store().exists(key)).isFalse();
    assertThatExceptionOfType(NoSuchObject.class).isThrownBy(() -> store().open(key, Range.ALL));
    assertThatExceptionOfType(NoSuchObject.class)
        .isThrownBy(() -> store().open(key, new Range(3, 4)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 9 * MIB, 17 * MIB})
  void refusesMoreThanAllowedAndKeepsNothing(int size) throws IOException {
    var before = allKeys();
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> store().put(new ByteArrayInputStream(bytes(size)), size - 1))
        .satisfies(refusal -> assertThat(refusal.kind()).isEqualTo(Kind.TOO_LONG));
    assertThat(unfinishedUploads()).isZero();
    assertThat(allKeys()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 17 * MIB})
  void keepsNothingOfAStreamThatBreaks(int size) throws IOException {
    var before = allKeys();
    var broken =
        new InputStream() {
          private int left = size;

          @Override
          public int read() throws IOException {
            if (left-- <= 0) {
              throw new IOException("the line went dead");
            }
            return 1;
          }
        };
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> store().put(broken, Long.MAX_VALUE))
        .withMessage("the line went dead");
    assertThat(unfinishedUploads()).isZero();
    assertThat(allKeys()).isEqualTo(before);
  }

  @Test
  void holdsLittleOfALargeObjectInMemory() throws IOException {
    long size = 96L * MIB;
    store().delete(store().put(new Endless(1000), 1000).key()); // Loads the classes.
    long before = heapInUse();
    var during = new AtomicLong();
    var bytes = new Endless(size);
    bytes.almostAtItsEnd = () -> during.set(heapInUse());
    var stored = store().put(bytes, size);
    assertThat(during.get()).isPositive();
    assertThat(during.get() - before).isLessThan(allowance());

    long count = 0;
    try (var in = store().open(stored.key(), Range.ALL)) {
      var buffer = new byte[65_536];
      for (int n; (n = in.read(buffer)) >= 0; count += n) {
        if (count < size - MIB && count + n >= size - MIB) {
          assertThat(heapInUse() - before).isLessThan(allowance());
        }
      }
    }
    assertThat(count).isEqualTo(size);
    store().delete(stored.key());
  }

  /** What is held, not what was let go of. */
  private static long heapInUse() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  @Test
  void servesManyAtOnce() throws Exception {
    var tasks = new ArrayList<Callable<ObjectKey>>();
    for (int i = 0; i < 40; i++) {
      int size = 1000 * i;
      tasks.add(
          () -> {
            var key = store().put(new ByteArrayInputStream(bytes(size)), size).key();
            assertThat(read(key, Range.ALL)).isEqualTo(bytes(size));
            return key;
          });
    }
    var keys = new HashSet<ObjectKey>();
    try (var executor = Executors.newFixedThreadPool(8)) {
      for (var result : executor.invokeAll(tasks)) {
        keys.add(result.get());
      }
    }
    assertThat(keys).hasSize(40);
  }

  @Test
  void sweepsWhatCutsLeft() throws Exception {
    var kept = store().put(new ByteArrayInputStream(bytes(10)), 10).key();
    var orphan = store().put(new ByteArrayInputStream(bytes(10)), 10).key();
    cutAnUpload();
    assertThat(unfinishedUploads()).isEqualTo(1);

    var nothing = store().sweep(Instant.now().minusSeconds(3600), _ -> Set.of());
    assertThat(nothing).isEqualTo(new Swept(0, 0));
    assertThat(store().exists(orphan)).isTrue();

    var asked = new HashSet<ObjectKey>();
    var swept =
        store()
            .sweep(
                Instant.now().plusSeconds(3600),
                keys -> {
                  asked.addAll(keys);
                  return Set.of(kept);
                });
    assertThat(asked).contains(kept, orphan);
    assertThat(swept).isEqualTo(new Swept(1, asked.size() - 1));
    assertThat(unfinishedUploads()).isZero();
    assertThat(allKeys()).containsExactly(kept);
  }

  private Set<ObjectKey> allKeys() throws IOException {
    var all = new HashSet<ObjectKey>();
    store()
        .sweep(
            Instant.now().plusSeconds(3600),
            keys -> {
              all.addAll(keys);
              return keys;
            });
    return all;
  }

  byte[] read(ObjectKey key, Range range) throws IOException {
    try (var in = store().open(key, range)) {
      return in.readAllBytes();
    }
  }

  static byte[] bytes(int size) {
    var bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private static byte[] part(byte[] bytes, int from, int to) {
    return Arrays.copyOfRange(bytes, from, to);
  }

  /** So many bytes that never lie in memory together. */
  private static final class Endless extends InputStream {
    private long left;
    private @Nullable Runnable almostAtItsEnd;

    Endless(long size) {
      left = size;
    }

    @Override
    public int read() {
      return left-- > 0 ? 7 : -1;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
      if (left <= 0) {
        return -1;
      }
      int count = (int) Math.min(left, length);
      left -= count;
      if (left < MIB && almostAtItsEnd != null) {
        almostAtItsEnd.run();
        almostAtItsEnd = null;
      }
      return count;
    }
  }
}
