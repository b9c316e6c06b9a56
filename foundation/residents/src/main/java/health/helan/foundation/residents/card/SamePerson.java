package health.helan.foundation.residents.card;

import health.helan.foundation.store.RecordStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Which Patients are one person, as far as cards are concerned: a person has one card, whichever of
 * the linked records asks for it.
 */
@FunctionalInterface
public interface SamePerson {
  /** Each Patient is a person. */
  SamePerson ALONE = (_, patient) -> List.of(patient);

  /**
   * By links that are certain: an equal valid number, somebody's decision, a merge within one
   * institution. A likely one would show one resident the card of another (docs/adr/0081).
   */
  static SamePerson certain(RecordStore store) {
    return (connection, patient) ->
        store
            .persons()
            .surelyOf(connection, List.of(patient))
            .getOrDefault(patient, List.of(patient));
  }

  /** Ids of the Patients, the given one among them. */
  List<String> of(Connection connection, String patient) throws SQLException;
}
