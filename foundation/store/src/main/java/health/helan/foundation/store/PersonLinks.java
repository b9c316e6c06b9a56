package health.helan.foundation.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;

/**
 * Which Patients are one person, beside what {@code Patient.link} says. Implemented by the resident
 * index; given to the store when it opens ({@link StoreConfig#links}).
 *
 * <p>The store alone puts the two together: Patients are one person that links of either kind
 * connect, in either direction and however far. What it found stands in the table {@code
 * linked_patient}, which searches and grants look at; nobody else writes there.
 *
 * <p><b>How an implementation tells of a change.</b> In the transaction that writes or deletes its
 * links, after it has done so and before it commits, it calls {@link Persons#changed} once with the
 * ids of the Patients on both ends of every link that came, went, or became more or less certain.
 * The store then asks {@link #of} on the same connection, so {@link #of} must already see the
 * change. When that transaction commits, searches follow the new links, and grants and objections
 * have been copied to, or withdrawn from, every Patient concerned: so an unlink that is answered
 * after the commit is withdrawn before it is answered. A link that is not told of in this way is
 * never noticed.
 *
 * <p>The call locks the rows of all Patients concerned until the transaction ends. Two that cross
 * can be cancelled by the database (SQL state 40P01): the transaction is then repeated from its
 * start, as the store does with its own and a consumer of the change log does by itself.
 */
@FunctionalInterface
public interface PersonLinks {

  /**
   * Two Patients that are one person.
   *
   * @param patient id of one
   * @param other id of the other; which stands first does not matter
   * @param certain true for a link by a valid national number that nothing contradicts, or by
   *     somebody's decision (review, merge); false for one that is only likely. Residents' own
   *     accounts see other records by certain links only; staff and grants follow both kinds
   *     (docs/adr/0081)
   */
  record Link(String patient, String other, boolean certain) {}

  /**
   * The links on one or the other end of which one of these Patients stands: those that come out
   * directly, each at least once. Where more than two are one person, links that connect them all
   * are enough (each with the first of them); {@link Persons} asks on for those that it learns of.
   *
   * <p>Asked only when links change or a Patient with links is deleted, never by a search. By
   * index, for all ids in one statement.
   *
   * @param transaction of the write; what it has written must be seen
   * @param patients ids, up to some thousand; some may not be there any more
   */
  List<Link> of(Connection transaction, Collection<String> patients) throws SQLException;

  /** Nothing but {@code Patient.link} says so. */
  PersonLinks NONE = (_, _) -> List.of();
}
