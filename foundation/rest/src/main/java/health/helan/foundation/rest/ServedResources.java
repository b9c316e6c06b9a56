package health.helan.foundation.rest;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Resources of a type that are not stored as such but made when they are asked for, from tables of
 * their own. They have ids of their own kind, can be read and searched, and be written only where
 * {@link #writing} says how. Resources of the type that clients write are stored as ever.
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

  /** How clients write them; null where the platform alone makes them. */
  default @Nullable Writing writing() {
    return null;
  }

  /**
   * Writes of clients, one at a time: none of these in bundles, by patch, or by criteria. The type
   * is then wholly of this kind: none of it is stored.
   */
  interface Writing {
    ResourceVersion create(Caller caller, ObjectNode resource);

    /**
     * @param ifMatch version that must be the current one; null for any
     */
    ResourceVersion update(
        Caller caller, String id, ObjectNode resource, @Nullable Integer ifMatch);

    /** One that is not there already is no error. */
    void delete(Caller caller, String id);
  }
}
