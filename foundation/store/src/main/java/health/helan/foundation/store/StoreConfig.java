package health.helan.foundation.store;

/**
 * How a store is opened.
 *
 * @param indexKey {@link IndexKey#LENGTH} secret bytes, the same for the life of the store and for
 *     all its application instances
 * @param instance name of this application instance, unique among those on the database
 * @param version version of the application, shown beside the instance
 * @param policy who may see and do what
 * @param validate false only for benchmarks
 */
public record StoreConfig(
    byte[] indexKey, String instance, String version, AccessPolicy policy, boolean validate) {

  public static StoreConfig of(byte[] indexKey, String instance) {
    return new StoreConfig(indexKey, instance, "dev", AccessPolicy.EVERYTHING, true);
  }
}
