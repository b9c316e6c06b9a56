package health.helan.app.backup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyOut;

/**
 * Rows out of and into PostgreSQL by COPY in its binary format, one after the other, so that memory
 * does not grow with a table. The format of the plain types used here has not changed between
 * PostgreSQL 15 and 18 (PostgreSQL documentation, COPY, "Binary Format").
 */
final class CopyRows {
  private static final byte[] SIGNATURE =
      "PGCOPY\n\u00ff\r\n\0".getBytes(StandardCharsets.ISO_8859_1);
  private static final int HEADER = SIGNATURE.length + 2 * Integer.BYTES;
  private static final byte[] TRAILER = {(byte) 0xff, (byte) 0xff};
  private static final int BUFFER = 1 << 17;

  private CopyRows() {}

  interface Receiver {
    void row(byte[] row) throws IOException;
  }

  /**
   * @param query a SELECT without parameters
   */
  static void out(Connection connection, String query, Receiver receiver)
      throws SQLException, IOException {
    CopyOut copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyOut("copy (" + query + ") to stdout (format binary)");
    try {
      boolean first = true;
      for (byte[] message = copy.readFromCopy(); message != null; message = copy.readFromCopy()) {
        byte[] row = message;
        if (first) {
          first = false;
          // The header comes in front of the first row, not by itself.
          row = java.util.Arrays.copyOfRange(message, HEADER, message.length);
        }
        if (row.length > 0 && !java.util.Arrays.equals(row, TRAILER)) {
          receiver.row(row);
        }
      }
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  /** A COPY into a table, under way. */
  static final class In implements AutoCloseable {
    private final CopyIn copy;
    private final byte[] buffer = new byte[BUFFER];
    private int filled;

    In(Connection connection, String table, String columns) throws SQLException {
      copy =
          connection
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyIn("copy " + table + " (" + columns + ") from stdin (format binary)");
      write(ByteBuffer.allocate(HEADER).put(SIGNATURE).putInt(0).putInt(0).array());
    }

    void row(byte[] row) throws SQLException {
      write(row);
    }

    private void write(byte[] bytes) throws SQLException {
      if (filled + bytes.length > buffer.length) {
        copy.writeToCopy(buffer, 0, filled);
        filled = 0;
      }
      if (bytes.length > buffer.length) {
        copy.writeToCopy(bytes, 0, bytes.length);
      } else {
        System.arraycopy(bytes, 0, buffer, filled, bytes.length);
        filled += bytes.length;
      }
    }

    void end() throws SQLException {
      write(TRAILER);
      copy.writeToCopy(buffer, 0, filled);
      copy.endCopy();
    }

    @Override
    public void close() throws SQLException {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  /** Checksum of all rows of a table as they are now. */
  static RowSum sum(Connection connection, Table table) throws SQLException, IOException {
    RowSum sum = new RowSum();
    out(connection, "select " + table.columnList() + " from " + table.sql(), sum::add);
    return sum;
  }

  /** First column of the first row; null for none. */
  static @Nullable String text(Connection connection, String query) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(query)) {
      return rows.next() ? rows.getString(1) : null;
    }
  }

  static void run(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
