package health.helan.app.audit;

import health.helan.app.start.DataFolder;
import health.helan.app.start.StartRefused;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import health.helan.foundation.trust.crypto.Signer;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The SM2 key that seals the audit, made on the first start: {@code audit-key.pem} in the data
 * folder, for its owner only, and {@code audit-certificate.pem} to be given to auditors.
 */
final class AuditKey implements Signer {
  private static final String KEY_FILE = "audit-key.pem";
  static final String CERTIFICATE_FILE = "audit-certificate.pem";

  private static final BouncyCastleProvider PROVIDER = new BouncyCastleProvider();
  private static final Duration VALID = Duration.ofDays(20 * 365);
  private static final Pattern PEM =
      Pattern.compile("-----BEGIN ([A-Z ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

  private final PrivateKey key;
  private final X509Certificate certificate;

  private AuditKey(PrivateKey key, X509Certificate certificate) {
    this.key = key;
    this.certificate = certificate;
  }

  /**
   * The key of the folder, made where it has none.
   *
   * @throws StartRefused if the file holds none
   */
  static AuditKey of(DataFolder data) {
    try {
      String text = data.read(KEY_FILE);
      if (text == null) {
        text = make();
        data.writeAtomically(KEY_FILE, text);
      }
      byte[] encoded = null;
      for (var match : PEM.matcher(text).results().toList()) {
        if (match.group(1).equals("PRIVATE KEY")) {
          encoded = Base64.getMimeDecoder().decode(match.group(2));
        }
      }
      List<X509Certificate> certificates = certificates(text);
      if (encoded == null || certificates.size() != 1) {
        throw broken(data, new GeneralSecurityException("key or certificate is missing"));
      }
      String pem = pem("CERTIFICATE", certificates.getFirst().getEncoded());
      if (!pem.equals(data.read(CERTIFICATE_FILE))) {
        data.writeAtomically(CERTIFICATE_FILE, pem);
      }
      return new AuditKey(
          KeyFactory.getInstance("EC", PROVIDER).generatePrivate(new PKCS8EncodedKeySpec(encoded)),
          certificates.getFirst());
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw broken(data, e);
    }
  }

  private static StartRefused broken(DataFolder data, Exception why) {
    return new StartRefused(
        "审计密钥文件 " + data.resolve(KEY_FILE) + " 无法使用，请从备份恢复。",
        "The audit's key " + data.resolve(KEY_FILE) + " cannot be used: restore it from a backup.",
        why);
  }

  private static String make() throws GeneralSecurityException, OperatorCreationException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", PROVIDER);
    generator.initialize(new ECGenParameterSpec("sm2p256v1"));
    KeyPair pair = generator.generateKeyPair();
    var name = new X500Name("CN=Helan audit");
    var builder =
        new JcaX509v3CertificateBuilder(
            name,
            new BigInteger(127, new SecureRandom()),
            Date.from(Instant.now().minusSeconds(3600)),
            Date.from(Instant.now().plus(VALID)),
            name,
            pair.getPublic());
    X509Certificate certificate =
        new JcaX509CertificateConverter()
            .setProvider(PROVIDER)
            .getCertificate(
                builder.build(
                    new JcaContentSignerBuilder(SignatureAlgorithm.SM2_SM3.jca())
                        .setProvider(PROVIDER)
                        .build(pair.getPrivate())));
    return pem("PRIVATE KEY", pair.getPrivate().getEncoded())
        + pem("CERTIFICATE", certificate.getEncoded());
  }

  private static String pem(String what, byte[] der) {
    return "-----BEGIN "
        + what
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + what
        + "-----\n";
  }

  /** The certificates in a text. */
  static List<X509Certificate> certificates(String text) throws GeneralSecurityException {
    var certificates = new ArrayList<X509Certificate>();
    for (var match : PEM.matcher(text).results().toList()) {
      if (match.group(1).equals("CERTIFICATE")) {
        byte[] der = Base64.getMimeDecoder().decode(match.group(2));
        Collection<?> read =
            CertificateFactory.getInstance("X.509", PROVIDER)
                .generateCertificates(new ByteArrayInputStream(der));
        read.forEach(one -> certificates.add((X509Certificate) one));
      }
    }
    return certificates;
  }

  @Override
  public SignatureAlgorithm algorithm() {
    return SignatureAlgorithm.SM2_SM3;
  }

  @Override
  public X509Certificate certificate() {
    return certificate;
  }

  @Override
  public byte[] sign(byte[] data) {
    try {
      Signature signature = Signature.getInstance(algorithm().jca(), PROVIDER);
      signature.initSign(key);
      signature.update(data);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
