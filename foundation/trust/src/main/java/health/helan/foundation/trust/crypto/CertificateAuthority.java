package health.helan.foundation.trust.crypto;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.jspecify.annotations.Nullable;

/**
 * A small certificate authority for a region that has none, and for the demo region: a root, an
 * issuing authority under it, and certificates for institutions, practitioners, the platform's seal
 * and its time stamps, all in SM2. States: {@link CertificateState}.
 *
 * <p>It is no licensed electronic certification service (China's Electronic Signature Law; from
 * general knowledge): a region in service takes certificates from a licensed one, through {@link
 * TrustedAuthorities}.
 */
public final class CertificateAuthority {
  static final String ROOT = "ca-root";
  static final String ISSUING = "ca-issuing";

  /**
   * Vouches for RSA keys, and is of RSA itself: whoever reads a PDF without knowing SM2 can check
   * the chain to its end. Made when the first RSA key is to be certified.
   */
  static final String ROOT_RSA = "ca-root-rsa";

  private static final String ORGANIZATION = "Helan";
  private static final Period ROOT_LIFE = Period.ofYears(20);
  private static final Period ISSUING_LIFE = Period.ofYears(10);
  private static final Period LEAF_LIFE = Period.ofYears(2);
  private static final Period LIST_LIFE = Period.ofDays(7);

  /** Clocks of those who check may be a little behind. */
  private static final Period BACK = Period.ofDays(1);

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String COLUMNS =
      "id, kind, holder, name, state, key_name, public_key, requested, serial, not_before, not_after, encoded, revoked, renewed_by";

  /** Whose certificate it is. */
  public enum Kind {
    INSTITUTION(X509.Profile.SIGNING),
    PRACTITIONER(X509.Profile.SIGNING),
    SEAL(X509.Profile.SIGNING),
    TIME(X509.Profile.TIME);

    private final X509.Profile profile;

    Kind(X509.Profile profile) {
      this.profile = profile;
    }

    public String code() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Why a certificate is revoked, with RFC 5280's numbers. */
  public enum Reason {
    UNSPECIFIED(0),
    KEY_COMPROMISE(1),
    AFFILIATION_CHANGED(3),
    SUPERSEDED(4),
    CESSATION_OF_OPERATION(5);

    private final int number;

    Reason(int number) {
      this.number = number;
    }
  }

  /**
   * A certificate on its way.
   *
   * @param holder reference of the Organization or Practitioner; {@code platform} for its own
   * @param keyName name of its key in the vault; empty when the holder keeps the key
   * @param certificate null until it is issued
   */
  public record Entry(
      String id,
      Kind kind,
      String holder,
      String name,
      CertificateState state,
      String keyName,
      byte[] publicKey,
      Instant requested,
      @Nullable X509Certificate certificate,
      @Nullable Instant revoked,
      @Nullable String renewedBy) {}

  private final KeyVault vault;
  private final DataSource database;
  private final TrustedAuthorities trusted;
  private final Clock clock;

  public CertificateAuthority(
      KeyVault vault, DataSource database, TrustedAuthorities trusted, Clock clock) {
    this.vault = vault;
    this.database = database;
    this.trusted = trusted;
    this.clock = clock;
  }

  /**
   * Makes root and issuing authority where the vault has none, and has them trusted. Repeating it
   * changes nothing.
   *
   * @param region whose authority it is, such as {@code 贺兰示范区}
   */
  public synchronized void establish(String region) {
    Instant now = clock.instant();
    if (!vault.has(ROOT)) {
      PublicKey key = vault.generate(ROOT, SignatureAlgorithm.SM2_SM3);
      X500Name name = X509.name(ORGANIZATION, region + " 根证书 Root CA");
      vault.certify(
          ROOT,
          List.of(
              X509.issue(
                  name,
                  name,
                  key,
                  key,
                  serial(),
                  back(now),
                  after(now, ROOT_LIFE),
                  X509.Profile.ROOT,
                  vault.signer(ROOT))));
    }
    if (!vault.has(ISSUING)) {
      X509Certificate root = vault.chain(ROOT).getFirst();
      PublicKey key = vault.generate(ISSUING, SignatureAlgorithm.SM2_SM3);
      vault.certify(
          ISSUING,
          List.of(
              X509.issue(
                  name(root),
                  X509.name(ORGANIZATION, region + " 签发证书 Issuing CA"),
                  key,
                  root.getPublicKey(),
                  serial(),
                  back(now),
                  after(now, ISSUING_LIFE),
                  X509.Profile.ISSUING,
                  vault.signer(ROOT)),
              root));
    }
    trusted.add(vault.chain(ISSUING), now, "platform");
    renewOldLists();
  }

