package health.helan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.app.keys.KeysCommand;
import health.helan.app.start.StartRefused;
import health.helan.foundation.store.Json;
import health.helan.foundation.trust.crypto.CertificateFiles;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.Map;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A signing key that an outside authority has certified, taken in and put to work. */
class ImportingKeysTests {
  private static final Provider BC = new BouncyCastleProvider();
  private static final String PASSPHRASE = "of the file";
  private static final Instant NOW = Instant.now();
  private static final int SIGNS = KeyUsage.digitalSignature | KeyUsage.nonRepudiation;

  private Path folder;
  private Path data;
  private KeyPair rootKey;
  private X509Certificate root;

  @BeforeEach
  void use(@TempDir Path given) throws Exception {
    folder = given;
    data = folder.resolve("data");
    rootKey = key("secp256r1");
    root =
        certificate(
            "root",
            rootKey,
            KeyUsage.keyCertSign | KeyUsage.cRLSign,
            NOW.minus(800, ChronoUnit.DAYS),
            NOW.plus(900, ChronoUnit.DAYS));
  }

  private static KeyPair key(String curve) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", BC);
    generator.initialize(new ECGenParameterSpec(curve));
    return generator.generateKeyPair();
  }

  private X509Certificate certificate(
      String name, KeyPair key, int usage, Instant from, Instant until) throws Exception {
    var issuer = new X500Principal("CN=Outside Authority,O=Test,C=CN");
    boolean isRoot = key == rootKey;
    var builder =
        new JcaX509v3CertificateBuilder(
            issuer,
            BigInteger.valueOf(System.nanoTime()),
            Date.from(from),
            Date.from(until),
            isRoot ? issuer : new X500Principal("CN=" + name + ",C=CN"),
            key.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isRoot));
    builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
    return new JcaX509CertificateConverter()
        .setProvider(BC)
        .getCertificate(
            builder.build(
                new JcaContentSignerBuilder("SHA256withECDSA")
                    .setProvider(BC)
                    .build(rootKey.getPrivate())));
  }

  private X509Certificate certificate(String name, KeyPair key) throws Exception {
    return certificate(
        name, key, SIGNS, NOW.minus(1, ChronoUnit.DAYS), NOW.plus(300, ChronoUnit.DAYS));
  }

  private Path file(String name, PrivateKey key, X509Certificate... chain) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12", BC);
    store.load(null, null);
    store.setKeyEntry("key", key, null, (Certificate[]) chain);
    Path file = folder.resolve(name + ".p12");
    try (var out = Files.newOutputStream(file)) {
      store.store(out, PASSPHRASE.toCharArray());
    }
    return file;
  }

  private List<String> words(Path file, String name) {
    return List.of("import", file.toString(), "--name", name, "--data", data.toString());
  }

  private int take(Path file, String name) {
    return KeysCommand.run(words(file, name), Map.of("HELAN_IMPORT_PASSPHRASE", PASSPHRASE));
  }

  private void refused(Path file, String name, String passphrase, String english, String chinese)
      throws Exception {
    byte[] before = Files.readAllBytes(data.resolve("keystore"));
    assertThatExceptionOfType(StartRefused.class)
        .isThrownBy(
            () ->
                KeysCommand.run(
                    words(file, name),
                    passphrase.isEmpty()
                        ? Map.of()
                        : Map.of("HELAN_IMPORT_PASSPHRASE", passphrase)))
        .withMessageContaining(english)
        .withMessageContaining(chinese)
        .satisfies(
            e ->
                assertThat(String.valueOf(e.getMessage()))
                    .doesNotContain(PASSPHRASE)
                    .doesNotContain("Exception"));
    assertThat(Files.readAllBytes(data.resolve("keystore"))).isEqualTo(before);
  }

  @Test
  void takesOnlyWhatIsWholeAndTrustedAndSealsWithIt() throws Exception {
    KeyPair key = key("secp256r1");
    Path good = file("good", key.getPrivate(), certificate("Hospital seal", key), root);
    KeyPair national = key("sm2p256v1");
    Path sm2 = file("sm2", national.getPrivate(), certificate("SM2 seal", national), root);
    // Without the projection, whose key would come into the vault meanwhile.
    try (RunningPlatform platform =
        RunningPlatform.start(Map.of("HELAN_PROJECTION", "off"), data, "--no-demo")) {
      refused(good, "outside-seal", PASSPHRASE, "authority", "机构");

      var parameters = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
      parameters
          .putArray("parameter")
          .addObject()
          .put("name", "pem")
          .put("valueString", CertificateFiles.pem(List.of(root)));
      var trusted =
          platform.send(
              "POST",
              "fhir/$trust-authority",
              parameters.toString(),
              "application/fhir+json",
              true);
      assertThat(trusted.statusCode()).as(trusted.body()).isEqualTo(200);

      refused(good, "outside-seal", "wrong", "passphrase", "口令");
      refused(good, "outside-seal", "", "HELAN_IMPORT_PASSPHRASE", "命令行");
      refused(good, "a/b", PASSPHRASE, "--name", "--name");
      refused(folder.resolve("none.p12"), "x", PASSPHRASE, "cannot be read", "无法读取");
      Path broken = Files.write(folder.resolve("broken.p12"), new byte[] {48, 3, 2, 1, 1});
      refused(broken, "x", PASSPHRASE, "can be read", "无法识别");
      KeyPair other = key("secp256r1");
      refused(
          file("mismatch", other.getPrivate(), certificate("Hospital seal", key), root),
          "x",
          PASSPHRASE,
          "does not belong",
          "不匹配");
      refused(
          file(
              "expired",
              key.getPrivate(),
              certificate(
                  "old",
                  key,
                  SIGNS,
                  NOW.minus(400, ChronoUnit.DAYS),
                  NOW.minus(2, ChronoUnit.DAYS)),
              root),
          "x",
          PASSPHRASE,
          "expired",
          "过期");
      refused(
          file(
              "encrypts",
              key.getPrivate(),
              certificate(
                  "tls",
                  key,
                  KeyUsage.keyEncipherment,
                  NOW.minus(1, ChronoUnit.DAYS),
                  NOW.plus(2, ChronoUnit.DAYS)),
              root),
          "x",
          PASSPHRASE,
          "not one for signatures",
          "不能用于签名");
      refused(
          file("authority", rootKey.getPrivate(), root),
          "x",
          PASSPHRASE,
          "not one for signatures",
          "不能用于签名");
      refused(good, "seal", PASSPHRASE, "already", "已有");

      // Beside the running platform.
      assertThat(take(good, "outside-seal")).isZero();
      refused(good, "outside-seal", PASSPHRASE, "already", "已有");
    }
    // And on a stopped one.
    assertThat(take(sm2, "outside-sm2")).isZero();

    var missing =
        RunningPlatform.run(
            Map.of("HELAN_SEAL_KEY", "nobody"),
            List.of("run", "--data", data.toString(), "--no-demo", "--port", "0"));
    assertThat(missing.exitCode()).isEqualTo(2);
    assertThat(missing.output()).contains("keys import").contains("不在密钥库中");

    for (String name : List.of("outside-seal", "outside-sm2")) {
      try (RunningPlatform platform =
          RunningPlatform.start(Map.of("HELAN_SEAL_KEY", name), data, "--no-demo")) {
        assertThat(platform.get("fhir/Patient").statusCode()).isEqualTo(200);
        platform.stop();
      }
      assertThat(Files.readString(data.resolve("audit-certificate.pem")))
          .contains(
              CertificateFiles.pem(
                      CertificateFiles.pkcs12(
                              Files.readAllBytes(name.equals("outside-sm2") ? sm2 : good),
                              PASSPHRASE.toCharArray())
                          .chain()
                          .subList(0, 1))
                  .strip());
    }
    var verified = RunningPlatform.run(Map.of(), List.of("verify", "--data", data.toString()));
    assertThat(verified.output()).contains("The audit is whole");
    assertThat(verified.exitCode()).isZero();
  }
}
