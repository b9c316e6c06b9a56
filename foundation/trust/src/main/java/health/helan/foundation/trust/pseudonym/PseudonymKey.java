package health.helan.foundation.trust.pseudonym;

import health.helan.foundation.trust.crypto.AeadAlgorithm;
import health.helan.foundation.trust.crypto.KeyVault;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The secret behind the pseudonyms: in the database, wrapped by a key of the vault. */
final class PseudonymKey {
  /** Name of the wrapping key in the vault; it wraps nothing else. */
  static final String NAME = "pseudonym";

  private static final byte[] BOUND = "pseudonyms".getBytes(StandardCharsets.UTF_8);

  private PseudonymKey() {}

  /** Makes it on the first call; the same for all instances and ever after. */
  static Pseudonyms open(KeyVault vault, DataSource database) throws SQLException {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      byte[] wrapped = read(connection);
      if (wrapped == null) {
        vault.makeWrappingKey(NAME);
        byte[] secret = new byte[Pseudonyms.LENGTH];
        new SecureRandom().nextBytes(secret);
        try (var insert = connection.prepareStatement(PseudonymSql.KEEP_KEY)) {
          insert.setBytes(1, vault.wrap(NAME, AeadAlgorithm.AES_256_GCM, secret, BOUND));
          insert.setObject(2, Instant.now().atOffset(ZoneOffset.UTC));
          insert.executeUpdate();
        }
        wrapped = read(connection); // Another instance may have been first.
      }
      if (wrapped == null) {
        throw new IllegalStateException("the secret of the pseudonyms is gone");
      }
      return new Pseudonyms(vault.unwrap(NAME, AeadAlgorithm.AES_256_GCM, wrapped, BOUND));
    }
  }

  private static byte @Nullable [] read(Connection connection) throws SQLException {
    try (var statement = connection.prepareStatement(PseudonymSql.KEY);
        var rows = statement.executeQuery()) {
      return rows.next() ? rows.getBytes(1) : null;
    }
  }
}
