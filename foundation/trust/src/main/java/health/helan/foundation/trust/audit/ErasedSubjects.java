package health.helan.foundation.trust.audit;

import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.trust.erasure.Erasable;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * With a record goes the way from the resident to the rows of the audit: the index. The rows stay,
 * sealed as they are (docs/adr/0048).
 */
public final class ErasedSubjects implements Erasable {
  private final DataSource database;
  private final AuditLog log;

  public ErasedSubjects(DataSource database, AuditLog log) {
    this.database = database;
    this.log = log;
  }

  @Override
  public void erase(long subject) {
    try {
      // Or rows that wait to be indexed would come back.
      log.index();
      try (Connection connection = database.getConnection();
          var delete = connection.prepareStatement("delete from audit_subject where subject = ?")) {
        connection.setAutoCommit(true);
        delete.setLong(1, subject);
        delete.executeUpdate();
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }
}
