package health.helan.foundation.store.objects;

/**
 * What was stored, for the resource that speaks of it.
 *
 * @param size in bytes
 * @param sha256 of the bytes as they came, 64 hexadecimal digits
 */
public record Stored(ObjectKey key, long size, String sha256) {}
