package health.helan.foundation.trust.audit;

import health.helan.foundation.store.Json;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Proves the chains and seals of a database whole, or names where each is broken first. Reads one
 * snapshot, so that it may run beside the platform. What {@code tools/AuditVerifier.java} does with
 * an export, written a second time on purpose.
 */
public final class AuditVerification {
  private static final int FETCH = 2000;

  private final Connection connection;
  private final Map<String, X509Certificate> trusted = new HashMap<>();
  private final List<Finding> findings = new ArrayList<>();
  private final Map<Long, Sealed> sealed = new TreeMap<>();
  private final BouncyCastleProvider provider = new BouncyCastleProvider();
  private final Map<Long, String> earlier = new TreeMap<>();
  private long seals;
  private long chains;
  private long rows;
  private long unsealed;
  private String lastSeal = "";

  /**
   * A link that is broken.
   *
   * @param place {@code seal 12} or {@code chain 1839… row 7}
   * @param chinese what is wrong
   * @param english the same
   */
  public record Finding(String place, String chinese, String english) {}

  /**
   * What was found.
   *
   * @param rows rows of chains that were read
   * @param unsealed rows behind the last seal of their chain: their removal would not be noticed
   *     yet
   * @param lastSeal number, time and digest of the last seal; empty for none
   * @param findings the first broken link of the seals and of each chain; empty when all is whole
   */
  public record Report(
      long seals, long chains, long rows, long unsealed, String lastSeal, List<Finding> findings) {
    public boolean isWhole() {
      return findings.isEmpty();
    }
  }

  /** What the seals say of a chain. */
  private static final class Sealed {
    final List<Seal.Head> heads = new ArrayList<>();
    boolean closed;
    boolean retired;
  }

  private AuditVerification(Connection connection, Collection<X509Certificate> certificates)
      throws GeneralSecurityException {
    this.connection = connection;
    for (X509Certificate certificate : certificates) {
      trusted.put(HexFormat.of().formatHex(Sm3.of(certificate.getEncoded())), certificate);
    }
  }

  /**
   * Verifies everything that the database holds.
   *
   * @param connection left as it was
   * @param certificates of the keys that may have sealed
   */
  public static Report verify(Connection connection, Collection<X509Certificate> certificates)
      throws SQLException, GeneralSecurityException {
    return verify(connection, certificates, Map.of());
  }

  /**
   * The same, and whether what was sealed earlier is still there.
   *
   * @param earlier digests of seals by number, such as {@link #sealsOf} an export
   */
  public static Report verify(
      Connection connection, Collection<X509Certificate> certificates, Map<Long, String> earlier)
      throws SQLException, GeneralSecurityException {
    var verification = new AuditVerification(connection, certificates);
    verification.earlier.putAll(earlier);
    boolean autoCommit = connection.getAutoCommit();
    connection.setAutoCommit(false);
    int isolation = connection.getTransactionIsolation();
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    try {
      verification.seals();
      verification.chains();
      return new Report(
          verification.seals,
          verification.chains,
          verification.rows,
          verification.unsealed,
          verification.lastSeal,
          List.copyOf(verification.findings));
    } finally {
      connection.rollback();
      connection.setTransactionIsolation(isolation);
      connection.setAutoCommit(autoCommit);
    }
  }

  private void find(String place, String chinese, String english) {
    findings.add(new Finding(place, chinese, english));
  }