  /** Publishes anew the lists that are a day old; to be done each day, for they hold a week. */
  public synchronized void renewOldLists() {
    Instant now = clock.instant();
    // Opening a key takes a while, by design: not at each start.
    if (isOld(ROOT, now)) {
      publish(ROOT, Map.of(), now);
    }
    if (isOld(ISSUING, now) || vault.has(ROOT_RSA) && isOld(ROOT_RSA, now)) {
      renewRevocationList();
    }
  }

  /** Name of the key that vouches for a key. */
  private synchronized String issuerOf(PublicKey key) {
    if (SignatureAlgorithm.of(key) != SignatureAlgorithm.RSA_SHA256) {
      return ISSUING;
    }
    if (!vault.has(ROOT_RSA)) {
      Instant now = clock.instant();
      PublicKey own = vault.generate(ROOT_RSA, SignatureAlgorithm.RSA_SHA256);
      X500Name name =
          X509.name(ORGANIZATION, region(vault.chain(ROOT).getFirst()) + " RSA 根证书 Root CA (RSA)");
      vault.certify(
          ROOT_RSA,
          List.of(
              X509.issue(
                  name,
                  name,
                  own,
                  own,
                  serial(),
                  back(now),
                  after(now, ROOT_LIFE),
                  X509.Profile.ROOT,
                  vault.signer(ROOT_RSA))));
      trusted.add(vault.chain(ROOT_RSA), now, "platform");
      publish(ROOT_RSA, Map.of(), now);
    }
    return ROOT_RSA;
  }

  /** Whose authority it is, as its root says. */
  private static String region(X509Certificate root) {
    var names = name(root).getRDNs(org.bouncycastle.asn1.x500.style.BCStyle.CN);
    return names[0].getFirst().getValue().toString().replaceAll(" .*", "");
  }

  private boolean isOld(String key, Instant now) {
    Instant listed = trusted.listed(vault.chain(key).getFirst());
    return listed == null || listed.isBefore(back(now));
  }

  private static Instant after(Instant from, Period period) {
    return from.atOffset(ZoneOffset.UTC).plus(period).toInstant();
  }

  private static Instant back(Instant now) {
    return now.atOffset(ZoneOffset.UTC).minus(BACK).toInstant();
  }

  private static BigInteger serial() {
    return new BigInteger(127, RANDOM);
  }

  private static X500Name name(X509Certificate certificate) {
    return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
  }

  // ------------------------------------------------------------------ requests

  /**
   * Notes a holder's request; its key stays with the holder.
   *
   * @param pkcs10 PEM, signed with the key
   * @throws CertificateRefused UNREADABLE
   */
  public Entry request(Kind kind, String holder, String name, String pkcs10) {
    SubjectPublicKeyInfo key = CertificateFiles.request(pkcs10).getSubjectPublicKeyInfo();
    try {
      return note(kind, holder, name, "", key.getEncoded());
    } catch (java.io.IOException e) {
      throw new CertificateRefused(CertificateRefused.Reason.UNREADABLE);
    }
  }

  /** Makes a key in the vault and notes a request for it: the platform's own, and demo holders'. */
  public Entry request(
      Kind kind, String holder, String name, String keyName, SignatureAlgorithm algorithm) {
    return note(kind, holder, name, keyName, vault.generate(keyName, algorithm).getEncoded());
  }

  private Entry note(Kind kind, String holder, String name, String keyName, byte[] key) {
    var entry =
        new Entry(
            UUID.randomUUID().toString(),
            kind,
            holder,
            name,
            CertificateState.REQUESTED,
            keyName,
            key,
            clock.instant().truncatedTo(ChronoUnit.MICROS),
            null,
            null,
            null);
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      insert(connection, entry);
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
    return entry;
  }

