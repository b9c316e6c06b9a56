package health.helan.foundation.trust.crypto;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Certificate;

/**
 * {@code SignedData} of GB/T 35275-2017, as OFD wants it: the national content types, version 1,
 * SM2 with SM3, the content inside, and the signature over the content itself. The identifiers are
 * from general knowledge and from OFDRW, which verifies the result in the tests. For CMS as the
 * world reads it, {@link SignedMessage}.
 */
public final class NationalSignedMessage {
  private static final ASN1ObjectIdentifier TYPES =
      new ASN1ObjectIdentifier("1.2.156.10197.6.1.4.2");
  private static final ASN1ObjectIdentifier DATA = TYPES.branch("1");
  private static final ASN1ObjectIdentifier SIGNED_DATA = TYPES.branch("2");

  /** GB/T 33560: signature by SM2. */
  private static final ASN1ObjectIdentifier SM2_SIGNATURE =
      new ASN1ObjectIdentifier("1.2.156.10197.1.301.1");

  private NationalSignedMessage() {}

  /**
   * Signs.
   *
   * @param key of SM2
   * @param chain the key's certificate first
   * @param stamp gives the time stamp (RFC 3161) of a signature
   * @return DER
   * @throws IllegalArgumentException for a key of another algorithm
   */
  public static byte[] sign(
      byte[] content, Signer key, List<X509Certificate> chain, UnaryOperator<byte[]> stamp) {
    if (key.algorithm() != SignatureAlgorithm.SM2_SM3) {
      throw new IllegalArgumentException("a key of " + key.algorithm());
    }
    byte[] signature = key.sign(content);
    try {
      var certificates = new ASN1EncodableVector();
      for (X509Certificate one : new LinkedHashSet<>(chain)) {
        certificates.add(Certificate.getInstance(one.getEncoded()));
      }
      X509Certificate own = chain.getFirst();
      var sm3 = new AlgorithmIdentifier(GMObjectIdentifiers.sm3);
      var signer = new ASN1EncodableVector();
      signer.add(new ASN1Integer(1));
      signer.add(
          new IssuerAndSerialNumber(
              X500Name.getInstance(own.getIssuerX500Principal().getEncoded()),
              own.getSerialNumber()));
      signer.add(sm3);
      signer.add(new AlgorithmIdentifier(SM2_SIGNATURE));
      signer.add(new DEROctetString(signature));
      signer.add(
          new DERTaggedObject(
              false,
              1,
              new DERSet(
                  new Attribute(
                      PKCSObjectIdentifiers.id_aa_signatureTimeStampToken,
                      new DERSet(ASN1Primitive.fromByteArray(stamp.apply(signature)))))));
      var data = new ASN1EncodableVector();
      data.add(new ASN1Integer(1));
      data.add(new DERSet(sm3));
      data.add(typed(DATA, new DEROctetString(content)));
      data.add(new DERTaggedObject(false, 0, new DERSet(certificates)));
      data.add(new DERSet(new DERSequence(signer)));
      return typed(SIGNED_DATA, new DERSequence(data)).getEncoded(ASN1Encoding.DER);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static DERSequence typed(ASN1ObjectIdentifier type, ASN1Primitive content) {
    var typed = new ASN1EncodableVector();
    typed.add(type);
    typed.add(new DERTaggedObject(true, 0, content));
    return new DERSequence(typed);
  }
}
