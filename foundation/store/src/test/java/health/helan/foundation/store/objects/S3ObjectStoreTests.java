package health.helan.foundation.store.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Properties;
import java.util.Set;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobApiMetadata;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStore;
import org.jclouds.blobstore.BlobStoreContext;
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
  private static BlobStoreContext context;
  private static S3Proxy server;

  private ObjectStore store;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    var properties = new Properties();
    properties.setProperty("jclouds.filesystem.basedir", folder.toString());
    // By object: looking the name up would want the libraries of every cloud.
    context =
        ContextBuilder.newBuilder(new FilesystemNio2BlobApiMetadata())
            .credentials("access", "secret")
            .overrides(properties)
            .build(BlobStoreContext.class);
    server =
        S3Proxy.builder()
            .blobStore(context.getBlobStore())
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, "access", "secret")
            .build();
    server.start();
  }

  @AfterAll
  static void stop() throws Exception {
    server.stop();
    context.close();
  }

  @BeforeEach
  void open() throws IOException {
    blobs().createContainerInLocation(null, "bucket");
    blobs().clearContainer("bucket");
    store = ObjectStore.open(config("secret"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static ObjectStoreConfig.S3 config(String secret) {
    return new ObjectStoreConfig.S3(
        URI.create("http://127.0.0.1:" + server.getPort()),
        "us-east-1",
        "bucket",
        "helan/",
        true,
        "access",
        secret);
  }

  private static BlobStore blobs() {
    return context.getBlobStore();
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
    assertThat(blobs().list("bucket", ListContainerOptions.Builder.recursive())).hasSize(2);
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
