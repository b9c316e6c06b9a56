package health.helan.foundation.store;

import health.helan.foundation.store.search.SearchEngine;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The search engine, as the store uses it. */
interface Searching extends Conditions.Matching {
  SearchResult search(Caller caller, SearchRequest request);

  /** {@link SearchEngine#everything}. */
  SearchResult everything(Caller caller, String patient, List<SearchRequest.Parameter> parameters);

  /** {@link SearchEngine#lastn}. */
  SearchResult lastn(Caller caller, List<SearchRequest.Parameter> parameters, int max);

  /**
   * A version cut down to its summary or to some elements, tagged SUBSETTED.
   *
   * @param summary value of {@code _summary}; null for none
   * @param elements value of {@code _elements}; null for none
   */
  ResourceVersion cut(ResourceVersion version, @Nullable String summary, @Nullable String elements);
}
