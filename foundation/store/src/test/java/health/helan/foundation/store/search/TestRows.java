package health.helan.foundation.store.search;

import health.helan.foundation.definitions.R4;
import health.helan.foundation.store.AccessPolicy;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Keyed;
import health.helan.foundation.store.index.Digests;
import health.helan.foundation.store.index.FhirPathEngine;
import health.helan.foundation.store.index.IndexEntry;
import health.helan.foundation.store.index.Indexer;
import health.helan.foundation.store.index.ParameterRegistry;
import health.helan.foundation.store.sql.Tables;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Writes rows as the store would, and searches them. */
final class TestRows {
  static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  static final Caller CALLER = Caller.operator("test");

  final DataSource dataSource;
  final ParameterRegistry registry;
  final Indexer indexer;
  final SearchEngine engine;
  final Map<String, Integer> homes = new HashMap<>();

  TestRows(DataSource dataSource) {
    this(dataSource, AccessPolicy.EVERYTHING);
  }

  TestRows(DataSource dataSource, AccessPolicy policy) {
    this.dataSource = dataSource;
    registry =
        new ParameterRegistry(
            R4.get(),
            new Digests("0123456789abcdef".getBytes(StandardCharsets.US_ASCII)),
            new FhirPathEngine());
    indexer = new Indexer(registry);
    engine = engine(policy);
  }

  SearchEngine engine(AccessPolicy policy) {
    return engine(dataSource, policy);
  }

  SearchEngine engine(DataSource dataSource, AccessPolicy policy) {
    return engine(dataSource, null, policy);
  }

  SearchEngine engine(DataSource dataSource, @Nullable DataSource forRecords, AccessPolicy policy) {
    return new SearchEngine(
        dataSource,
        forRecords,
        false,
        registry,
        ValueSets.ofR4(),
        policy,
        (connection, type, id) -> homes.get(type + "/" + id),
        PLAIN,
        () -> NOW,
        true,
        Clock.fixed(NOW, ZoneOffset.UTC));
  }

  private static final ContentCodec PLAIN =
      new ContentCodec() {
        @Override
        public Encoded encode(Place place, byte[] json) {
          return new Encoded((short) 0, (short) 0, json);
        }

        @Override
        public byte[] decode(Place place, short codec, short keyId, byte[] content) {
          return content;
        }
      };

  static ObjectNode tree(String json) {
    return (ObjectNode) Json.MAPPER.readTree(json.replace('\'', '"'));
  }

  void put(String json) throws SQLException {
    put(List.of(tree(json)), NOW);
  }

  /** Writes resources that have ids; their homes follow from their ids. */
  void put(List<ObjectNode> resources, Instant updated) throws SQLException {
    Map<String, List<ObjectNode>> byTable = new HashMap<>();
    for (ObjectNode resource : resources) {
      String type = resource.get("resourceType").stringValue();
      byTable.computeIfAbsent(Tables.of(type), _ -> new ArrayList<>()).add(resource);
    }
    try (Connection connection = dataSource.getConnection()) {
      for (Map.Entry<String, List<ObjectNode>> entry : byTable.entrySet()) {
        boolean shared = entry.getKey().equals(Tables.OTHER);
        try (PreparedStatement insert =
            connection.prepareStatement(
                "insert into "
                    + entry.getKey()
                    + " (home, id, self, patient, updated, date_lo, date_hi, version, level, codec,"
                    + " key_id, method, stray, owner, tokens, vals, content"
                    + (shared ? ", type" : "")
                    + ") values (?, ?, ?, ?, ?, to_timestamp(?), to_timestamp(?), 1, 1, 0, 0, 2,"
                    + " false, ?, ?, ?::jsonb, ?"
                    + (shared ? ", ?" : "")
                    + ") on conflict do nothing")) {
          for (ObjectNode resource : entry.getValue()) {
            String type = resource.get("resourceType").stringValue();
            String id = resource.get("id").stringValue();
            IndexEntry index = indexer.index(type, resource, id);
            int home = Math.floorMod((type + "/" + id).hashCode(), 4096);
            homes.put(type + "/" + id, home);
            insert.setInt(1, home);
            insert.setString(2, id);
            insert.setLong(3, registry.digests().reference(type, id));
            insert.setObject(4, index.patient());
            insert.setObject(5, updated.atOffset(ZoneOffset.UTC));
            insert.setObject(6, micros(index.dateLo()), java.sql.Types.NUMERIC);
            insert.setObject(7, micros(index.dateHi()), java.sql.Types.NUMERIC);
            insert.setString(8, resource.path("meta").path("source").asString("owner"));
            insert.setObject(9, index.tokens());
            insert.setString(10, new String(index.vals(), StandardCharsets.UTF_8));
            insert.setBytes(11, Json.MAPPER.writeValueAsBytes(resource));
            if (shared) {
              insert.setString(12, type);
            }
            insert.addBatch();
          }
          insert.executeBatch();
        }
      }
    }
  }

  private static java.math.@Nullable BigDecimal micros(@Nullable Long micros) {
    return micros == null ? null : java.math.BigDecimal.valueOf(micros, 6);
  }

  SearchResult search(String query) {
    return engine.search(CALLER, request(query, false));
  }

  /** {@code Patient?name=x&…}; values as they are, not percent-encoded. */
  static SearchRequest request(String query, boolean lenient) {
    int question = query.indexOf('?');
    String path = question < 0 ? query : query.substring(0, question);
    List<SearchRequest.Parameter> parameters = parameters(query.substring(path.length()));
    String[] pieces = path.split("/");
    return switch (pieces.length) {
      case 1 -> new SearchRequest(path.isEmpty() ? null : path, null, null, parameters, lenient);
      case 2 -> new SearchRequest(null, pieces[0], pieces[1], parameters, lenient);
      default ->
          new SearchRequest(
              pieces[2].equals("*") ? null : pieces[2], pieces[0], pieces[1], parameters, lenient);
    };
  }

  static List<SearchRequest.Parameter> parameters(String query) {
    List<SearchRequest.Parameter> parameters = new ArrayList<>();
    for (String part : query.replaceFirst("^\\?", "").split("&")) {
      int equals = part.indexOf('=');
      if (equals > 0) {
        parameters.add(
            new SearchRequest.Parameter(part.substring(0, equals), part.substring(equals + 1)));
      }
    }
    return parameters;
  }

  static List<String> keys(SearchResult result) {
    return result.entries().stream()
        .filter(SearchResult.Entry::isMatch)
        .map(entry -> entry.resource().type() + "/" + entry.resource().id())
        .toList();
  }

  /** All pages. */
  List<String> all(String query) {
    List<String> keys = new ArrayList<>();
    String cursor = null;
    do {
      SearchResult page =
          search(
              query
                  + (cursor == null
                      ? ""
                      : (query.contains("?") ? "&" : "?") + "_cursor=" + cursor));
      keys.addAll(keys(page));
      cursor = page.next();
    } while (cursor != null);
    return keys;
  }

  List<Keyed> match(String type, String query) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      return engine.match(connection, CALLER, type, parameters(query), 100);
    }
  }
}
