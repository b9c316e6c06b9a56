package health.helan.foundation.store;

import health.helan.foundation.store.sql.HistorySql;
import health.helan.foundation.store.sql.SqlText;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Histories, newest first, paged by position: what does not change meanwhile appears once. */
final class Histories {
  private final StoreParts parts;

  Histories(StoreParts parts) {
    this.parts = parts;
  }

  HistoryRequest.Page page(Caller caller, HistoryRequest request) {
    String type = request.type();
    AccessPolicy policy = parts.policy();
    var action = request.id() == null ? AccessPolicy.Action.SEARCH : AccessPolicy.Action.READ;
    if (type != null && !policy.may(caller, action, type)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "store.may-not-read", type);
    }
    if (request.id() == null) {
      policy.checkHistory(caller, type);
    }
    if (request.atFrom() != null && type == null) {
      throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "store.at-needs-type");
    }
    Instant watermark = parts.instances().watermark();
    HistorySql.Position after = request.cursor() == null ? null : position(request.cursor());
    BiConsumer<SqlText, String> onCurrent = (sql, of) -> policy.restrict(sql, caller, of, "r");
    BiConsumer<SqlText, String> onHistory =
        (sql, of) -> policy.restrictHistory(sql, caller, of, "r");
    boolean masks = policy.masks(caller, type == null ? "" : type);
    try (Connection connection = parts.dataSource().getConnection()) {
      Integer home = null;
      Long total = null;
      String id = request.id();
      if (type != null && id != null) {
        home = parts.homes().of(connection, type, id);
        if (home == null) {
          throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", type, id);
        }
        total = count(connection, HistorySql.count(type, home, id, onCurrent, onHistory));
        if (total == 0) {
          throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", type, id);
        }
      }
      var scope =
          new HistorySql.Scope(
              type, id, home, request.since(), request.atFrom(), request.atTo(), after);
      SqlText sql =
          HistorySql.page(
              scope,
              request.count() + 1,
              onCurrent,
              onHistory,
              (text, of) -> inFull(text, caller, of, masks, false),
              (text, of) -> inFull(text, caller, of, masks, true));
      var versions = new ArrayList<ResourceVersion>();
      try (var statement =
              id == null ? sql.prepareForItsValues(connection) : sql.prepare(connection);
          var rows = statement.executeQuery()) {
        while (rows.next()) {
          var place = new ContentCodec.Place(rows.getString(1), rows.getString(2), rows.getInt(3));
          byte[] stored = rows.getBytes(8);
          byte[] content =
              stored == null
                  ? null
                  : parts.codec().decode(place, rows.getShort(6), rows.getShort(7), stored);
          if (masks && content != null && !rows.getBoolean(10)) {
            content = policy.mask(place.type(), content);
          }
          versions.add(
              new ResourceVersion(
                  place.type(),
                  place.id(),
                  place.version(),
                  rows.getObject(4, OffsetDateTime.class).toInstant(),
                  ResourceVersion.Method.of(rows.getInt(5)),
                  content,
                  rows.getObject(9, Long.class)));
        }
      }
      String next = null;
      if (versions.size() > request.count()) {
        versions.removeLast();
        next = cursor(versions.getLast());
      }
      return new HistoryRequest.Page(versions, next, total, watermark);
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private void inFull(SqlText sql, Caller caller, String type, boolean masks, boolean history) {
    if (masks) {
      sql.add(", ");
      parts.policy().inFull(sql, caller, type, "r", history);
      sql.add(" as in_full");
    }
  }

  private static long count(Connection connection, SqlText sql) throws SQLException {
    try (var statement = sql.prepare(connection);
        var rows = statement.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private static String cursor(ResourceVersion last) {
    String text =
        last.updated().toEpochMilli() + " " + last.version() + " " + last.type() + " " + last.id();
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static HistorySql.@Nullable Position position(String cursor) {
    try {
      String[] fields =
          new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8).split(" ", 4);
      if (fields.length == 4) {
        return new HistorySql.Position(
            Instant.ofEpochMilli(Long.parseLong(fields[0])),
            fields[3],
            Integer.parseInt(fields[1]),
            fields[2]);
      }
    } catch (IllegalArgumentException e) {
      // Answered below: a number or Base64 that is none is a broken cursor like any other.
    }
    throw new Refusal(Refusal.Kind.INVALID, "store.cursor-broken");
  }
}
