package health.helan.oversight.clearing;

import health.helan.foundation.trust.account.Sql;
import health.helan.foundation.trust.crypto.DigestAlgorithm;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import health.helan.oversight.ledger.Ledger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.jspecify.annotations.Nullable;

/**
 * Proves closed days whole, or says where each is broken: that they follow one another, that they
 * are signed, and that ledger and lines still hold what was sealed. Changes nothing.
 */
public final class DayVerification {
  private final Sql sql;
  private final DayFacts facts;
  private final Map<String, X509Certificate> trusted = new HashMap<>();
  private final BouncyCastleProvider provider = new BouncyCastleProvider();
  private final List<Finding> findings = new ArrayList<>();

  private DayVerification(DataSource database, Collection<X509Certificate> certificates)
      throws GeneralSecurityException {
    sql = new Sql(database);
    facts = new DayFacts(sql, new Ledger(database, Clock.systemUTC()));
    for (X509Certificate certificate : certificates) {
      trusted.put(
          HexFormat.of().formatHex(DigestAlgorithm.SM3.digest(certificate.getEncoded())),
          certificate);
    }
  }

  /**
   * What is wrong.
   *
   * @param place scope and day
   */
  public record Finding(String place, String chinese, String english) {}

  /**
   * @param days closed days of all scopes that were looked at
   */
  public record Report(int days, List<Finding> findings) {
    public boolean isWhole() {
      return findings.isEmpty();
    }
  }

  /** A row as it is stored. */
  private record Row(
      String scope, LocalDate day, int number, String body, byte[] digest, byte[] signature) {
    static Row of(ResultSet row) throws SQLException {
      return new Row(
          row.getString("scope"),
          row.getObject("day", LocalDate.class),
          row.getInt("number"),
          row.getString("body"),
          row.getBytes("digest"),
          row.getBytes("signature"));
    }
  }

  /**
   * @param certificates of the keys that may have sealed
   */
  public static Report verify(DataSource database, Collection<X509Certificate> certificates)
      throws GeneralSecurityException {
    return new DayVerification(database, certificates).run();
  }

  private Report run() {
    List<Row> rows =
        sql.list(
            "select scope, day, number, body, digest, signature from clearing_close order by scope, number",
            Row::of);
    Map<String, String> digests = new HashMap<>();
    String previous = DayClose.NO_PREVIOUS;
    @Nullable Row before = null;
    for (Row row : rows) {
      if (before == null || !before.scope().equals(row.scope())) {
        previous = DayClose.NO_PREVIOUS;
        before = null;
      }
      String digest = DayClose.digest(row.body());
      check(row, before, previous, digest);
      digests.put(row.scope() + " " + row.day(), digest);
      previous = digest;
      before = row;
    }
    parts(rows, digests);
    return new Report(rows.size(), List.copyOf(findings));
  }

  private void find(Row row, String chinese, String english) {
    findings.add(new Finding(row.scope() + " " + row.day(), chinese, english));
  }

  private void check(Row row, @Nullable Row before, String previous, String digest) {
    DayClose.Head head = DayClose.Head.parse(row.body());
    if (head == null
        || !head.scope().equals(row.scope())
        || !head.day().equals(row.day())
        || head.number() != row.number()) {
      find(row, "内容已被改动，无法读取", "its body was altered and cannot be read");
    } else if (head.number() != (before == null ? 1 : before.number() + 1)
        || before != null && !before.day().plusDays(1).equals(row.day())) {
      find(row, "前面有日结记录缺失", "a closed day before it is missing");
    } else if (!head.previous().equals(previous)) {
      find(row, "与前一日的日结记录不衔接", "it does not link to the day before");
    } else if (!digest.equals(HexFormat.of().formatHex(row.digest()))) {
      find(row, "内容与其摘要不符", "its body does not have its digest");
    } else if (!isSigned(head, row)) {
      find(row, "签名无效或证书不受信任", "its signature is not valid, or not of a trusted certificate");
    } else if (!row.scope().equals(DayClose.ALL)) {
      compare(row);
    }
  }

  private boolean isSigned(DayClose.Head head, Row row) {
    X509Certificate certificate = trusted.get(head.certificate());
    if (certificate == null
        || Arrays.stream(SignatureAlgorithm.values())
            .noneMatch(one -> one.jca().equals(head.algorithm()))) {
      return false;
    }
    try {
      Signature verifier = Signature.getInstance(head.algorithm(), provider);
      verifier.initVerify(certificate.getPublicKey());
      verifier.update(row.body().getBytes(StandardCharsets.UTF_8));
      return verifier.verify(row.signature());
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** Whether ledger and lines hold what was sealed. */
  private void compare(Row row) {
    List<String> sealed =
        DayClose.facts(row.body()).stream().filter(line -> !line.startsWith("case ")).toList();
    Set<String> now = new HashSet<>(facts.of(row.scope(), row.day()));
    for (String line : sealed) {
      if (!now.remove(line)) {
        String word = line.substring(0, line.indexOf(' '));
        find(
            row,
            "“" + word + "”与日结时封存的不符：账目或对账单在日结之后被改动",
            word
                + " is not what was sealed: ledger or lines were altered after the day was closed");
        return;
      }
    }
    if (!now.isEmpty()) {
      find(row, "日结之后多出了数据", "something was added after the day was closed");
    }
  }

  /** Whether the whole of each day is still made of its parts. */
  private void parts(List<Row> rows, Map<String, String> digests) {
    for (Row row : rows) {
      if (row.scope().equals(DayClose.ALL)) {
        for (String line : DayClose.facts(row.body())) {
          String[] words = line.split(" ");
          if (words.length == 3
              && words[0].equals("part")
              && !words[2].equals(digests.get(words[1] + " " + row.day()))) {
            find(
                row,
                "其中 " + words[1] + " 的日结记录缺失或被改动",
                "the closed day of " + words[1] + " is missing or was altered");
          }
        }
      }
    }
  }
}
