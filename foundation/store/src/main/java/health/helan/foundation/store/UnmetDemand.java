package health.helan.foundation.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a database lacks of what it must be before records are entrusted to it: new enough, in
 * UTF-8, and set to keep what it acknowledged. An acknowledged write that a power cut takes back
 * cannot be repaired later, so there is no way to override these.
 */
public sealed interface UnmetDemand {
  /** PostgreSQL 15, as {@code server_version_num} counts. */
  int LEAST_VERSION = 150_000;

  /**
   * @param major its major version
   */
  record TooOld(int major) implements UnmetDemand {}

  /**
   * @param settings those that are off, sorted
   */
  record LosesWrites(List<String> settings) implements UnmetDemand {}

  /**
   * @param encoding its name in PostgreSQL
   */
  record NotUtf8(String encoding) implements UnmetDemand {}

  /** The first demand that the database does not meet; null when it meets all. */
  static @Nullable UnmetDemand of(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                """
                select current_setting('server_version_num')::int, current_setting('server_encoding'),
                  current_setting('fsync'), current_setting('full_page_writes'),
                  current_setting('synchronous_commit')""")) {
      rows.next();
      return of(
          rows.getInt(1),
          rows.getString(2),
          rows.getString(3),
          rows.getString(4),
          rows.getString(5));
    }
  }

  /** As PostgreSQL shows its settings; synchronous_commit has more values than on and off. */
  static @Nullable UnmetDemand of(
      int version, String encoding, String fsync, String fullPageWrites, String synchronousCommit) {
    if (version < LEAST_VERSION) {
      return new TooOld(version / 10_000);
    }
    var off = new ArrayList<String>();
    if (fsync.equals("off")) {
      off.add("fsync");
    }
    if (fullPageWrites.equals("off")) {
      off.add("full_page_writes");
    }
    if (synchronousCommit.equals("off")) {
      off.add("synchronous_commit");
    }
    if (!off.isEmpty()) {
      return new LosesWrites(List.copyOf(off));
    }
    return encoding.equals("UTF8") ? null : new NotUtf8(encoding);
  }
}
