package health.helan.foundation.trust.crypto;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.security.auth.x500.X500Principal;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The authorities whose certificates the platform accepts: its own, and those of others that an
 * operator took in. Checks certificates against them by the rules of RFC 5280, at any moment: what
 * was signed years ago is checked as of then. Reads its tables each time, so that what is taken in
 * or revoked holds on all instances at once.
 */
public final class TrustedAuthorities {
  private static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");
  private static final int LONGEST_PATH = 8;

  private final DataSource database;
  private final ConcurrentHashMap<String, X509Certificate> readCertificates =
      new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, X509CRL> readLists = new ConcurrentHashMap<>();

  /**
   * A certificate that holds.
   *
   * @param path it, then its issuers up to and with the root
   * @param revocationKnown whether a list of each issuer was there to ask; an authority outside may
   *     never have given one
   */
  public record Checked(List<X509Certificate> path, boolean revocationKnown) {}

  /** An authority as it is kept. */
  public record Authority(
      String fingerprint, String subject, Instant notAfter, Instant added, String addedBy) {}

  public TrustedAuthorities(DataSource database) {
    this.database = database;
  }

  private static String fingerprint(byte[] bytes) {
    return HexFormat.of().formatHex(DigestAlgorithm.SM3.digest(bytes));
  }

  static String key(X500Principal name) {
    return fingerprint(name.getEncoded());
  }

  // ------------------------------------------------------------------ taking in

