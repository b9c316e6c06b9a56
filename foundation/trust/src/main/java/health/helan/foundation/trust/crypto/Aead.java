package health.helan.foundation.trust.crypto;

/**
 * Authenticated encryption under one key. Thread-safe. Whoever calls sees to it that no nonce comes
 * twice: in GCM that gives away both texts and the key of the tags.
 */
public interface Aead {

  /** The bytes were altered, cut, moved to another place, or are of another key. */
  final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Broken() {
      super("encrypted content is damaged or does not belong here", null, false, false);
    }
  }

  /**
   * Encrypts {@code data[from, from + length)} to {@code out[at, …)}, where {@link
   * AeadAlgorithm#TAG} bytes more are written. The two arrays are different ones.
   *
   * @param bound what the text belongs to; not encrypted, not stored, and the same again to open
   */
  void seal(byte[] nonce, byte[] bound, byte[] data, int from, int length, byte[] out, int at);

  /**
   * Decrypts {@code sealed[from, from + length)}, tag included.
   *
   * @throws Broken if anything about it is not as it was sealed
   */
  byte[] open(byte[] nonce, byte[] bound, byte[] sealed, int from, int length);

  /** Nonce and sealed text in one array. */
  default byte[] sealWithNonce(byte[] nonce, byte[] bound, byte[] data) {
    byte[] out = new byte[nonce.length + data.length + AeadAlgorithm.TAG];
    System.arraycopy(nonce, 0, out, 0, nonce.length);
    seal(nonce, bound, data, 0, data.length, out, nonce.length);
    return out;
  }

  /** What {@link #sealWithNonce} made. */
  default byte[] openWithNonce(byte[] bound, byte[] sealed) {
    if (sealed.length < AeadAlgorithm.NONCE + AeadAlgorithm.TAG) {
      throw new Broken();
    }
    return open(
        java.util.Arrays.copyOf(sealed, AeadAlgorithm.NONCE),
        bound,
        sealed,
        AeadAlgorithm.NONCE,
        sealed.length - AeadAlgorithm.NONCE);
  }
}
