package health.helan.foundation.store.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.testing.S3ForTests;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import org.jclouds.blobstore.options.ListContainerOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** Against S3Proxy, a server that speaks S3 and checks its signatures, over HTTP. */
class S3ObjectStoreTests extends ObjectStoreContract {
  private static S3ForTests server;

  private ObjectStore store;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    server = new S3ForTests(folder);
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @BeforeEach
  void open() throws IOException {
    server.emptyBucket("bucket");
    store = ObjectStore.open(config("secret"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static ObjectStoreConfig.S3 config(String secret) {
    return server.config("bucket", secret);
  }

  private static S3Client client() {
    return S3ObjectStore.client(config("secret"));
  }

  @Override
  ObjectStore store() {
    return store;
  }

  @Override
  int unfinishedUploads() {
    try (var client = client()) {
      return client.listMultipartUploads(list -> list.bucket("bucket")).uploads().size();
    }
  }

  @Override
  void cutAnUpload() {
    try (var client = client()) {
      client.createMultipartUpload(
          create -> create.bucket("bucket").key("helan/" + ObjectKey.random()));
    }
  }

  @Override
  long allowance() {
    return 3L * S3ObjectStore.PART;
  }

  @Test
  void leavesAloneWhatOthersKeepInTheBucket() throws Exception {
    try (var client = client()) {
      for (var name : new String[] {"other/" + ObjectKey.random(), "helan/readme.txt"}) {
        client.putObject(put -> put.bucket("bucket").key(name), RequestBody.fromString("x"));
      }
    }
    store.put(new ByteArrayInputStream(bytes(1)), 1);
    var swept = store.sweep(Instant.now().plusSeconds(3600), _ -> Set.of());
    assertThat(swept.unreferenced()).isEqualTo(1);
    assertThat(server.blobs().list("bucket", ListContainerOptions.Builder.recursive())).hasSize(2);
  }

  @Test
  void failsWithWrongCredentials() throws IOException {
    try (var stranger = ObjectStore.open(config("wrong"))) {
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> stranger.put(new ByteArrayInputStream(bytes(1)), 1));
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> stranger.exists(ObjectKey.random()));
    }
  }

  @Test
  void keepsItsSecretOutOfLogs() {
    assertThat(config("s3cret").toString()).doesNotContain("s3cret").contains("bucket");
  }
}
