package health.helan.foundation.store;

import health.helan.foundation.store.content.ZstdCodec;

/**
 * How a store is opened.
 *
 * @param indexKey {@link IndexKey#LENGTH} secret bytes, the same for the life of the store and for
 *     all its application instances
 * @param instance name of this application instance, unique among those on the database
 * @param version version of the application, shown beside the instance
 * @param policy who may see and do what
 * @param validate false only for benchmarks
 * @param codec how contents are compressed and encrypted
 */
public record StoreConfig(
    byte[] indexKey,
    String instance,
    String version,
    AccessPolicy policy,
    boolean validate,
    ContentCodec codec) {

  /** Contents compressed, not encrypted. */
  public StoreConfig(
      byte[] indexKey, String instance, String version, AccessPolicy policy, boolean validate) {
    this(indexKey, instance, version, policy, validate, new ZstdCodec());
  }

  public static StoreConfig of(byte[] indexKey, String instance) {
    return new StoreConfig(indexKey, instance, "dev", AccessPolicy.EVERYTHING, true);
  }
}
