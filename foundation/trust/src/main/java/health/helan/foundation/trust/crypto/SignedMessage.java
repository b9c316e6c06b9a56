package health.helan.foundation.trust.crypto;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1InputStream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.ASN1UTF8String;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerIdentifier;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.asn1.cms.Time;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuerSerial;
import org.jspecify.annotations.Nullable;

/**
 * A detached signature in CMS (RFC 5652, {@code SignedData} without content), by one signer, with
 * signed attributes: content type, digest of the message, the signer's time, the signer's
 * certificate (RFC 5035 {@code signing-certificate-v2}), and what the signature says of itself
 * ({@link #STATEMENT}). An RFC 3161 time stamp of the signature may stand beside it.
 *
 * <p>SM2 signatures carry SM3 as digest and {@code 1.2.156.10197.1.501}, in the structure and with
 * the content types of RFC 5652, so that general tools read them. GB/T 35275 has content types of
 * its own for the same structure (from general knowledge).
 */
public final class SignedMessage {
  /**
   * Signed attribute: a text that says what the signature is about. An identifier under {@code
   * 2.25}, which anyone may make of a UUID (ITU-T X.667).
   */
  public static final ASN1ObjectIdentifier STATEMENT =
      new ASN1ObjectIdentifier("2.25.283184915273925427180913064925217345881");

  private static final int MOST_BYTES = 1 << 20;

