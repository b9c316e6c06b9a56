package health.helan.app.fhir;

import health.helan.app.start.DataFolder;
import health.helan.app.start.StartRefused;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.store.objects.ObjectStoreConfig;
import health.helan.foundation.trust.crypto.ContentCipher;
import health.helan.foundation.trust.crypto.DataKeys;
import health.helan.foundation.trust.crypto.EncryptedObjects;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Where large contents are kept: {@code DIR/objects}, or an S3-compatible store by environment
 * ({@code HELAN_S3_BUCKET}, {@code _ENDPOINT}, {@code _REGION}, {@code _PREFIX}, {@code
 * _PATH_STYLE}, {@code _ACCESS_KEY}, {@code _SECRET_KEY}).
 */
@Configuration(proxyBeanMethods = false)
class ObjectDoor {
  /** In the data folder. */
  private static final String FOLDER = "objects";

  private static final String PREFIX = "HELAN_S3_";

  /** What most stores without regions call theirs. */
  private static final String DEFAULT_REGION = "us-east-1";

  @Bean(destroyMethod = "close")
  ObjectStore objectStore(DataFolder data, DataKeys keys, ContentCipher cipher) {
    ObjectStoreConfig config = config(data, System::getenv);
    try {
      return new EncryptedObjects(ObjectStore.open(config), keys, cipher);
    } catch (IOException | RuntimeException e) {
      throw new StartRefused(
          "无法打开大内容存储 " + config + "，请检查该文件夹的权限或 " + PREFIX + "* 设置。",
          "The store of large contents "
              + config
              + " cannot be opened; check the folder's"
              + " permissions or the settings "
              + PREFIX
              + "*.",
          e);
    }
  }

  /** Takes away once a day what cut uploads and crashes left. */
  @Bean(destroyMethod = "close")
  ObjectSweep objectSweep(ObjectStore objects, RecordStore store) {
    return new ObjectSweep(objects, store, Duration.ofDays(1));
  }

  /**
   * @param environment value of a variable; null where it is not set
   * @throws StartRefused when the settings do not fit together
   */
  static ObjectStoreConfig config(DataFolder data, UnaryOperator<@Nullable String> environment) {
    String bucket = value(environment, "BUCKET");
    if (bucket == null) {
      for (String other : new String[] {"ENDPOINT", "ACCESS_KEY", "SECRET_KEY"}) {
        if (value(environment, other) != null) {
          throw new StartRefused(
              "设置了 " + PREFIX + other + "，但缺少 " + PREFIX + "BUCKET（存储桶名称）。",
              PREFIX + other + " is set, but " + PREFIX + "BUCKET, the bucket's name, is not.");
        }
      }
      return new ObjectStoreConfig.Folder(data.folder(FOLDER));
    }
    String accessKey = value(environment, "ACCESS_KEY");
    String secretKey = value(environment, "SECRET_KEY");
    if ((accessKey == null) != (secretKey == null)) {
      throw new StartRefused(
          PREFIX + "ACCESS_KEY 与 " + PREFIX + "SECRET_KEY 须同时设置。",
          PREFIX + "ACCESS_KEY and " + PREFIX + "SECRET_KEY go together.");
    }
    String region = value(environment, "REGION");
    String prefix = value(environment, "PREFIX");
    return new ObjectStoreConfig.S3(
        endpoint(value(environment, "ENDPOINT")),
        region == null ? DEFAULT_REGION : region,
        bucket,
        prefix == null ? "" : prefix,
        "true".equalsIgnoreCase(value(environment, "PATH_STYLE")),
        accessKey,
        secretKey);
  }

  private static @Nullable URI endpoint(@Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      URI endpoint = URI.create(text);
      if (endpoint.getHost() != null
          && ("http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme()))) {
        return endpoint;
      }
    } catch (IllegalArgumentException e) {
      // Answered below.
    }
    throw new StartRefused(
        PREFIX + "ENDPOINT 应为以 http:// 或 https:// 开头的地址。",
        PREFIX + "ENDPOINT takes an address that begins with http:// or https://.");
  }

  private static @Nullable String value(UnaryOperator<@Nullable String> environment, String name) {
    String value = environment.apply(PREFIX + name);
    return value == null || value.isBlank() ? null : value.strip();
  }
}
