package health.helan.foundation.store.sql;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Rows in PostgreSQL's binary COPY format (PostgreSQL documentation, COPY, "Binary Format"), sent
 * in one go. Not thread-safe.
 */
public final class CopyBuffer {
  private static final byte[] SIGNATURE = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
  };

  /** Microseconds from 1970-01-01 to 2000-01-01, where PostgreSQL's timestamps start. */
  private static final long EPOCH_MICROS = 946_684_800_000_000L;

  private static final int INT8_OID = 20;

  private final int columns;
  private byte[] bytes = new byte[16 * 1024];
  private int length;
  private int rows;

  /**
   * @param columns number of columns of each row
   */
  public CopyBuffer(int columns) {
    this.columns = columns;
    System.arraycopy(SIGNATURE, 0, bytes, 0, SIGNATURE.length);
    length = SIGNATURE.length;
  }

  public int rows() {
    return rows;
  }

  /** Starts a row; exactly the declared number of columns must follow. */
  public CopyBuffer row() {
    rows++;
    room(2);
    putShort(columns);
    return this;
  }

  public CopyBuffer nothing() {
    room(4);
    putInt(-1);
    return this;
  }

  public CopyBuffer int8(long value) {
    room(12);
    putInt(8);
    putLong(value);
    return this;
  }

  public CopyBuffer int8(@Nullable Long value) {
    return value == null ? nothing() : int8(value.longValue());
  }

  public CopyBuffer int4(int value) {
    room(8);
    putInt(4);
    putInt(value);
    return this;
  }

  public CopyBuffer int2(int value) {
    room(6);
    putInt(2);
    putShort(value);
    return this;
  }

  public CopyBuffer float4(float value) {
    return int4(Float.floatToIntBits(value)); // Same length, bits of IEEE 754.
  }

  public CopyBuffer bool(boolean value) {
    room(5);
    putInt(1);
    bytes[length++] = (byte) (value ? 1 : 0);
    return this;
  }

  public CopyBuffer timestamp(Instant value) {
    return micros(value.getEpochSecond() * 1_000_000 + value.getNano() / 1000);
  }

  /**
   * @param micros microseconds since 1970-01-01 UTC
   */
  public CopyBuffer micros(@Nullable Long micros) {
    return micros == null ? nothing() : int8(micros - EPOCH_MICROS);
  }

  public CopyBuffer text(String value) {
    return raw(value.getBytes(StandardCharsets.UTF_8));
  }

  public CopyBuffer raw(byte @Nullable [] value) {
    if (value == null) {
      return nothing();
    }
    room(4 + value.length);
    putInt(value.length);
    System.arraycopy(value, 0, bytes, length, value.length);
    length += value.length;
    return this;
  }

  /**
   * @param json UTF-8
   */
  public CopyBuffer jsonb(byte[] json) {
    room(5 + json.length);
    putInt(json.length + 1);
    bytes[length++] = 1; // version of jsonb's binary form
    System.arraycopy(json, 0, bytes, length, json.length);
    length += json.length;
    return this;
  }

  public CopyBuffer int8Array(long[] values) {
    if (values.length == 0) {
      room(16);
      putInt(12);
      putInt(0);
      putInt(0);
      putInt(INT8_OID);
      return this;
    }
    room(24 + 12 * values.length);
    putInt(20 + 12 * values.length);
    putInt(1); // dimensions
    putInt(0); // no nulls
    putInt(INT8_OID);
    putInt(values.length);
    putInt(1); // lower bound
    for (long value : values) {
      putInt(8);
      putLong(value);
    }
    return this;
  }

  /**
   * Sends the rows.
   *
   * @param table table with its column list
   */
  public void send(Connection connection, String table) throws SQLException {
    room(2);
    putShort(-1);
    CopyIn copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn("copy " + table + " from stdin (format binary)");
    try {
      copy.writeToCopy(bytes, 0, length);
      copy.endCopy();
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  private void room(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }

  private void putShort(int value) {
    bytes[length++] = (byte) (value >> 8);
    bytes[length++] = (byte) value;
  }

  private void putInt(int value) {
    bytes[length++] = (byte) (value >> 24);
    bytes[length++] = (byte) (value >> 16);
    bytes[length++] = (byte) (value >> 8);
    bytes[length++] = (byte) value;
  }

  private void putLong(long value) {
    putInt((int) (value >> 32));
    putInt((int) value);
  }
}
