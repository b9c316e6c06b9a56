package health.helan.foundation.trust.crypto;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampToken;
import org.bouncycastle.tsp.TimeStampTokenGenerator;

/**
 * Time stamps (RFC 3161) by the platform's own key, over SM3 digests. They prove a moment to
 * whoever trusts the platform's clock and key; a licensed time stamp service proves it to others
 * too.
 */
public final class TimeStamps {
  /** Under which rules they are made; an identifier made of a UUID (ITU-T X.667). */
  private static final ASN1ObjectIdentifier POLICY =
      new ASN1ObjectIdentifier("2.25.118059206172933154108452016270043610952");

  private static final SecureRandom RANDOM = new SecureRandom();

  private final KeyVault vault;
  private final String key;
  private final Clock clock;

  /**
   * A time stamp that was made of some bytes.
   *
   * @param chain certificates in it, the stamping one first
   */
  public record Stamp(Instant at, List<X509Certificate> chain) {}

  /**
   * @param key name in the vault, certified for time stamps alone
   */
  public TimeStamps(KeyVault vault, String key, Clock clock) {
    this.vault = vault;
    this.key = key;
    this.clock = clock;
  }

  /** A time stamp of these bytes, in DER. */
  public byte[] stamp(byte[] bytes) {
    Signer signer = vault.signer(key);
    try {
      var digests =
          new JcaDigestCalculatorProviderBuilder().setProvider(BouncyCastle.PROVIDER).build();
      var generator =
          new TimeStampTokenGenerator(
              new SignerInfoGeneratorBuilder(digests)
                  .build(X509.content(signer), new JcaX509CertificateHolder(signer.certificate())),
              digests.get(new AlgorithmIdentifier(GMObjectIdentifiers.sm3)),
              POLICY);
      generator.addCertificates(new JcaCertStore(vault.chain(key)));
      var request = new TimeStampRequestGenerator();
      request.setCertReq(true);
      return generator
          .generate(
              request.generate(GMObjectIdentifiers.sm3, DigestAlgorithm.SM3.digest(bytes)),
              new BigInteger(96, RANDOM),
              Date.from(clock.instant()))
          .getEncoded();
    } catch (OperatorCreationException | GeneralSecurityException | TSPException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Reads a time stamp and checks that it is of these bytes and whole; whether its certificate may
   * be trusted is another question.
   *
   * @throws SignedMessage.Malformed if it is none, of other bytes, or broken
   */
  public static Stamp check(byte[] token, byte[] bytes) throws SignedMessage.Malformed {
    try {
      var stamp = new TimeStampToken(new CMSSignedData(token));
      ASN1ObjectIdentifier used = stamp.getTimeStampInfo().getMessageImprintAlgOID();
      DigestAlgorithm digest;
      if (used.equals(GMObjectIdentifiers.sm3)) {
        digest = DigestAlgorithm.SM3;
      } else if (used.equals(NISTObjectIdentifiers.id_sha256)) {
        digest = DigestAlgorithm.SHA_256;
      } else {
        throw new SignedMessage.Malformed("time stamp by another digest");
      }
      if (!MessageDigest.isEqual(
          stamp.getTimeStampInfo().getMessageImprintDigest(), digest.digest(bytes))) {
        throw new SignedMessage.Malformed("time stamp of something else");
      }
      var chain = new ArrayList<X509Certificate>();
      @SuppressWarnings("unchecked") // A store takes any selector, and gives what it holds.
      Collection<X509CertificateHolder> own = stamp.getCertificates().getMatches(stamp.getSID());
      for (X509CertificateHolder one : own) {
        chain.add(X509.certificate(one.getEncoded()));
      }
      if (chain.size() != 1) {
        throw new SignedMessage.Malformed("time stamp without its certificate");
      }
      stamp.validate(
          new JcaSimpleSignerInfoVerifierBuilder()
              .setProvider(BouncyCastle.PROVIDER)
              .build(chain.getFirst()));
      for (X509CertificateHolder one : stamp.getCertificates().getMatches(null)) {
        X509Certificate other = X509.certificate(one.getEncoded());
        if (!chain.contains(other)) {
          chain.add(other);
        }
      }
      return new Stamp(stamp.getTimeStampInfo().getGenTime().toInstant(), List.copyOf(chain));
    } catch (CMSException
        | TSPException
        | IOException
        | GeneralSecurityException
        | OperatorCreationException
        | RuntimeException e) {
      throw new SignedMessage.Malformed("time stamp does not hold");
    }
  }
}
