package health.helan.foundation.store.search;

import health.helan.foundation.store.AccessPolicy;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.sql.SqlText;
import health.helan.foundation.store.sql.Tables;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/** Resources out of rows. */
final class Rows {
  static final String COLUMNS =
      "r.home, r.id, r.version, r.updated, r.method, r.codec, r.key_id, r.content, r.patient";

  /** Number of columns in {@link #COLUMNS}. */
  static final int WIDTH = 9;

  private final ContentCodec codec;
  private final AccessPolicy policy;

  Rows(ContentCodec codec, AccessPolicy policy) {
    this.codec = codec;
    this.policy = policy;
  }

  /** {@code select … from table r where …} of whole rows, ready for {@code " and …"}. */
  SqlText select(Caller caller, String type) {
    SqlText sql = new SqlText().add("select ").add(COLUMNS);
    inFull(sql, caller, type);
    sql.add(" from ").add(Tables.of(type));
    return Tables.isShared(type) ? sql.add(" r where r.type = ?", type) : sql.add(" r where true");
  }

  /** Appends the last column of a select list: whether the caller sees the row in full. */
  void inFull(SqlText sql, Caller caller, String type) {
    inFull(policy, sql, caller, type);
  }

  /**
   * The same.
   *
   * @param policy may know what stands open in the record that all rows are of
   */
  void inFull(AccessPolicy policy, SqlText sql, Caller caller, String type) {
    if (policy.masks(caller, type)) {
      sql.add(", ");
      policy.inFull(sql, caller, type, "r", false);
      sql.add(" as in_full");
    }
  }

  /**
   * The current row, whose select list begins with {@link #COLUMNS}.
   *
   * @param asked the type {@link #inFull} was asked with
   */
  ResourceVersion resource(Caller caller, String asked, String type, ResultSet row)
      throws SQLException {
    String id = row.getString(2);
    int version = row.getInt(3);
    byte[] content =
        codec.decode(
            new ContentCodec.Place(type, id, version),
            row.getShort(6),
            row.getShort(7),
            row.getBytes(8));
    if (policy.masks(caller, asked) && !row.getBoolean("in_full")) {
      content = policy.mask(type, content);
    }
    return new ResourceVersion(
        type,
        id,
        version,
        row.getObject(4, OffsetDateTime.class).toInstant(),
        ResourceVersion.Method.of(row.getInt(5)),
        content,
        row.getObject(9, Long.class));
  }

  List<ResourceVersion> read(Criteria.Run run, String type, SqlText sql) throws SQLException {
    List<ResourceVersion> resources = new ArrayList<>();
    try (var statement = run.prepare(sql);
        var rows = statement.executeQuery()) {
      while (rows.next()) {
        resources.add(resource(run.caller(), type, type, rows));
      }
    }
    return resources;
  }
}
