package health.helan.foundation.trust.crypto;

import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.store.StoreUnusable;
import health.helan.foundation.store.sql.Tables;
import health.helan.foundation.store.sql.Times;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that encrypt contents at rest. Each lies in the table {@code data_key}, wrapped by a
 * master key that never leaves the vault; the newest active one encrypts what is written, all open.
 *
 * <p>Several application instances share the table. Each reads it every second, and before it
 * writes when it has not read it for {@link Settings#stale}: so {@code stale} after a new key was
 * made, nobody encrypts under the one before. {@link Recoding} builds on that.
 */
public final class DataKeys implements AutoCloseable {
  /** Name of the master key in the vault. */
  public static final String MASTER = "content-master";

  static final String ACTIVE = "active";
  static final String OLD = "old";
  static final String RETIRED = "retired";

  private static final Logger LOG = LoggerFactory.getLogger(DataKeys.class);

  /**
   * @param poll milliseconds between two looks at the table
   * @param stale milliseconds after which no key is used without another look
   */
  public record Settings(long poll, long stale) {
    public static final Settings DEFAULT = new Settings(1_000, 10_000);
  }

  /** A key as it is used. */
  record DataKey(
      short id, AeadAlgorithm algorithm, String state, Instant made, Aead aead, Nonces nonces) {}

  /** A key as it is shown. */
  public record Shown(
      short id, String algorithm, String state, Instant made, @Nullable Instant retired) {}

  private final KeyVault vault;
  private final @Nullable AeadAlgorithm algorithm;
  private final Settings settings;
  private final Clock clock;
  private @Nullable DataSource database;
  private @Nullable Thread poll;
  private volatile Map<Short, DataKey> keys = Map.of();
  private volatile @Nullable DataKey current;
  private volatile long lastRead;
  private volatile boolean closed;

  /**
   * @param algorithm of new keys; null to write contents without encryption (what is encrypted
   *     already stays readable)
   */
  public DataKeys(
      KeyVault vault, @Nullable AeadAlgorithm algorithm, Settings settings, Clock clock) {
    this.vault = vault;
    this.algorithm = algorithm;
    this.settings = settings;
    this.clock = clock;
  }

  /** Whether contents are encrypted when they are written. */
  public boolean isOn() {
    return algorithm != null;
  }

  Settings settings() {
    return settings;
  }

  DataSource database() {
    DataSource opened = database;
    if (opened == null) {
      throw new IllegalStateException("not opened yet");
    }
    return opened;
  }

  /**
   * Loads the keys; makes the first one, or one of another algorithm when the configuration
   * changed.
   *
   * @throws StoreUnusable if the vault's master key is not the one that wrapped them
   */
  synchronized void open(DataSource opened) throws SQLException {
    if (database != null) {
      return;
    }
    database = opened;
    try {
      read();
      DataKey newest = newest();
      if (algorithm != null && (newest == null || newest.algorithm != algorithm)) {
        rotate();
      }
    } catch (RuntimeException | SQLException e) {
      database = null;
      throw e;
    }
    poll = Thread.ofPlatform().daemon().name("helan-data-keys").start(this::poll);
  }

  private void poll() {
    while (!closed) {
      LockSupport.parkNanos(this, settings.poll * 1_000_000);
      try {
        if (!closed) {
          read();
        }
      } catch (SQLException | RuntimeException e) {
        // The next write looks again, and fails if it must.
        LOG.debug("The data keys were not read: {}", e.getClass().getName());
      }
    }
  }

  private synchronized void read() throws SQLException {
    long now = System.nanoTime();
    var read = new TreeMap<Short, DataKey>();
    try (Connection connection = database().getConnection();
        var statement =
            connection.prepareStatement(
                "select id, algorithm, master, wrapped, state, made from data_key order by id");
        var rows = statement.executeQuery()) {
      while (rows.next()) {
        short id = rows.getShort(1);
        String state = rows.getString(5);
        DataKey known = keys.get(id);
        if (known != null) {
          read.put(
              id,
              known.state.equals(state)
                  ? known
                  : new DataKey(id, known.algorithm, state, known.made, known.aead, known.nonces));
          continue;
        }
        var of = AeadAlgorithm.of(rows.getString(2));
        byte[] key = unwrap(id, of, rows.getString(3), rows.getBytes(4));
        read.put(
            id,
            new DataKey(
                id,
                of,
                state,
                rows.getObject(6, OffsetDateTime.class).toInstant(),
                of.with(key),
                new Nonces()));
      }
    }
    keys = read;
    current = algorithm == null ? null : newest();
    lastRead = now;
  }

  private byte[] unwrap(short id, AeadAlgorithm of, String master, byte[] wrapped) {
    try {
      return vault.unwrap(master, of, wrapped, bound(id, of));
    } catch (Aead.Broken | VaultUnusable e) {
      throw new StoreUnusable(
          "密钥库中的主密钥与本数据库不符，无法读取内容，请恢复本平台的密钥库。",
          "The key store is not the one whose master key protects this database's contents; without it they cannot be read. Restore the key store of this platform.",
          e);
    }
  }

  private static byte[] bound(short id, AeadAlgorithm of) {
    return ("data key " + id + " " + of.code()).getBytes(StandardCharsets.US_ASCII);
  }

  private @Nullable DataKey newest() {
    DataKey newest = null;
    for (DataKey key : keys.values()) {
      if (key.state.equals(ACTIVE)) {
        newest = key;
      }
    }
    return newest;
  }

  /**
   * The key to encrypt under now; null when contents are not to be encrypted.
   *
   * @throws health.helan.foundation.store.Refusal TRANSIENT if it cannot be made sure of
   */
  @Nullable DataKey current() {
    if (System.nanoTime() - lastRead > settings.stale * 1_000_000) {
      try {
        read();
      } catch (SQLException e) {
        throw SqlErrors.refusal(e);
      }
    }
    return current;
  }

  /**
   * @throws IllegalStateException if there is no such key, in the table either
   */
  DataKey of(short id) {
    DataKey key = keys.get(id);
    if (key == null) {
      try {
        read(); // Another instance made it a moment ago.
      } catch (SQLException e) {
        throw SqlErrors.refusal(e);
      }
      key = keys.get(id);
    }
    if (key == null) {
      throw new IllegalStateException("content is encrypted with the unknown key " + id);
    }
    return key;
  }

  /**
   * Makes a new key, which encrypts all that is written from now on, and asks for everything else
   * to be rewritten under it.
   *
   * @return its number
   * @throws IllegalStateException if contents are not encrypted here
   */
  public synchronized short rotate() {
    AeadAlgorithm of = algorithm;
    if (of == null) {
      throw new IllegalStateException("encryption is off");
    }
    vault.makeWrappingKey(MASTER);
    try (Connection connection = database().getConnection()) {
      connection.setAutoCommit(false);
      try {
        short id;
        // Two instances that rotate at once: the second one's number is taken, and it looks again.
        try (var statement =
                connection.prepareStatement("select coalesce(max(id), 0) + 1 from data_key");
            var rows = statement.executeQuery()) {
          rows.next();
          id = rows.getShort(1);
        }
        byte[] key = of.newKey();
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        int made;
        try (var insert =
            connection.prepareStatement(
                """
                insert into data_key (id, algorithm, master, wrapped, state, made)
                values (?, ?, ?, ?, ?, ?) on conflict (id) do nothing""")) {
          insert.setShort(1, id);
          insert.setString(2, of.code());
          insert.setString(3, MASTER);
          insert.setBytes(4, vault.wrap(MASTER, of, key, bound(id, of)));
          insert.setString(5, ACTIVE);
          insert.setObject(6, now.atOffset(ZoneOffset.UTC));
          made = insert.executeUpdate();
        }
        if (made == 1) {
          try (var age =
              connection.prepareStatement(
                  "update data_key set state = ? where state = ? and id < ?")) {
            age.setString(1, OLD);
            age.setString(2, ACTIVE);
            age.setShort(3, id);
            age.executeUpdate();
          }
          ask(connection, id, now);
        }
        connection.commit();
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
      read();
      DataKey newest = newest();
      if (newest == null) {
        throw new IllegalStateException("no key after a rotation");
      }
      return newest.id;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** Tables with a content header, in the order in which they are to be walked. */
  static List<String> tables() {
    var tables = new ArrayList<>(Tables.all());
    // After the current versions: what moves to the history later is of the new key already.
    tables.add("history");
    tables.add("answered");
    tables.add("object_key");
    tables.addAll(OTHER_ROOMS.keySet());
    return tables;
  }

  /**
   * Tables of other rooms with contents under our keys, and the type by which a content's place is
   * named ({@code db/encrypted-tables.properties} of each module): {@code intake=intake}. They have
   * the columns {@code home, id, version, codec, key_id, content}.
   */
  static final java.util.Map<String, String> OTHER_ROOMS = otherRooms();

  private static java.util.Map<String, String> otherRooms() {
    var tables = new java.util.TreeMap<String, String>();
    try {
      for (var url :
          java.util.Collections.list(
              DataKeys.class.getClassLoader().getResources("db/encrypted-tables.properties"))) {
        var properties = new java.util.Properties();
        try (var in = url.openStream()) {
          properties.load(in);
        }
        properties.forEach((table, type) -> tables.put(table.toString(), type.toString()));
      }
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return tables;
  }

  private static void ask(Connection connection, short id, Instant now) throws SQLException {
    try (var insert =
        connection.prepareStatement(
            """
            insert into recode (key_id, place, tab, after, checked, changed, asked, holder, until)
            values (?, ?, ?, '{}', 0, 0, ?, '', ?)""")) {
      List<String> tables = tables();
      for (int place = 0; place < tables.size(); place++) {
        insert.setShort(1, id);
        insert.setInt(2, place);
        insert.setString(3, tables.get(place));
        insert.setObject(4, now.atOffset(ZoneOffset.UTC));
        insert.setObject(5, now.atOffset(ZoneOffset.UTC));
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /**
   * Wraps all data keys anew, under a new master key: when the vault's file or its passphrase may
   * have been seen by others. Contents are not touched.
   *
   * @return name of the new master key
   */
  public synchronized String renewMaster() {
    int number = 2;
    while (vault.has(MASTER + "-" + number)) {
      number++;
    }
    String master = MASTER + "-" + number;
    vault.makeWrappingKey(master);
    try (Connection connection = database().getConnection()) {
      connection.setAutoCommit(false);
      try (var select =
              connection.prepareStatement(
                  "select id, algorithm, master, wrapped from data_key order by id for update");
          var update =
              connection.prepareStatement(
                  "update data_key set master = ?, wrapped = ? where id = ?");
          var rows = select.executeQuery()) {
        while (rows.next()) {
          short id = rows.getShort(1);
          var of = AeadAlgorithm.of(rows.getString(2));
          byte[] key = unwrap(id, of, rows.getString(3), rows.getBytes(4));
          update.setString(1, master);
          update.setBytes(2, vault.wrap(master, of, key, bound(id, of)));
          update.setShort(3, id);
          update.executeUpdate();
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
    return master;
  }

  /** All keys, the oldest first. */
  public List<Shown> list() {
    try (Connection connection = database().getConnection();
        var statement =
            connection.prepareStatement(
                "select id, algorithm, state, made, retired from data_key order by id");
        var rows = statement.executeQuery()) {
      var list = new ArrayList<Shown>();
      while (rows.next()) {
        list.add(
            new Shown(
                rows.getShort(1),
                rows.getString(2),
                rows.getString(3),
                Times.instant(rows, 4),
                Times.instantOrNull(rows, 5)));
      }
      return list;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  @Override
  public void close() {
    closed = true;
    Thread running = poll;
    if (running != null) {
      LockSupport.unpark(running);
      try {
        running.join(5_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
