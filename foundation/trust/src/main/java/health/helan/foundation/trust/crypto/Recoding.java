package health.helan.foundation.trust.crypto;

import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.store.sql.Tables;
import health.helan.foundation.store.sql.Times;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rewrites contents under a new key while the store works: current versions, history, kept answers,
 * keys of large contents. It begins when no write can still come under a key before (see {@link
 * DataKeys}), goes by primary key in small transactions, leaves alone what changed meanwhile, and
 * goes on where it stood after a stop, on whatever instance. Then keys that nothing uses retire.
 */
public final class Recoding implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Recoding.class);
  private static final int ROWS = 200;
  private static final long LEASE_SECONDS = 60;

  /**
   * How far a table has come.
   *
   * @param checked rows looked at
   * @param changed rows rewritten
   */
  public record Progress(
      short keyId, String table, long checked, long changed, @Nullable Instant finished) {}

  private record Step(short keyId, String table, List<String> after) {}

  private final DataKeys keys;
  private final ContentCipher cipher;
  private final Supplier<Instant> watermark;
  private final String holder = UUID.randomUUID().toString();
  private final Thread thread;
  private volatile boolean closed;

  /**
   * Begins to work.
   *
   * @param watermark {@link health.helan.foundation.store.RecordStore#watermark}
   */
  public Recoding(DataKeys keys, ContentCipher cipher, Supplier<Instant> watermark) {
    this.keys = keys;
    this.cipher = cipher;
    this.watermark = watermark;
    thread = Thread.ofPlatform().daemon().name("helan-recoding").start(this::run);
  }

  private void run() {
    long look = Math.min(keys.settings().poll(), 1_000) * 1_000_000;
    while (!closed) {
      long wait = look;
      try {
        if (work()) {
          wait = 10_000_000; // Others want the disk too.
        }
      } catch (SQLException e) {
        if (!closed) {
          LOG.warn("Rewriting under a new key waits: database error {}", e.getSQLState());
        }
        wait = 5 * look;
      } catch (RuntimeException e) {
        LOG.error("Rewriting under a new key failed and is tried again", e);
        wait = 30 * look;
      }
      LockSupport.parkNanos(this, wait);
    }
  }

  /** One batch; true when there is more to do at once. */
  private boolean work() throws SQLException {
    DataKeys.DataKey current = keys.current();
    if (current == null) {
      return false;
    }
    try (Connection connection = keys.database().getConnection()) {
      connection.setAutoCommit(true);
      Step step = next(connection, current.id());
      if (step == null) {
        return false;
      }
      Instant settled = current.made().plusMillis(keys.settings().stale());
      if (!watermark.get().isAfter(settled) || !lease(connection, step)) {
        return false;
      }
      walk(connection, step);
      if (next(connection, current.id()) == null) {
        retire(connection, current.id());
      }
      return true;
    }
  }

  private static @Nullable Step next(Connection connection, short keyId) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "select tab, after from recode where key_id = ? and finished is null order by place limit 1")) {
      statement.setShort(1, keyId);
      try (var rows = statement.executeQuery()) {
        return rows.next()
            ? new Step(keyId, rows.getString(1), List.of((String[]) rows.getArray(2).getArray()))
            : null;
      }
    }
  }

  /** One instance walks a table at a time; another goes on when it is silent for a minute. */
  private boolean lease(Connection connection, Step step) throws SQLException {
    OffsetDateTime now = Instant.now().atOffset(ZoneOffset.UTC);
    try (var update =
        connection.prepareStatement(
            "update recode set holder = ?, until = ? where key_id = ? and tab = ? and (holder = ? or until < ?)")) {
      update.setString(1, holder);
      update.setObject(2, now.plusSeconds(LEASE_SECONDS));
      update.setShort(3, step.keyId);
      update.setString(4, step.table);
      update.setString(5, holder);
      update.setObject(6, now);
      return update.executeUpdate() == 1;
    }
  }

  private void walk(Connection connection, Step step) throws SQLException {
    Walked table = Walked.of(step.table);
    connection.setAutoCommit(false);
    try {
      int checked = 0;
      int changed = 0;
      List<String> after = step.after;
      try (var select = connection.prepareStatement(table.select(!after.isEmpty()));
          var update = connection.prepareStatement(table.update)) {
        select.setShort(1, step.keyId);
        int i = 2;
        if (!after.isEmpty()) {
          for (int k = 0; k < after.size(); k++) {
            table.bindKey(select, i++, k, after.get(k));
          }
        }
        select.setInt(i, ROWS);
        try (var rows = select.executeQuery()) {
          while (rows.next()) {
            after = table.key(rows);
            checked++;
            byte[] content = rows.getBytes(table.contentColumn());
            if (content != null) {
              table.rewrite(cipher, rows, after, content, update);
              update.addBatch();
              changed++;
            }
          }
        }
        if (changed > 0) {
          update.executeBatch();
        }
      }
      try (var move =
          connection.prepareStatement(
              """
              update recode set after = ?, checked = checked + ?, changed = changed + ?, finished = ?
              where key_id = ? and tab = ? and holder = ?""")) {
        move.setArray(1, connection.createArrayOf("text", after.toArray()));
        move.setInt(2, checked);
        move.setInt(3, changed);
        move.setObject(
            4,
            checked < ROWS ? Instant.now().atOffset(ZoneOffset.UTC) : null,
            java.sql.Types.TIMESTAMP_WITH_TIMEZONE);
        move.setShort(5, step.keyId);
        move.setString(6, step.table);
        move.setString(7, holder);
        if (move.executeUpdate() == 1) {
          connection.commit();
        } else {
          connection.rollback(); // Another instance took over.
        }
      }
    } catch (SQLException | RuntimeException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
  }

  /** Marks older keys that no row uses; where one is used still, its table is walked again. */
  private static void retire(Connection connection, short current) throws SQLException {
    for (short old : older(connection, current)) {
      boolean used = false;
      for (String table : DataKeys.tables()) {
        if (uses(connection, table, old)) {
          used = true;
          LOG.warn("{} still has contents under key {}: it is walked again", table, old);
          try (var again =
              connection.prepareStatement(
                  "update recode set after = '{}', finished = null where key_id = ? and tab = ?")) {
            again.setShort(1, current);
            again.setString(2, table);
            again.executeUpdate();
          }
        }
      }
      if (!used) {
        try (var update =
            connection.prepareStatement(
                "update data_key set state = ?, retired = ? where id = ? and state = ?")) {
          update.setString(1, DataKeys.RETIRED);
          update.setObject(2, Instant.now().atOffset(ZoneOffset.UTC));
          update.setShort(3, old);
          update.setString(4, DataKeys.OLD);
          update.executeUpdate();
        }
      }
    }
  }

  private static List<Short> older(Connection connection, short current) throws SQLException {
    try (var statement =
        connection.prepareStatement("select id from data_key where id < ? and state = ?")) {
      statement.setShort(1, current);
      statement.setString(2, DataKeys.OLD);
      try (var rows = statement.executeQuery()) {
        var ids = new ArrayList<Short>();
        while (rows.next()) {
          ids.add(rows.getShort(1));
        }
        return ids;
      }
    }
  }

  private static boolean uses(Connection connection, String table, short key) throws SQLException {
    // A deletion has no content; its header says 0.
    try (var statement =
        connection.prepareStatement("select exists (select from " + table + " where key_id = ?)")) {
      statement.setShort(1, key);
      try (var rows = statement.executeQuery()) {
        rows.next();
        return rows.getBoolean(1);
      }
    }
  }

  /** How far each table has come with the newest key; empty before the first. */
  public List<Progress> progress() {
    try (Connection connection = keys.database().getConnection();
        var statement =
            connection.prepareStatement(
                """
                select key_id, tab, checked, changed, finished from recode
                where key_id = (select max(id) from data_key) order by place""");
        var rows = statement.executeQuery()) {
      var progress = new ArrayList<Progress>();
      while (rows.next()) {
        progress.add(
            new Progress(
                rows.getShort(1),
                rows.getString(2),
                rows.getLong(3),
                rows.getLong(4),
                Times.instantOrNull(rows, 5)));
      }
      return progress;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    try {
      thread.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // ------------------------------------------------------------------ tables

  /**
   * A table with a content header and how its rows are walked. The select list is the key, then
   * {@code codec, key_id}, then what else is needed, then the content: null where the row is under
   * the new key already, so that it does not travel.
   */
  private enum Kind {
    OWN("home int", "id text"),
    SHARED("home int", "type text", "id text"),
    HISTORY("home int", "type text", "id text", "version int"),
    OTHER_ROOM("home int", "id text", "version int"),
    ANSWERED("key bigint", "mac bytea"),
    OBJECT("key bigint", "object text");

    final List<String> names = new ArrayList<>();
    final List<String> types = new ArrayList<>();

    Kind(String... columns) {
      for (String column : columns) {
        names.add(column.substring(0, column.indexOf(' ')));
        types.add(column.substring(column.indexOf(' ') + 1));
      }
    }
  }

  private record Walked(String table, Kind kind, String update) {
    static Walked of(String table) {
      Kind kind =
          switch (table) {
            case "history" -> Kind.HISTORY;
            case "answered" -> Kind.ANSWERED;
            case "object_key" -> Kind.OBJECT;
            default ->
                table.equals(Tables.OTHER)
                    ? Kind.SHARED
                    : DataKeys.OTHER_ROOMS.containsKey(table) ? Kind.OTHER_ROOM : Kind.OWN;
          };
      var where = new StringBuilder();
      for (String name : kind.names) {
        where.append(" and ").append(name).append(" = ?");
      }
      if (kind == Kind.OWN || kind == Kind.SHARED) {
        where.append(" and version = ?");
      }
      return new Walked(
          table,
          kind,
          "update "
              + table
              + " set key_id = ?, "
              + contentName(kind)
              + " = ? where key_id = ?"
              + where);
    }

    private static String contentName(Kind kind) {
      return switch (kind) {
        case ANSWERED -> "answer";
        case OBJECT -> "wrapped";
        default -> "content";
      };
    }

    private static String more(Kind kind) {
      return switch (kind) {
        case OWN, SHARED -> "codec, version";
        case HISTORY, ANSWERED, OTHER_ROOM -> "codec, 0";
        case OBJECT -> "algorithm, size";
      };
    }

    String select(boolean on) {
      String columns = String.join(", ", kind.names);
      return "select %s, key_id, %s, case when key_id <> ? then %s end from %s%s order by %s limit ?"
          .formatted(
              columns,
              more(kind),
              contentName(kind),
              table,
              on
                  ? " where (%s) > (%s)"
                      .formatted(
                          columns, String.join(", ", java.util.Collections.nCopies(size(), "?")))
                  : "",
              columns);
    }

    private int size() {
      return kind.names.size();
    }

    int contentColumn() {
      return size() + 4;
    }

    void bindKey(PreparedStatement statement, int at, int column, String value)
        throws SQLException {
      switch (kind.types.get(column)) {
        case "int" -> statement.setInt(at, Integer.parseInt(value));
        case "bigint" -> statement.setLong(at, Long.parseLong(value));
        case "bytea" -> statement.setBytes(at, HexFormat.of().parseHex(value));
        default -> statement.setString(at, value);
      }
    }

    List<String> key(ResultSet rows) throws SQLException {
      var key = new ArrayList<String>();
      for (int i = 0; i < size(); i++) {
        key.add(
            kind.types.get(i).equals("bytea")
                ? HexFormat.of().formatHex(rows.getBytes(i + 1))
                : rows.getString(i + 1));
      }
      return key;
    }

    /** Binds the update of a row to what it becomes. */
    void rewrite(
        ContentCipher cipher,
        ResultSet rows,
        List<String> key,
        byte[] content,
        PreparedStatement update)
        throws SQLException {
      short keyId = rows.getShort(size() + 1);
      short codec = kind == Kind.OBJECT ? 0 : rows.getShort(size() + 2);
      ContentCodec.Place place =
          switch (kind) {
            case OWN ->
                new ContentCodec.Place(Tables.typeOf(table), key.get(1), rows.getInt(size() + 3));
            case SHARED -> new ContentCodec.Place(key.get(1), key.get(2), rows.getInt(size() + 3));
            case HISTORY ->
                new ContentCodec.Place(key.get(1), key.get(2), Integer.parseInt(key.get(3)));
            case OTHER_ROOM ->
                new ContentCodec.Place(
                    java.util.Objects.requireNonNull(DataKeys.OTHER_ROOMS.get(table)),
                    key.get(1),
                    Integer.parseInt(key.get(2)));
            case ANSWERED -> new ContentCodec.Place("answered", key.get(1), 0);
            case OBJECT ->
                EncryptedObjects.place(
                    key.get(1),
                    AeadAlgorithm.of(rows.getString(size() + 2)),
                    rows.getLong(size() + 3));
          };
      ContentCodec.Encoded encoded = cipher.recode(place, codec, keyId, content);
      int i = 1;
      update.setShort(i++, encoded.keyId());
      update.setBytes(i++, encoded.content());
      update.setShort(i++, keyId);
      for (int k = 0; k < size(); k++) {
        bindKey(update, i++, k, key.get(k));
      }
      if (kind == Kind.OWN || kind == Kind.SHARED) {
        update.setInt(i, rows.getInt(size() + 3));
      }
    }
  }
}