  private static void insert(Connection connection, Entry entry) throws SQLException {
    try (var insert =
        connection.prepareStatement(
            """
            insert into certificate (id, kind, holder, name, state, key_name, public_key, requested,
              serial, not_before, not_after, encoded)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")) {
      insert.setString(1, entry.id);
      insert.setString(2, entry.kind.code());
      insert.setString(3, entry.holder);
      insert.setString(4, entry.name);
      insert.setString(5, entry.state.code());
      insert.setString(6, entry.keyName);
      insert.setBytes(7, entry.publicKey);
      insert.setObject(8, entry.requested.atOffset(ZoneOffset.UTC));
      bindCertificate(insert, 9, entry.certificate);
      insert.executeUpdate();
    }
  }

  private static void bindCertificate(
      java.sql.PreparedStatement statement, int first, @Nullable X509Certificate certificate)
      throws SQLException {
    try {
      statement.setString(
          first, certificate == null ? null : certificate.getSerialNumber().toString(16));
      statement.setObject(
          first + 1,
          certificate == null
              ? null
              : certificate.getNotBefore().toInstant().atOffset(ZoneOffset.UTC),
          java.sql.Types.TIMESTAMP_WITH_TIMEZONE);
      statement.setObject(
          first + 2,
          certificate == null
              ? null
              : certificate.getNotAfter().toInstant().atOffset(ZoneOffset.UTC),
          java.sql.Types.TIMESTAMP_WITH_TIMEZONE);
      statement.setBytes(first + 3, certificate == null ? null : certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  // ------------------------------------------------------------------ steps

  /**
   * Vouches for a request.
   *
   * @throws Refusal NOT_FOUND; BUSINESS_RULE if it is not requested
   */
  public Entry issue(String id) {
    Entry entry = find(id);
    CertificateState to = CertificateState.Step.ISSUE.take(entry.state);
    X509Certificate certificate = sign(entry);
    try (Connection connection = database.getConnection();
        var update =
            connection.prepareStatement(
                """
                update certificate set serial = ?, not_before = ?, not_after = ?, encoded = ?, state = ?
                where id = ? and state = ?""")) {
      connection.setAutoCommit(true);
      bindCertificate(update, 1, certificate);
      update.setString(5, to.code());
      update.setString(6, id);
      update.setString(7, entry.state.code());
      moved(update.executeUpdate());
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
    certifyKey(entry, certificate);
    return find(id);
  }

  private static void moved(int rows) {
    if (rows == 0) {
      throw new Refusal(Refusal.Kind.CONFLICT, "store.contended");
    }
  }

  private void certifyKey(Entry entry, X509Certificate certificate) {
    if (!entry.keyName.isEmpty()) {
      var chain = new java.util.ArrayList<X509Certificate>();
      chain.add(certificate);
      chain.addAll(vault.chain(issuerOf(certificate.getPublicKey())));
      vault.certify(entry.keyName, chain);
    }
  }

  private X509Certificate sign(Entry entry) {
    PublicKey key = publicKey(entry.publicKey);
    String by = issuerOf(key);
    X509Certificate issuer = vault.chain(by).getFirst();
    Instant now = clock.instant();
    if (now.isAfter(issuer.getNotAfter().toInstant())) {
      throw new CertificateRefused(
          CertificateRefused.Reason.EXPIRED, issuer.getNotAfter().toInstant().toString());
    }
    Instant until = after(now, LEAF_LIFE);
    Instant last = issuer.getNotAfter().toInstant();
    return X509.issue(
        name(issuer),
        X509.name(ORGANIZATION, entry.name),
        key,
        issuer.getPublicKey(),
        serial(),
        back(now),
        until.isBefore(last) ? until : last, // Nothing outlives who vouches for it.
        entry.kind.profile,
        vault.signer(by));
  }

  private static PublicKey publicKey(byte[] encoded) {
    try {
      String algorithm =
          SubjectPublicKeyInfo.getInstance(encoded).getAlgorithm().getAlgorithm().getId();
      return KeyFactory.getInstance(algorithm, BouncyCastle.PROVIDER)
          .generatePublic(new X509EncodedKeySpec(encoded));
    } catch (GeneralSecurityException e) {
      throw new CertificateRefused(CertificateRefused.Reason.UNREADABLE);
    }
  }

  /**
   * Issues a new certificate for the same key; the one before holds until its day.
   *
   * @return the new one
   * @throws Refusal NOT_FOUND; BUSINESS_RULE if it is not issued
   */
  public Entry renew(String id) {
    Entry entry = find(id);
    CertificateState to = CertificateState.Step.RENEW.take(entry.state);
    X509Certificate certificate = sign(entry);
    var next =
        new Entry(
            UUID.randomUUID().toString(),
            entry.kind,
            entry.holder,
            entry.name,
            CertificateState.ISSUED,
            entry.keyName,
            entry.publicKey,
            clock.instant().truncatedTo(ChronoUnit.MICROS),
            certificate,
            null,
            null);
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try (var update =
          connection.prepareStatement(
              "update certificate set state = ?, renewed_by = ? where id = ? and state = ?")) {
        update.setString(1, to.code());
        update.setString(2, next.id);
        update.setString(3, id);
        update.setString(4, entry.state.code());
        moved(update.executeUpdate());
        insert(connection, next);
        connection.commit();
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
    certifyKey(entry, certificate);
    return next;
  }

  /**
   * Takes a certificate back, and publishes the list that says so before this returns.
   *
   * @throws Refusal NOT_FOUND; BUSINESS_RULE if it was not issued, or is revoked already
   */
  public void revoke(String id, Reason reason) {
    Entry entry = find(id);
    CertificateState to = CertificateState.Step.REVOKE.take(entry.state);
    try (Connection connection = database.getConnection();
        var update =
            connection.prepareStatement(
                "update certificate set state = ?, revoked = ?, reason = ? where id = ? and state = ?")) {
      connection.setAutoCommit(true);
      update.setString(1, to.code());
      update.setObject(2, clock.instant().atOffset(ZoneOffset.UTC));
      update.setShort(3, (short) reason.number);
      update.setString(4, id);
      update.setString(5, entry.state.code());
      moved(update.executeUpdate());
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
    renewRevocationList();
  }

  /**
   * Publishes anew what is revoked.
   *
   * @return the issuing authority's list
   */
  public X509CRL renewRevocationList() {
    var revoked = new HashMap<BigInteger, X509.Revoked>();
    try (Connection connection = database.getConnection();
        var statement =
            connection.prepareStatement(
                "select serial, revoked, reason from certificate where state = ?")) {
      statement.setString(1, CertificateState.REVOKED.code());
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          revoked.put(
              new BigInteger(rows.getString(1), 16),
              new X509.Revoked(
                  rows.getObject(2, OffsetDateTime.class).toInstant(), rows.getInt(3)));
        }
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
    if (vault.has(ROOT_RSA)) {
      // Serial numbers are random: one issuer's stand for nothing in the other's list.
      publish(ROOT_RSA, revoked, clock.instant());
    }
    return publish(ISSUING, revoked, clock.instant());
  }

  private X509CRL publish(String key, Map<BigInteger, X509.Revoked> revoked, Instant now) {
    X509CRL list =
        X509.revocationList(
            vault.chain(key).getFirst(),
            vault.signer(key),
            revoked,
            now.toEpochMilli(),
            now,
            after(now, LIST_LIFE));
    trusted.addRevocations(list);
    return list;
  }

  // ------------------------------------------------------------------ looking

  /**
   * @throws Refusal NOT_FOUND
   */
  public Entry find(String id) {
    List<Entry> found = entries("id = ?", id);
    if (found.isEmpty()) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "crypto.certificate-not-found");
    }
    return found.getFirst();
  }

  /** All of a holder's, the oldest first. */
  public List<Entry> ofHolder(String holder) {
    return entries("holder = ?", holder);
  }

  private List<Entry> entries(String where, String value) {
    try (Connection connection = database.getConnection();
        var statement =
            connection.prepareStatement(
                "select " + COLUMNS + " from certificate where " + where + " order by requested")) {
      statement.setString(1, value);
      try (var rows = statement.executeQuery()) {
        var entries = new java.util.ArrayList<Entry>();
        while (rows.next()) {
          entries.add(entry(rows));
        }
        return entries;
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private static Entry entry(ResultSet rows) throws SQLException {
    byte[] encoded = rows.getBytes(12);
    OffsetDateTime revoked = rows.getObject(13, OffsetDateTime.class);
    try {
      return new Entry(
          rows.getString(1),
          Kind.valueOf(rows.getString(2).toUpperCase(Locale.ROOT)),
          rows.getString(3),
          rows.getString(4),
          CertificateState.of(rows.getString(5)),
          rows.getString(6),
          rows.getBytes(7),
          rows.getObject(8, OffsetDateTime.class).toInstant(),
          encoded == null ? null : X509.certificate(encoded),
          revoked == null ? null : revoked.toInstant(),
          rows.getString(14));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * A key of the platform itself, certified: made at the first call, the same ever after. What it
   * signs is checked with {@link TrustedAuthorities}.
   *
   * @param keyName {@code seal}, {@code time}, {@code audit}, …
   */
  public synchronized Signer platformKey(String keyName, Kind kind, String name) {
    return platformKey(keyName, kind, name, SignatureAlgorithm.SM2_SM3);
  }

  /** The same with an algorithm other than SM2. */
  public synchronized Signer platformKey(
      String keyName, Kind kind, String name, SignatureAlgorithm algorithm) {
    String holder = "platform/" + keyName;
    Entry last = null;
    for (Entry entry : ofHolder(holder)) {
      last = entry;
    }
    if (last == null || !vault.has(keyName)) {
      last = issue(request(kind, holder, name, keyName, algorithm).id());
    } else if (last.state == CertificateState.REQUESTED) {
      last = issue(last.id); // The last start ended in between.
    }
    X509Certificate certificate = last.certificate;
    if (certificate != null
        && last.state == CertificateState.ISSUED
        && clock
            .instant()
            .isAfter(certificate.getNotAfter().toInstant().minus(60, ChronoUnit.DAYS))) {
      renew(last.id);
    }
    return vault.signer(keyName);
  }
}
