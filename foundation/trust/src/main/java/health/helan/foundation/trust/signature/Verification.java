package health.helan.foundation.trust.signature;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What verification found of one signature.
 *
 * @param provenance the Provenance that holds it
 * @param detail what of it: {@code signature, content, provenance, time-stamp, certificate,
 *     signer}; empty for a valid one
 * @param targets versioned references that it is of
 * @param certificate null where it cannot be read
 * @param algorithm as OpenSSL and Java write it, such as {@code SM3withSM2}; null as before
 * @param at the moment it was checked for
 * @param stamped true when that moment is a time stamp's; false when there is none that can be
 *     trusted, and it is now
 * @param later what is to be said of the certificate today, though it held then: {@code expired,
 *     revoked, untrusted}; null for nothing
 * @param revocationKnown false when the authority never gave a list to ask
 * @param session true when the platform's seal stands for a signer who had signed in
 */
public record Verification(
    ObjectNode provenance,
    Verdict verdict,
    String detail,
    List<String> targets,
    @Nullable X509Certificate certificate,
    @Nullable String algorithm,
    @Nullable Instant at,
    boolean stamped,
    @Nullable String later,
    boolean revocationKnown,
    boolean session) {

  public boolean isValid() {
    return verdict == Verdict.VALID;
  }

  /** When the signer says it was; null where it is not said. */
  public @Nullable String when() {
    String when = provenance.path("signature").path(0).path("when").asString("");
    return when.isEmpty() ? null : when;
  }

  /** Reference of the signer; empty where it is told by an identifier. */
  public String signer() {
    return provenance.path("signature").path(0).path("who").path("reference").asString("");
  }
}
