package health.helan.foundation.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A history as asked for: of one resource, of a type, or of everything.
 *
 * @param type null for everything
 * @param id null for a type
 * @param since only versions made at or after; null for all
 * @param atFrom start of the time ({@code _at}) at which a version must have been current; null for
 *     any
 * @param atTo end of that time, exclusive
 * @param count greatest number of versions on the page, 1 to 1000
 * @param cursor where the page before ended; null for the first
 */
public record HistoryRequest(
    @Nullable String type,
    @Nullable String id,
    @Nullable Instant since,
    @Nullable Instant atFrom,
    @Nullable Instant atTo,
    int count,
    @Nullable String cursor) {

  /**
   * A page, newest first.
   *
   * @param next cursor of the next page; null on the last
   * @param total number of all versions; known for one resource only
   * @param watermark nothing can still commit at or below this time
   */
  public record Page(
      java.util.List<ResourceVersion> versions,
      @Nullable String next,
      @Nullable Long total,
      Instant watermark) {}
}
