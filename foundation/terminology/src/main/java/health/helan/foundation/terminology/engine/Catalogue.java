package health.helan.foundation.terminology.engine;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * All that can be asked, by canonical URL. What is stored comes before what is shipped; what is
 * shipped is compiled when it is first asked for. What an instance remembers it forgets when the
 * generation in the database is another one: one small read for each question.
 */
public final class Catalogue {
  /** So many code systems are remembered, and so many value sets worked out. */
  private static final int REMEMBERED = 200;

  /** So many translations of feeds' codes are remembered, and codes that have none. */
  private static final int TRANSLATIONS = 20_000;

  /** How old, in nanoseconds, what is known may be to those who ask for each code of a message. */
  private static final long LATELY = 1_000_000_000L;

  private final DataSource database;
  private final Shipped shipped;
  private volatile Snapshot snapshot = new Snapshot("", Map.of());

  /** When the snapshot was last found to be the newest, as {@link System#nanoTime} counts. */
  private volatile long checked = System.nanoTime() - LATELY;

  private final Map<Long, Concepts> systems = lru(REMEMBERED);

  /** Without concepts and elements. A header is of one version: its body does not change. */
  private final Map<Header, ObjectNode> bodies = lru(REMEMBERED);

  public Catalogue(DataSource database, Shipped shipped) {
    this.database = database;
    this.shipped = shipped;
  }

