package health.helan.oversight.clearing;

import health.helan.foundation.store.sql.CopyBuffer;
import health.helan.foundation.trust.crypto.DigestAlgorithm;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.SQLException;

/** Writes lines of one side as they come, some thousand at a time. For one thread. */
final class EntryCopy {
  private static final String TABLE =
      "clearing_entry (home, number, statement, side, kind, book, fen, at, key, reference, institution)";
  private static final int COLUMNS = 11;
  private static final int AT_ONCE = 5_000;

  private final Connection connection;
  private final long book;
  private final int statement;
  private final Side side;
  private final MessageDigest digest = DigestAlgorithm.SM3.newDigest();
  private CopyBuffer buffer = new CopyBuffer(COLUMNS);
  private int lines;
  private long fen;

  EntryCopy(Connection connection, long book, int statement, Side side) {
    this.connection = connection;
    this.book = book;
    this.statement = statement;
    this.side = side;
  }

  /** The database refused; carries its answer through what takes no checked exception. */
  static final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1L;
    final SQLException refused;

    Failed(SQLException refused) {
      super(refused);
      this.refused = refused;
    }
  }

  void add(Entry entry) {
    entry.addTo(digest);
    lines++;
    fen = Math.addExact(fen, entry.fen());
    buffer
        .row()
        .int4(Counterpart.home(book))
        .int4(lines)
        .int2(statement)
        .int2(side.ordinal())
        .int2(entry.flow().ordinal())
        .int8(book)
        .int8(entry.fen())
        .timestamp(entry.at())
        .text(entry.key())
        .text(entry.reference())
        .text(entry.institution());
    if (buffer.rows() == AT_ONCE) {
      try {
        send();
      } catch (SQLException e) {
        throw new Failed(e);
      }
    }
  }

  private void send() throws SQLException {
    if (buffer.rows() > 0) {
      buffer.send(connection, TABLE);
      buffer = new CopyBuffer(COLUMNS);
    }
  }

  /** Sends the rest. */
  void finish() throws SQLException {
    send();
  }

  int lines() {
    return lines;
  }

  /** Sum of what came and went back. */
  long fen() {
    return fen;
  }

  /** SM3 of all lines; ends the digest. */
  byte[] content() {
    return digest.digest();
  }
}
