package health.helan.foundation.residents.index;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Set;

/** Told of persons that change, within the transaction that changes them. */
public interface Persons {

  /**
   * @param patients ids of all Patients whose person has other members than before; the tables hold
   *     the new state
   */
  void changed(Connection transaction, Set<String> patients, Instant at) throws SQLException;
}
