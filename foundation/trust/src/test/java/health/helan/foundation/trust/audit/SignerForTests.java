package health.helan.foundation.trust.audit;

import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import health.helan.foundation.trust.crypto.Signer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A key made for a test, with a certificate that it signed itself. */
final class SignerForTests implements Signer {
  private static final BouncyCastleProvider PROVIDER = new BouncyCastleProvider();

  private final SignatureAlgorithm algorithm;
  private final KeyPair pair;
  private final X509Certificate certificate;

  private SignerForTests(
      SignatureAlgorithm algorithm, String keys, AlgorithmParameterSpec parameters) {
    this.algorithm = algorithm;
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(keys, PROVIDER);
      generator.initialize(parameters);
      pair = generator.generateKeyPair();
      var name = new X500Name("CN=audit");
      var builder =
          new JcaX509v3CertificateBuilder(
              name,
              BigInteger.ONE,
              Date.from(Instant.now().minusSeconds(60)),
              Date.from(Instant.now().plusSeconds(86_400)),
              name,
              pair.getPublic());
      certificate =
          new JcaX509CertificateConverter()
              .setProvider(PROVIDER)
              .getCertificate(
                  builder.build(
                      new JcaContentSignerBuilder(algorithm.jca())
                          .setProvider(PROVIDER)
                          .build(pair.getPrivate())));
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  static SignerForTests sm2() {
    return new SignerForTests(
        SignatureAlgorithm.SM2_SM3, "EC", new ECGenParameterSpec("sm2p256v1"));
  }

  static SignerForTests of(SignatureAlgorithm algorithm) {
    return switch (algorithm) {
      case SM2_SM3 -> sm2();
      case ECDSA_SHA256 -> new SignerForTests(algorithm, "EC", new ECGenParameterSpec("P-256"));
      case RSA_SHA256 ->
          new SignerForTests(
              algorithm, "RSA", new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4));
    };
  }

  /** Writes the certificate as PEM. */
  Path pem(Path folder) {
    try {
      return Files.writeString(
          folder.resolve("certificate.pem"),
          "-----BEGIN CERTIFICATE-----\n"
              + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
              + "\n-----END CERTIFICATE-----\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public SignatureAlgorithm algorithm() {
    return algorithm;
  }

  @Override
  public X509Certificate certificate() {
    return certificate;
  }

  @Override
  public byte[] sign(byte[] data) {
    try {
      Signature signature = Signature.getInstance(algorithm.jca(), PROVIDER);
      signature.initSign(pair.getPrivate());
      signature.update(data);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
