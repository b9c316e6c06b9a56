package health.helan.foundation.trust.audit;

import health.helan.foundation.store.Json;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import org.bouncycastle.crypto.digests.SM3Digest;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes chains and seals as files that can be carried away and verified without the platform:
 * {@code manifest.json}, {@code seals.ndjson}, {@code chain-N.ndjson} for each chain, {@code
 * certificates.pem}. Their form stands in {@code docs/guide/audit.md}.
 */
public final class AuditExport {
  private static final int FETCH = 2000;
  private static final HexFormat HEX = HexFormat.of();

  private final Connection connection;
  private final Path folder;
  private final ArrayNode files = Json.MAPPER.createArrayNode();
  private long rows;

  private AuditExport(Connection connection, Path folder) {
    this.connection = connection;
    this.folder = folder;
  }

  /**
   * Exports one snapshot of the audit.
   *
   * @param folder made where absent; must be empty
   * @return number of rows of chains
   */
  public static long write(Connection connection, Path folder) throws SQLException, IOException {
    Files.createDirectories(folder);
    try (var present = Files.list(folder)) {
      if (present.findAny().isPresent()) {
        throw new java.nio.file.FileAlreadyExistsException(folder.toString());
      }
    }
    boolean autoCommit = connection.getAutoCommit();
    connection.setAutoCommit(false);
    int isolation = connection.getTransactionIsolation();
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    try {
      var export = new AuditExport(connection, folder);
      export.write();
      return export.rows;
    } finally {
      connection.rollback();
      connection.setTransactionIsolation(isolation);
      connection.setAutoCommit(autoCommit);
    }
  }

  /** A file that grows line by line, and its digest. */
  private final class Lines implements AutoCloseable {
    private final String name;
    private final OutputStream out;
    private final SM3Digest digest = new SM3Digest();
    private long lines;

    Lines(String name) throws IOException {
      this.name = name;
      out = new BufferedOutputStream(Files.newOutputStream(folder.resolve(name)), 1 << 16);
    }

    void line(byte[] line) throws IOException {
      out.write(line);
      out.write('\n');
      digest.update(line, 0, line.length);
      digest.update((byte) '\n');
      lines++;
    }

    @Override
    public void close() throws IOException {
      out.close();
      byte[] sum = new byte[Sm3.LENGTH];
      digest.doFinal(sum, 0);
      files.addObject().put("name", name).put("lines", lines).put("sm3", HEX.formatHex(sum));
    }
  }

  private void write() throws SQLException, IOException {
    long last = 0;
    try (var lines = new Lines("seals.ndjson");
        var statement =
            connection.prepareStatement(
                "select number, body, digest, signature from audit_seal order by number")) {
      statement.setFetchSize(FETCH);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          last = row.getLong(1);
          ObjectNode seal = Json.MAPPER.createObjectNode();
          seal.put("number", last);
          seal.put("body", row.getString(2));
          seal.put("digest", HEX.formatHex(row.getBytes(3)));
          seal.put("signature", Base64.getEncoder().encodeToString(row.getBytes(4)));
          lines.line(Json.MAPPER.writeValueAsBytes(seal));
        }
      }
    }
    chains();
    certificates();
    ObjectNode manifest = Json.MAPPER.createObjectNode();
    manifest.put("format", "helan-audit-export-1");
    manifest.put("exported", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    manifest.put("lastSeal", last);
    manifest.put("rows", rows);
    manifest.set("files", files);
    Files.write(
        folder.resolve("manifest.json"),
        Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest));
  }

  private void chains() throws SQLException, IOException {
    Lines lines = null;
    long chain = 0;
    try (var statement =
        connection.prepareStatement(
            "select " + AuditRow.COLUMNS + " from audit order by chain, seq")) {
      statement.setFetchSize(FETCH);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          if (lines == null || chain != row.getLong(1)) {
            if (lines != null) {
              lines.close();
            }
            chain = row.getLong(1);
            lines = new Lines("chain-" + chain + ".ndjson");
          }
          lines.line(line(AuditRow.read(row), row.getBytes(23)));
          rows++;
        }
      }
    } finally {
      if (lines != null) {
        lines.close();
      }
    }
  }

  private static byte[] line(AuditRow row, byte[] digest) {
    return Json.MAPPER.writeValueAsBytes(node(row, digest));
  }

  /** A row as a line holds it. */
  static ObjectNode node(AuditRow row, byte[] digest) {
    ObjectNode line = Json.MAPPER.createObjectNode();
    // As text: chains go beyond what JSON's numbers hold in some languages.
    line.put("chain", Long.toString(row.chain()));
    line.put("seq", row.seq());
    line.put("kind", row.kind());
    line.put("at", row.micros());
    line.put("account", row.account());
    line.put("role", row.role());
    line.put("institution", row.institution());
    line.put("practitioner", row.practitioner());
    line.put("purposes", row.purposes());
    line.put("request", row.request());
    line.put("remote", row.remote());
    line.put("interaction", row.interaction());
    line.put("type", row.type());
    line.put("id", row.id());
    line.put("operation", row.operation());
    line.put("parameters", row.parameters());
    line.put("query", HEX.toHexDigits(row.query()));
    line.put("status", row.status());
    line.put("count", row.count());
    line.put("refused", row.refused());
    line.put("millis", row.millis());
    ArrayNode subjects = line.putArray("subjects");
    for (long subject : row.subjects()) {
      subjects.add(HEX.toHexDigits(subject));
    }
    line.put("digest", HEX.formatHex(digest));
    return line;
  }

  private void certificates() throws SQLException, IOException {
    try (var lines = new Lines("certificates.pem");
        var statement =
            connection.prepareStatement(
                "select certificate from audit_certificate order by fingerprint");
        ResultSet row = statement.executeQuery()) {
      var encoder = Base64.getMimeEncoder(64, new byte[] {'\n'});
      while (row.next()) {
        lines.line("-----BEGIN CERTIFICATE-----".getBytes(StandardCharsets.US_ASCII));
        lines.line(encoder.encode(row.getBytes(1)));
        lines.line("-----END CERTIFICATE-----".getBytes(StandardCharsets.US_ASCII));
      }
    }
  }
}
