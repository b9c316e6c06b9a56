package health.helan.app.audit;

import health.helan.app.start.DataFolder;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * {@code audit-certificate.pem} in the data folder: the certificates of all keys that have sealed
 * the audit here, to be given to auditors.
 */
final class AuditCertificates {
  static final String FILE = "audit-certificate.pem";

  private static final BouncyCastleProvider PROVIDER = new BouncyCastleProvider();
  private static final Pattern PEM =
      Pattern.compile("-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\\s]+)-----END CERTIFICATE-----");

  private AuditCertificates() {}

  /** Adds a certificate to the file, if it is not in it yet. */
  static void keep(DataFolder data, X509Certificate certificate) throws GeneralSecurityException {
    String present = data.read(FILE);
    String known = present == null ? "" : present;
    if (!read(known).contains(certificate)) {
      String encoded =
          Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded());
      data.writeAtomically(
          FILE,
          known + "-----BEGIN CERTIFICATE-----\n" + encoded + "\n-----END CERTIFICATE-----\n");
    }
  }

  /** The certificates in a text. */
  static List<X509Certificate> read(String text) throws GeneralSecurityException {
    var certificates = new ArrayList<X509Certificate>();
    for (var match : PEM.matcher(text).results().toList()) {
      Collection<?> found =
          CertificateFactory.getInstance("X.509", PROVIDER)
              .generateCertificates(
                  new ByteArrayInputStream(Base64.getMimeDecoder().decode(match.group(1))));
      found.forEach(one -> certificates.add((X509Certificate) one));
    }
    return certificates;
  }
}
