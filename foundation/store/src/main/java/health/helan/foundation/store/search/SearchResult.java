package health.helan.foundation.store.search;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of an answer.
 *
 * @param entries matches in order, then includes
 * @param total number of all matches; null when it was not asked for
 * @param used the parameters that were used, for the self link
 * @param next value of the cursor parameter of the next page; null on the last
 * @param watermark nothing can still commit at or below this time: pollers go on from here
 * @param warnings parameters that were left out (lenient) and the like
 * @param summary how entries are to be cut down; null for whole ones
 */
public record SearchResult(
    List<Entry> entries,
    @Nullable Long total,
    List<SearchRequest.Parameter> used,
    @Nullable String next,
    Instant watermark,
    List<Refusal> warnings,
    @Nullable Summary summary) {

  /** One entry of the answer. */
  public record Entry(ResourceVersion resource, boolean isMatch) {}

  /**
   * {@code _summary} or {@code _elements}.
   *
   * @param mode true, text, data or count; null when {@code elements} speaks
   */
  public record Summary(@Nullable String mode, List<String> elements) {}
}
