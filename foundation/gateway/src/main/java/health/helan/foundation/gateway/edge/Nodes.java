package health.helan.foundation.gateway.edge;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** The edge nodes as the centre knows them. Thread-safe; each call is a transaction. */
public final class Nodes {
  private static final String PREFIX = "edge.";

  private final DataSource database;
  private final Clock clock;

  public Nodes(DataSource database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * A node.
   *
   * @param name lower case, {@code county-hospital-1}
   * @param version raised with each change
   * @param institution id of the Organization it stands in
   * @param thumbprint of its public key (RFC 7638), to compare with what the node shows
   * @param feeds from a feed's name to the MLLP port at the node; 0 for none
   */
  public record Node(
      String name,
      int version,
      String institution,
      boolean active,
      String thumbprint,
      Map<String, Integer> feeds) {
    public Node {
      feeds = Map.copyOf(feeds);
    }

    /** Id of the client that it signs in as. */
    public String client() {
      return client(name);
    }

    /** The same for a name. */
    public static String client(String name) {
      return PREFIX + name;
    }
  }

  /**
   * What a node said last.
   *
   * @param said as {@link Forwarder#status} makes it
   */
  public record Beat(Instant seen, String remote, JsonNode said) {}

  /**
   * Keeps the next version of a node.
   *
   * @throws Refusal for a name that is none
   */
  public Node put(Node node, String by) {
    if (!node.name().matches("[a-z0-9][a-z0-9-]{1,40}")) {
      throw new Refusal(Refusal.Kind.VALUE, "gateway.parameter-wrong", "name");
    }
    Node before = all().get(node.name());
    int version = before == null ? 1 : before.version() + 1;
    ArrayNode feeds = Json.MAPPER.createArrayNode();
    node.feeds().forEach((feed, port) -> feeds.addObject().put("feed", feed).put("port", port));
    try (Connection connection = database.getConnection();
        var insert =
            connection.prepareStatement(
                """
                insert into edge_node (name, version, at, by_subject, institution, active, thumbprint, feeds)
                values (?, ?, ?, ?, ?, ?, ?, ?)""")) {
      insert.setString(1, node.name());
      insert.setInt(2, version);
      insert.setObject(3, now());
      insert.setString(4, by);
      insert.setString(5, node.institution());
      insert.setBoolean(6, node.active());
      insert.setString(7, node.thumbprint());
      insert.setString(8, feeds.toString());
      insert.executeUpdate();
    } catch (SQLException e) {
      if ("23505".equals(e.getSQLState())) {
        throw new Refusal(Refusal.Kind.CONFLICT, "gateway.changed-meanwhile");
      }
      throw SqlErrors.refusal(e);
    }
    return new Node(
        node.name(), version, node.institution(), node.active(), node.thumbprint(), node.feeds());
  }

  private OffsetDateTime now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS).atOffset(ZoneOffset.UTC);
  }

  /** All nodes by name, those that were switched off too. */
  public Map<String, Node> all() {
    return select(
        "select distinct on (name) name, version, institution, active, thumbprint, feeds from edge_node order by name, version desc",
        null);
  }

  private Map<String, Node> select(String sql, @Nullable String name) {
    try (Connection connection = database.getConnection();
        var statement = connection.prepareStatement(sql)) {
      if (name != null) {
        statement.setString(1, name);
      }
      var found = new LinkedHashMap<String, Node>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          var feeds = new LinkedHashMap<String, Integer>();
          for (JsonNode feed : Json.MAPPER.readTree(row.getString(6))) {
            feeds.put(feed.path("feed").asString(""), feed.path("port").asInt(0));
          }
          found.put(
              row.getString(1),
              new Node(
                  row.getString(1),
                  row.getInt(2),
                  row.getString(3),
                  row.getBoolean(4),
                  row.getString(5),
                  feeds));
        }
      }
      return found;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** The active node that signs in as this client; null for none. */
  public @Nullable Node ofClient(String client) {
    if (!client.startsWith(PREFIX)) {
      return null;
    }
    String name = client.substring(PREFIX.length());
    Node node =
        select(
                "select name, version, institution, active, thumbprint, feeds from edge_node where name = ? order by version desc limit 1",
                name)
            .get(name);
    return node == null || !node.active() ? null : node;
  }

  // ------------------------------------------------------------------ positions

  /** First 64 bits of a digest of node and feed. */
  static long key(String node, String feed) {
    return ByteBuffer.wrap(
            Parcel.digest(("edge|" + node + "|" + feed).getBytes(StandardCharsets.UTF_8)))
        .getLong();
  }

  /** How far a node's feed is committed here. */
  public Centre.Position position(String node, String feed, String epoch) {
    try (Connection connection = database.getConnection();
        var select =
            connection.prepareStatement(
                "select last, digest from edge_position where key = ? and epoch = ?")) {
      select.setLong(1, key(node, feed));
      select.setString(2, epoch);
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            ? new Centre.Position(row.getLong(1), HexFormat.of().formatHex(row.getBytes(2)))
            : new Centre.Position(0, "");
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** A message of a node that is in the journal. */
  record Arrival(long seq, Instant taken, String id) {}

  /**
   * Moves the position on, never back, and notes which messages came.
   *
   * @param digest first 128 bits of the last message's; empty when it is gone
   */
  void advance(
      String node, String feed, String epoch, long last, byte[] digest, List<Arrival> arrivals) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try {
        try (var insert =
            connection.prepareStatement(
                """
                insert into edge_arrival (key, epoch, seq, at, taken, id) values (?, ?, ?, ?, ?, ?)
                on conflict (key, epoch, seq) do nothing""")) {
          for (Arrival arrival : arrivals) {
            insert.setLong(1, key(node, feed));
            insert.setString(2, epoch);
            insert.setLong(3, arrival.seq());
            insert.setObject(4, now());
            insert.setObject(5, arrival.taken().atOffset(ZoneOffset.UTC));
            insert.setString(6, arrival.id());
            insert.addBatch();
          }
          insert.executeBatch();
        }
        try (var move =
            connection.prepareStatement(
                """
                insert into edge_position (key, epoch, node, feed, last, digest, at) values (?, ?, ?, ?, ?, ?, ?)
                on conflict (key, epoch) do update
                set last = excluded.last, digest = excluded.digest, at = excluded.at
                where edge_position.last < excluded.last""")) {
          move.setLong(1, key(node, feed));
          move.setString(2, epoch);
          move.setString(3, node);
          move.setString(4, feed);
          move.setLong(5, last);
          move.setBytes(6, digest);
          move.setObject(7, now());
          move.executeUpdate();
        }
        connection.commit();
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** Which messages of the journal these numbers are, as far as it is known. */
  Map<Long, String> arrivals(String node, String feed, String epoch, List<Long> seqs) {
    try (Connection connection = database.getConnection();
        var select =
            connection.prepareStatement(
                "select seq, id from edge_arrival where key = ? and epoch = ? and seq = any(?) order by seq")) {
      select.setLong(1, key(node, feed));
      select.setString(2, epoch);
      select.setArray(3, connection.createArrayOf("bigint", seqs.toArray()));
      var found = new LinkedHashMap<Long, String>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.put(row.getLong(1), row.getString(2));
        }
      }
      return found;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** Forgets which messages came, of long ago. */
  public void forget(Duration keep) {
    try (Connection connection = database.getConnection();
        var delete = connection.prepareStatement("delete from edge_arrival where at < ?")) {
      delete.setObject(1, now().minus(keep));
      delete.executeUpdate();
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  // ------------------------------------------------------------------ beats

  void beat(String node, String remote, JsonNode said) {
    try (Connection connection = database.getConnection();
        var insert =
            connection.prepareStatement(
                """
                insert into edge_beat (node, seen, remote, said) values (?, ?, ?, ?)
                on conflict (node) do update set seen = excluded.seen, remote = excluded.remote, said = excluded.said""")) {
      insert.setString(1, node);
      insert.setObject(2, now());
      insert.setString(3, remote);
      insert.setString(4, said.toString());
      insert.executeUpdate();
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** What each node said last, by its name. */
  public Map<String, Beat> beats() {
    try (Connection connection = database.getConnection();
        var select = connection.prepareStatement("select node, seen, remote, said from edge_beat");
        ResultSet row = select.executeQuery()) {
      var found = new LinkedHashMap<String, Beat>();
      while (row.next()) {
        found.put(
            row.getString(1),
            new Beat(
                row.getObject(2, OffsetDateTime.class).toInstant(),
                row.getString(3),
                Json.MAPPER.readTree(row.getString(4))));
      }
      return found;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** How a node is, as far as the centre can tell. */
  public enum Health {
    /** Registered, and never heard of. */
    NEW,
    OK,
    /** Heard of, and something is wrong: see its feeds. */
    TROUBLED,
    /** Its oldest message waits for longer than it should. */
    LAGGING,
    /** Not heard of for longer than it should be. */
    SILENT,
    /** Switched off by an operator. */
    OFF;

    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /**
   * When a node counts as silent, or as lagging.
   *
   * @param silent without a word
   * @param lagging with a message that waits
   */
  public record Patience(Duration silent, Duration lagging) {
    public static final Patience DEFAULT =
        new Patience(Duration.ofMinutes(2), Duration.ofMinutes(5));
  }

  /** A node, what it said last (null for nothing), and how it is. */
  public record Seen(Node node, @Nullable Beat beat, Health health) {}

  /** All nodes, with how they are. */
  public List<Seen> seen(Patience patience) {
    Map<String, Beat> beats = beats();
    var found = new ArrayList<Seen>();
    for (Node node : all().values()) {
      Beat beat = beats.get(node.name());
      found.add(new Seen(node, beat, health(node, beat, patience, clock.instant())));
    }
    return found;
  }

  static Health health(Node node, @Nullable Beat beat, Patience patience, Instant now) {
    if (!node.active()) {
      return Health.OFF;
    }
    if (beat == null) {
      return Health.NEW;
    }
    if (beat.seen().plus(patience.silent()).isBefore(now)) {
      return Health.SILENT;
    }
    boolean isTroubled = beat.said().path("full").asBoolean(false) || beat.said().has("trouble");
    // By the node's own clock on both sides, so that a wrong one does no harm.
    Instant then = instant(beat.said().path("now").asString(""));
    for (JsonNode feed : beat.said().path("feeds")) {
      isTroubled |= feed.has("error");
      Instant oldest = instant(feed.path("oldest").asString(""));
      if (oldest != null && then != null && oldest.plus(patience.lagging()).isBefore(then)) {
        return Health.LAGGING;
      }
    }
    return isTroubled ? Health.TROUBLED : Health.OK;
  }

  static @Nullable Instant instant(String text) {
    try {
      return text.isEmpty() ? null : Instant.parse(text);
    } catch (java.time.DateTimeException e) {
      return null;
    }
  }
}