  /**
   * The seals of an export.
   *
   * @param export folder that {@link AuditExport} wrote
   * @return digests by number
   * @throws IOException if it is no export
   */
  public static Map<Long, String> sealsOf(Path export) throws IOException {
    var seals = new HashMap<Long, String>();
    try (var lines = Files.newBufferedReader(export.resolve("seals.ndjson"))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        var seal = Json.MAPPER.readTree(line);
        seals.put(seal.path("number").asLong(0), seal.path("digest").asString(""));
      }
    } catch (JacksonException e) {
      throw new IOException("seals.ndjson is broken", e);
    }
    return seals;
  }

  // ------------------------------------------------------------------ seals

  private void seals() throws SQLException {
    String previous = Seal.NO_PREVIOUS;
    long expected = 1;
    boolean broken = false;
    try (var statement =
        connection.prepareStatement(
            "select number, body, digest, signature from audit_seal order by number")) {
      statement.setFetchSize(FETCH);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          seals++;
          String body = row.getString(2);
          String digest = Seal.digest(body);
          Seal seal = null;
          try {
            seal = Seal.parse(body);
          } catch (IllegalArgumentException e) {
            // Told below.
          }
          String known = earlier.remove(expected);
          if (!broken && known != null && !known.equals(digest)) {
            find("seal " + expected, "与较早的导出不同", "it differs from the earlier export");
            broken = true;
          }
          if (!broken) {
            broken = !check(row, expected, previous, digest, seal);
          }
          if (seal != null) {
            // Also behind a broken link: the chains shall be looked at as far as it goes.
            for (Seal.Head head : seal.heads()) {
              note(head);
            }
            lastSeal = seal.number() + " " + seal.at() + " " + digest;
          }
          previous = digest;
          expected++;
        }
      }
    }
    if (!broken && !earlier.isEmpty()) {
      find("seal " + expected, "较早的导出中有，现在没有了", "it is in the earlier export and gone now");
    }
  }

  private void note(Seal.Head head) {
    Sealed of = sealed.computeIfAbsent(head.chain(), _ -> new Sealed());
    of.heads.add(head);
    of.closed |= head.state() != Seal.Head.State.HEAD;
    of.retired |= head.state() == Seal.Head.State.RETIRED;
  }

  private boolean check(
      ResultSet row, long expected, String previous, String digest, @Nullable Seal seal)
      throws SQLException {
    String place = "seal " + expected;
    if (row.getLong(1) != expected) {
      find(place, "封存记录缺失", "the seal is missing");
    } else if (seal == null) {
      find(place, "内容已被改动，无法读取", "its body was altered and cannot be read");
    } else if (seal.number() != expected) {
      find(place, "内容属于另一条封存记录", "its body is another seal's");
    } else if (!seal.previous().equals(previous)) {
      find(place, "与上一条封存记录不衔接", "it does not link to the seal before");
    } else if (!digest.equals(HexFormat.of().formatHex(row.getBytes(3)))) {
      find(place, "内容与其摘要不符", "its body does not have its digest");
    } else if (!trusted.containsKey(seal.certificate())) {
      find(place, "签名所用证书不受信任", "it is signed with a certificate that is not trusted");
    } else if (!isSigned(seal, row.getString(2), row.getBytes(4))) {
      find(place, "签名无效", "its signature is not valid");
    } else {
      return true;
    }
    return false;
  }

  private boolean isSigned(Seal seal, String body, byte[] signature) {
    X509Certificate certificate = trusted.get(seal.certificate());
    if (certificate == null
        || Arrays.stream(SignatureAlgorithm.values())
            .noneMatch(one -> one.jca().equals(seal.algorithm()))) {
      return false;
    }
    try {
      Signature verifier = Signature.getInstance(seal.algorithm(), provider);
      verifier.initVerify(certificate.getPublicKey());
      verifier.update(body.getBytes(StandardCharsets.UTF_8));
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  // ------------------------------------------------------------------ chains

  /** A chain that is being walked through. */
  private final class Walk {
    final long chain;
    final Sealed seen;
    long next;
    byte[] digest = AuditRow.NOTHING;
    int head;
    boolean broken;
    boolean closed;

    Walk(long chain) {
      this.chain = chain;
      Sealed of = sealed.remove(chain);
      seen = of == null ? new Sealed() : of;
      chains++;
      if (seen.heads.isEmpty()) {
        fail(0, "没有任何封存记录提到这条链，不是平台建立的", "no seal names this chain: it is not the platform's");
      } else if (seen.retired) {
        fail(0, "这条链已按保存期限清除，却仍有记录", "the chain was removed by retention, and yet has rows");
      }
      seen.heads.sort(java.util.Comparator.comparingLong(Seal.Head::seq));
    }

    void fail(long seq, String chinese, String english) {
      if (!broken) {
        find("chain " + chain + " row " + seq, chinese, english);
      }
      broken = true;
    }

    void row(ResultSet row) throws SQLException {
      rows++;
      if (broken) {
        return;
      }
      long seq = row.getLong(2);
      if (seq != next) {
        fail(next, "记录缺失", "the row is missing");
        return;
      }
      AuditRow read;
      try {
        read = AuditRow.read(row);
      } catch (SQLException | RuntimeException e) {
        fail(seq, "记录无法读取", "the row cannot be read");
        return;
      }
      byte[] expected = read.digest(digest);
      if (!Arrays.equals(expected, row.getBytes(23))) {
        fail(
            seq,
            "记录或它之前的记录被改动、插入或调换",
            "the row was altered, inserted or moved: its digest does not follow from the row before");
      } else if (read.kind().equals(AuditRow.OPEN) != (seq == 0)) {
        fail(seq, "链的起始记录不在起始处", "the opening row is not where the chain opens");
      } else if (closed) {
        fail(seq, "链关闭之后又有记录", "the chain was closed before this row");
      }
      closed |= read.kind().equals(AuditRow.CLOSE);
      digest = expected;
      next++;
      while (head < seen.heads.size() && seen.heads.get(head).seq() <= seq) {
        Seal.Head sealedHead = seen.heads.get(head++);
        if (sealedHead.seq() == seq
            && !sealedHead.digest().equals(HexFormat.of().formatHex(expected))) {
          fail(
              seq,
              "与封存的摘要不符：上一次封存之后到此的记录被整体改写",
              "it is not what was sealed: rows since the seal before were rewritten");
        }
      }
    }

    void end() {
      if (broken) {
        return;
      }
      long last = seen.heads.getLast().seq();
      if (next <= last) {
        fail(
            next,
            "链尾的记录被删除（已封存到 " + last + "）",
            "the tail was removed (sealed up to " + last + ")");
      } else if (seen.closed && next > last + 1) {
        fail(last + 1, "封存为关闭之后又有记录", "the chain was sealed as closed before this row");
      } else {
        unsealed += next - 1 - last;
      }
    }
  }

  private void chains() throws SQLException {
    Walk walk = null;
    try (var statement =
        connection.prepareStatement(
            "select " + AuditRow.COLUMNS + " from audit order by chain, seq")) {
      statement.setFetchSize(FETCH);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          long chain = row.getLong(1);
          if (walk == null || walk.chain != chain) {
            if (walk != null) {
              walk.end();
            }
            walk = new Walk(chain);
          }
          walk.row(row);
        }
      }
    }
    if (walk != null) {
      walk.end();
    }
    sealed.forEach(
        (chain, of) -> {
          if (!of.retired) {
            find("chain " + chain + " row 0", "整条链被删除", "the whole chain was removed");
          }
        });
  }
}
