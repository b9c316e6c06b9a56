package health.helan.foundation.store;

import health.helan.foundation.store.index.IndexEntry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
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
    PersonGraph persons,
    WriteFollower follower,
    Consumer<Set<Integer>> committed) {

  /** From a resource to its search values. */
  interface Indexing {
    IndexEntry index(String type, ObjectNode resource, String id);
  }

  /** Carries out what the policy says follows from writes, in their transaction. */
  void grants(Connection transaction, Caller caller, List<GrantRules.Written> written, Instant at)
      throws SQLException {
    policy.grants().follow(transaction, caller, written, at, around(transaction));
  }

  /** The same for several requests that share a transaction. */
  void grants(Connection transaction, List<GrantRules.Shared> shares, Instant at)
      throws SQLException {
    policy.grants().followTogether(transaction, shares, at, around(transaction));
  }

  /** Carries out what follows from links that came or went, in their transaction. */
  void linked(Connection transaction, Collection<String> patients, Instant at) throws SQLException {
    List<List<String>> now = persons.follow(transaction, patients);
    if (!now.isEmpty()) {
      policy.grants().regroup(transaction, now, at, around(transaction));
    }
  }

  private GrantRules.Around around(Connection transaction) {
    return new GrantRules.Around() {
      @Override
      public long patient(String id) {
        return indexKey.digests().reference("Patient", id);
      }

      @Override
      public int home(String type, String id) throws SQLException {
        Integer home = homes.of(transaction, type, id);
        return home == null ? homes.ofUnknown(type + "/" + id) : home;
      }

      @Override
      public @Nullable String owner(String type, String id) throws SQLException {
        Integer home = homes.of(transaction, type, id);
        return home == null ? null : reads.owner(transaction, type, home, id);
      }

      @Override
      public List<String> person(String patient) throws SQLException {
        return persons.person(transaction, patient);
      }

      @Override
      public @Nullable ObjectNode read(String type, String id) throws SQLException {
        Integer home = homes.of(transaction, type, id);
        return home == null ? null : reads.tree(transaction, type, home, id);
      }
    };
  }
}
