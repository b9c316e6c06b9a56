package health.helan.foundation.trust.crypto;

import static health.helan.foundation.store.testing.StoreForTests.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.store.objects.NoSuchObject;
import health.helan.foundation.store.objects.ObjectKey;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.store.objects.ObjectStoreConfig;
import health.helan.foundation.store.objects.Range;
import health.helan.foundation.store.objects.Stored;
import health.helan.foundation.store.objects.Swept;
import health.helan.foundation.store.testing.PostgresForTests;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large contents that were there before encryption are encrypted while they are read. */
class ObjectRecodingTests {
  private static final HikariDataSource DATABASE = pool();
  private static final DataKeys.Settings QUICK = new DataKeys.Settings(20, 300);

  private static HikariDataSource pool() {
    var config = new HikariConfig();
    config.setDataSource(PostgresForTests.storeDatabase());
    config.setMaximumPoolSize(8);
    return new HikariDataSource(config);
  }

  @AfterAll
  static void closePool() {
    DATABASE.close();
  }

  private Path folder;
  private ObjectStore inner;
  private final List<AutoCloseable> open = new ArrayList<>();

  /** What was put, by key. */
  private final Map<ObjectKey, byte[]> put = new LinkedHashMap<>();

  @BeforeEach
  void use(@TempDir Path given) throws Exception {
    folder = given;
    update("truncate data_key, recode, object_key, object_recode");
    inner = ObjectStore.open(new ObjectStoreConfig.Folder(folder.resolve("files")));
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
  }

  private static void update(String sql) throws SQLException {
    try (Connection connection = DATABASE.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private DataKeys keys(@Nullable AeadAlgorithm algorithm) {
    var keys =
        new DataKeys(
            KeyStoreVault.open(folder.resolve("keystore"), "correct horse battery".toCharArray()),
            algorithm,
            QUICK,
            Clock.systemUTC());
    open.add(keys);
    return keys;
  }

  private EncryptedObjects store(DataKeys keys, ObjectStore in) throws SQLException {
    var cipher = new ContentCipher(keys);
    cipher.open(DATABASE);
    return new EncryptedObjects(in, keys, cipher);
  }

  private ObjectRecoding recoding(EncryptedObjects store, DataKeys keys) {
    var recoding = new ObjectRecoding(store, keys);
    open.add(recoding);
    return recoding;
  }

  private void putPlain(int count) throws IOException, SQLException {
    EncryptedObjects off = store(keys(null), inner);
    var random = new Random(7);
    for (int i = 0; i < count; i++) {
      byte[] bytes =
          new byte[i == 0 ? 3_000_000 : i == 1 ? 0 : 1 + random.nextInt(200_000 / (i + 1) + 40)];
      Arrays.fill(bytes, (byte) 'A');
      put.put(off.put(new ByteArrayInputStream(bytes), Long.MAX_VALUE).key(), bytes);
    }
  }

  private static byte[] read(ObjectStore store, ObjectKey key) throws IOException {
    try (InputStream in = store.open(key, Range.ALL)) {
      return in.readAllBytes();
    }
  }

  private byte[] bytesOf(ObjectKey key) {
    return Objects.requireNonNull(put.get(key));
  }

  private boolean isPlain(ObjectKey key) throws IOException {
    byte[] bytes = read(inner, key);
    return Arrays.equals(bytes, bytesOf(key));
  }

  private static ObjectRecoding.@Nullable Progress progress() {
    return ObjectRecoding.progress(DATABASE);
  }

  private static boolean isFinished() {
    ObjectRecoding.Progress progress = progress();
    return progress != null && progress.finished() != null;
  }

  @Test
  void leavesNothingPlainAndEverythingReadableMeanwhile() throws Exception {
    putPlain(520);
    DataKeys keys = keys(AeadAlgorithm.SM4_GCM);
    EncryptedObjects store = store(keys, inner);
    var stop = new AtomicBoolean();
    var reads = new AtomicInteger();
    var wrong = new AtomicInteger();
    List<ObjectKey> all = List.copyOf(put.keySet());
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int t = 0; t < 3; t++) {
        var random = new Random(t);
        threads.submit(
            () -> {
              while (!stop.get()) {
                Thread.sleep(1);
                ObjectKey key = all.get(random.nextInt(all.size()));
                byte[] expected = bytesOf(key);
                int from = expected.length < 20 ? 0 : random.nextInt(expected.length - 10);
                try (InputStream in = store.open(key, new Range(from, 10))) {
                  byte[] part = in.readAllBytes();
                  if (!Arrays.equals(
                      part,
                      Arrays.copyOfRange(expected, from, Math.min(expected.length, from + 10)))) {
                    wrong.incrementAndGet();
                  }
                  reads.incrementAndGet();
                } catch (IOException e) {
                  wrong.incrementAndGet();
                }
              }
              return null;
            });
      }
      try {
        recoding(store, keys);
        // Each is flushed to the disk, and its key before it.
        for (int i = 0; i < 1_200 && !isFinished(); i++) {
          Thread.sleep(100);
        }
      } finally {
        stop.set(true);
      }
    }
    assertThat(isFinished()).isTrue();
    assertThat(wrong.get()).isZero();
    assertThat(reads.get()).isPositive();
    for (ObjectKey key : all) {
      byte[] there = read(inner, key);
      assertThat(new String(there, StandardCharsets.ISO_8859_1)).doesNotContain("AAAAAAAAAAAAAAAA");
      assertThat(read(store, key)).isEqualTo(bytesOf(key));
    }
    ObjectRecoding.Progress progress = Objects.requireNonNull(progress());
    assertThat(progress.changed()).isEqualTo(520);
    assertThat(progress.left()).isZero();
    assertThat(progress.checked()).isEqualTo(520);
  }

