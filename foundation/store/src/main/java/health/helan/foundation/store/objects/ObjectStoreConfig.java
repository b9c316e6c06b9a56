package health.helan.foundation.store.objects;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where objects are kept. */
public sealed interface ObjectStoreConfig {

  /**
   * A folder of this machine, or one that all instances share over a network file system with
   * atomic renames.
   */
  record Folder(Path path) implements ObjectStoreConfig {}

  /**
   * A bucket of an S3-compatible store. It must exist.
   *
   * @param endpoint null for Amazon's own
   * @param region what the store calls it; for stores without regions usually {@code us-east-1}
   * @param prefix what the names of all objects begin with, such as {@code helan/}; may be empty
   * @param pathStyle whether the bucket stands in the path, not in the host name
   * @param accessKey null for the SDK's own ways to find credentials; else with {@code secretKey}
   */
  record S3(
      @Nullable URI endpoint,
      String region,
      String bucket,
      String prefix,
      boolean pathStyle,
      @Nullable String accessKey,
      @Nullable String secretKey)
      implements ObjectStoreConfig {

    /**
     * @throws IllegalArgumentException if one of the keys stands alone
     */
    public S3 {
      if ((accessKey == null) != (secretKey == null)) {
        throw new IllegalArgumentException("An S3 access key and its secret go together");
      }
    }

    /** Without the secret, for logs. */
    @Override
    public String toString() {
      return "S3[endpoint=%s, region=%s, bucket=%s, prefix=%s]"
          .formatted(endpoint, region, bucket, prefix);
    }
  }
}
