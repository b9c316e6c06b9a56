package health.helan.foundation.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which accesses follow from a write: a booking opens a record to the doctor booked, a withdrawn
 * consent closes it. Called in the transaction of the write, so that the grant stands when the
 * write does and not a moment earlier.
 */
public interface GrantRules {

  /**
   * A version that the transaction has written.
   *
   * @param before the version it follows; null for a create
   * @param owner institution that owned the version before; null for a create
   * @param after null for a deletion
   */
  record Written(
      String type,
      String id,
      @Nullable ObjectNode before,
      @Nullable String owner,
      @Nullable ObjectNode after) {}

  /** What the rules may ask the store, as it stands in the transaction. */
  interface Around {
    /** Digest of {@code Patient/id}: the column {@code patient}. */
    long patient(String id);

    /** Home of a resource, or where it would lie. */
    int home(String type, String id) throws SQLException;

    /** Institution that owns a resource; null when it is not there. */
    @Nullable String owner(String type, String id) throws SQLException;

    /**
     * Ids of the Patients that are one person with this one, itself first; empty when it is not
     * there. No link among them comes or goes before the transaction ends.
     */
    List<String> person(String patient) throws SQLException;

    /** Current content, whoever may see it; null for none. */
    @Nullable ObjectNode read(String type, String id) throws SQLException;
  }

  /** Could anything follow from it? Cheap, and asked for every write. */
  boolean concerns(Caller caller, Written written, Instant at);

  /** Writes what follows. Runs before the change log's numbers are taken. */
  void follow(
      Connection transaction, Caller caller, List<Written> written, Instant at, Around around)
      throws SQLException;

  /** What one request has written in a transaction that several share. */
  record Shared(Caller caller, List<Written> written) {}

  /** Writes what follows from what several requests have written together. */
  default void followTogether(
      Connection transaction, List<Shared> shares, Instant at, Around around) throws SQLException {
    for (Shared share : shares) {
      follow(transaction, share.caller(), share.written(), at, around);
    }
  }

  /**
   * Links between Patients have come or gone in this transaction. Called before {@link #follow},
   * and for the resident index without any write of a resource ({@link Persons#changed}).
   *
   * @param persons Patients that are one person from now on, by their ids, each Patient in one of
   *     the lists: all those who are linked to, or were linked to, one on the end of a changed
   *     link. A Patient alone is linked to nobody any more, or is not there
   */
  default void regroup(
      Connection transaction, List<List<String>> persons, Instant at, Around around)
      throws SQLException {}

  /** Nothing follows. */
  GrantRules NONE =
      new GrantRules() {
        @Override
        public boolean concerns(Caller caller, Written written, Instant at) {
          return false;
        }

        @Override
        public void follow(
            Connection transaction,
            Caller caller,
            List<Written> written,
            Instant at,
            Around around) {}
      };
}
