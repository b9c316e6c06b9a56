package health.helan.foundation.trust.crypto;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.DefaultSignatureAlgorithmIdentifierFinder;

/** X.509 (RFC 5280) in the algorithms of this package. */
final class X509 {
  private X509() {}

  /** What a certificate is for. */
  enum Profile {
    /** Of a key nobody vouches for yet. */
    UNCERTIFIED(-1, KeyUsage.digitalSignature),
    ROOT(1, KeyUsage.keyCertSign | KeyUsage.cRLSign),
    ISSUING(0, KeyUsage.keyCertSign | KeyUsage.cRLSign),
    /** Signs documents: institutions, practitioners, the platform's seal. */
    SIGNING(-1, KeyUsage.digitalSignature | KeyUsage.nonRepudiation),
    /** Signs time stamps (RFC 3161 asks for this purpose alone, critical). */
    TIME(-1, KeyUsage.digitalSignature | KeyUsage.nonRepudiation);

    private final int pathLength;
    private final int usage;

    Profile(int pathLength, int usage) {
      this.pathLength = pathLength;
      this.usage = usage;
    }

    boolean isAuthority() {
      return pathLength >= 0;
    }
  }

  static X500Name name(String organization, String commonName) {
    return new X500NameBuilder(BCStyle.INSTANCE)
        .addRDN(BCStyle.C, "CN")
        .addRDN(BCStyle.O, organization)
        .addRDN(BCStyle.CN, commonName)
        .build();
  }

  static X509Certificate issue(
      X500Name issuer,
      X500Name subject,
      PublicKey key,
      PublicKey issuerKey,
      BigInteger serial,
      Instant from,
      Instant until,
      Profile profile,
      Signer signer) {
    try {
      var builder =
          new X509v3CertificateBuilder(
              issuer,
              serial,
              Date.from(from),
              Date.from(until),
              subject,
              SubjectPublicKeyInfo.getInstance(key.getEncoded()));
      var extensions = new JcaX509ExtensionUtils();
      builder.addExtension(
          Extension.basicConstraints,
          true,
          profile.isAuthority()
              ? new BasicConstraints(profile.pathLength)
              : new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(profile.usage));
      if (profile == Profile.TIME) {
        builder.addExtension(
            Extension.extendedKeyUsage,
            true,
            new ExtendedKeyUsage(KeyPurposeId.id_kp_timeStamping));
      }
      builder.addExtension(
          Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(key));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          extensions.createAuthorityKeyIdentifier(issuerKey));
      return certificate(builder.build(content(signer)).getEncoded());
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A list of what an authority has revoked: serial number to time and RFC 5280 reason. */
  static X509CRL revocationList(
      X509Certificate issuer,
      Signer signer,
      Map<BigInteger, Revoked> revoked,
      long number,
      Instant now,
      Instant next) {
    try {
      var builder =
          new X509v2CRLBuilder(
              X500Name.getInstance(issuer.getSubjectX500Principal().getEncoded()), Date.from(now));
      builder.setNextUpdate(Date.from(next));
      revoked.forEach((serial, why) -> builder.addCRLEntry(serial, Date.from(why.at), why.reason));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(issuer.getPublicKey()));
      builder.addExtension(Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(number)));
      return list(builder.build(content(signer)).getEncoded());
    } catch (CertIOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  record Revoked(Instant at, int reason) {}

  /** What BouncyCastle's builders sign with, over a key that may lie in a hardware module. */
  static ContentSigner content(Signer signer) {
    AlgorithmIdentifier algorithm = identifier(signer.algorithm());
    var bytes = new ByteArrayOutputStream();
    return new ContentSigner() {
      @Override
      public AlgorithmIdentifier getAlgorithmIdentifier() {
        return algorithm;
      }

      @Override
      public OutputStream getOutputStream() {
        return bytes;
      }

      @Override
      public byte[] getSignature() {
        return signer.sign(bytes.toByteArray());
      }
    };
  }

  /** Number of an algorithm in certificates and messages. */
  static AlgorithmIdentifier identifier(SignatureAlgorithm algorithm) {
    return new DefaultSignatureAlgorithmIdentifierFinder()
        .find(
            switch (algorithm) {
              case SM2_SM3 -> "SM3WITHSM2";
              case ECDSA_SHA256 -> "SHA256WITHECDSA";
              case RSA_SHA256 -> "SHA256WITHRSA";
            });
  }

  /** Read by BouncyCastle: the JDK's own do not know SM2's curve. */
  static X509Certificate certificate(byte[] der) throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509", BouncyCastle.PROVIDER)
            .generateCertificate(new ByteArrayInputStream(der));
  }

  static X509CRL list(byte[] der) throws GeneralSecurityException {
    return (X509CRL)
        CertificateFactory.getInstance("X.509", BouncyCastle.PROVIDER)
            .generateCRL(new ByteArrayInputStream(der));
  }

  /** The same certificate, read by BouncyCastle. */
  static X509Certificate usable(X509Certificate certificate) {
    try {
      return certificate(certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("no certificate", e);
    }
  }
}