  @Test
  void goesOnWhereItStoodAndSaysHowManyAreLeft() throws Exception {
    putPlain(40);
    DataKeys keys = keys(AeadAlgorithm.AES_256_GCM);
    var failing = new Failing(inner, 10);
    EncryptedObjects store = store(keys, failing);
    ObjectRecoding first = recoding(store, keys);
    await("some are done", () -> failing.failed);
    first.close();
    ObjectRecoding.Progress half = Objects.requireNonNull(progress());
    assertThat(half.changed()).isEqualTo(10);
    assertThat(half.left()).isEqualTo(30);
    assertThat(half.finished()).isNull();
    for (ObjectKey key : put.keySet()) {
      assertThat(read(store, key)).as("the one that was cut as well").isEqualTo(bytesOf(key));
    }
    update("update object_recode set until = now() - interval '1 second'");
    EncryptedObjects again = store(keys, inner);
    recoding(again, keys);
    await("the rest", ObjectRecodingTests::isFinished);
    assertThat(Objects.requireNonNull(progress()).changed()).isEqualTo(40);
    for (ObjectKey key : put.keySet()) {
      assertThat(bytesOf(key).length > 0 && isPlain(key)).isFalse();
      assertThat(read(again, key)).isEqualTo(bytesOf(key));
    }
  }

  @Test
  void standsStillWhileABackupReads() throws Exception {
    putPlain(5);
    update("update object_recode set paused = now() + interval '1 hour'");
    DataKeys keys = keys(AeadAlgorithm.SM4_GCM);
    recoding(store(keys, inner), keys);
    Thread.sleep(400);
    for (ObjectKey key : put.keySet()) {
      assertThat(isPlain(key)).isTrue();
    }
    update("update object_recode set paused = now() - interval '1 second'");
    await("it goes on", ObjectRecodingTests::isFinished);
    assertThat(Objects.requireNonNull(progress()).changed()).isEqualTo(5);
  }

  @Test
  void bringsNothingBackThatIsErasedMeanwhile() throws Exception {
    putPlain(3);
    ObjectKey erased = put.keySet().iterator().next();
    DataKeys keys = keys(AeadAlgorithm.SM4_GCM);
    var erasing = new Failing(inner, Integer.MAX_VALUE);
    EncryptedObjects store = store(keys, erasing);
    erasing.before = () -> store.delete(erased);
    assertThat(store.encryptInPlace(erased)).isFalse();
    assertThat(store.exists(erased)).isFalse();
    assertThatExceptionOfType(NoSuchObject.class).isThrownBy(() -> read(store, erased));
    assertThat(store.encryptInPlace(erased)).isFalse();
    assertThat(store.encryptInPlace(new ObjectKey("0".repeat(32)))).isFalse();
  }

  @Test
  void beginsAnewAfterEncryptionWasOffForATime() throws Exception {
    putPlain(2);
    DataKeys keys = keys(AeadAlgorithm.SM4_GCM);
    ObjectRecoding on = recoding(store(keys, inner), keys);
    await("done", ObjectRecodingTests::isFinished);
    on.close();
    putPlain(2);
    assertThat(isFinished()).isFalse();
    recoding(store(keys, inner), keys);
    await("done again", ObjectRecodingTests::isFinished);
    assertThat(Objects.requireNonNull(progress()).changed()).isEqualTo(2);
  }

  /** Fails from the given number of replacements on. */
  private static final class Failing implements ObjectStore {
    private final ObjectStore inner;
    private int good;
    volatile boolean failed;
    @Nullable Erasing before;

    interface Erasing {
      void run() throws IOException;
    }

    Failing(ObjectStore inner, int good) {
      this.inner = inner;
      this.good = good;
    }

    @Override
    public void restore(ObjectKey key, InputStream bytes) throws IOException {
      if (before != null) {
        before.run();
      }
      if (good-- <= 0) {
        failed = true;
        throw new IOException("no");
      }
      inner.restore(key, bytes);
    }

    @Override
    public Stored put(InputStream bytes, long maxBytes) throws IOException {
      return inner.put(bytes, maxBytes);
    }

    @Override
    public InputStream open(ObjectKey key, Range range) throws IOException {
      return inner.open(key, range);
    }

    @Override
    public boolean exists(ObjectKey key) throws IOException {
      return inner.exists(key);
    }

    @Override
    public void delete(ObjectKey key) throws IOException {
      inner.delete(key);
    }

    @Override
    public Swept sweep(Instant before, UnaryOperator<Set<ObjectKey>> referenced)
        throws IOException {
      return inner.sweep(before, referenced);
    }

    @Override
    public void list(@Nullable ObjectKey after, KeyReceiver receiver) throws IOException {
      inner.list(after, receiver);
    }

    @Override
    public void close() {
      inner.close();
    }
  }
}
