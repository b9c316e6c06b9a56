package health.helan.foundation.store.objects;

/**
 * What a sweep took away.
 *
 * @param unfinished uploads that were cut
 * @param unreferenced whole objects that no resource speaks of
 */
public record Swept(long unfinished, long unreferenced) {}
