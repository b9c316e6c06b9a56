package health.helan.foundation.trust.erasure;

import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Proof that a record was erased, without a word of what it was.
 *
 * @param subject keyed digest of the resident's {@code Patient/id}
 * @param by who did it
 * @param document the order or request it rests on, such as a file number
 * @param resources how many resources went
 * @param versions how many versions of them
 * @param objects how many large contents
 * @param finished null while it is under way
 * @param signature of the platform's seal over {@link #text}; null as long as {@code finished}
 */
public record Erasure(
    String id,
    long subject,
    Instant at,
    String by,
    Ground ground,
    String document,
    int resources,
    int versions,
    int objects,
    @Nullable Instant finished,
    byte @Nullable [] signature) {

  /** What is signed: the fields, a line each. */
  public byte[] text() {
    return String.join(
            "\n",
            "helan erasure",
            id,
            Long.toHexString(subject),
            at.toString(),
            by,
            ground.code(),
            document,
            Integer.toString(resources),
            Integer.toString(versions),
            Integer.toString(objects),
            String.valueOf(finished))
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Whether the signature is that of the key over just these fields. */
  public boolean isSignedBy(SignatureAlgorithm algorithm, PublicKey key) {
    return signature != null && algorithm.verifies(key, text(), signature);
  }
}
