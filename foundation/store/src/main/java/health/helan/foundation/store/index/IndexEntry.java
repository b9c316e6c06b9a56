package health.helan.foundation.store.index;

import org.jspecify.annotations.Nullable;

/**
 * What a resource's row carries for searching.
 *
 * @param patient {@link Digests#reference} of {@code Patient/id} it belongs to; null for none
 * @param patientId the id behind {@code patient}
 * @param dateLo start of the type's principal date, microseconds since 1970-01-01 UTC; null for
 *     none
 * @param dateHi end of it, inclusive
 * @param tokens digests of what is searched by equality, without doubles
 * @param vals the search values by parameter, a JSON object in UTF-8
 */
public record IndexEntry(
    @Nullable Long patient,
    @Nullable String patientId,
    @Nullable Long dateLo,
    @Nullable Long dateHi,
    long[] tokens,
    byte[] vals) {}
