package health.helan.app.start;

import health.helan.foundation.store.objects.ObjectStoreConfig;
import java.net.URI;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An S3-compatible store for large contents, by environment: {@code HELAN_S3_BUCKET}, {@code
 * _ENDPOINT}, {@code _REGION}, {@code _PREFIX}, {@code _PATH_STYLE}, {@code _ACCESS_KEY}, {@code
 * _SECRET_KEY}.
 */
public final class ObjectSettings {
  /** What the names of all its variables begin with. */
  public static final String PREFIX = "HELAN_S3_";

  /** What most stores without regions call theirs. */
  private static final String DEFAULT_REGION = "us-east-1";

  private ObjectSettings() {}

  /**
   * @param environment value of a variable; null where it is not set
   * @return null where none is set: large contents lie in the data folder
   * @throws StartRefused when the settings do not fit together
   */
  public static ObjectStoreConfig.@Nullable S3 bucket(UnaryOperator<@Nullable String> environment) {
    String bucket = value(environment, "BUCKET");
    if (bucket == null) {
      for (String other : new String[] {"ENDPOINT", "ACCESS_KEY", "SECRET_KEY"}) {
        if (value(environment, other) != null) {
          throw new StartRefused(
              "设置了 " + PREFIX + other + "，但缺少 " + PREFIX + "BUCKET（存储桶名称）。",
              PREFIX + other + " is set, but " + PREFIX + "BUCKET, the bucket's name, is not.");
        }
      }
      return null;
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
