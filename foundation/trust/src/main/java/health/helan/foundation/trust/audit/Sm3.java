package health.helan.foundation.trust.audit;

import org.bouncycastle.crypto.digests.SM3Digest;

/** SM3 (GM/T 0004-2012). */
final class Sm3 {
  /** Bytes of a digest. */
  static final int LENGTH = 32;

  private Sm3() {}

  /** Digest of the parts one after the other. */
  static byte[] of(byte[]... parts) {
    var digest = new SM3Digest();
    for (byte[] part : parts) {
      digest.update(part, 0, part.length);
    }
    byte[] out = new byte[LENGTH];
    digest.doFinal(out, 0);
    return out;
  }
}