  private static <K, V> Map<K, V> lru(int most) {
    return java.util.Collections.synchronizedMap(
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > most;
          }
        });
  }

  /** The stored ones as they were at one generation, and what was worked out from them. */
  static final class Snapshot {
    private final String generation;
    private final Map<String, List<Header>> stored;
    final Map<String, Selection> selections = lru(REMEMBERED);
    final Map<List<String>, Optional<Mappings.Match>> translations = lru(TRANSLATIONS);

    Snapshot(String generation, Map<String, List<Header>> stored) {
      this.generation = generation;
      this.stored = stored;
    }
  }

  DataSource database() {
    return database;
  }

  /** What was known at most a second ago, from memory when somebody has looked since. */
  Snapshot lately() {
    return System.nanoTime() - checked < LATELY ? snapshot : now();
  }

  /** What is known now. */
  Snapshot now() {
    long asked = System.nanoTime();
    try (Connection connection = database.getConnection()) {
      String generation;
      try (var statement =
              connection.prepareStatement("select value from term_generation where id = 1");
          var rows = statement.executeQuery()) {
        rows.next();
        generation = rows.getString(1);
      }
      Snapshot known = snapshot;
      if (known.generation.equals(generation)) {
        checked = asked;
        return known;
      }
      var fresh = new Snapshot(generation, headers(connection));
      snapshot = fresh;
      checked = asked;
      forgetOthers(fresh);
      return fresh;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** What is no longer stored, or as something else: trees of large code systems above all. */
  private void forgetOthers(Snapshot at) {
    Set<Header> stored = new HashSet<>();
    at.stored.values().forEach(stored::addAll);
    bodies.keySet().removeIf(header -> !header.isShipped() && !stored.contains(header));
    Set<Long> keys = new HashSet<>();
    stored.forEach(header -> keys.add(header.key()));
    systems
        .values()
        .removeIf(known -> !known.header().isShipped() && !keys.contains(known.header().key()));
  }

  private static Map<String, List<Header>> headers(Connection connection) throws SQLException {
    var found = new HashMap<String, List<Header>>();
    try (var statement =
            connection.prepareStatement(
                "select key, type, url, version, status, id, resource_version, updated, size,"
                    + " value_set from term_resource where origin = 'store'");
        var rows = statement.executeQuery()) {
      while (rows.next()) {
        var header =
            new Header(
                rows.getLong(1),
                rows.getString(2),
                rows.getString(3),
                rows.getString(4),
                rows.getString(5),
                false,
                rows.getString(6),
                rows.getInt(7),
                rows.getObject(8, OffsetDateTime.class).toInstant(),
                rows.getInt(9),
                rows.getString(10));
        found
            .computeIfAbsent(header.type() + " " + header.url(), _ -> new ArrayList<>())
            .add(header);
      }
    }
    return found;
  }

  /** All stored ones of a type. */
  public List<Header> stored(String type) {
    return stored(now(), type);
  }

  static List<Header> stored(Snapshot at, String type) {
    return at.stored.values().stream()
        .flatMap(List::stream)
        .filter(header -> header.type().equals(type))
        .sorted(Comparator.comparing(Header::canonical))
        .toList();
  }

  public Shipped shipped() {
    return shipped;
  }

  /** One by the id of its resource; null when it is not stored. */
  public @Nullable Header byId(String type, String id) {
    return stored(type).stream().filter(header -> header.id().equals(id)).findFirst().orElse(null);
  }

  /**
   * The version meant by a canonical URL: the one named; else the latest that is active.
   *
   * @param canonical with {@code |version} or without
   * @param version another way to name it; null for none
   * @return null when there is none
   */
  public @Nullable Header find(String type, String canonical, @Nullable String version) {
    return find(now(), type, canonical, version);
  }

  @Nullable Header find(Snapshot at, String type, String canonical, @Nullable String version) {
    int bar = canonical.indexOf('|');
    String url = bar < 0 ? canonical : canonical.substring(0, bar);
    String wanted =
        version != null && !version.isEmpty()
            ? version
            : bar < 0 ? "" : canonical.substring(bar + 1);
    Header best = null;
    for (Header one : at.stored.getOrDefault(type + " " + url, List.of())) {
      boolean fits = wanted.isEmpty() ? one.isActive() : one.version().equals(wanted);
      if (fits) {
        best = best == null ? one : later(one, best);
      }
    }
    if (best != null) {
      return best;
    }
    Header brought = shipped.find(type, url);
    return brought != null && (wanted.isEmpty() || wanted.equals(brought.version()))
        ? brought
        : null;
  }

  /** As {@link #find}, and refuses what is not there. */
  public Header need(String type, String canonical, @Nullable String version) {
    Snapshot at = now();
    Header found = find(at, type, canonical, version);
    if (found == null) {
      int bar = canonical.indexOf('|');
      String url = bar < 0 ? canonical : canonical.substring(0, bar);
      boolean other = !at.stored.getOrDefault(type + " " + url, List.of()).isEmpty();
      throw new Refusal(
          Refusal.Kind.NOT_FOUND,
          other ? "terms.no-active-version" : "terms.unknown",
          type,
          version == null || version.isEmpty() ? canonical : canonical + "|" + version);
    }
    return found;
  }

  /** Active before others, the greater business version, then the one written later. */
  private static final Comparator<Header> LATEST =
      Comparator.comparing(Header::isActive)
          .thenComparing(Header::version, Catalogue::compareVersions)
          .thenComparing(Header::updated);

  static Header later(Header one, Header other) {
    return LATEST.compare(one, other) > 0 ? one : other;
  }

  /** {@code 2.10} after {@code 2.9}; dates and words as text. */
  static int compareVersions(String a, String b) {
    String[] x = a.split("[.\\-_]");
    String[] y = b.split("[.\\-_]");
    for (int i = 0; i < Math.max(x.length, y.length); i++) {
      String one = i < x.length ? x[i] : "";
      String other = i < y.length ? y[i] : "";
      boolean numbers = one.matches("\\d{1,18}") && other.matches("\\d{1,18}");
      int order =
          numbers ? Long.compare(Long.parseLong(one), Long.parseLong(other)) : one.compareTo(other);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  /** The resource without its concepts or elements. */
  public ObjectNode body(Header header) {
    ObjectNode known = bodies.get(header);
    if (known == null) {
      known = header.isShipped() ? shipped.json(header) : stored(header);
      bodies.put(header, known);
    }
    return known;
  }

  private ObjectNode stored(Header header) {
    try (Connection connection = database.getConnection();
        var statement =
            connection.prepareStatement("select body from term_resource where key = ?")) {
      statement.setLong(1, header.key());
      try (var rows = statement.executeQuery()) {
        if (!rows.next()) {
          throw new Refusal(Refusal.Kind.TRANSIENT, "terms.changing");
        }
        return (ObjectNode) Json.MAPPER.readTree(rows.getString(1));
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** The concepts of a code system. */
  public Concepts concepts(Header header) {
    Concepts known = systems.get(header.key());
    if (known == null || known.header() != header && !known.header().equals(header)) {
      int size = header.size();
      if (header.isShipped()) {
        size = compileShipped(header);
      }
      known = new Concepts(this, header, size, known == null ? null : known.treeIfThere());
      systems.put(header.key(), known);
    }
    return known;
  }

  /** The value set of all codes of a system, by the URL that the system gives it; null for none. */
  @Nullable Header systemOfValueSet(Snapshot at, String url) {
    for (List<Header> versions : at.stored.values()) {
      for (Header one : versions) {
        if (one.type().equals("CodeSystem") && one.valueSet().equals(url)) {
          return find(at, "CodeSystem", one.url(), null);
        }
      }
    }
    return shipped.systemOfValueSet(url);
  }

  // ------------------------------------------------------------------ what is shipped

  /** Number of concepts; compiles them if nobody has. */
  private int compileShipped(Header header) {
    try (Connection connection = database.getConnection()) {
      Integer size = size(connection, header.key());
      if (size != null) {
        return size;
      }
      var tables = shipped.concepts(header);
      connection.setAutoCommit(false);
      try {
        boolean first =
            put(connection, header, "shipped", tables.size(), new byte[0], "{}", Instant.EPOCH)
                == 1;
        if (first) {
          tables.write(connection, header.key());
        }
        connection.commit();
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
      return tables.size();
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private static @Nullable Integer size(Connection connection, long key) throws SQLException {
    try (var statement =
        connection.prepareStatement("select size from term_resource where key = ?")) {
      statement.setLong(1, key);
      try (var rows = statement.executeQuery()) {
        return rows.next() ? (Integer) rows.getInt(1) : null;
      }
    }
  }

  /** Number of rows inserted: 0 when there is one with this key. */
  static int put(
      Connection connection,
      Header header,
      String origin,
      int size,
      byte[] source,
      String body,
      Instant updated)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "insert into term_resource (key, type, url, version, status, origin, id,"
                + " resource_version, updated, source, size, value_set, body)"
                + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (key) do nothing")) {
      statement.setLong(1, header.key());
      statement.setString(2, header.type());
      statement.setString(3, header.url());
      statement.setString(4, header.version());
      statement.setString(5, header.status());
      statement.setString(6, origin);
      statement.setString(7, header.id());
      statement.setInt(8, header.resourceVersion());
      statement.setObject(9, updated.atOffset(ZoneOffset.UTC));
      statement.setBytes(10, source);
      statement.setInt(11, size);
      statement.setString(12, header.valueSet());
      statement.setString(13, body);
      return statement.executeUpdate();
    }
  }

  static String text(JsonNode node, String name) {
    return Objects.requireNonNull(node.path(name).asString(""));
  }
}
