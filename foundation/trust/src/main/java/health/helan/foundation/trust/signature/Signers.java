package health.helan.foundation.trust.signature;

import health.helan.foundation.store.Licences;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.trust.crypto.CertificateAuthority;
import health.helan.foundation.trust.crypto.CertificateAuthority.Kind;
import health.helan.foundation.trust.crypto.CertificateFiles;
import health.helan.foundation.trust.crypto.DigestAlgorithm;
import health.helan.foundation.trust.crypto.KeyVault;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import health.helan.foundation.trust.crypto.Signer;
import health.helan.foundation.trust.crypto.TrustedAuthorities;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Whose certificate is whose: practitioners and institutions, by the reference of their resource.
 * The key lies in the platform's vault, or with its holder (a token, a card).
 */
public final class Signers {
  /** The platform's own key for its seal. */
  public static final String SEAL = "seal";

  /** Holder of whatever key seals. */
  private static final String PLATFORM = "platform/" + SEAL;

  private final KeyVault vault;
  private final CertificateAuthority authority;
  private final TrustedAuthorities trusted;
  private final DataSource database;
  private final Clock clock;
  private final String seal;

  /**
   * Someone's certificate.
   *
   * @param keyName of its key in the vault; empty where the holder keeps the key
   * @param chain its own first
   */
  public record Registered(String holder, String keyName, List<X509Certificate> chain) {}

  /**
   * @param seal name of the key in the vault under which residents agree in their session, and
   *     printed documents are sealed: {@link #SEAL}, or one of an outside authority
   */
  public Signers(
      KeyVault vault,
      CertificateAuthority authority,
      TrustedAuthorities trusted,
      DataSource database,
      Clock clock,
      String seal) {
    this.vault = vault;
    this.authority = authority;
    this.trusted = trusted;
    this.database = database;
    this.clock = clock;
    this.seal = seal;
  }

  // ------------------------------------------------------------------ registering

  /**
   * Makes a key in the vault with a certificate of the platform's own authority.
   *
   * @param holder {@code Practitioner/…} or {@code Organization/…}
   * @param name as it stands in the certificate
   * @throws Refusal CONFLICT if there is one of this algorithm already
   */
  public Registered enroll(String holder, String name, SignatureAlgorithm algorithm, String by) {
    String keyName = keyName(holder, algorithm);
    refuseTaken(holder, keyName);
    Kind kind = holder.startsWith("Organization/") ? Kind.INSTITUTION : Kind.PRACTITIONER;
    authority.issue(authority.request(kind, holder, name, keyName, algorithm).id());
    return note(new Registered(holder, keyName, vault.chain(keyName)), by);
  }

  /**
   * Takes a key that another authority certified into the vault.
   *
   * @throws health.helan.foundation.trust.crypto.CertificateRefused if nobody trusted vouches for
   *     it
   */
  public Registered take(String holder, CertificateFiles.KeyAndChain file, String by) {
    trusted.check(file.chain(), clock.instant());
    forSigning(file.chain().getFirst());
    String keyName = keyName(holder, SignatureAlgorithm.of(file.key()));
    refuseTaken(holder, keyName);
    vault.take(keyName, file.key(), file.chain());
    return note(new Registered(holder, keyName, file.chain()), by);
  }

  /** Notes that a certificate is a holder's, who keeps the key. */
  public Registered register(String holder, List<X509Certificate> chain, String by) {
    trusted.check(chain, clock.instant());
    forSigning(chain.getFirst());
    return note(new Registered(holder, "", chain), by);
  }

  private void refuseTaken(String holder, String keyName) {
    if (vault.has(keyName)) {
      throw new Refusal(Refusal.Kind.CONFLICT, "signature.signer-taken", holder);
    }
  }

