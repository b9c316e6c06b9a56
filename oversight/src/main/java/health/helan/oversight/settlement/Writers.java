package health.helan.oversight.settlement;

import health.helan.foundation.store.RecordStore;
import health.helan.foundation.trust.account.Sql;
import java.util.Collection;
import java.util.Map;

/**
 * Whose word counts where money follows from it: a Coverage is its payor's to write, a ChargeItem
 * that of the institution that charges. What operators and the platform itself wrote counts too;
 * any other institution may write the same for its own files, and nobody pays by it.
 */
final class Writers {
  private final RecordStore store;
  private final Sql sql;

  Writers(RecordStore store, Sql sql) {
    this.store = store;
    this.sql = sql;
  }

  /** Who wrote what, of one type. */
  Map<String, String> of(String type, Collection<String> ids) {
    return sql.on(connection -> store.rows().owners(connection, type, ids));
  }

  /**
   * @param writer id of the institution; empty for the platform and its operators
   */
  static boolean counts(String writer, String institution) {
    return writer.isEmpty() || writer.equals(institution);
  }
}
