package health.helan.foundation.rest;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;

/**
 * Resources of a type that are not stored as such but made when they are asked for, from tables of
 * their own. They have ids of their own kind, can be read and searched, and never be written.
 * Resources of the type that clients write are stored as ever.
 */
public interface ServedResources {
  /** The resource type. */
  String type();

  /** Whether an id is one of these. */
  boolean owns(String id);

  /**
   * One of them.
   *
   * @throws health.helan.foundation.store.Refusal NOT_FOUND also where the caller may not see it
   */
  ResourceVersion read(Caller caller, String id);

  /**
   * A page of these and of stored ones together.
   *
   * @param store to search the stored ones in
   */
  SearchResult search(Caller caller, RecordStore store, SearchRequest request);
}
