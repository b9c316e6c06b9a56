package health.helan.foundation.trust.audit;

import health.helan.foundation.store.sql.CopyBuffer;
import health.helan.foundation.trust.crypto.Signer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Opens, closes and seals chains. Several instances may do so on one database: seals are one chain,
 * whose next link belongs to whoever inserts it first.
 */
final class Chains {
  private static final String UNIQUE_VIOLATION = "23505";
  private static final int ATTEMPTS = 20;

  private final Signer signer;
  private final String instance;
  private final byte[] certificate;
  private final String fingerprint;
  private final SecureRandom random = new SecureRandom();

  Chains(Signer signer, String instance) {
    this.signer = signer;
    this.instance = instance;
    try {
      certificate = signer.certificate().getEncoded();
    } catch (CertificateEncodingException e) {
      throw new IllegalArgumentException(e);
    }
    fingerprint = HexFormat.of().formatHex(Sm3.of(certificate));
  }

  /** Last row of a chain. */
  record Head(long chain, long seq, byte[] digest) {
    Seal.Head sealed() {
      return Seal.Head.of(Seal.Head.State.HEAD, chain, seq, digest);
    }

    Seal.Head closed() {
      return Seal.Head.of(Seal.Head.State.CLOSED, chain, seq, digest);
    }
  }

  String instance() {
    return instance;
  }

  static boolean isUniqueViolation(SQLException e) {
    return UNIQUE_VIOLATION.equals(e.getSQLState());
  }

  /**
   * Opens a chain: its first row, and a seal that names it, together. So a chain that no seal names
   * is not the platform's, and one that has vanished is missed.
   */
  Head open(Connection connection, int appender) throws SQLException {
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    // Ordered by time, and unlikely to meet another's: milliseconds, then chance.
    long chain = now.toEpochMilli() << 20 | random.nextInt(1 << 20);
    AuditRow row = AuditRow.opening(chain, now, instance, appender);
    byte[] digest = row.digest(AuditRow.NOTHING);
    var head = new Head(chain, 0, digest);
    seal(
        connection,
        List.of(head.sealed()),
        transaction -> {
          var copy = new CopyBuffer(AuditRow.COLUMN_COUNT);
          row.copyTo(copy, digest);
          copy.send(transaction, AuditSql.COPY);
          try (var add = transaction.prepareStatement(AuditSql.ADD_CHAIN)) {
            add.setLong(1, chain);
            add.setObject(2, now.atOffset(ZoneOffset.UTC));
            add.setString(3, instance);
            add.executeUpdate();
          }
        });
    return head;
  }

  /**
   * Appends the row that closes a chain.
   *
   * @throws SQLException a unique violation, if something was appended in the meantime
   */
  Head close(Connection connection, Head last) throws SQLException {
    AuditRow row = AuditRow.closing(last.chain, last.seq + 1, Instant.now(), instance);
    byte[] digest = row.digest(last.digest);
    var copy = new CopyBuffer(AuditRow.COLUMN_COUNT);
    row.copyTo(copy, digest);
    copy.send(connection, AuditSql.COPY);
    return new Head(last.chain, last.seq + 1, digest);
  }

  /**
   * Closes the chains of instances that are gone.
   *
   * @return their heads, to be sealed
   */
  List<Seal.Head> closeLeftBehind(Connection connection) throws SQLException {
    var chains = new ArrayList<Long>();
    try (var statement = connection.prepareStatement(AuditSql.LEFT_BEHIND);
        var rows = statement.executeQuery()) {
      while (rows.next()) {
        chains.add(rows.getLong(1));
      }
    }
    var heads = new ArrayList<Seal.Head>();
    for (long chain : chains) {
      try (var statement = connection.prepareStatement(AuditSql.HEAD)) {
        statement.setLong(1, chain);
        try (var rows = statement.executeQuery()) {
          if (!rows.next()) {
            continue; // Someone removed it: the verification will say so.
          }
          var head = new Head(chain, rows.getLong(1), rows.getBytes(2));
          boolean isClosed = rows.getString(3).equals(AuditRow.CLOSE);
          heads.add((isClosed ? head : close(connection, head)).closed());
        }
      } catch (SQLException e) {
        if (!isUniqueViolation(e)) {
          throw e;
        }
        // Another instance closes it as well, or its own one lives: next time.
      }
    }
    return heads;
  }

  /** What else belongs into the transaction of a seal. */
  @FunctionalInterface
  interface Work {
    void run(Connection transaction) throws SQLException;
  }

  /** Writes the next seal, if there is anything to seal. */
  void seal(Connection connection, List<Seal.Head> heads, Work work) throws SQLException {
    if (heads.isEmpty()) {
      return;
    }
    for (int attempt = 1; ; attempt++) {
      connection.setAutoCommit(false);
      try {
        addSeal(connection, heads);
        try (var update = connection.prepareStatement(AuditSql.SEALED)) {
          for (Seal.Head head : heads) {
            update.setLong(1, head.seq());
            update.setBoolean(2, head.state() != Seal.Head.State.HEAD);
            update.setLong(3, head.chain());
            update.addBatch();
          }
          update.executeBatch();
        }
        work.run(connection);
        connection.commit();
        return;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        if (!(e instanceof SQLException sql && isUniqueViolation(sql)) || attempt == ATTEMPTS) {
          throw e; // Else another instance's seal was first: link to that one.
        }
      } finally {
        connection.setAutoCommit(true);
      }
    }
  }

  private void addSeal(Connection connection, List<Seal.Head> heads) throws SQLException {
    long number = 1;
    String previous = Seal.NO_PREVIOUS;
    try (var statement = connection.prepareStatement(AuditSql.LAST_SEAL);
        var rows = statement.executeQuery()) {
      if (rows.next()) {
        number = rows.getLong(1) + 1;
        previous = HexFormat.of().formatHex(rows.getBytes(2));
      }
    }
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    String body =
        new Seal(number, now, previous, fingerprint, signer.algorithm().jca(), heads).body();
    try (var statement = connection.prepareStatement(AuditSql.ADD_CERTIFICATE)) {
      statement.setString(1, fingerprint);
      statement.setBytes(2, certificate);
      statement.executeUpdate();
    }
    try (var statement = connection.prepareStatement(AuditSql.ADD_SEAL)) {
      statement.setLong(1, number);
      statement.setObject(2, now.atOffset(ZoneOffset.UTC));
      statement.setString(3, body);
      statement.setBytes(4, HexFormat.of().parseHex(Seal.digest(body)));
      statement.setBytes(5, signer.sign(body.getBytes(StandardCharsets.UTF_8)));
      statement.executeUpdate();
    }
  }
}
