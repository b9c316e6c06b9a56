package health.helan.foundation.trust.crypto;

import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.store.objects.NoSuchObject;
import health.helan.foundation.store.objects.ObjectKey;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.store.objects.Range;
import health.helan.foundation.store.objects.Stored;
import health.helan.foundation.store.objects.Swept;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts large contents on their way into another store. Each object has a key of its own, which
 * lies in the table {@code object_key} wrapped by a data key: so a rotation rewrites small rows and
 * no object, and an object whose row is gone is gone for good, in copies of the bucket too.
 *
 * <p>Form of an object: 16 bytes {@link #MAGIC}, then chunks of 64 KiB, each sealed with its tag;
 * the last one is shorter, or full. The nonce of a chunk is its number, and whether it is the last:
 * chunks cannot be swapped, repeated or cut off unnoticed, and a part can be read alone (the
 * construction is STREAM's; Hoang, Reyhanitabar, Rogaway, Vizár 2015, from general knowledge).
 * Nothing but the key's row makes a nonce unique, and a key encrypts one object only.
 */
public final class EncryptedObjects implements ObjectStore {
  private static final int CHUNK = 64 * 1024;
  private static final int SEALED = CHUNK + AeadAlgorithm.TAG;

  /** A plain object does not begin like this but by an accident of one in 2^128. */
  private static final byte[] MAGIC = HexFormat.of().parseHex("4856f1a0c7d9438e9b11e2b35d6c0f01");

  private final ObjectStore inner;
  private final DataKeys keys;
  private final ContentCipher cipher;

  /** Once is enough: they are looked for when encryption is switched on, by a start. */
  private volatile boolean hasPutPlain;

  public EncryptedObjects(ObjectStore inner, DataKeys keys, ContentCipher cipher) {
    this.inner = inner;
    this.keys = keys;
    this.cipher = cipher;
  }

  private DataSource database() {
    return keys.database();
  }

  // ------------------------------------------------------------------ in

  @Override
  public Stored put(InputStream bytes, long maxBytes) throws IOException {
    DataKeys.DataKey current = keys.current();
    if (current == null) {
      Stored plain = inner.put(bytes, maxBytes);
      if (!hasPutPlain) {
        ObjectRecoding.begin(database());
        hasPutPlain = true;
      }
      return plain;
    }
    AeadAlgorithm algorithm = current.algorithm();
    byte[] key = algorithm.newKey();
    var sealing = new Sealing(bytes, algorithm.with(key), maxBytes);
    // What is stored is longer than what comes; the limit is on what comes.
    Stored sealed = inner.put(sealing, Long.MAX_VALUE);
    try {
      keep(sealed.key(), algorithm, key, sealing.size, true);
    } catch (SQLException | RuntimeException e) {
      inner.delete(sealed.key()); // Without its key it is nothing.
      throw e instanceof SQLException sql ? SqlErrors.refusal(sql) : (RuntimeException) e;
    }
    return new Stored(
        sealed.key(), sealing.size, HexFormat.of().formatHex(sealing.sha256.digest()));
  }

  private void keep(
      ObjectKey object, AeadAlgorithm algorithm, byte[] key, long size, boolean settled)
      throws SQLException {
    ContentCodec.Encoded wrapped =
        cipher.seal(
            place(object.value(), algorithm, size),
            new ContentCodec.Encoded((short) 0, (short) 0, key));
    if (wrapped.keyId() == 0) {
      throw new IllegalStateException("encryption was switched off under way");
    }
    try (Connection connection = database().getConnection();
        var insert =
            connection.prepareStatement(
                "insert into object_key (key, object, key_id, algorithm, size, wrapped, settled) values (?, ?, ?, ?, ?, ?, ?)")) {
      connection.setAutoCommit(true);
      insert.setLong(1, number(object.value()));
      insert.setString(2, object.value());
      insert.setShort(3, wrapped.keyId());
      insert.setString(4, algorithm.code());
      insert.setLong(5, size);
      insert.setBytes(6, wrapped.content());
      insert.setBoolean(7, settled);
      insert.executeUpdate();
    }
  }

  /** First 64 bits of a key, which is 128 random bits in hexadecimal. */
  static long number(String object) {
    return Long.parseUnsignedLong(object, 0, 16, 16);
  }

  /** What the wrapped key of an object belongs to. */
  static ContentCodec.Place place(String object, AeadAlgorithm algorithm, long size) {
    return new ContentCodec.Place("object_key", object + " " + algorithm.code() + " " + size, 0);
  }

  private static byte[] nonce(long chunk, boolean last) {
    return ByteBuffer.allocate(AeadAlgorithm.NONCE)
        .put((byte) (last ? 1 : 0))
        .position(4)
        .putLong(chunk)
        .array();
  }

  /** Turns plain bytes into an object's, one chunk in memory. */
  private static final class Sealing extends InputStream {
    private final InputStream plain;
    private final Aead aead;
    private final long maxBytes;
    private final MessageDigest sha256 = DigestAlgorithm.SHA_256.newDigest();
    private final byte[] sealed = new byte[SEALED];
    private byte[] chunk = new byte[CHUNK];
    private byte[] ahead = new byte[CHUNK];
    private int aheadLength = -1;
    private long number;
    private long size;
    private boolean ended;
    private byte[] ready = MAGIC;
    private int at;
    private int end = MAGIC.length;

    Sealing(InputStream plain, Aead aead, long maxBytes) {
      this.plain = plain;
      this.aead = aead;
      this.maxBytes = maxBytes;
    }

    private int take(byte[] buffer) throws IOException {
      int count = plain.readNBytes(buffer, 0, CHUNK);
      size += count;
      if (size > maxBytes) {
        throw new Refusal(Refusal.Kind.TOO_LONG, "objects.too-large", maxBytes);
      }
      sha256.update(buffer, 0, count);
      return count;
    }

    /** False at the end. */
    private boolean fill() throws IOException {
      if (ended) {
        return false;
      }
      int length = aheadLength < 0 ? take(chunk) : aheadLength;
      if (aheadLength >= 0) {
        byte[] before = chunk;
        chunk = ahead;
        ahead = before;
      }
      // Only with the next chunk in hand is it known whether this one is the last.
      aheadLength = length < CHUNK ? 0 : take(ahead);
      ended = aheadLength == 0;
      aead.seal(nonce(number++, ended), new byte[0], chunk, 0, length, sealed, 0);
      ready = sealed;
      at = 0;
      end = length + AeadAlgorithm.TAG;
      return true;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (at == end && !fill()) {
        return -1;
      }
      int count = Math.min(length, end - at);
      System.arraycopy(ready, at, buffer, offset, count);
      at += count;
      return count;
    }
  }

  // ------------------------------------------------------------------ out

  /**
   * @param settled false while the object is being encrypted in its place: what lies there may be
   *     plain still
   */
  private record Key(Aead aead, AeadAlgorithm algorithm, long size, boolean settled) {
    /** Number of the last chunk: an empty object has one, and it is empty. */
    long last() {
      return size == 0 ? 0 : (size - 1) / CHUNK;
    }

    int length(long chunk) {
      return (int) Math.min(CHUNK, size - chunk * CHUNK);
    }
  }

  private @Nullable Key key(ObjectKey object) {
    try (Connection connection = database().getConnection();
        var statement =
            connection.prepareStatement(
                "select key_id, algorithm, size, wrapped, settled from object_key where key = ? and object = ?")) {
      statement.setLong(1, number(object.value()));
      statement.setString(2, object.value());
      try (var rows = statement.executeQuery()) {
        if (!rows.next()) {
          return null;
        }
        var algorithm = AeadAlgorithm.of(rows.getString(2));
        long size = rows.getLong(3);
        byte[] key =
            cipher.open(
                place(object.value(), algorithm, size),
                (short) 0,
                rows.getShort(1),
                rows.getBytes(4));
        return new Key(algorithm.with(key), algorithm, size, rows.getBoolean(5));
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  @Override
  public InputStream open(ObjectKey object, Range range) throws IOException {
    Key key = key(object);
    if (key == null || !key.settled) {
      InputStream plain = plain(object, range);
      if (plain != null) {
        return plain;
      }
      // Encrypted in its place a moment ago, and its key was kept before that.
      key = key(object);
      if (key == null) {
        throw new IOException("the key of an encrypted object is missing");
      }
    }
    return open(object, range, key);
  }

  private InputStream open(ObjectKey object, Range range, Key key) throws IOException {
    long from = range.from();
    if (from >= key.size && !(from == 0 && key.size == 0)) {
      inner.open(object, new Range(0, 1)).close(); // Says so if it is gone.
      return InputStream.nullInputStream();
    }
    long until = Math.min(key.size, range.length() > key.size ? key.size : from + range.length());
    long first = from / CHUNK;
    long last = until == 0 ? 0 : (until - 1) / CHUNK;
    long length = (last - first) * SEALED + key.length(last) + AeadAlgorithm.TAG;
    InputStream sealed = inner.open(object, new Range(MAGIC.length + first * SEALED, length));
    return new Opening(sealed, key, first, last, (int) (from - first * CHUNK), until - from);
  }

  /**
   * An object from before encryption was switched on; null if it is encrypted. The part is opened
   * before the head is looked at: where the head is plain afterwards, so was the part.
   */
  private @Nullable InputStream plain(ObjectKey object, Range range) throws IOException {
    InputStream part = inner.open(object, range);
    try (InputStream head = inner.open(object, new Range(0, MAGIC.length))) {
      if (!Arrays.equals(head.readNBytes(MAGIC.length), MAGIC)) {
        return part;
      }
    } catch (IOException | RuntimeException e) {
      part.close();
      throw e;
    }
    part.close();
    return null;
  }

  /** Opens chunk by chunk; nothing that is not proved whole is given out. */
  private static final class Opening extends InputStream {
    private final InputStream sealed;
    private final Key key;
    private final long last;
    private long next;
    private int skip;
    private long left;
    private byte[] chunk = new byte[0];
    private int at;

    Opening(InputStream sealed, Key key, long first, long last, int skip, long left) {
      this.sealed = sealed;
      this.key = key;
      this.next = first;
      this.last = last;
      this.skip = skip;
      this.left = left;
    }

    private boolean fill() throws IOException {
      while (at == chunk.length) {
        if (next > last) {
          return false;
        }
        int length = key.length(next) + AeadAlgorithm.TAG;
        byte[] bytes = sealed.readNBytes(length);
        if (bytes.length < length) {
          throw new IOException("an encrypted object is cut");
        }
        try {
          chunk = key.aead.open(nonce(next, next == key.last()), new byte[0], bytes, 0, length);
        } catch (Aead.Broken e) {
          throw new IOException("an encrypted object is damaged", e);
        }
        next++;
        at = skip;
        skip = 0;
      }
      return true;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (!fill() || left == 0) {
        return -1;
      }
      int count = (int) Math.min(Math.min(length, chunk.length - at), left);
      System.arraycopy(chunk, at, buffer, offset, count);
      at += count;
      left -= count;
      return count;
    }

    @Override
    public void close() throws IOException {
      sealed.close();
    }
  }

  // ------------------------------------------------------------------ in their place

  /**
   * Of these keys gives those whose objects are plain, or may be.
   *
   * @param objects at most 1,000
   */
  Set<ObjectKey> plainOf(List<ObjectKey> objects) throws SQLException {
    var plain = new LinkedHashSet<>(objects);
    try (Connection connection = database().getConnection();
        var statement =
            connection.prepareStatement(
                "select object from object_key where key = any(?) and object = any(?) and settled")) {
      statement.setArray(
          1,
          connection.createArrayOf(
              "bigint", objects.stream().map(object -> number(object.value())).toArray()));
      statement.setArray(
          2, connection.createArrayOf("text", objects.stream().map(ObjectKey::value).toArray()));
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          plain.remove(new ObjectKey(rows.getString(1)));
        }
      }
    }
    return plain;
  }

  /**
   * Encrypts an object in its place: first its key is kept, then its bytes are replaced at once, as
   * a whole. Readers find the one or the other. Goes on where a stop cut it.
   *
   * @return false if there was nothing to do: it is gone, or encrypted
   */
  boolean encryptInPlace(ObjectKey object) throws IOException, SQLException {
    DataKeys.DataKey current = keys.current();
    if (current == null) {
      return false;
    }
    Key key = key(object);
    if (key != null && key.settled) {
      return false;
    }
    if (key == null) {
      long size;
      try (InputStream plain = inner.open(object, Range.ALL)) {
        size = measure(plain);
      } catch (NoSuchObject gone) {
        return false;
      }
      if (size < 0) {
        throw new IOException("the key of an encrypted object is missing");
      }
      keep(object, current.algorithm(), current.algorithm().newKey(), size, false);
      key = key(object);
      if (key == null) {
        return false; // Erased meanwhile.
      }
    }
    try (InputStream plain = plain(object, Range.ALL)) {
      if (plain != null) {
        // The same key, after a stop, gives the same bytes again: no nonce meets two plain texts.
        var sealing = new Sealing(plain, key.aead, key.size);
        inner.restore(object, sealing);
        if (sealing.size != key.size) {
          throw new IOException("an object changed its length");
        }
      }
    } catch (NoSuchObject gone) {
      forget(object);
      return false;
    }
    if (settle(object) == 0) {
      inner.delete(object); // Erased while its bytes were on their way.
      return false;
    }
    return true;
  }

  /** Length of a plain object; -1 if it is encrypted. */
  private static long measure(InputStream stream) throws IOException {
    byte[] head = stream.readNBytes(MAGIC.length);
    if (Arrays.equals(head, MAGIC)) {
      return -1;
    }
    long size = head.length;
    byte[] buffer = new byte[CHUNK];
    for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
      size += n;
    }
    return size;
  }

  private int settle(ObjectKey object) throws SQLException {
    try (Connection connection = database().getConnection();
        var update =
            connection.prepareStatement(
                "update object_key set settled = true where key = ? and object = ?")) {
      connection.setAutoCommit(true);
      update.setLong(1, number(object.value()));
      update.setString(2, object.value());
      return update.executeUpdate();
    }
  }

  // ------------------------------------------------------------------ the rest

  @Override
  public boolean exists(ObjectKey object) throws IOException {
    return inner.exists(object);
  }

  @Override
  public void list(@Nullable ObjectKey after, KeyReceiver receiver) throws IOException {
    inner.list(after, receiver);
  }

  @Override
  public void restore(ObjectKey object, InputStream stored) throws IOException {
    inner.restore(object, stored);
  }

  @Override
  public void delete(ObjectKey object) throws IOException {
    inner.delete(object);
    forget(object);
  }

  private void forget(ObjectKey object) {
    try (Connection connection = database().getConnection();
        var delete =
            connection.prepareStatement("delete from object_key where key = ? and object = ?")) {
      connection.setAutoCommit(true);
      delete.setLong(1, number(object.value()));
      delete.setString(2, object.value());
      delete.executeUpdate();
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  @Override
  public Swept sweep(Instant before, UnaryOperator<Set<ObjectKey>> referenced) throws IOException {
    return inner.sweep(
        before,
        asked -> {
          Set<ObjectKey> kept = referenced.apply(asked);
          for (ObjectKey object : asked) {
            if (!kept.contains(object)) {
              forget(object); // The inner store deletes it next.
            }
          }
          return kept;
        });
  }

  @Override
  public void close() {
    inner.close();
  }
}
