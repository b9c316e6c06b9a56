package health.helan.foundation.store;

import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;

/** The search engine, as the store uses it. */
interface Searching extends Conditions.Matching {
  SearchResult search(Caller caller, SearchRequest request);
}
