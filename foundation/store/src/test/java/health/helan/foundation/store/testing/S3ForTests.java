package health.helan.foundation.store.testing;

import health.helan.foundation.store.objects.ObjectStoreConfig;
import java.net.URI;
import java.nio.file.Path;
import java.util.Properties;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobApiMetadata;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStore;
import org.jclouds.blobstore.BlobStoreContext;

/** S3Proxy, a server that speaks S3 and checks its signatures, over HTTP, on a folder. */
public final class S3ForTests implements AutoCloseable {
  private static final String KEY = "access";
  private static final String SECRET = "secret";

  private final BlobStoreContext context;
  private final S3Proxy server;

  public S3ForTests(Path folder) throws Exception {
    var properties = new Properties();
    properties.setProperty("jclouds.filesystem.basedir", folder.toString());
    // By object: looking the name up would want the libraries of every cloud.
    context =
        ContextBuilder.newBuilder(new FilesystemNio2BlobApiMetadata())
            .credentials(KEY, SECRET)
            .overrides(properties)
            .build(BlobStoreContext.class);
    server =
        S3Proxy.builder()
            .blobStore(context.getBlobStore())
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, KEY, SECRET)
            .build();
    server.start();
  }

  /** Makes the bucket, or empties it. */
  public void emptyBucket(String name) {
    blobs().createContainerInLocation(null, name);
    blobs().clearContainer(name);
  }

  /** The bucket's side, without S3. */
  public BlobStore blobs() {
    return context.getBlobStore();
  }

  public ObjectStoreConfig.S3 config(String bucket, String secret) {
    return new ObjectStoreConfig.S3(
        URI.create(endpoint()), "us-east-1", bucket, "helan/", true, KEY, secret);
  }

  public ObjectStoreConfig.S3 config(String bucket) {
    return config(bucket, SECRET);
  }

  public String endpoint() {
    return "http://127.0.0.1:" + server.getPort();
  }

  /** The settings of a platform that uses the bucket. */
  public java.util.Map<String, String> environment(String bucket) {
    return java.util.Map.of(
        "HELAN_S3_BUCKET",
        bucket,
        "HELAN_S3_ENDPOINT",
        endpoint(),
        "HELAN_S3_PREFIX",
        "helan/",
        "HELAN_S3_PATH_STYLE",
        "true",
        "HELAN_S3_ACCESS_KEY",
        KEY,
        "HELAN_S3_SECRET_KEY",
        SECRET);
  }

  @Override
  public void close() throws Exception {
    server.stop();
    context.close();
  }
}
