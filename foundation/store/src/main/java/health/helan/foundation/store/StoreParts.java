package health.helan.foundation.store;

import health.helan.foundation.store.index.IndexEntry;
import java.util.Set;
import java.util.function.Consumer;
import javax.sql.DataSource;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the store's classes share.
 *
 * @param committed told the homes of each committed transaction
 */
record StoreParts(
    DataSource dataSource,
    AccessPolicy policy,
    Instances instances,
    Homes homes,
    Conditions conditions,
    IndexKey indexKey,
    Indexing indexing,
    ResourceCheck check,
    ContentCodec codec,
    Reads reads,
    Consumer<Set<Integer>> committed) {

  /** From a resource to its search values. */
  interface Indexing {
    IndexEntry index(String type, ObjectNode resource, String id);
  }
}
