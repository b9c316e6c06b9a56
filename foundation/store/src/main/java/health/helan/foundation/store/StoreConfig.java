package health.helan.foundation.store;

import health.helan.foundation.store.content.ZstdCodec;
import health.helan.foundation.store.search.ValueSets;

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
 * @param valueSets what searches ask of terminology
 * @param follower what else is written with a resource
 * @param links which Patients are one person, beside what {@code Patient.link} says
 */
public record StoreConfig(
    byte[] indexKey,
    String instance,
    String version,
    AccessPolicy policy,
    boolean validate,
    ContentCodec codec,
    ValueSets valueSets,
    WriteFollower follower,
    PersonLinks links) {

  /** Where nothing but {@code Patient.link} says which Patients are one person. */
  public StoreConfig(
      byte[] indexKey,
      String instance,
      String version,
      AccessPolicy policy,
      boolean validate,
      ContentCodec codec,
      ValueSets valueSets,
      WriteFollower follower) {
    this(
        indexKey,
        instance,
        version,
        policy,
        validate,
        codec,
        valueSets,
        follower,
        PersonLinks.NONE);
  }

  /** With R4's own terminology only. */
  public StoreConfig(
      byte[] indexKey,
      String instance,
      String version,
      AccessPolicy policy,
      boolean validate,
      ContentCodec codec) {
    this(
        indexKey, instance, version, policy, validate, codec, ValueSets.ofR4(), WriteFollower.NONE);
  }

  /** Contents compressed, not encrypted. */
  public StoreConfig(
      byte[] indexKey, String instance, String version, AccessPolicy policy, boolean validate) {
    this(indexKey, instance, version, policy, validate, new ZstdCodec());
  }

  public static StoreConfig of(byte[] indexKey, String instance) {
    return new StoreConfig(indexKey, instance, "dev", AccessPolicy.EVERYTHING, true);
  }
}