  /** Bytes that are no signature of this kind. */
  public static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String why) {
      super(why, null, false, false);
    }
  }

  private final SignedData data;
  private final SignerInfo signer;
  private final X509Certificate certificate;
  private final List<X509Certificate> chain;
  private final SignatureAlgorithm algorithm;
  private final byte[] attributes;
  private final AttributeTable table;

  private SignedMessage(SignedData data) throws Malformed {
    this.data = data;
    if (data.getSignerInfos().size() != 1) {
      throw new Malformed("one signer is expected");
    }
    signer = SignerInfo.getInstance(data.getSignerInfos().getObjectAt(0));
    ASN1Set signed = signer.getAuthenticatedAttributes();
    if (signed == null || data.getCertificates() == null) {
      throw new Malformed("no signed attributes, or no certificate");
    }
    try {
      attributes = signed.getEncoded(ASN1Encoding.DER);
      table = new AttributeTable(signed);
      var identifier = IssuerAndSerialNumber.getInstance(signer.getSID().getId());
      X509Certificate found = null;
      var all = new ArrayList<X509Certificate>();
      for (ASN1Encodable one : data.getCertificates()) {
        X509Certificate certificate =
            X509.certificate(one.toASN1Primitive().getEncoded(ASN1Encoding.DER));
        if (certificate.getSerialNumber().equals(identifier.getSerialNumber().getValue())
            && X500Name.getInstance(certificate.getIssuerX500Principal().getEncoded())
                .equals(identifier.getName())) {
          found = certificate;
        } else {
          all.add(certificate);
        }
      }
      if (found == null) {
        throw new Malformed("the signer's certificate is not in it");
      }
      certificate = found;
      all.addFirst(found);
      chain = List.copyOf(all);
      algorithm = SignatureAlgorithm.of(found.getPublicKey());
    } catch (IOException | GeneralSecurityException e) {
      throw new Malformed("unreadable");
    }
    if (!signer.getDigestAlgorithm().getAlgorithm().equals(digestId(algorithm))
        || octets(CMSAttributes.messageDigest) == null) {
      throw new Malformed("another digest than the key signs with");
    }
  }

  /**
   * Reads one.
   *
   * @throws Malformed if it is none, or of another kind than {@link SignedMessage} says
   */
  public static SignedMessage read(byte[] bytes) throws Malformed {
    if (bytes.length > MOST_BYTES) {
      throw new Malformed("too long");
    }
    // Zeros may follow: a PDF keeps room.
    try (var in = new ASN1InputStream(new ByteArrayInputStream(bytes), MOST_BYTES)) {
      ContentInfo info = ContentInfo.getInstance(in.readObject());
      if (info == null || !info.getContentType().equals(CMSObjectIdentifiers.signedData)) {
        throw new Malformed("no SignedData");
      }
      return new SignedMessage(SignedData.getInstance(info.getContent()));
    } catch (IOException | RuntimeException e) {
      throw new Malformed("unreadable"); // Parsers of foreign bytes throw what they like.
    }
  }

  // ------------------------------------------------------------------ making

  /** Signs. */
  public static SignedMessage sign(
      byte[] content,
      Signer key,
      List<X509Certificate> chain,
      Instant at,
      @Nullable String statement) {
    byte[] attributes = attributes(content, key.certificate(), at, statement);
    return assemble(attributes, chain, key.sign(attributes));
  }

  /** The digest that a key signs with. */
  public static DigestAlgorithm digestOf(SignatureAlgorithm algorithm) {
    return algorithm == SignatureAlgorithm.SM2_SM3 ? DigestAlgorithm.SM3 : DigestAlgorithm.SHA_256;
  }

  /**
   * What the key signs: the signed attributes as a DER {@code SET OF}.
   *
   * @param statement null for none
   */
  public static byte[] attributes(
      byte[] content, X509Certificate certificate, Instant at, @Nullable String statement) {
    SignatureAlgorithm algorithm = SignatureAlgorithm.of(X509.usable(certificate).getPublicKey());
    DigestAlgorithm digest = digestOf(algorithm);
    var set = new ASN1EncodableVector();
    set.add(attribute(CMSAttributes.contentType, CMSObjectIdentifiers.data));
    set.add(attribute(CMSAttributes.signingTime, new Time(Date.from(at))));
    set.add(attribute(CMSAttributes.messageDigest, new DEROctetString(digest.digest(content))));
    try {
      var name = X500Name.getInstance(certificate.getIssuerX500Principal().getEncoded());
      set.add(
          attribute(
              PKCSObjectIdentifiers.id_aa_signingCertificateV2,
              new SigningCertificateV2(
                  new ESSCertIDv2(
                      new AlgorithmIdentifier(digestId(algorithm)),
                      digest.digest(certificate.getEncoded()),
                      new IssuerSerial(
                          new GeneralNames(new GeneralName(name)),
                          certificate.getSerialNumber())))));
      if (statement != null) {
        set.add(attribute(STATEMENT, new DERUTF8String(statement)));
      }
      return new DERSet(set).getEncoded(ASN1Encoding.DER);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Attribute attribute(ASN1ObjectIdentifier name, ASN1Encodable value) {
    return new Attribute(name, new DERSet(value));
  }

  /**
   * Puts a signature together.
   *
   * @param attributes what {@link #attributes} gave
   * @param chain the signer's certificate first
   * @param signature over the attributes
   */
  public static SignedMessage assemble(
      byte[] attributes, List<X509Certificate> chain, byte[] signature) {
    try {
      X509Certificate own = X509.usable(chain.getFirst());
      SignatureAlgorithm algorithm = SignatureAlgorithm.of(own.getPublicKey());
      var digest = new AlgorithmIdentifier(digestId(algorithm));
      var certificates = new ASN1EncodableVector();
      for (X509Certificate one : new LinkedHashSet<>(chain)) {
        certificates.add(Certificate.getInstance(one.getEncoded()));
      }
      var signer =
          new SignerInfo(
              new SignerIdentifier(
                  new IssuerAndSerialNumber(
                      X500Name.getInstance(own.getIssuerX500Principal().getEncoded()),
                      own.getSerialNumber())),
              digest,
              ASN1Set.getInstance(attributes),
              X509.identifier(algorithm),
              new DEROctetString(signature),
              (ASN1Set) null);
      return new SignedMessage(
          new SignedData(
              new DERSet(digest),
              new ContentInfo(CMSObjectIdentifiers.data, null),
              new DERSet(certificates),
              null,
              new DERSet(signer)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } catch (Malformed e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static ASN1ObjectIdentifier digestId(SignatureAlgorithm algorithm) {
    return algorithm == SignatureAlgorithm.SM2_SM3
        ? GMObjectIdentifiers.sm3
        : NISTObjectIdentifiers.id_sha256;
  }

  /** The same with a time stamp of its signature. */
  public SignedMessage stamped(byte[] token) {
    try (var in = new ASN1InputStream(token)) {
      var unsigned =
          new DERSet(
              attribute(PKCSObjectIdentifiers.id_aa_signatureTimeStampToken, in.readObject()));
      var next =
          new SignerInfo(
              signer.getSID(),
              signer.getDigestAlgorithm(),
              signer.getAuthenticatedAttributes(),
              signer.getDigestEncryptionAlgorithm(),
              signer.getEncryptedDigest(),
              unsigned);
      return new SignedMessage(
          new SignedData(
              data.getDigestAlgorithms(),
              data.getEncapContentInfo(),
              data.getCertificates(),
              null,
              new DERSet(next)));
    } catch (IOException e) {
      throw new IllegalArgumentException("no time stamp", e);
    } catch (Malformed e) {
      throw new IllegalStateException(e);
    }
  }

  /** DER. */
  public byte[] encoded() {
    try {
      return new ContentInfo(CMSObjectIdentifiers.signedData, data).getEncoded(ASN1Encoding.DER);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  // ------------------------------------------------------------------ looking

  public X509Certificate certificate() {
    return certificate;
  }

  /** All certificates in it, the signer's first. */
  public List<X509Certificate> chain() {
    return chain;
  }

  public SignatureAlgorithm algorithm() {
    return algorithm;
  }

  /** The signature itself: what a time stamp is of. */
  public byte[] signature() {
    return signer.getEncryptedDigest().getOctets().clone();
  }

  /** The digest in it. */
  public byte[] contentDigest() {
    byte[] digest = octets(CMSAttributes.messageDigest);
    return digest == null ? new byte[0] : digest.clone();
  }

  /** Whether the digest in it is this content's. */
  public boolean isOf(byte[] content) {
    return MessageDigest.isEqual(
        octets(CMSAttributes.messageDigest), digestOf(algorithm).digest(content));
  }

  /**
   * Whether the key of its certificate signed its attributes, and the attributes name that
   * certificate. Says nothing of the content, nor whether the certificate may be trusted.
   */
  public boolean holds() {
    return algorithm.verifies(certificate.getPublicKey(), attributes, signature())
        && namesItsCertificate();
  }

  private boolean namesItsCertificate() {
    try {
      Attribute named = table.get(PKCSObjectIdentifiers.id_aa_signingCertificateV2);
      if (named == null) {
        return false;
      }
      ESSCertIDv2 id =
          SigningCertificateV2.getInstance(named.getAttrValues().getObjectAt(0)).getCerts()[0];
      DigestAlgorithm digest =
          id.getHashAlgorithm().getAlgorithm().equals(GMObjectIdentifiers.sm3)
              ? DigestAlgorithm.SM3
              : DigestAlgorithm.SHA_256;
      return MessageDigest.isEqual(id.getCertHash(), digest.digest(certificate.getEncoded()));
    } catch (GeneralSecurityException | RuntimeException e) {
      return false;
    }
  }

  /** The signer's own word on when; null for none. */
  public @Nullable Instant claimedTime() {
    Attribute time = table.get(CMSAttributes.signingTime);
    try {
      return time == null
          ? null
          : Time.getInstance(time.getAttrValues().getObjectAt(0)).getDate().toInstant();
    } catch (RuntimeException e) {
      return null;
    }
  }

  /** Null for none. */
  public @Nullable String statement() {
    Attribute statement = table.get(STATEMENT);
    return statement != null
            && statement.getAttrValues().size() == 1
            && statement.getAttrValues().getObjectAt(0) instanceof ASN1UTF8String text
        ? text.getString()
        : null;
  }

  /** RFC 3161 time stamp of the signature; null for none. */
  public byte @Nullable [] timeStamp() {
    ASN1Set unsigned = signer.getUnauthenticatedAttributes();
    Attribute stamp =
        unsigned == null
            ? null
            : new AttributeTable(unsigned).get(PKCSObjectIdentifiers.id_aa_signatureTimeStampToken);
    try {
      return stamp == null
          ? null
          : stamp.getAttrValues().getObjectAt(0).toASN1Primitive().getEncoded();
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }

  private byte @Nullable [] octets(ASN1ObjectIdentifier name) {
    Attribute attribute = table.get(name);
    return attribute != null
            && attribute.getAttrValues().size() == 1
            && attribute.getAttrValues().getObjectAt(0) instanceof ASN1OctetString octets
        ? octets.getOctets()
        : null;
  }
}
