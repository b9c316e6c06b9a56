package health.helan.foundation.gateway;

import health.helan.foundation.gateway.mapping.Mapping;
import health.helan.foundation.gateway.mapping.MappingFault;
import health.helan.foundation.gateway.mapping.Mappings;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/** The feeds and their own mappings, as they stand in the database a moment ago. */
public final class Feeds {
  private static final Logger LOG = LoggerFactory.getLogger(Feeds.class);

  private final DataSource database;
  private final List<Consumer<Collection<Feed>>> listeners = new CopyOnWriteArrayList<>();
  private volatile Map<String, Feed> feeds = Map.of();
  private volatile Map<String, Mappings> mappings = Map.of();

  /** What {@link #mappings} was made of. */
  private List<String> mappingVersions = List.of();

  Feeds(DataSource database) {
    this.database = database;
  }

  /** Reads them anew and tells who listens. */
  synchronized void refresh() {
    var found = new LinkedHashMap<String, Feed>();
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement()) {
      try (var rows =
          statement.executeQuery(
              "select distinct on (name) name, version, settings from gateway_feed order by name, version desc")) {
        while (rows.next()) {
          found.put(
              rows.getString(1),
              Feed.of(rows.getString(1), rows.getInt(2), Json.MAPPER.readTree(rows.getString(3))));
        }
      }
      var versions = new ArrayList<String>();
      try (var rows =
          statement.executeQuery(
              "select feed, name, max(version) from gateway_mapping group by feed, name order by feed, name")) {
        while (rows.next()) {
          versions.add(rows.getString(1) + "/" + rows.getString(2) + "@" + rows.getInt(3));
        }
      }
      if (!versions.equals(mappingVersions)) {
        mappings = ownMappings(statement);
        mappingVersions = versions;
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
    feeds = found;
    listeners.forEach(listener -> listener.accept(found.values()));
  }

  private static Map<String, Mappings> ownMappings(Statement statement) throws SQLException {
    var own = new LinkedHashMap<String, List<Mapping>>();
    try (var rows =
        statement.executeQuery(
            "select distinct on (feed, name) feed, name, file from gateway_mapping order by feed, name, version desc")) {
      while (rows.next()) {
        String file = rows.getString(3);
        if (file != null) {
          try {
            own.computeIfAbsent(rows.getString(1), _ -> new ArrayList<>()).add(Mapping.parse(file));
          } catch (MappingFault e) {
            // Checked when it was set; a newer version of the language refuses it.
            LOG.error("Mapping {} of feed {} cannot be used", rows.getString(2), rows.getString(1));
          }
        }
      }
    }
    var made = new LinkedHashMap<String, Mappings>();
    own.forEach((feed, files) -> made.put(feed, Mappings.ofPlatform().with(files)));
    return made;
  }

  /** Told all feeds at once, and again each time they are read. */
  public void follow(Consumer<Collection<Feed>> listener) {
    listeners.add(listener);
    listener.accept(feeds.values());
  }

  public Collection<Feed> all() {
    return feeds.values();
  }

  /** Null for a name that no feed has. */
  public @Nullable Feed get(String name) {
    return feeds.get(name);
  }

  Mappings mappings(Feed feed) {
    return mappings.getOrDefault(feed.name(), Mappings.ofPlatform());
  }

  /**
   * Keeps the next version of a feed.
   *
   * @throws Refusal for a setting that is missing or wrong
   */
  public Feed put(String name, ObjectNode settings, String by) {
    Feed before = get(name);
    Feed feed = Feed.of(name, before == null ? 1 : before.version() + 1, settings);
    insert(
        "insert into gateway_feed (name, version, at, by_subject, settings) values (?, ?, ?, ?, ?)",
        name,
        feed.version(),
        Instant.now(),
        by,
        feed.settings().toString());
    refresh();
    return feed;
  }

  private void insert(@Nullable Object... values) {
    try (Connection connection = database.getConnection();
        var statement = connection.prepareStatement(String.valueOf(values[0]))) {
      for (int i = 1; i < values.length; i++) {
        statement.setObject(
            i, values[i] instanceof Instant at ? at.atOffset(ZoneOffset.UTC) : values[i]);
      }
      statement.executeUpdate();
    } catch (SQLException e) {
      if ("23505".equals(e.getSQLState())) {
        throw new Refusal(Refusal.Kind.CONFLICT, "gateway.changed-meanwhile");
      }
      throw SqlErrors.refusal(e);
    }
  }

  /**
   * Gives a feed a mapping of its own, or takes it away.
   *
   * @param file null: back to the platform's
   * @return its number
   */
  public int putMapping(Feed feed, String name, @Nullable String file, String by) {
    int version = 1;
    try (Connection connection = database.getConnection();
        var statement =
            connection.prepareStatement(
                "select coalesce(max(version), 0) + 1 from gateway_mapping where feed = ? and name = ?")) {
      statement.setString(1, feed.name());
      statement.setString(2, name);
      try (var rows = statement.executeQuery()) {
        rows.next();
        version = rows.getInt(1);
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
    insert(
        "insert into gateway_mapping (feed, name, version, at, by_subject, file) values (?, ?, ?, ?, ?, ?)",
        feed.name(),
        name,
        version,
        Instant.now(),
        by,
        file);
    refresh();
    return version;
  }
}
