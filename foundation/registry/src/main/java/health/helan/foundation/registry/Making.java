package health.helan.foundation.registry;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.PlatformRows;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.store.WriteFollower.Followed;
import health.helan.foundation.trust.account.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes the registry's rows of all resources: of those that were written before there was a
 * registry, once in the life of a database. Beside everybody's work: a resource that is written
 * meanwhile keeps the rows of its writer.
 */
final class Making {
  private static final Logger LOG = LoggerFactory.getLogger(Making.class);

  /** Name of the row that says it is done. */
  private static final String WHAT = "rows";

  /** Organizations first: posts and services lie in them. */
  private static final List<String> ORDER =
      List.of("Organization", "Location", "HealthcareService", "Practitioner", "PractitionerRole");

  private static final int PAGE = 200;
  private static final int ATTEMPTS = 5;

  private final DataSource database;
  private final RecordStore store;
  private final Clock clock;

  Making(DataSource database, RecordStore store, Clock clock) {
    this.database = database;
    this.store = store;
    this.clock = clock;
  }

  /**
   * @return of how many resources it made rows; 0 where it is done already
   */
  long once() {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      boolean isDone =
          !Sql.list(
                  connection,
                  "select what from registry_made where what = ?",
                  row -> row.getString(1),
                  WHAT)
              .isEmpty();
      if (isDone) {
        return 0;
      }
      long made = all(connection);
      Sql.update(
          connection,
          "insert into registry_made (what, at) values (?, ?) on conflict (what) do nothing",
          WHAT,
          clock.instant());
      return made;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private long all(Connection connection) throws SQLException {
    long made = 0;
    for (String type : ORDER) {
      int home = -1;
      String id = "";
      while (true) {
        List<PlatformRows.Owned> page = store.rows().next(connection, type, home, id, PAGE);
        if (page.isEmpty()) {
          break;
        }
        if (!follow(connection, type, page)) {
          for (PlatformRows.Owned one : page) {
            alone(connection, type, one);
          }
        }
        made += page.size();
        PlatformRows.Owned last = page.getLast();
        home = last.home();
        id = last.version().id();
      }
    }
    return made;
  }

  private void alone(Connection connection, String type, PlatformRows.Owned found)
      throws SQLException {
    List<PlatformRows.Owned> now = List.of(found);
    for (int attempt = 0; attempt < ATTEMPTS && !now.isEmpty(); attempt++) {
      if (follow(connection, type, now)) {
        return;
      }
      now = current(connection, type, now);
    }
    if (!now.isEmpty()) {
      // It is written all the time: then its writers have made its rows.
      LOG.info("A {} was changed whenever the registry looked at it", type);
    }
  }

  /**
   * Makes the rows of some resources in a transaction of its own.
   *
   * @return false when one of them was written meanwhile; then nothing was made
   */
  private boolean follow(Connection connection, String type, List<PlatformRows.Owned> page)
      throws SQLException {
    connection.setAutoCommit(false);
    try {
      for (PlatformRows.Owned one : page) {
        byte[] content = one.version().content();
        if (content != null) {
          ObjectNode tree = (ObjectNode) Json.MAPPER.readTree(content);
          RegistryTable.follow(
              connection,
              new Followed(
                  type, one.version().id(), one.home(), one.version().version(), tree, tree));
        }
      }
      // Whoever wrote one of them since it was read has either committed, which is seen here; or
      // holds a row that these statements have waited for, which is seen here too; or waits for
      // this transaction, and writes after it.
      if (!versions(current(connection, type, page)).equals(versions(page))) {
        connection.rollback();
        return false;
      }
      connection.commit();
      return true;
    } catch (SQLException e) {
      connection.rollback();
      String state = e.getSQLState() == null ? "" : e.getSQLState();
      // Crossed by a writer (40…), or a writer's row of the same key was first (23505).
      if (state.startsWith("40") || state.equals("23505")) {
        return false;
      }
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
  }

  private List<PlatformRows.Owned> current(
      Connection connection, String type, List<PlatformRows.Owned> page) throws SQLException {
    Map<Integer, Collection<String>> ids = new TreeMap<>();
    for (PlatformRows.Owned one : page) {
      ids.computeIfAbsent(one.home(), _ -> new HashSet<>()).add(one.version().id());
    }
    return store.rows().currentOf(connection, type, ids);
  }

  private static Map<String, Integer> versions(List<PlatformRows.Owned> page) {
    Map<String, Integer> versions = new HashMap<>();
    page.forEach(one -> versions.put(one.version().id(), one.version().version()));
    return versions;
  }

  /** Types whose rows it makes; all that leave any. */
  static Set<String> types() {
    return Set.copyOf(ORDER);
  }
}
