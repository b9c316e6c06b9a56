package health.helan.foundation.store.testing;

import health.helan.foundation.store.PersonLinks;
import health.helan.foundation.store.RecordStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.sql.DataSource;

/** A small resident index: links between Patients in a table of its own. */
public final class LinksForTests implements PersonLinks {
  /** For a store to be opened; its database is made {@link #ready} then. */
  public static final LinksForTests LINKS = new LinksForTests();

  private LinksForTests() {}

  /** Makes the table, which only tests have, in the database of a store that is open. */
  public static void ready(DataSource database) {
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(
          """
          create table if not exists link_for_tests (
            one text, other text, certain boolean, primary key (one, other))""");
      statement.execute(
          "create index if not exists link_for_tests_other on link_for_tests (other)");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public List<Link> of(Connection transaction, Collection<String> patients) throws SQLException {
    List<Link> links = new ArrayList<>();
    try (var statement =
        transaction.prepareStatement(
            """
            select one, other, certain from link_for_tests where one = any(?)
            union select one, other, certain from link_for_tests where other = any(?)""")) {
      for (int i = 1; i <= 2; i++) {
        statement.setArray(i, transaction.createArrayOf("text", patients.toArray()));
      }
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          links.add(new Link(rows.getString(1), rows.getString(2), rows.getBoolean(3)));
        }
      }
    }
    return links;
  }

  /** Links two Patients, and tells the store, as an index does. */
  public static void link(
      DataSource database, RecordStore store, String one, String other, boolean certain) {
    write(
        database,
        store,
        """
        insert into link_for_tests (certain, one, other) values (?, ?, ?)
        on conflict (one, other) do update set certain = excluded.certain""",
        one,
        other,
        certain);
  }

  /** Takes a link back. */
  public static void unlink(DataSource database, RecordStore store, String one, String other) {
    write(
        database,
        store,
        "delete from link_for_tests where ?::boolean is not null and one = ? and other = ?",
        one,
        other,
        true);
  }

  private static void write(
      DataSource database,
      RecordStore store,
      String sql,
      String one,
      String other,
      boolean certain) {
    for (int attempt = 1; ; attempt++) {
      try (Connection connection = database.getConnection()) {
        connection.setAutoCommit(false);
        try (var statement = connection.prepareStatement(sql)) {
          statement.setBoolean(1, certain);
          statement.setString(2, one.compareTo(other) < 0 ? one : other);
          statement.setString(3, one.compareTo(other) < 0 ? other : one);
          statement.executeUpdate();
          store.persons().changed(connection, List.of(one, other), Instant.now());
          connection.commit();
          return;
        } catch (SQLException | RuntimeException e) {
          connection.rollback();
          throw e;
        } finally {
          connection.setAutoCommit(true);
        }
      } catch (SQLException e) {
        if (!"40P01".equals(e.getSQLState()) || attempt == 20) {
          throw new IllegalStateException(e);
        }
      }
    }
  }
}