  private static String keyName(String holder, SignatureAlgorithm algorithm) {
    return "sign-"
        + holder.replace('/', '-')
        + "-"
        + algorithm.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * @throws Refusal UNPROCESSABLE for an authority's certificate, or one without the use
   */
  static void forSigning(X509Certificate certificate) {
    if (!isForSigning(certificate)) {
      throw new Refusal(Refusal.Kind.UNPROCESSABLE, "signature.not-for-signing");
    }
  }

  /** Digital signature or non-repudiation (RFC 5280, 4.2.1.3), and no authority's. */
  static boolean isForSigning(X509Certificate certificate) {
    boolean[] usage = certificate.getKeyUsage();
    return certificate.getBasicConstraints() < 0 && (usage == null || usage[0] || usage[1]);
  }

  private Registered note(Registered one, String by) {
    try (Connection connection = database.getConnection();
        var insert =
            connection.prepareStatement(
                """
                insert into signer (holder, fingerprint, key_name, chain, added, added_by)
                values (?, ?, ?, ?, ?, ?) on conflict (holder, fingerprint) do nothing""")) {
      connection.setAutoCommit(true);
      insert.setString(1, one.holder);
      insert.setString(2, fingerprint(one.chain.getFirst()));
      insert.setString(3, one.keyName);
      insert.setString(4, CertificateFiles.pem(one.chain));
      insert.setObject(5, clock.instant().atOffset(ZoneOffset.UTC));
      insert.setString(6, by);
      insert.executeUpdate();
      return one;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private static String fingerprint(X509Certificate certificate) {
    try {
      return HexFormat.of().formatHex(DigestAlgorithm.SM3.digest(certificate.getEncoded()));
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Asks whether a holder may act at this moment. */
  void check(Licences licences, String holder, String institution, Instant at) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      licences.check(connection, holder, institution, at);
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  // ------------------------------------------------------------------ looking

  /** All of a holder's, the oldest first. */
  public List<Registered> of(String holder) {
    try (Connection connection = database.getConnection();
        var statement =
            connection.prepareStatement(
                "select key_name, chain from signer where holder = ? order by added, fingerprint")) {
      statement.setString(1, holder);
      try (var rows = statement.executeQuery()) {
        var all = new ArrayList<Registered>();
        while (rows.next()) {
          all.add(
              new Registered(holder, rows.getString(1), CertificateFiles.pem(rows.getString(2))));
        }
        return all;
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** A key that signs, and the certificates beside it. */
  public record Key(Signer signer, List<X509Certificate> chain) {}

  /**
   * The holder's key in the vault; SM2 first where there are several.
   *
   * @param algorithm null for any
   * @return null for none
   */
  public @Nullable Key inVault(String holder, @Nullable SignatureAlgorithm algorithm) {
    Key found = null;
    for (Registered one : of(holder)) {
      if (!one.keyName.isEmpty() && vault.has(one.keyName)) {
        SignatureAlgorithm its = SignatureAlgorithm.of(one.chain.getFirst().getPublicKey());
        if (its == algorithm
            || algorithm == null && (found == null || its == SignatureAlgorithm.SM2_SM3)) {
          // The vault has the newest certificate of the key.
          found = new Key(vault.signer(one.keyName), vault.chain(one.keyName));
        }
      }
    }
    return found;
  }

  /** The platform's seal. */
  public Key seal() {
    var key = new Key(vault.signer(seal), vault.chain(seal));
    if (!isSeal(key.chain.getFirst())) {
      // Of an outside authority: what it sealed is still the platform's when another key takes
      // over.
      note(new Registered(PLATFORM, seal, key.chain), "platform");
    }
    return key;
  }

  /** The platform's seal in another algorithm, for who reads no SM2; made at the first call. */
  public Key seal(SignatureAlgorithm algorithm) {
    if (algorithm == SignatureAlgorithm.SM2_SM3) {
      return seal();
    }
    String name = SEAL + "-" + algorithm.name().toLowerCase(Locale.ROOT).replace('_', '-');
    Signer signer =
        authority.platformKey(name, Kind.SEAL, "贺兰平台印章 Seal " + algorithm.jca(), algorithm);
    return new Key(signer, vault.chain(name));
  }

  boolean isSeal(X509Certificate certificate) {
    return isOf(PLATFORM, certificate);
  }

  /** Whether a certificate is or was the holder's: noted here, or issued by the own authority. */
  public boolean isOf(String holder, X509Certificate certificate) {
    for (Registered one : of(holder)) {
      if (one.chain.getFirst().equals(certificate)) {
        return true;
      }
    }
    return isIssuedTo(holder, certificate);
  }

  private boolean isIssuedTo(String holder, X509Certificate certificate) {
    return authority.ofHolder(holder).stream()
        .map(CertificateAuthority.Entry::certificate)
        .filter(Objects::nonNull)
        .anyMatch(certificate::equals);
  }

  /**
   * Certificates that go with one that its holder sent, as far as they are known here.
   *
   * @param sent its own first
   */
  List<X509Certificate> completed(String holder, List<X509Certificate> sent) {
    for (Registered one : of(holder)) {
      if (one.chain.getFirst().equals(sent.getFirst()) && one.chain.size() > sent.size()) {
        return one.chain;
      }
    }
    return sent;
  }
}
