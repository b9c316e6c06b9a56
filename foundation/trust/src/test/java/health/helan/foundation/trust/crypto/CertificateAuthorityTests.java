package health.helan.foundation.trust.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import health.helan.foundation.rest.Messages;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.trust.crypto.CertificateAuthority.Kind;
import health.helan.foundation.trust.crypto.CertificateRefused.Reason;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bouncycastle.asn1.x500.X500Name;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Certificates are asked for, issued, renewed and revoked; what holds is told from what does not.
 */
class CertificateAuthorityTests {
  private Path folder;
  private final MovableClock clock = new MovableClock();
  private static final DataSource DATABASE = PostgresForTests.storeDatabase();
  private final TrustedAuthorities trusted = new TrustedAuthorities(DATABASE);
  private KeyVault vault;
  private CertificateAuthority authority;

  @BeforeEach
  void establish(@TempDir Path given) throws Exception {
    folder = given;
    try (var connection = DATABASE.getConnection();
        var statement = connection.createStatement()) {
      statement.execute("truncate certificate, trusted_authority, revocation_list");
    }
    vault = KeyStoreVault.open(folder.resolve("keystore"), "correct horse battery".toCharArray());
    authority = new CertificateAuthority(vault, DATABASE, trusted, clock);
    authority.establish("贺兰示范区");
  }

  private CertificateAuthority.Entry doctor() {
    return authority.issue(
        authority
            .request(
                Kind.PRACTITIONER,
                "Practitioner/dr-1",
                "张医生",
                "practitioner-dr-1",
                SignatureAlgorithm.SM2_SM3)
            .id());
  }

  private static X509Certificate of(CertificateAuthority.Entry entry) {
    return Objects.requireNonNull(entry.certificate());
  }

  private void refused(Reason reason, ThrowingCallable call) {
    assertThatExceptionOfType(CertificateRefused.class)
        .isThrownBy(call)
        .satisfies(
            refusal -> {
              assertThat(refusal.reason()).isEqualTo(reason);
              for (Locale language : List.of(Locale.CHINESE, Locale.ENGLISH)) {
                String sentence = Messages.of(language, refusal);
                assertThat(sentence).doesNotContain("crypto.").doesNotContain("{0}");
                assertThat(sentence).matches("(?s).*[.。]").hasSizeLessThan(200);
              }
            });
  }

  @Test
  void whatIsIssuedHoldsUpToTheRoot() {
    var entry = doctor();
    assertThat(entry.state()).isEqualTo(CertificateState.ISSUED);
    var checked = trusted.check(List.of(of(entry)), clock.instant());
    assertThat(checked.path()).hasSize(3);
    assertThat(checked.revocationKnown()).isTrue();
    Signer signer = vault.signer("practitioner-dr-1");
    byte[] text = "处方".getBytes(StandardCharsets.UTF_8);
    assertThat(signer.certificate()).isEqualTo(of(entry));
    assertThat(
            SignatureAlgorithm.SM2_SM3.verifies(
                checked.path().getFirst().getPublicKey(), text, signer.sign(text)))
        .isTrue();
    assertThat(vault.chain("practitioner-dr-1")).hasSize(3);
  }

  @Test
  void establishingTwiceChangesNothing() {
    var root = vault.chain(CertificateAuthority.ROOT);
    authority.establish("贺兰示范区");
    assertThat(vault.chain(CertificateAuthority.ROOT)).isEqualTo(root);
    assertThat(trusted.list()).hasSize(2);
  }

  @Test
  void anExpiredCertificateIsRefusedButHeldInItsTime() {
    var entry = doctor();
    Instant then = clock.instant();
    clock.turn(Duration.ofDays(3 * 365));
    refused(Reason.EXPIRED, () -> trusted.check(List.of(of(entry)), clock.instant()));
    assertThat(trusted.check(List.of(of(entry)), then).path()).hasSize(3);
    refused(
        Reason.NOT_YET_VALID,
        () -> trusted.check(List.of(of(entry)), then.minus(Duration.ofDays(30))));
  }

