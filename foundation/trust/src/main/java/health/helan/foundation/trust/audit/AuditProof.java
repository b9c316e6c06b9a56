package health.helan.foundation.trust.audit;

import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Proof of single rows of the audit: each with the digest before it, the seal that covers it, and
 * whether the chain is whole from the row to what was sealed. A row and a seal can be checked
 * without the platform; the walk between the two is the platform's word (docs/adr/0126).
 */
public final class AuditProof {
  private static final HexFormat HEX = HexFormat.of();
  private static final BouncyCastleProvider PROVIDER = new BouncyCastleProvider();

  /** So many rows are walked from a row to its seal; a minute of a busy region. */
  private static final long LONGEST_WALK = 500_000;

  private static final int FETCH = 2000;

  private static final String ROW =
      "select " + AuditRow.COLUMNS + " from audit where chain = ? and seq = ?";
  private static final String WALK =
      "select "
          + AuditRow.COLUMNS
          + " from audit where chain = ? and seq > ? and seq <= ? order by seq";
  private static final String SEALS =
      "select number, body from audit_seal where at >= ? and body like ? order by number";
  private static final String SEAL =
      """
      select s.body, s.digest, s.signature, c.certificate from audit_seal s
      join audit_certificate c on c.fingerprint = split_part(s.body, E'\\n', 5) where s.number = ?""";

  private AuditProof() {}

  /** Where a row is. */
  public record Place(long chain, long seq) {}

  /**
   * A row and its proof.
   *
   * @param row as in an export of the audit, with its digest
   * @param previous digest of the row before, hexadecimal
   * @param seal number of the seal that covers it; 0 for none yet
   * @param whole whether the platform has walked from the row to what was sealed
   */
  public record Proved(Instant at, ObjectNode row, String previous, long seal, boolean whole) {}

  /** Seals by number, as lines of an export with the certificate beside. */
  public record Proofs(List<Proved> rows, Map<Long, ObjectNode> seals) {}

  private record Head(long number, long seq, String digest) {}

  /**
   * Proves rows.
   *
   * @param places those that are not there are left out
   */
  public static Proofs of(Connection connection, Collection<Place> places) throws SQLException {
    var rows = new ArrayList<Proved>();
    var seals = new TreeMap<Long, ObjectNode>();
    var heads = new HashMap<Long, List<Head>>();
    // A walk proves all rows that it passes.
    var walked = new HashMap<Place, Boolean>();
    var ordered =
        places.stream()
            .distinct()
            .sorted(Comparator.comparingLong(Place::chain).thenComparingLong(Place::seq))
            .toList();
    for (Place place : ordered) {
      AuditRow row;
      byte[] digest;
      try (var statement = connection.prepareStatement(ROW)) {
        statement.setLong(1, place.chain);
        statement.setLong(2, place.seq);
        try (ResultSet found = statement.executeQuery()) {
          if (!found.next()) {
            continue;
          }
          row = AuditRow.read(found);
          digest = found.getBytes(23);
        }
      }
      byte[] previous = place.seq == 0 ? AuditRow.NOTHING : digestAt(connection, place);
      if (!heads.containsKey(place.chain)) {
        heads.put(place.chain, heads(connection, place.chain, row.at()));
      }
      Head head =
          heads.get(place.chain).stream()
              .filter(one -> one.seq >= place.seq)
              .findFirst()
              .orElse(null);
      boolean isWhole = false;
      if (head != null) {
        if (!seals.containsKey(head.number)) {
          seals.put(head.number, seal(connection, head.number));
        }
        Boolean known = walked.get(place);
        isWhole =
            previous != null
                && Arrays.equals(row.digest(previous), digest)
                && (known != null ? known : walk(connection, place, digest, head, ordered, walked));
      }
      rows.add(
          new Proved(
              row.at(),
              AuditExport.node(row, digest),
              previous == null ? "" : HEX.formatHex(previous),
              head == null ? 0 : head.number,
              isWhole));
    }
    return new Proofs(List.copyOf(rows), seals);
  }

  private static byte @Nullable [] digestAt(Connection connection, Place place)
      throws SQLException {
    try (var statement = connection.prepareStatement(AuditSql.DIGEST_AT)) {
      statement.setLong(1, place.chain);
      statement.setLong(2, place.seq - 1);
      try (ResultSet found = statement.executeQuery()) {
        return found.next() ? found.getBytes(1) : null;
      }
    }
  }

  /** What seals say of a chain since a moment, in order. */
  private static List<Head> heads(Connection connection, long chain, Instant since)
      throws SQLException {
    var heads = new ArrayList<Head>();
    try (var statement = connection.prepareStatement(SEALS)) {
      // A row's time is when its answer was ready, a moment before it was appended.
      statement.setObject(1, since.minus(1, ChronoUnit.MINUTES).atOffset(ZoneOffset.UTC));
      statement.setString(2, "% " + chain + " %");
      try (ResultSet found = statement.executeQuery()) {
        while (found.next()) {
          for (Seal.Head head : Seal.parse(found.getString(2)).heads()) {
            if (head.chain() == chain) {
              heads.add(new Head(found.getLong(1), head.seq(), head.digest()));
            }
          }
        }
      }
    } catch (IllegalArgumentException e) {
      return List.of(); // An altered seal: verification tells of it.
    }
    return heads;
  }

