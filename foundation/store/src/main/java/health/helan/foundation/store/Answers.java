package health.helan.foundation.store;

import health.helan.foundation.store.sql.WriteSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/**
 * Answers of requests that carried an idempotency key. They are written in the request's own
 * transaction, so a repeat after a lost answer gets the same one and writes nothing.
 */
final class Answers {
  private Answers() {}

  /** Outcomes of the request with this key, without contents; null when it was not carried out. */
  static @Nullable List<Outcome> find(Connection connection, StoreParts parts, String requestKey)
      throws SQLException {
    IndexKey.Lookup lookup = parts.indexKey().lookup("request|" + requestKey);
    try (var statement =
        connection.prepareStatement(
            "select codec, key_id, answer from answered where key = ? and mac = ?")) {
      statement.setLong(1, lookup.key());
      statement.setBytes(2, lookup.mac());
      try (var rows = statement.executeQuery()) {
        if (!rows.next()) {
          return null;
        }
        byte[] json =
            parts
                .codec()
                .decode(place(lookup), rows.getShort(1), rows.getShort(2), rows.getBytes(3));
        var outcomes = new ArrayList<Outcome>();
        for (JsonNode entry : Json.MAPPER.readTree(json)) {
          outcomes.add(
              new Outcome(
                  entry.get(0).intValue(),
                  entry.get(1).stringValue(),
                  entry.get(2).stringValue(),
                  entry.get(3).intValue(),
                  Instant.ofEpochMilli(entry.get(4).longValue()),
                  null));
        }
        return outcomes;
      }
    }
  }

  /** What the content of a row of {@code answered} belongs to. */
  private static ContentCodec.Place place(IndexKey.Lookup lookup) {
    return new ContentCodec.Place("answered", HexFormat.of().formatHex(lookup.mac()), 0);
  }

  /** False when another request with the same key was faster. */
  static boolean keep(
      Connection connection,
      StoreParts parts,
      String requestKey,
      Instant at,
      List<Outcome> outcomes)
      throws SQLException {
    ArrayNode list = Json.MAPPER.createArrayNode();
    for (Outcome outcome : outcomes) {
      list.addArray()
          .add(outcome.status())
          .add(outcome.type())
          .add(outcome.id())
          .add(outcome.version())
          .add(outcome.updated().toEpochMilli());
    }
    IndexKey.Lookup lookup = parts.indexKey().lookup("request|" + requestKey);
    ContentCodec.Encoded encoded =
        parts.codec().encode(place(lookup), Json.MAPPER.writeValueAsBytes(list));
    try (var statement = connection.prepareStatement(WriteSql.INSERT_ANSWER)) {
      statement.setLong(1, lookup.key());
      statement.setBytes(2, lookup.mac());
      statement.setObject(3, at.atOffset(ZoneOffset.UTC));
      statement.setShort(4, encoded.codec());
      statement.setShort(5, encoded.keyId());
      statement.setBytes(6, encoded.content());
      return statement.executeUpdate() == 1;
    }
  }
}
