package health.helan.foundation.trust.crypto;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.store.objects.ObjectKey;
import health.helan.foundation.store.sql.Times;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encrypts large contents that were stored before encryption was switched on, one by one in their
 * place, while the store works. One walk over all objects in the order of their keys; one instance
 * walks at a time, and another goes on when it is silent. Pauses while a backup reads the objects:
 * their keys and their bytes must be of one moment there.
 */
public final class ObjectRecoding implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ObjectRecoding.class);
  private static final String WALK = "objects";
  private static final int BATCH = 500;

  /** Longer than the largest object takes is not needed: the walk's row is locked meanwhile. */
  private static final String LEASE = "interval '60 seconds'";

  /**
   * How far the walk has come.
   *
   * @param checked objects looked at
   * @param left plain ones that wait; null before they were counted
   * @param changed plain ones that were encrypted
   */
  public record Progress(
      long checked, @Nullable Long left, long changed, @Nullable Instant finished) {}

  private final EncryptedObjects objects;
  private final DataKeys keys;
  private final long pollNanos;
  private final String holder = UUID.randomUUID().toString();
  private final Thread thread;
  private volatile boolean closed;

  /** Begins to work. */
  public ObjectRecoding(EncryptedObjects objects, DataKeys keys) {
    this.objects = objects;
    this.keys = keys;
    this.pollNanos = Math.min(keys.settings().poll(), 1_000) * 1_000_000;
    thread = Thread.ofPlatform().daemon().name("helan-object-recoding").start(this::run);
  }

  /** Has the walk done anew: plain objects were put. */
  static void begin(DataSource database) {
    try (Connection connection = database.getConnection();
        var insert =
            connection.prepareStatement(
                """
                insert into object_recode (walk, after, checked, changed, asked, holder, until)
                values (?, '', 0, 0, ?, '', ?)
                on conflict (walk) do update
                set after = '', checked = 0, plain = null, changed = 0, asked = excluded.asked,
                    finished = null, holder = '', until = excluded.until""")) {
      connection.setAutoCommit(true);
      OffsetDateTime now = Instant.now().atOffset(java.time.ZoneOffset.UTC);
      insert.setString(1, WALK);
      insert.setObject(2, now);
      insert.setObject(3, now);
      insert.executeUpdate();
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private void run() {
    while (!closed) {
      long wait = pollNanos;
      try {
        if (keys.isOn() && work()) {
          wait = 10_000_000; // Others want the disk too.
        }
      } catch (SQLException | Refusal e) {
        if (!closed) {
          LOG.warn("Encrypting large contents waits: {}", e.getClass().getSimpleName());
        }
        wait = 5 * pollNanos;
      } catch (IOException | RuntimeException e) {
        if (!closed) {
          LOG.error("Encrypting large contents failed and is tried again", e);
        }
        wait = 30 * pollNanos;
      }
      LockSupport.parkNanos(this, wait);
    }
  }

  /** One batch; true when there is more to do at once. */
  private boolean work() throws SQLException, IOException {
    Walk walk = read();
    if (walk == null) {
      begin(keys.database()); // The first start of this version, or of encryption.
      return true;
    }
    if (walk.finished || !lease()) {
      return false;
    }
    if (!walk.counted) {
      count();
      return true;
    }
    List<ObjectKey> batch = next(walk.after.isEmpty() ? null : new ObjectKey(walk.after));
    var plain = batch.isEmpty() ? java.util.Set.<ObjectKey>of() : objects.plainOf(batch);
    for (ObjectKey object : plain) {
      if (closed || !encrypt(object)) {
        return false;
      }
    }
    boolean ends = batch.size() < BATCH;
    moved(batch.isEmpty() ? walk.after : batch.getLast().value(), batch.size(), ends);
    return !ends;
  }

  private record Walk(String after, boolean counted, boolean finished) {}

  private @Nullable Walk read() throws SQLException {
    try (Connection connection = keys.database().getConnection();
        var statement =
            connection.prepareStatement(
                "select after, plain is not null, finished is not null from object_recode where walk = ?")) {
      statement.setString(1, WALK);
      try (var rows = statement.executeQuery()) {
        return rows.next()
            ? new Walk(rows.getString(1), rows.getBoolean(2), rows.getBoolean(3))
            : null;
      }
    }
  }

  private boolean lease() throws SQLException {
    return update(
            "update object_recode set holder = ?, until = clock_timestamp() + "
                + LEASE
                + " where walk = ? and finished is null and (holder = ? or until < clock_timestamp())"
                + " and (paused is null or paused < clock_timestamp())",
            holder,
            WALK,
            holder)
        == 1;
  }

  /** A first walk without reading any of them, so that one can say how many are left. */
  private void count() throws SQLException, IOException {
    long plain = 0;
    ObjectKey after = null;
    while (!closed) {
      List<ObjectKey> batch = next(after);
      if (!batch.isEmpty()) {
        plain += objects.plainOf(batch).size();
        after = batch.getLast();
      }
      if (batch.size() < BATCH) {
        update(
            "update object_recode set plain = ? where walk = ? and holder = ?",
            plain,
            WALK,
            holder);
        return;
      }
      if (!lease()) {
        return;
      }
    }
  }

  private List<ObjectKey> next(@Nullable ObjectKey after) throws IOException {
    var batch = new ArrayList<ObjectKey>();
    try {
      objects.list(
          after,
          key -> {
            batch.add(key);
            if (batch.size() == BATCH) {
              throw new Enough();
            }
          });
    } catch (Enough full) {
      // As many as are wanted at once.
    }
    return batch;
  }

  /** Ends a listing. */
  private static final class Enough extends IOException {
    private static final long serialVersionUID = 1L;

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  /**
   * Encrypts one object under a lock on the walk's row, which a backup takes to pause the walk: so
   * none is on its way when a backup begins to read. False if the walk is paused or another's.
   */
  private boolean encrypt(ObjectKey object) throws SQLException, IOException {
    try (Connection connection = keys.database().getConnection()) {
      connection.setAutoCommit(false);
      try {
        boolean isOurs;
        try (var lock =
            connection.prepareStatement(
                """
                select holder = ? and (paused is null or paused < clock_timestamp())
                from object_recode where walk = ? for update""")) {
          lock.setString(1, holder);
          lock.setString(2, WALK);
          try (var rows = lock.executeQuery()) {
            isOurs = rows.next() && rows.getBoolean(1);
          }
        }
        if (isOurs) {
          boolean changed = objects.encryptInPlace(object);
          try (var note =
              connection.prepareStatement(
                  "update object_recode set changed = changed + ?, until = clock_timestamp() + "
                      + LEASE
                      + " where walk = ?")) {
            note.setInt(1, changed ? 1 : 0);
            note.setString(2, WALK);
            note.executeUpdate();
          }
        }
        connection.commit();
        return isOurs;
      } catch (SQLException | IOException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    }
  }

  private void moved(String after, int checked, boolean ends) throws SQLException {
    update(
        "update object_recode set after = ?, checked = checked + ?, finished = case when ? then clock_timestamp() end"
            + " where walk = ? and holder = ?",
        after,
        checked,
        ends,
        WALK,
        holder);
  }

  private int update(String sql, Object... values) throws SQLException {
    try (Connection connection = keys.database().getConnection();
        var statement = connection.prepareStatement(sql)) {
      connection.setAutoCommit(true);
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      return statement.executeUpdate();
    }
  }

  /** How far the walk is; null before the first. */
  static @Nullable Progress progress(DataSource database) {
    try (Connection connection = database.getConnection();
        var statement =
            connection.prepareStatement(
                "select checked, plain, changed, finished from object_recode where walk = ?")) {
      statement.setString(1, WALK);
      try (var rows = statement.executeQuery()) {
        if (!rows.next()) {
          return null;
        }
        long plain = rows.getLong(2);
        boolean isCounted = !rows.wasNull();
        long changed = rows.getLong(3);
        Instant finished = Times.instantOrNull(rows, 4);
        return new Progress(
            rows.getLong(1),
            isCounted ? Long.valueOf(finished == null ? Math.max(0, plain - changed) : 0) : null,
            changed,
            finished);
      }
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
}
