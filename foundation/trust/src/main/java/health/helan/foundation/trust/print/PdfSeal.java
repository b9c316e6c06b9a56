package health.helan.foundation.trust.print;

import health.helan.foundation.trust.crypto.SignedMessage;
import health.helan.foundation.trust.crypto.TimeStamps;
import health.helan.foundation.trust.signature.Signers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.GregorianCalendar;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.SignatureOptions;

/**
 * Signs a PDF as a whole: a detached CMS signature over its bytes (ISO 32000-1, 12.8.3.3), with a
 * time stamp. Whatever is changed in the file afterwards shows.
 */
final class PdfSeal {
  /** A chain of three certificates and a time stamp with its own fit well. */
  private static final int ROOM = 16 * 1024;

  private PdfSeal() {}

  static byte[] seal(
      byte[] pdf, Signers.Key key, TimeStamps stamps, String name, String reason, Instant at) {
    try (PDDocument document = Loader.loadPDF(pdf);
        var options = new SignatureOptions()) {
      var signature = new PDSignature();
      signature.setFilter(PDSignature.FILTER_ADOBE_PPKLITE);
      signature.setSubFilter(PDSignature.SUBFILTER_ADBE_PKCS7_DETACHED);
      signature.setName(name);
      signature.setReason(reason);
      signature.setSignDate(GregorianCalendar.from(at.atZone(ZoneId.of("Asia/Shanghai"))));
      options.setPreferredSignatureSize(ROOM);
      document.addSignature(signature, options);
      var out = new ByteArrayOutputStream(pdf.length + 2 * ROOM + 4096);
      var signing = document.saveIncrementalForExternalSigning(out);
      SignedMessage message =
          SignedMessage.sign(
              signing.getContent().readAllBytes(), key.signer(), key.chain(), at, null);
      signing.setSignature(message.stamped(stamps.stamp(message.signature())).encoded());
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
