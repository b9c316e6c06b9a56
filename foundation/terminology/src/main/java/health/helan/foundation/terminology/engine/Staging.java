package health.helan.foundation.terminology.engine;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import javax.sql.DataSource;
import tools.jackson.databind.JsonNode;

/**
 * Concepts of large code systems on their way in: chunks of a load, kept until the CodeSystem that
 * names the load is written (docs/adr/0052). A chunk may be sent again.
 */
public final class Staging {
  /** On CodeSystem: the load that its concepts came with. */
  public static final String EXTENSION =
      "https://helan.health/fhir/StructureDefinition/loaded-concepts";

  /** Loads that were begun and never finished are forgotten after this time. */
  private static final Duration FORGOTTEN = Duration.ofDays(3);

  /** Greatest number of concepts of one code system. */
  public static final int MOST = 2_000_000;

  private final DataSource database;
  private final Clock clock;

  public Staging(DataSource database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /** The load that a CodeSystem names; empty for none. */
  static String load(JsonNode codeSystem) {
    for (JsonNode extension : codeSystem.path("extension")) {
      if (EXTENSION.equals(extension.path("url").asString(""))) {
        return extension.path("valueString").asString("");
      }
    }
    return "";
  }

  /**
   * Keeps a chunk.
   *
   * @param rows array of arrays: code, Chinese, English, code above, {@code inactive} or empty, and
   *     pairs of property names and values
   * @return number of concepts kept of this load so far
   */
  public long keep(String load, int chunk, JsonNode rows) {
    Instant now = clock.instant();
    try (Connection connection = database.getConnection()) {
      try (var statement =
          connection.prepareStatement("delete from term_staged where staged < ?")) {
        statement.setObject(1, now.minus(FORGOTTEN).atOffset(ZoneOffset.UTC));
        statement.executeUpdate();
      }
      try (var statement =
          connection.prepareStatement(
              "insert into term_staged (load, chunk, staged, concepts, content) values (?, ?, ?, ?, ?)"
                  + " on conflict (load, chunk) do update set staged = excluded.staged,"
                  + " concepts = excluded.concepts, content = excluded.content")) {
        statement.setString(1, load);
        statement.setInt(2, chunk);
        statement.setObject(3, now.atOffset(ZoneOffset.UTC));
        statement.setInt(4, rows.size());
        statement.setBytes(5, pack(Json.MAPPER.writeValueAsBytes(rows)));
        statement.executeUpdate();
      }
      try (var statement =
          connection.prepareStatement(
              "select coalesce(sum(concepts), 0) from term_staged where load = ?")) {
        statement.setString(1, load);
        try (var found = statement.executeQuery()) {
          found.next();
          long kept = found.getLong(1);
          if (kept > MOST) {
            throw new Refusal(Refusal.Kind.TOO_COSTLY, "terms.too-many", kept, MOST);
          }
          return kept;
        }
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private static byte[] pack(byte[] bytes) {
    var packed = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }

  /** Moves the concepts of a load into a code system. */
  static void take(Connection transaction, String load, SystemTables into) throws SQLException {
    int before = into.size();
    try (var statement =
        transaction.prepareStatement(
            "select content from term_staged where load = ? order by chunk")) {
      statement.setString(1, load);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          var packed = new ByteArrayInputStream(rows.getBytes(1));
          try (var in = new GZIPInputStream(packed)) {
            for (JsonNode row : Json.MAPPER.readTree(in.readAllBytes())) {
              into.add(draft(row));
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      }
    }
    if (into.size() == before) {
      throw new Refusal(Refusal.Kind.UNPROCESSABLE, "terms.load-unknown", load);
    }
    drop(transaction, load);
  }

  /** Forgets the chunks of a load. */
  static void drop(Connection transaction, String load) throws SQLException {
    try (var statement = transaction.prepareStatement("delete from term_staged where load = ?")) {
      statement.setString(1, load);
      statement.executeUpdate();
    }
  }

  private static Draft draft(JsonNode row) {
    String code = row.path(0).asString("");
    String chinese = row.path(1).asString("");
    String english = row.path(2).asString("");
    var draft = new Draft(code).display(chinese.isEmpty() ? english : chinese);
    if (!english.isEmpty() && !chinese.isEmpty()) {
      draft.designation("en", english);
    }
    String parent = row.path(3).asString("");
    if (!parent.isEmpty()) {
      draft.parent(parent);
    }
    draft.inactive(row.path(4).asString("").equals("inactive"));
    for (int i = 5; i + 1 < row.size(); i += 2) {
      draft.property(row.path(i).asString(""), row.path(i + 1).asString(""));
    }
    return draft;
  }
}