  @Test
  void aRevokedCertificateIsRefusedFromThenOn() {
    var entry = doctor();
    Instant before = clock.instant();
    clock.turn(Duration.ofDays(10));
    authority.revoke(entry.id(), CertificateAuthority.Reason.KEY_COMPROMISE);
    assertThat(authority.find(entry.id()).state()).isEqualTo(CertificateState.REVOKED);
    refused(Reason.REVOKED, () -> trusted.check(List.of(of(entry)), clock.instant()));
    refused(
        Reason.REVOKED,
        () -> trusted.check(List.of(of(entry)), clock.instant().plus(Duration.ofDays(1))));
    assertThat(trusted.check(List.of(of(entry)), before).path()).hasSize(3);
    var others = doctorTwo();
    assertThat(trusted.check(List.of(of(others)), clock.instant()).path()).hasSize(3);
  }

  private CertificateAuthority.Entry doctorTwo() {
    return authority.issue(
        authority
            .request(
                Kind.PRACTITIONER, "Practitioner/dr-2", "李医生", "dr-2", SignatureAlgorithm.SM2_SM3)
            .id());
  }

  @Test
  void aRenewedCertificateHoldsUntilItsDay() {
    var first = doctor();
    clock.turn(Duration.ofDays(700));
    var second = authority.renew(first.id());
    var before = authority.find(first.id());
    assertThat(before.state()).isEqualTo(CertificateState.RENEWED);
    assertThat(before.renewedBy()).isEqualTo(second.id());
    assertThat(of(second).getPublicKey()).isEqualTo(of(first).getPublicKey());
    assertThat(vault.signer("practitioner-dr-1").certificate()).isEqualTo(of(second));
    assertThat(trusted.check(List.of(of(first)), clock.instant()).path()).hasSize(3);
    clock.turn(Duration.ofDays(100));
    refused(Reason.EXPIRED, () -> trusted.check(List.of(of(first)), clock.instant()));
    assertThat(trusted.check(List.of(of(second)), clock.instant()).path()).hasSize(3);
    authority.revoke(first.id(), CertificateAuthority.Reason.SUPERSEDED);
    assertThat(authority.ofHolder("Practitioner/dr-1"))
        .extracting(CertificateAuthority.Entry::state)
        .containsExactly(CertificateState.REVOKED, CertificateState.ISSUED);
  }

