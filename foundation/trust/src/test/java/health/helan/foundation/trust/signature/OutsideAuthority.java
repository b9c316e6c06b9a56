package health.helan.foundation.trust.signature;

import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * An authority that is not the platform's: as a licensed one would be, made by BouncyCastle alone.
 */
final class OutsideAuthority {
  static final Provider PROVIDER = new BouncyCastleProvider();

  private final SignatureAlgorithm algorithm;
  private final KeyPair keys;
  private final X500Name name;
  private final X509Certificate root;
  private long serial = System.nanoTime();

  OutsideAuthority(SignatureAlgorithm algorithm, String name, Instant now) throws Exception {
    this.algorithm = algorithm;
    keys = algorithm.newKeyPair();
    this.name = new X500Name("C=CN,O=Outside,CN=" + name);
    root =
        issue(
            this.name,
            keys.getPublic(),
            now.minus(Duration.ofDays(4000)),
            now.plus(Duration.ofDays(8000)),
            true);
  }

  X509Certificate root() {
    return root;
  }

  private ContentSigner signer() throws Exception {
    PrivateKey key = keys.getPrivate();
    return new JcaContentSignerBuilder(algorithm.jca()).setProvider(PROVIDER).build(key);
  }

  X509Certificate issue(String holder, PublicKey key, Instant from, Instant until)
      throws Exception {
    return issue(new X500Name("C=CN,O=Outside,CN=" + holder), key, from, until, false);
  }

  private X509Certificate issue(
      X500Name holder, PublicKey key, Instant from, Instant until, boolean isAuthority)
      throws Exception {
    var builder =
        new JcaX509v3CertificateBuilder(
            name, BigInteger.valueOf(serial++), Date.from(from), Date.from(until), holder, key);
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isAuthority));
    builder.addExtension(
        Extension.keyUsage,
        true,
        new KeyUsage(
            isAuthority
                ? KeyUsage.keyCertSign | KeyUsage.cRLSign
                : KeyUsage.digitalSignature | KeyUsage.nonRepudiation));
    return new JcaX509CertificateConverter()
        .setProvider(PROVIDER)
        .getCertificate(builder.build(signer()));
  }

  X509CRL revoked(X509Certificate certificate, Instant at, Instant now) throws Exception {
    var builder = new JcaX509v2CRLBuilder(root, Date.from(now));
    builder.setNextUpdate(Date.from(now.plus(Duration.ofDays(7))));
    builder.addCRLEntry(certificate.getSerialNumber(), Date.from(at), CRLReason.keyCompromise);
    builder.addExtension(Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(serial++)));
    return new JcaX509CRLConverter().setProvider(PROVIDER).getCRL(builder.build(signer()));
  }
}
