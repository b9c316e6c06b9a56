package health.helan.foundation.store.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.S3ForTests;
import health.helan.foundation.trust.crypto.AeadAlgorithm;
import health.helan.foundation.trust.crypto.ContentCipher;
import health.helan.foundation.trust.crypto.DataKeys;
import health.helan.foundation.trust.crypto.EncryptedObjects;
import health.helan.foundation.trust.crypto.KeyStoreVault;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Clock;
import java.util.Arrays;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Encrypted contents in a bucket, over S3. */
class EncryptedBucketTests extends ObjectStoreContract {
  private static final DataSource DATABASE = PostgresForTests.storeDatabase();
  private static S3ForTests server;

  private ObjectStore plain;
  private DataKeys keys;
  private EncryptedObjects store;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    server = new S3ForTests(folder);
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @BeforeEach
  void open(@TempDir Path folder) throws Exception {
    server.emptyBucket("bucket");
    try (Connection connection = DATABASE.getConnection();
        var statement = connection.createStatement()) {
      statement.execute("truncate data_key, recode, object_key");
    }
    plain = ObjectStore.open(server.config("bucket"));
    keys =
        new DataKeys(
            KeyStoreVault.open(folder.resolve("keystore"), "correct horse battery".toCharArray()),
            AeadAlgorithm.SM4_GCM,
            DataKeys.Settings.DEFAULT,
            Clock.systemUTC());
    var cipher = new ContentCipher(keys);
    cipher.open(DATABASE);
    store = new EncryptedObjects(plain, keys, cipher);
  }

  @AfterEach
  void close() {
    keys.close();
    store.close();
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
  int unfinishedUploads() {
    try (var client = S3ObjectStore.client(server.config("bucket"))) {
      return client.listMultipartUploads(list -> list.bucket("bucket")).uploads().size();
    }
  }

  @Override
  void cutAnUpload() {
    try (var client = S3ObjectStore.client(server.config("bucket"))) {
      client.createMultipartUpload(
          create -> create.bucket("bucket").key("helan/" + ObjectKey.random()));
    }
  }

  @Override
  long allowance() {
    return 3L * S3ObjectStore.PART + (4 << 20);
  }

  @Test
  void saysNothingToWhoReadsTheBucket() throws IOException {
    byte[] bytes = new byte[9_000_000];
    Arrays.fill(bytes, (byte) 'A');
    ObjectKey key = store.put(new ByteArrayInputStream(bytes), bytes.length).key();
    byte[] there;
    try (var in = plain.open(key, Range.ALL)) {
      there = in.readAllBytes();
    }
    assertThat(there.length).isGreaterThan(bytes.length);
    assertThat(new String(there, StandardCharsets.ISO_8859_1)).doesNotContain("AAAA");

    there[there.length / 2] ^= 1;
    plain.restore(key, new ByteArrayInputStream(there));
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> read(key, Range.ALL))
        .withMessageContaining("damaged");
  }
}
