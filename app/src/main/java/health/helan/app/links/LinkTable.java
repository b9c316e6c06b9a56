package health.helan.app.links;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Table {@code link_health}: what the instances know of links, shared by all of them. */
final class LinkTable {
  private final DataSource database;

  LinkTable(DataSource database) {
    this.database = database;
  }

  /**
   * Takes the next look at a link, so that of several instances one does.
   *
   * @return what was known before; null when another instance looked a moment ago
   */
  @Nullable Link take(String endpoint, String name, String address, Instant now, Instant dueBefore)
      throws SQLException {
    try (Connection connection = database.getConnection()) {
      try (var insert =
          connection.prepareStatement(
              """
              insert into link_health (endpoint, name, address, state, good, bad, failed, since, checked, millis)
              values (?, ?, ?, 'UNKNOWN', 0, 0, 0, ?, null, -1)
              on conflict (endpoint) do nothing""")) {
        insert.setString(1, endpoint);
        insert.setString(2, name);
        insert.setString(3, address);
        insert.setObject(4, now.atOffset(ZoneOffset.UTC));
        insert.executeUpdate();
      }
      try (var take =
          connection.prepareStatement(
              """
              update link_health set checked = ?, name = ?,
                state = case when address = ? then state else 'UNKNOWN' end,
                good = case when address = ? then good else 0 end,
                bad = case when address = ? then bad else 0 end,
                failed = case when address = ? then failed else 0 end,
                since = case when address = ? then since else ? end,
                address = ?
              where endpoint = ? and (checked is null or checked < ?)
              returning endpoint, name, address, state, good, bad, failed, since, checked, millis, reason""")) {
        take.setObject(1, now.atOffset(ZoneOffset.UTC));
        take.setString(2, name);
        for (int i = 3; i <= 7; i++) {
          take.setString(i, address);
        }
        take.setObject(8, now.atOffset(ZoneOffset.UTC));
        take.setString(9, address);
        take.setString(10, endpoint);
        take.setObject(11, dueBefore.atOffset(ZoneOffset.UTC));
        try (var rows = take.executeQuery()) {
          return rows.next() ? link(rows) : null;
        }
      }
    }
  }

  void note(Link link) throws SQLException {
    try (Connection connection = database.getConnection();
        var statement =
            connection.prepareStatement(
                """
                update link_health set state = ?, good = ?, bad = ?, failed = ?, since = ?, millis = ?, reason = ?
                where endpoint = ?""")) {
      statement.setString(1, link.counted().state().name());
      // Further in a row than any threshold tells nothing more.
      statement.setInt(2, Math.min(1000, link.counted().good()));
      statement.setInt(3, Math.min(1000, link.counted().bad()));
      statement.setInt(4, Math.min(1000, link.counted().failed()));
      statement.setObject(5, link.since().atOffset(ZoneOffset.UTC));
      statement.setLong(6, link.millis());
      statement.setString(7, link.reason());
      statement.setString(8, link.endpoint());
      statement.executeUpdate();
    }
  }

  /** Forgets links whose Endpoint is no longer active, or may no longer be probed. */
  void keepOnly(List<String> endpoints) throws SQLException {
    try (Connection connection = database.getConnection();
        var statement =
            connection.prepareStatement("delete from link_health where endpoint <> all(?)")) {
      statement.setArray(1, connection.createArrayOf("text", endpoints.toArray()));
      statement.executeUpdate();
    }
  }

  /** All links, the worst first. */
  List<Link> all() throws SQLException {
    List<Link> links = new ArrayList<>();
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                """
                select endpoint, name, address, state, good, bad, failed, since, checked, millis, reason
                from link_health
                order by array_position(array['DOWN', 'DEGRADED', 'UNKNOWN', 'OK'], state), name, endpoint
                limit 1000""")) {
      while (rows.next()) {
        links.add(link(rows));
      }
    }
    return links;
  }

  private static Link link(ResultSet row) throws SQLException {
    OffsetDateTime checked = row.getObject("checked", OffsetDateTime.class);
    return new Link(
        row.getString("endpoint"),
        row.getString("name"),
        row.getString("address"),
        new LinkState.Counted(
            LinkState.valueOf(row.getString("state")),
            row.getInt("good"),
            row.getInt("bad"),
            row.getInt("failed")),
        row.getObject("since", OffsetDateTime.class).toInstant(),
        checked == null ? null : checked.toInstant(),
        row.getLong("millis"),
        row.getString("reason"));
  }
}
