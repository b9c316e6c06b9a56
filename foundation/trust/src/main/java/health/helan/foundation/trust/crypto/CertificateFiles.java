package health.helan.foundation.trust.crypto;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;

/** Certificates as they come from outside: PEM (RFC 7468), DER, PKCS#12. */
public final class CertificateFiles {
  /** A chain is short; anything longer is something else. */
  private static final int MOST_BYTES = 1 << 20;

  private static final int MOST_CERTIFICATES = 20;

  /** A list of a large authority names many. */
  private static final int MOST_LIST_BYTES = 64 << 20;

  private static final byte DER_SEQUENCE = 0x30;

  /** A key and its certificates, its own first. */
  public record KeyAndChain(PrivateKey key, List<X509Certificate> chain) {
    /** Without the key. */
    @Override
    public String toString() {
      return "KeyAndChain[" + chain.getFirst().getSubjectX500Principal() + "]";
    }
  }

  private CertificateFiles() {}

  private static CertificateRefused unreadable() {
    return new CertificateRefused(CertificateRefused.Reason.UNREADABLE);
  }

  /**
   * The certificates of a PEM text, in its order.
   *
   * @throws CertificateRefused UNREADABLE if there are none, too many, or a part is none
   */
  public static List<X509Certificate> pem(String text) {
    if (text.length() > MOST_BYTES) {
      throw unreadable();
    }
    var certificates = new ArrayList<X509Certificate>();
    try (var parser = new PEMParser(new StringReader(text))) {
      for (Object part = parser.readObject(); part != null; part = parser.readObject()) {
        if (part instanceof X509CertificateHolder holder) {
          certificates.add(X509.certificate(holder.getEncoded()));
        }
      }
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw unreadable(); // Parsers of foreign bytes throw what they like.
    }
    if (certificates.isEmpty() || certificates.size() > MOST_CERTIFICATES) {
      throw unreadable();
    }
    return certificates;
  }

  /** PEM of certificates. */
  public static String pem(List<X509Certificate> certificates) {
    var text = new StringBuilder();
    for (X509Certificate certificate : certificates) {
      try {
        pem(text, "CERTIFICATE", certificate.getEncoded());
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
    return text.toString();
  }

  /** PEM of a revocation list. */
  public static String pem(X509CRL list) {
    var text = new StringBuilder();
    try {
      pem(text, "X509 CRL", list.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    return text.toString();
  }

  private static void pem(StringBuilder text, String label, byte[] der) {
    text.append("-----BEGIN ").append(label).append("-----\n");
    text.append(
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der));
    text.append("\n-----END ").append(label).append("-----\n");
  }

  /**
   * A revocation list in DER.
   *
   * @throws CertificateRefused UNREADABLE
   */
  public static X509CRL revocationList(byte[] bytes) {
    if (bytes.length < 2 || bytes.length > MOST_LIST_BYTES || bytes[0] != DER_SEQUENCE) {
      throw unreadable();
    }
    try {
      return X509.list(bytes);
    } catch (GeneralSecurityException | RuntimeException e) {
      throw unreadable();
    }
  }

  /**
   * A request for a certificate (PKCS#10, RFC 2986) in PEM, its own signature checked.
   *
   * @throws CertificateRefused UNREADABLE
   */
  public static PKCS10CertificationRequest request(String text) {
    if (text.length() > MOST_BYTES) {
      throw unreadable();
    }
    try (var parser = new PEMParser(new StringReader(text))) {
      for (Object part = parser.readObject(); part != null; part = parser.readObject()) {
        if (part instanceof PKCS10CertificationRequest request) {
          var verifier =
              new org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder()
                  .setProvider(BouncyCastle.PROVIDER)
                  .build(request.getSubjectPublicKeyInfo());
          if (request.isSignatureValid(verifier)) {
            return request;
          }
        }
      }
    } catch (IOException
        | org.bouncycastle.operator.OperatorException
        | org.bouncycastle.pkcs.PKCSException
        | RuntimeException e) {
      throw unreadable();
    }
    throw unreadable();
  }

  /**
   * The one key of a PKCS#12 file and its certificates.
   *
   * @throws CertificateRefused WRONG_PASSPHRASE, or UNREADABLE if there is not exactly one key
   */
  public static KeyAndChain pkcs12(byte[] bytes, char[] passphrase) {
    if (bytes.length > MOST_BYTES) {
      throw unreadable();
    }
    try {
      KeyStore store = KeyStore.getInstance("PKCS12", BouncyCastle.PROVIDER);
      store.load(new ByteArrayInputStream(bytes), passphrase);
      KeyAndChain found = null;
      for (String alias : Collections.list(store.aliases())) {
        if (store.getKey(alias, passphrase) instanceof PrivateKey key) {
          Certificate[] chain = store.getCertificateChain(alias);
          if (found != null || chain == null) {
            throw unreadable();
          }
          var certificates = new ArrayList<X509Certificate>();
          for (Certificate certificate : chain) {
            certificates.add(X509.usable((X509Certificate) certificate));
          }
          found = new KeyAndChain(key, List.copyOf(certificates));
        }
      }
      if (found == null) {
        throw unreadable();
      }
      return found;
    } catch (IOException e) {
      String message = String.valueOf(e.getMessage());
      throw message.contains("wrong password") || message.contains("mac invalid")
          ? new CertificateRefused(CertificateRefused.Reason.WRONG_PASSPHRASE)
          : unreadable();
    } catch (CertificateRefused e) {
      throw e;
    } catch (GeneralSecurityException | RuntimeException e) {
      throw unreadable();
    }
  }
}
