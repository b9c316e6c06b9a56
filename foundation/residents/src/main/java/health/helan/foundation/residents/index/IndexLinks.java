package health.helan.foundation.residents.index;

import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.PersonLinks;
import health.helan.foundation.store.index.Digests;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;

/** Tells the store which Patients the index holds together. Thread-safe. */
public final class IndexLinks implements PersonLinks {
  private final Digests digests;

  /**
   * @param key of the store
   */
  public IndexLinks(IndexKey key) {
    digests = key.digests();
  }

  private record Pointing(long record, long other, boolean certain) {}

  @Override
  public List<Link> of(Connection transaction, Collection<String> patients) throws SQLException {
    var ids = new HashMap<Long, String>();
    for (String patient : patients) {
      ids.put(digests.reference("Patient", patient), patient);
    }
    var found = new ArrayList<Pointing>();
    Rows.each(
        transaction,
        IndexSql.LINKS,
        List.copyOf(ids.keySet()),
        row -> found.add(new Pointing(row.getLong(1), row.getLong(2), row.getBoolean(3))));
    var unknown = new HashSet<Long>();
    found.forEach(link -> unknown.add(link.other));
    unknown.removeAll(ids.keySet());
    Rows.each(transaction, IndexSql.IDS, unknown, row -> ids.put(row.getLong(1), row.getString(2)));
    var links = new ArrayList<Link>();
    for (Pointing link : found) {
      String one = ids.get(link.record);
      String other = ids.get(link.other);
      if (one != null && other != null) {
        links.add(new Link(one, other, link.certain));
      }
    }
    return links;
  }
}