  private static ObjectNode seal(Connection connection, long number) throws SQLException {
    ObjectNode seal = health.helan.foundation.store.Json.MAPPER.createObjectNode();
    try (var statement = connection.prepareStatement(SEAL)) {
      statement.setLong(1, number);
      try (ResultSet found = statement.executeQuery()) {
        if (found.next()) {
          seal.put("number", number);
          seal.put("body", found.getString(1));
          seal.put("digest", HEX.formatHex(found.getBytes(2)));
          seal.put("signature", Base64.getEncoder().encodeToString(found.getBytes(3)));
          seal.put("certificate", Base64.getEncoder().encodeToString(found.getBytes(4)));
        }
      }
    }
    return seal;
  }

  /** Walks from a row to what was sealed. */
  private static boolean walk(
      Connection connection,
      Place from,
      byte[] digest,
      Head head,
      List<Place> wanted,
      Map<Place, Boolean> walked)
      throws SQLException {
    if (head.seq - from.seq > LONGEST_WALK) {
      return false;
    }
    byte[] last = digest;
    long next = from.seq + 1;
    boolean isWhole = true;
    try (var statement = connection.prepareStatement(WALK)) {
      statement.setFetchSize(FETCH);
      statement.setLong(1, from.chain);
      statement.setLong(2, from.seq);
      statement.setLong(3, head.seq);
      try (ResultSet rows = statement.executeQuery()) {
        while (isWhole && rows.next()) {
          byte[] expected = AuditRow.read(rows).digest(last);
          isWhole = rows.getLong(2) == next && Arrays.equals(expected, rows.getBytes(23));
          last = expected;
          next++;
        }
      }
    }
    isWhole &= next == head.seq + 1 && HEX.formatHex(last).equals(head.digest);
    for (Place place : wanted) {
      if (place.chain == from.chain && place.seq > from.seq && place.seq <= head.seq) {
        walked.put(place, isWhole);
      }
    }
    return isWhole;
  }

  // ------------------------------------------------------------------ without the platform

  /**
   * Checks a row by itself: whether its digest follows from its fields and the digest before.
   *
   * @param row as {@link Proved#row}
   */
  public static boolean follows(JsonNode row, String previous) {
    try {
      AuditRow read = row(row);
      return HEX.formatHex(read.digest(HEX.parseHex(previous)))
          .equals(row.path("digest").asString(""));
    } catch (RuntimeException e) {
      return false; // No number where one belongs, no digest.
    }
  }

  /** Whether a seal covers a row, as far as the two say it themselves. */
  public static boolean covers(JsonNode seal, JsonNode row) {
    try {
      long chain = Long.parseLong(row.path("chain").asString(""));
      long seq = row.path("seq").asLong(-1);
      for (Seal.Head head : Seal.parse(seal.path("body").asString("")).heads()) {
        if (head.chain() == chain) {
          return seq >= 0
              && (seq < head.seq()
                  || seq == head.seq() && head.digest().equals(row.path("digest").asString("")));
        }
      }
    } catch (IllegalArgumentException e) {
      // No seal.
    }
    return false;
  }

  /**
   * Checks a seal by itself: digest, and signature by one of the certificates.
   *
   * @param trusted of the keys that may have sealed
   */
  public static boolean isSealed(JsonNode seal, Collection<X509Certificate> trusted) {
    String body = seal.path("body").asString("");
    try {
      Seal read = Seal.parse(body);
      return read.number() == seal.path("number").asLong(0)
          && Seal.digest(body).equals(seal.path("digest").asString(""))
          && isSigned(
              body.getBytes(StandardCharsets.UTF_8),
              Base64.getDecoder().decode(seal.path("signature").asString("")),
              read.algorithm(),
              read.certificate(),
              trusted);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * Whether a signature of the platform is over some bytes.
   *
   * @param fingerprint SM3 of the certificate, hexadecimal
   */
  public static boolean isSigned(
      byte[] content,
      byte[] signature,
      String algorithm,
      String fingerprint,
      Collection<X509Certificate> trusted) {
    if (Arrays.stream(SignatureAlgorithm.values()).noneMatch(one -> one.jca().equals(algorithm))) {
      return false;
    }
    for (X509Certificate certificate : trusted) {
      try {
        if (fingerprint(certificate).equals(fingerprint)) {
          Signature verifier = Signature.getInstance(algorithm, PROVIDER);
          verifier.initVerify(certificate.getPublicKey());
          verifier.update(content);
          return verifier.verify(signature);
        }
      } catch (GeneralSecurityException e) {
        return false;
      }
    }
    return false;
  }

  /** SM3 of a certificate, as seals name it. */
  public static String fingerprint(X509Certificate certificate) throws GeneralSecurityException {
    return HEX.formatHex(Sm3.of(certificate.getEncoded()));
  }

  private static AuditRow row(JsonNode row) {
    var subjects = new ArrayList<Long>();
    for (JsonNode subject : row.path("subjects")) {
      subjects.add(HexFormat.fromHexDigitsToLong(subject.asString("")));
    }
    return new AuditRow(
        Long.parseLong(row.path("chain").asString("")),
        row.path("seq").asLong(-1),
        row.path("kind").asString(""),
        Instant.EPOCH.plus(row.path("at").asLong(0), ChronoUnit.MICROS),
        row.path("account").asString(""),
        row.path("role").asString(""),
        row.path("institution").asString(""),
        row.path("practitioner").asString(""),
        row.path("purposes").asString(""),
        row.path("request").asString(""),
        row.path("remote").asString(""),
        row.path("interaction").asString(""),
        row.path("type").asString(""),
        row.path("id").asString(""),
        row.path("operation").asString(""),
        row.path("parameters").asString(""),
        HexFormat.fromHexDigitsToLong(row.path("query").asString("")),
        row.path("status").asInt(0),
        row.path("count").asInt(0),
        row.path("refused").asInt(0),
        row.path("millis").asInt(0),
        subjects.stream().mapToLong(Long::longValue).toArray());
  }
}
