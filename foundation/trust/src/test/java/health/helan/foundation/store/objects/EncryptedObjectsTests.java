package health.helan.foundation.store.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.trust.crypto.AeadAlgorithm;
import health.helan.foundation.trust.crypto.ContentCipher;
import health.helan.foundation.trust.crypto.DataKeys;
import health.helan.foundation.trust.crypto.EncryptedObjects;
import health.helan.foundation.trust.crypto.KeyStoreVault;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Clock;
import java.util.Arrays;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Does what every object store does, and its files say nothing. */
class EncryptedObjectsTests extends ObjectStoreContract {
  private static final int CHUNK = 64 * 1024;

  private Path root;
  private static final DataSource DATABASE = PostgresForTests.storeDatabase();
  private ObjectStore plain;
  private DataKeys keys;
  private EncryptedObjects store;

  @BeforeEach
  void open(@TempDir Path given) throws Exception {
    root = given;
    try (Connection connection = DATABASE.getConnection();
        var statement = connection.createStatement()) {
      statement.execute("truncate data_key, recode, object_key");
    }
    plain = ObjectStore.open(new ObjectStoreConfig.Folder(root.resolve("files")));
    keys =
        new DataKeys(
            KeyStoreVault.open(root.resolve("keystore"), "correct horse battery".toCharArray()),
            AeadAlgorithm.AES_256_GCM,
            DataKeys.Settings.DEFAULT,
            Clock.systemUTC());
    var cipher = new ContentCipher(keys);
    cipher.open(DATABASE);
    store = new EncryptedObjects(plain, keys, cipher);
  }

  @AfterEach
  void close() {
    keys.close();
  }

  @Override
  ObjectStore store() {
    return store;
  }

  @Override
  ObjectStore stored() {
    return plain;
  }

  @Override
  int unfinishedUploads() throws IOException {
    try (var files = Files.list(root.resolve("files/uploads"))) {
      return (int) files.count();
    }
  }

  @Override
  void cutAnUpload() throws IOException {
    Files.write(root.resolve("files/uploads").resolve(ObjectKey.random().value()), new byte[3]);
  }

  @Override
  long allowance() {
    return 4 << 20;
  }

  private Path file(ObjectKey key) throws IOException {
    try (var files = Files.walk(root.resolve("files/objects"))) {
      return files.filter(file -> file.endsWith(key.value())).findFirst().orElseThrow();
    }
  }

  private ObjectKey put(byte[] bytes) throws IOException {
    return store.put(new ByteArrayInputStream(bytes), Long.MAX_VALUE).key();
  }

  private byte[] readAll(ObjectKey key, Range range) throws IOException {
    try (InputStream in = store.open(key, range)) {
      return in.readAllBytes();
    }
  }

  private long keysKept() throws Exception {
    try (Connection connection = DATABASE.getConnection();
        var rows = connection.createStatement().executeQuery("select count(*) from object_key")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  @Test
  void writesNothingThatCanBeRead() throws IOException {
    byte[] bytes = new byte[200_000];
    Arrays.fill(bytes, (byte) 'A');
    byte[] written = Files.readAllBytes(file(put(bytes)));
    assertThat(written.length).isEqualTo(200_000 + 16 + 4 * AeadAlgorithm.TAG);
    assertThat(new String(written, java.nio.charset.StandardCharsets.ISO_8859_1))
        .doesNotContain("AAAA");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17})
  void readsEachRangeAsFromAPlainFile(int size) throws IOException {
    byte[] bytes = bytes(size);
    ObjectKey key = put(bytes);
    for (int from : new int[] {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, size - 1, size}) {
      for (int length : new int[] {1, 2, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 1 << 30}) {
        byte[] expected =
            from >= size
                ? new byte[0]
                : Arrays.copyOfRange(bytes, from, (int) Math.min(size, (long) from + length));
        assertThat(readAll(key, new Range(from, length)))
            .as("%d + %d of %d", from, length, size)
            .isEqualTo(expected);
      }
    }
  }

  @Test
  void noticesAnythingThatIsAlteredCutOrSwapped() throws IOException {
    int size = 3 * CHUNK;
    ObjectKey key = put(bytes(size));
    Path file = file(key);
    byte[] whole = Files.readAllBytes(file);
    int sealed = CHUNK + AeadAlgorithm.TAG;

    byte[] altered = whole.clone();
    altered[16 + sealed + 5] ^= 1;
    Files.write(file, altered);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> readAll(key, Range.ALL))
        .withMessageContaining("damaged");
    assertThat(readAll(key, new Range(0, CHUNK))).hasSize(CHUNK); // The first chunk is whole.

    Files.write(file, Arrays.copyOf(whole, 16 + 2 * sealed)); // The last chunk cut off.
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> readAll(key, Range.ALL))
        .withMessageContaining("cut");

    byte[] swapped = whole.clone();
    System.arraycopy(whole, 16, swapped, 16 + sealed, sealed);
    System.arraycopy(whole, 16 + sealed, swapped, 16, sealed);
    Files.write(file, swapped);
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> readAll(key, Range.ALL));

    Files.copy(file(put(bytes(size))), file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> readAll(key, Range.ALL));
    Files.write(file, whole);
    assertThat(readAll(key, Range.ALL)).isEqualTo(bytes(size));
  }

  @Test
  void stillReadsWhatWasPutBeforeEncryption() throws IOException {
    ObjectKey old = plain.put(new ByteArrayInputStream(bytes(100)), 100).key();
    ObjectKey empty = plain.put(new ByteArrayInputStream(new byte[0]), 100).key();
    assertThat(readAll(old, Range.ALL)).isEqualTo(bytes(100));
    assertThat(readAll(old, new Range(10, 5))).isEqualTo(Arrays.copyOfRange(bytes(100), 10, 15));
    assertThat(readAll(empty, Range.ALL)).isEmpty();
  }

  @Test
  void losesTheKeyWithTheObject() throws Exception {
    ObjectKey kept = put(bytes(10));
    ObjectKey deleted = put(bytes(10));
    byte[] copy = Files.readAllBytes(file(deleted)); // In a copy of the bucket.
    Path place = file(deleted);
    assertThat(keysKept()).isEqualTo(2);
    store.delete(deleted);
    assertThat(keysKept()).isEqualTo(1);
    Files.write(place, copy);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> readAll(deleted, Range.ALL))
        .withMessageContaining("key of an encrypted object is missing");
    store.sweep(java.time.Instant.now().plusSeconds(3600), _ -> java.util.Set.of());
    assertThat(keysKept()).isZero();
    assertThat(store.exists(kept)).isFalse();
  }
}
