package health.helan.foundation.trust.signature;

import health.helan.foundation.trust.crypto.DigestAlgorithm;
import health.helan.foundation.trust.crypto.SignedMessage;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What can be checked of a signature without the record and without the platform: that the key of
 * the certificate in it signed this Provenance and a digest. Whether the certificate may be trusted
 * is not among it.
 */
public final class SignatureProof {
  private SignatureProof() {}

  /**
   * What a signature is over.
   *
   * @param digest of the joined canonical forms of its targets, hexadecimal
   * @param national whether that is an SM3
   * @param signer subject of the certificate
   */
  public record Over(String digest, boolean national, String signer) {}

  /**
   * Checks the first signature of a Provenance.
   *
   * @return null where it does not hold
   */
  public static @Nullable Over of(ObjectNode provenance) {
    try {
      SignedMessage message =
          SignedMessage.read(
              Base64.getDecoder()
                  .decode(provenance.path("signature").path(0).path("data").asString("")));
      return message.holds() && Act.statement(provenance).equals(message.statement())
          ? new Over(
              HexFormat.of().formatHex(message.contentDigest()),
              SignedMessage.digestOf(message.algorithm()) == DigestAlgorithm.SM3,
              message.certificate().getSubjectX500Principal().getName())
          : null;
    } catch (SignedMessage.Malformed | RuntimeException e) {
      return null;
    }
  }

  /** Digest of one version, as a national signature over it alone has it; hexadecimal. */
  public static String digest(byte[] resource) {
    return HexFormat.of().formatHex(DigestAlgorithm.SM3.digest(CanonicalForm.of(resource)));
  }

  /** The same of any tree without {@code meta}. */
  public static byte[] bytes(JsonNode tree) {
    return CanonicalForm.bytes(tree);
  }
}