  /**
   * Takes in an authority's certificates: a root, or a chain down from one that is known.
   *
   * @param by who did it
   * @throws CertificateRefused if one is expired, no authority's, or its issuer is not known
   */
  public void add(List<X509Certificate> certificates, Instant now, String by) {
    for (X509Certificate certificate : certificates) {
      valid(certificate, now);
      if (certificate.getBasicConstraints() < 0) {
        throw new CertificateRefused(CertificateRefused.Reason.NO_AUTHORITY);
      }
    }
    var known = new LinkedHashMap<>(authorities());
    var left = new ArrayList<>(certificates);
    // In whatever order they come: each round takes those whose issuer is known by now.
    for (boolean progress = true; progress && !left.isEmpty(); ) {
      progress = false;
      for (var one : List.copyOf(left)) {
        if (isRoot(one) || issuer(one, known.values()) != null) {
          known.put(fingerprint(encoded(one)), one);
          left.remove(one);
          progress = true;
        }
      }
    }
    if (!left.isEmpty()) {
      throw new CertificateRefused(CertificateRefused.Reason.UNKNOWN_AUTHORITY);
    }
    try (Connection connection = database.getConnection();
        var insert =
            connection.prepareStatement(
                """
                insert into trusted_authority (fingerprint, subject, not_after, encoded, added, added_by)
                values (?, ?, ?, ?, ?, ?) on conflict (fingerprint) do nothing""")) {
      connection.setAutoCommit(true);
      for (X509Certificate certificate : certificates) {
        byte[] encoded = encoded(certificate);
        insert.setString(1, fingerprint(encoded));
        insert.setString(2, certificate.getSubjectX500Principal().getName());
        insert.setObject(3, certificate.getNotAfter().toInstant().atOffset(ZoneOffset.UTC));
        insert.setBytes(4, encoded);
        insert.setObject(5, now.atOffset(ZoneOffset.UTC));
        insert.setString(6, by);
        insert.executeUpdate();
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** Trusts an authority no more. */
  public void remove(String fingerprint) {
    try (Connection connection = database.getConnection();
        var delete =
            connection.prepareStatement("delete from trusted_authority where fingerprint = ?")) {
      connection.setAutoCommit(true);
      delete.setString(1, fingerprint);
      if (delete.executeUpdate() == 0) {
        throw new Refusal(Refusal.Kind.NOT_FOUND, "crypto.authority-not-found");
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  public List<Authority> list() {
    try (Connection connection = database.getConnection();
        var statement =
            connection.prepareStatement(
                "select fingerprint, subject, not_after, added, added_by from trusted_authority order by added, fingerprint");
        var rows = statement.executeQuery()) {
      var list = new ArrayList<Authority>();
      while (rows.next()) {
        list.add(
            new Authority(
                rows.getString(1),
                rows.getString(2),
                rows.getObject(3, OffsetDateTime.class).toInstant(),
                rows.getObject(4, OffsetDateTime.class).toInstant(),
                rows.getString(5)));
      }
      return list;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /**
   * Takes in a newer revocation list of an authority that is known. An older one than is there
   * changes nothing.
   *
   * @throws CertificateRefused UNKNOWN_AUTHORITY if nobody known has signed it
   */
  public void addRevocations(X509CRL list) {
    X509Certificate issuer = null;
    for (X509Certificate authority : authorities().values()) {
      if (authority.getSubjectX500Principal().equals(list.getIssuerX500Principal())
          && signed(list, authority)) {
        issuer = authority;
      }
    }
    if (issuer == null) {
      throw new CertificateRefused(CertificateRefused.Reason.UNKNOWN_AUTHORITY);
    }
    try (Connection connection = database.getConnection();
        var upsert =
            connection.prepareStatement(
                """
                insert into revocation_list (issuer, number, this_update, next_update, encoded)
                values (?, ?, ?, ?, ?)
                on conflict (issuer) do update set number = excluded.number,
                  this_update = excluded.this_update, next_update = excluded.next_update,
                  encoded = excluded.encoded
                where revocation_list.number < excluded.number
                  or revocation_list.number = excluded.number
                    and revocation_list.this_update < excluded.this_update""")) {
      connection.setAutoCommit(true);
      Date next = list.getNextUpdate();
      upsert.setString(1, key(list.getIssuerX500Principal()));
      upsert.setLong(2, number(list));
      upsert.setObject(3, list.getThisUpdate().toInstant().atOffset(ZoneOffset.UTC));
      upsert.setObject(
          4,
          next == null ? null : next.toInstant().atOffset(ZoneOffset.UTC),
          java.sql.Types.TIMESTAMP_WITH_TIMEZONE);
      upsert.setBytes(5, list.getEncoded());
      upsert.executeUpdate();
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long number(X509CRL list) {
    byte[] extension =
        list.getExtensionValue(org.bouncycastle.asn1.x509.Extension.cRLNumber.getId());
    if (extension == null) {
      return 0;
    }
    try {
      return org.bouncycastle.asn1.ASN1Integer.getInstance(
              org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils.parseExtensionValue(extension))
          .getValue()
          .longValue();
    } catch (java.io.IOException | RuntimeException e) {
      return 0;
    }
  }

  private static boolean signed(X509CRL list, X509Certificate authority) {
    try {
      list.verify(authority.getPublicKey(), BouncyCastle.PROVIDER);
      return true;
    } catch (GeneralSecurityException | RuntimeException e) {
      return false;
    }
  }

  // ------------------------------------------------------------------ checking

  /**
   * Checks a certificate as of a moment.
   *
   * @param chain the certificate, then those of its issuers that came with it, in any order
   * @throws CertificateRefused EXPIRED, NOT_YET_VALID, UNKNOWN_AUTHORITY, REVOKED or BROKEN_CHAIN
   */
  public Checked check(List<X509Certificate> chain, Instant at) {
    Map<String, X509Certificate> authorities = authorities();
    var path = new ArrayList<X509Certificate>();
    var used = new HashSet<X509Certificate>();
    X509Certificate last = X509.usable(chain.getFirst());
    path.add(last);
    used.add(last);
    valid(last, at);
    // A root of ours ends the path; what came along is only a way to get there.
    while (!(isRoot(last) && authorities.containsKey(fingerprint(encoded(last))))) {
      X509Certificate issuer = issuer(last, authorities.values());
      if (issuer == null) {
        var others = new ArrayList<X509Certificate>();
        for (X509Certificate other : chain.subList(1, chain.size())) {
          others.add(X509.usable(other));
        }
        issuer = issuer(last, others);
      }
      if (issuer == null || !used.add(issuer) || path.size() == LONGEST_PATH) {
        throw new CertificateRefused(CertificateRefused.Reason.UNKNOWN_AUTHORITY);
      }
      valid(issuer, at);
      path.add(issuer);
      last = issuer;
    }
    validate(path, at);
    boolean known = true;
    for (int i = 0; i < path.size() - 1; i++) {
      known &= notRevoked(path.get(i), path.get(i + 1), at);
    }
    return new Checked(List.copyOf(path), known);
  }

  private static void valid(X509Certificate certificate, Instant at) {
    if (at.isAfter(certificate.getNotAfter().toInstant())) {
      throw new CertificateRefused(
          CertificateRefused.Reason.EXPIRED, day(certificate.getNotAfter()));
    }
    if (at.isBefore(certificate.getNotBefore().toInstant())) {
      throw new CertificateRefused(
          CertificateRefused.Reason.NOT_YET_VALID, day(certificate.getNotBefore()));
    }
  }

  private static String day(Date moment) {
    return moment.toInstant().atZone(BEIJING).toLocalDate().toString();
  }

  private static void validate(List<X509Certificate> path, Instant at) {
    try {
      var parameters = new PKIXParameters(Set.of(new TrustAnchor(path.getLast(), null)));
      parameters.setRevocationEnabled(false); // Asked below, from the lists that are kept here.
      parameters.setDate(Date.from(at));
      CertPathValidator.getInstance("PKIX", BouncyCastle.PROVIDER)
          .validate(
              CertificateFactory.getInstance("X.509", BouncyCastle.PROVIDER)
                  .generateCertPath(path.size() == 1 ? path : path.subList(0, path.size() - 1)),
              parameters);
    } catch (CertPathValidatorException e) {
      throw new CertificateRefused(CertificateRefused.Reason.BROKEN_CHAIN);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean notRevoked(X509Certificate certificate, X509Certificate issuer, Instant at) {
    X509CRL list = list(issuer);
    if (list == null || !signed(list, issuer)) {
      return false;
    }
    X509CRLEntry entry = list.getRevokedCertificate(certificate.getSerialNumber());
    // From the moment of revocation on; what was signed before stays signed.
    if (entry != null && !at.isBefore(entry.getRevocationDate().toInstant())) {
      throw new CertificateRefused(
          CertificateRefused.Reason.REVOKED, day(entry.getRevocationDate()));
    }
    return true;
  }

  /** When the newest list of an authority was made; null if there is none. */
  @Nullable Instant listed(X509Certificate issuer) {
    X509CRL list = list(issuer);
    return list == null ? null : list.getThisUpdate().toInstant();
  }

  private @Nullable X509CRL list(X509Certificate issuer) {
    String name = key(issuer.getSubjectX500Principal());
    try (Connection connection = database.getConnection();
        var statement =
            connection.prepareStatement(
                "select number, this_update, encoded from revocation_list where issuer = ?")) {
      statement.setString(1, name);
      try (var rows = statement.executeQuery()) {
        if (!rows.next()) {
          return null;
        }
        byte[] encoded = rows.getBytes(3);
        return readLists.compute(
            name,
            (_, before) ->
                before != null && java.util.Arrays.equals(encodedList(before), encoded)
                    ? before
                    : CertificateFiles.revocationList(encoded));
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private static byte[] encodedList(X509CRL list) {
    try {
      return list.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** All that are trusted, by fingerprint. */
  private Map<String, X509Certificate> authorities() {
    var authorities = new LinkedHashMap<String, X509Certificate>();
    try (Connection connection = database.getConnection();
        var statement =
            connection.prepareStatement(
                "select fingerprint, encoded from trusted_authority order by fingerprint");
        var rows = statement.executeQuery()) {
      while (rows.next()) {
        byte[] encoded = rows.getBytes(2);
        authorities.put(
            rows.getString(1),
            readCertificates.computeIfAbsent(
                rows.getString(1),
                _ -> {
                  try {
                    return X509.certificate(encoded);
                  } catch (GeneralSecurityException e) {
                    throw new IllegalStateException(e);
                  }
                }));
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
    return authorities;
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isRoot(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())
        && signed(certificate, certificate);
  }

  private static boolean signed(X509Certificate certificate, X509Certificate issuer) {
    try {
      certificate.verify(issuer.getPublicKey(), BouncyCastle.PROVIDER);
      return true;
    } catch (GeneralSecurityException | RuntimeException e) {
      return false;
    }
  }

  private static @Nullable X509Certificate issuer(
      X509Certificate certificate, Iterable<X509Certificate> among) {
    for (X509Certificate other : among) {
      if (other.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())
          && !other.equals(certificate)
          && signed(certificate, other)) {
        return other;
      }
    }
    return null;
  }
}