  @Test
  void aStepThatTheStateDoesNotAllowIsRefused() {
    var requested =
        authority.request(
            Kind.INSTITUTION,
            "Organization/h1",
            "第一医院",
            "institution-h1",
            SignatureAlgorithm.SM2_SM3);
    illegal("requested", () -> authority.renew(requested.id()));
    illegal(
        "requested",
        () -> authority.revoke(requested.id(), CertificateAuthority.Reason.UNSPECIFIED));
    authority.issue(requested.id());
    illegal("issued", () -> authority.issue(requested.id()));
    authority.revoke(requested.id(), CertificateAuthority.Reason.CESSATION_OF_OPERATION);
    illegal("revoked", () -> authority.renew(requested.id()));
    illegal(
        "revoked", () -> authority.revoke(requested.id(), CertificateAuthority.Reason.UNSPECIFIED));
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> authority.issue("none"))
        .satisfies(refusal -> assertThat(refusal.kind()).isEqualTo(Refusal.Kind.NOT_FOUND));
  }

  private static void illegal(String state, ThrowingCallable call) {
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(call)
        .satisfies(
            refusal -> {
              assertThat(refusal.kind()).isEqualTo(Refusal.Kind.BUSINESS_RULE);
              assertThat(Messages.of(Locale.ENGLISH, refusal)).contains(state);
            });
  }

  private record Outside(KeyPair pair, X509Certificate certificate) {}

  private Outside outside(X509.Profile profile, Instant from) {
    KeyPair pair = SignatureAlgorithm.ECDSA_SHA256.newKeyPair();
    X500Name name = X509.name("Elsewhere", "Another Root " + profile);
    return new Outside(
        pair,
        X509.issue(
            name,
            name,
            pair.getPublic(),
            pair.getPublic(),
            BigInteger.TWO,
            from,
            from.plus(Duration.ofDays(900)),
            profile,
            new KeySigner(SignatureAlgorithm.ECDSA_SHA256, pair.getPrivate(), null)));
  }

  private static X509Certificate issuedBy(
      X509Certificate issuer, KeyPair key, KeyPair subject, X509.Profile profile, Instant from) {
    return X509.issue(
        X500Name.getInstance(issuer.getSubjectX500Principal().getEncoded()),
        X509.name("Elsewhere", "Somebody " + profile),
        subject.getPublic(),
        issuer.getPublicKey(),
        BigInteger.TEN,
        from,
        from.plus(Duration.ofDays(400)),
        profile,
        new KeySigner(SignatureAlgorithm.of(key.getPrivate()), key.getPrivate(), null));
  }

  @Test
  void anUnknownAuthorityIsRefusedUntilItIsTakenIn() {
    Instant now = clock.instant();
    Outside root = outside(X509.Profile.ROOT, now);
    KeyPair holder = SignatureAlgorithm.RSA_SHA256.newKeyPair();
    X509Certificate leaf = issuedBy(root.certificate, root.pair, holder, X509.Profile.SIGNING, now);
    refused(Reason.UNKNOWN_AUTHORITY, () -> trusted.check(List.of(leaf, root.certificate), now));
    trusted.add(
        CertificateFiles.pem(CertificateFiles.pem(List.of(root.certificate))), now, "operator");
    var checked = trusted.check(List.of(leaf), now);
    assertThat(checked.path()).containsExactly(leaf, root.certificate);
    assertThat(checked.revocationKnown()).isFalse();

    trusted.addRevocations(
        X509.revocationList(
            root.certificate,
            new KeySigner(SignatureAlgorithm.ECDSA_SHA256, root.pair.getPrivate(), null),
            Map.of(BigInteger.TEN, new X509.Revoked(now, 1)),
            1,
            now,
            now.plus(Duration.ofDays(7))));
    refused(Reason.REVOKED, () -> trusted.check(List.of(leaf), now));
    String fingerprint =
        trusted.list().stream()
            .filter(one -> one.addedBy().equals("operator"))
            .findFirst()
            .orElseThrow()
            .fingerprint();
    trusted.remove(fingerprint);
    refused(Reason.UNKNOWN_AUTHORITY, () -> trusted.check(List.of(leaf), now));
    assertThatExceptionOfType(Refusal.class).isThrownBy(() -> trusted.remove(fingerprint));
  }

  @Test
  void anOlderRevocationListDoesNotBringBackWhatIsRevoked() {
    var entry = doctor();
    var before = authority.renewRevocationList();
    clock.turn(Duration.ofMinutes(1));
    authority.revoke(entry.id(), CertificateAuthority.Reason.KEY_COMPROMISE);
    trusted.addRevocations(before);
    refused(Reason.REVOKED, () -> trusted.check(List.of(of(entry)), clock.instant()));
  }

  @Test
  void aListThatTheAuthorityDidNotSignIsRefused() {
    Outside other = outside(X509.Profile.ROOT, clock.instant());
    var forged =
        X509.revocationList(
            vault.chain(CertificateAuthority.ISSUING).getFirst(),
            new KeySigner(SignatureAlgorithm.ECDSA_SHA256, other.pair.getPrivate(), null),
            Map.of(),
            Long.MAX_VALUE,
            clock.instant(),
            clock.instant().plus(Duration.ofDays(7)));
    refused(Reason.UNKNOWN_AUTHORITY, () -> trusted.addRevocations(forged));
  }

  @Test
  void anAuthorityThatIsNoneOrExpiredIsNotTakenIn() {
    Instant now = clock.instant();
    refused(
        Reason.NO_AUTHORITY,
        () -> trusted.add(List.of(outside(X509.Profile.SIGNING, now).certificate), now, "me"));
    Outside old = outside(X509.Profile.ROOT, now.minus(Duration.ofDays(1000)));
    refused(Reason.EXPIRED, () -> trusted.add(List.of(old.certificate), now, "me"));
    Outside root = outside(X509.Profile.ROOT, now);
    KeyPair below = SignatureAlgorithm.SM2_SM3.newKeyPair();
    X509Certificate issuing =
        issuedBy(root.certificate, root.pair, below, X509.Profile.ISSUING, now);
    refused(Reason.UNKNOWN_AUTHORITY, () -> trusted.add(List.of(issuing), now, "me"));
    assertThat(trusted.list()).hasSize(2);
    trusted.add(List.of(issuing, root.certificate), now, "me");
    assertThat(trusted.list()).hasSize(4);
  }

  @Test
  void whoIsNoAuthorityVouchesForNobody() {
    var entry = doctor();
    Signer doctor = vault.signer("practitioner-dr-1");
    KeyPair pair = SignatureAlgorithm.SM2_SM3.newKeyPair();
    X509Certificate forged =
        X509.issue(
            X500Name.getInstance(of(entry).getSubjectX500Principal().getEncoded()),
            X509.name("Helan", "假医生"),
            pair.getPublic(),
            of(entry).getPublicKey(),
            BigInteger.ONE,
            clock.instant(),
            clock.instant().plus(Duration.ofDays(1)),
            X509.Profile.SIGNING,
            doctor);
    refused(
        Reason.BROKEN_CHAIN,
        () -> trusted.check(List.of(forged, of(entry)), clock.instant().plusSeconds(1)));
  }

  @Test
  void thePlatformsOwnKeysAreMadeOnceAndRenewedInTime() {
    Signer seal = authority.platformKey("seal", Kind.SEAL, "贺兰平台");
    assertThat(authority.platformKey("seal", Kind.SEAL, "贺兰平台").certificate())
        .isEqualTo(seal.certificate());
    Signer time = authority.platformKey("time", Kind.TIME, "贺兰时间戳");
    assertThat(time.certificate().getCriticalExtensionOIDs()).contains("2.5.29.37");
    assertThat(trusted.check(List.of(time.certificate()), clock.instant()).path()).hasSize(3);
    clock.turn(Duration.ofDays(700));
    Signer renewed = authority.platformKey("seal", Kind.SEAL, "贺兰平台");
    assertThat(renewed.certificate()).isNotEqualTo(seal.certificate());
    assertThat(renewed.certificate().getPublicKey()).isEqualTo(seal.certificate().getPublicKey());
  }

  @Test
  void whatIsNoCertificateIsRefused() {
    refused(Reason.UNREADABLE, () -> CertificateFiles.pem("hello"));
    refused(
        Reason.UNREADABLE,
        () ->
            CertificateFiles.pem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
    refused(Reason.UNREADABLE, () -> CertificateFiles.pem("x".repeat(2 << 20)));
    refused(Reason.UNREADABLE, () -> CertificateFiles.pkcs12(new byte[] {1, 2}, new char[0]));
    refused(Reason.UNREADABLE, () -> CertificateFiles.revocationList(new byte[] {48, 0}));
    refused(
        Reason.UNREADABLE,
        () -> authority.request(Kind.INSTITUTION, "Organization/h1", "x", "no request"));
  }

  // ------------------------------------------------------------------ with OpenSSL

  private void openssl(String... arguments) throws Exception {
    var command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments));
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (java.io.IOException e) {
      System.err.println("SKIPPED: openssl is not there; certificates not cross-checked");
      assumeTrue(false, "openssl is not there");
      return;
    }
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }

  private String at(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  void opensslFollowsOurChain() throws Exception {
    var entry = doctor();
    Files.writeString(
        folder.resolve("root.pem"), CertificateFiles.pem(vault.chain(CertificateAuthority.ROOT)));
    Files.writeString(
        folder.resolve("issuing.pem"),
        CertificateFiles.pem(List.of(vault.chain(CertificateAuthority.ISSUING).getFirst())));
    Files.writeString(folder.resolve("leaf.pem"), CertificateFiles.pem(List.of(of(entry))));
    Files.writeString(
        folder.resolve("list.pem"), CertificateFiles.pem(authority.renewRevocationList()));
    String now = Long.toString(clock.instant().plusSeconds(1).getEpochSecond());
    // Link by link: OpenSSL 3.0 gives SM2's identity to the certificate it is asked about alone.
    openssl(
        "verify",
        "-vfyopt",
        "distid:1234567812345678",
        "-attime",
        now,
        "-CAfile",
        at("root.pem"),
        at("issuing.pem"));
    openssl(
        "verify",
        "-vfyopt",
        "distid:1234567812345678",
        "-attime",
        now,
        "-partial_chain",
        "-trusted",
        at("issuing.pem"),
        at("leaf.pem"));
    // Read, not verified: OpenSSL 3.0 has no way to tell it SM2's identity for a list.
    openssl("crl", "-in", at("list.pem"), "-noout", "-text");
  }

  @Test
  void aRequestMadeWithOpensslIsIssued() throws Exception {
    openssl("genpkey", "-algorithm", "SM2", "-out", at("key.pem"));
    openssl(
        "req",
        "-new",
        "-key",
        at("key.pem"),
        "-sm3",
        "-sigopt",
        "distid:1234567812345678",
        "-subj",
        "/CN=H1",
        "-out",
        at("request.pem"));
    var requested =
        authority.request(
            Kind.INSTITUTION,
            "Organization/h1",
            "第一医院",
            Files.readString(folder.resolve("request.pem")));
    assertThat(requested.keyName()).isEmpty();
    var issued = authority.issue(requested.id());
    assertThat(trusted.check(List.of(of(issued)), clock.instant()).path()).hasSize(3);
    assertThat(of(issued).getSubjectX500Principal().getName()).contains("第一医院");
  }

  @Test
  void aKeyAndChainFromElsewhereAreTakenFromPkcs12() throws Exception {
    openssl(
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "400",
        "-subj",
        "/CN=Outside",
        "-keyout",
        at("key.pem"),
        "-out",
        at("cert.pem"));
    openssl(
        "pkcs12",
        "-export",
        "-inkey",
        at("key.pem"),
        "-in",
        at("cert.pem"),
        "-passout",
        "pass:secret123",
        "-out",
        at("outside.p12"));
    byte[] bytes = Files.readAllBytes(folder.resolve("outside.p12"));
    refused(Reason.WRONG_PASSPHRASE, () -> CertificateFiles.pkcs12(bytes, "other".toCharArray()));
    var taken = CertificateFiles.pkcs12(bytes, "secret123".toCharArray());
    vault.take("outside", taken.key(), taken.chain());
    Signer signer = vault.signer("outside");
    assertThat(signer.algorithm()).isEqualTo(SignatureAlgorithm.ECDSA_SHA256);
    assertThat(
            SignatureAlgorithm.ECDSA_SHA256.verifies(
                signer.certificate().getPublicKey(), bytes, signer.sign(bytes)))
        .isTrue();
    // Made just now by the machine's clock, as which the authority's is turned.
    clock.at(Instant.now().plusSeconds(5));
    trusted.add(
        CertificateFiles.pem(Files.readString(folder.resolve("cert.pem"))),
        clock.instant(),
        "operator");
    assertThat(trusted.check(taken.chain(), clock.instant()).path()).hasSize(1);
  }
}
