package health.helan.foundation.trust.print;

import health.helan.foundation.trust.crypto.DigestAlgorithm;
import health.helan.foundation.trust.crypto.NationalSignedMessage;
import health.helan.foundation.trust.crypto.TimeStamps;
import health.helan.foundation.trust.signature.Signers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Map;

/**
 * Signs an OFD as a whole (GB/T 33190-2016, digital signatures): {@code Signature.xml} has the SM3
 * digest of each file in it, the list of signatures among them, so that nothing can be added; and
 * {@code SignedValue.dat} is the signature of that by GB/T 35275. Identifiers of algorithms, not
 * names, as GM/T 0099-2020 asks (from general knowledge).
 */
final class OfdSeal {
  private static final String FOLDER = "Doc_0/Signs/";
  private static final String LIST = FOLDER + "Signatures.xml";
  private static final String SIGNATURE = FOLDER + "Sign_0/Signature.xml";
  private static final String VALUE = FOLDER + "Sign_0/SignedValue.dat";

  private static final String SM3 = "1.2.156.10197.1.401";
  private static final String SM3_WITH_SM2 = "1.2.156.10197.1.501";
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

  private OfdSeal() {}

  /**
   * @param key of SM2
   */
  static byte[] seal(byte[] ofd, Signers.Key key, TimeStamps stamps, Instant at) {
    try {
      Map<String, byte[]> files = Zip.unpack(ofd);
      files.computeIfPresent(
          "OFD.xml",
          (_, entry) ->
              new String(entry, StandardCharsets.UTF_8)
                  .replace(
                      "</ofd:DocBody>",
                      "<ofd:Signatures>/" + LIST + "</ofd:Signatures></ofd:DocBody>")
                  .getBytes(StandardCharsets.UTF_8));
      files.put(
          LIST,
          OfdPaper.xml(
              """
              <ofd:Signatures xmlns:ofd="%s"><ofd:MaxSignId>s001</ofd:MaxSignId>\
              <ofd:Signature ID="s001" Type="Sign" BaseLoc="/%s"/></ofd:Signatures>"""
                  .formatted(OfdPaper.NAMESPACE, SIGNATURE)));
      byte[] signature = OfdPaper.xml(signature(files, at));
      files.put(SIGNATURE, signature);
      files.put(
          VALUE,
          NationalSignedMessage.sign(
              DigestAlgorithm.SM3.digest(signature), key.signer(), key.chain(), stamps::stamp));
      return Zip.pack(files, at);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String signature(Map<String, byte[]> files, Instant at) {
    var references = new StringBuilder();
    files.forEach(
        (name, content) ->
            references
                .append("<ofd:Reference FileRef=\"/")
                .append(name)
                .append("\"><ofd:CheckValue>")
                .append(Base64.getEncoder().encodeToString(DigestAlgorithm.SM3.digest(content)))
                .append("</ofd:CheckValue></ofd:Reference>"));
    return """
    <ofd:Signature xmlns:ofd="%s"><ofd:SignedInfo>\
    <ofd:Provider ProviderName="Helan" Version="1.0" Company="Helan"/>\
    <ofd:SignatureMethod>%s</ofd:SignatureMethod>\
    <ofd:SignatureDateTime>%s</ofd:SignatureDateTime>\
    <ofd:References CheckMethod="%s">%s</ofd:References></ofd:SignedInfo>\
    <ofd:SignedValue>/%s</ofd:SignedValue></ofd:Signature>"""
        .formatted(
            OfdPaper.NAMESPACE,
            SM3_WITH_SM2,
            TIME.format(at.atZone(ZoneId.of("Asia/Shanghai"))),
            SM3,
            references,
            VALUE);
  }
}
