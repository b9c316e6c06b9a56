package health.helan.foundation.store.search;

import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.sql.SqlText;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/** Resources out of rows. */
final class Rows {
  static final String COLUMNS =
      "r.home, r.id, r.version, r.updated, r.method, r.codec, r.key_id, r.content";

  /** Number of columns in {@link #COLUMNS}. */
  static final int WIDTH = 8;

  private final ContentCodec codec;

  Rows(ContentCodec codec) {
    this.codec = codec;
  }

  /** The current row, whose select list begins with {@link #COLUMNS}. */
  ResourceVersion resource(String type, ResultSet row) throws SQLException {
    String id = row.getString(2);
    int version = row.getInt(3);
    return new ResourceVersion(
        type,
        id,
        version,
        row.getObject(4, OffsetDateTime.class).toInstant(),
        ResourceVersion.Method.of(row.getInt(5)),
        codec.decode(
            new ContentCodec.Place(type, id, version),
            row.getShort(6),
            row.getShort(7),
            row.getBytes(8)));
  }

  List<ResourceVersion> read(Criteria.Run run, String type, SqlText sql) throws SQLException {
    List<ResourceVersion> resources = new ArrayList<>();
    try (var statement = run.prepare(sql);
        var rows = statement.executeQuery()) {
      while (rows.next()) {
        resources.add(resource(type, rows));
      }
    }
    return resources;
  }
}
