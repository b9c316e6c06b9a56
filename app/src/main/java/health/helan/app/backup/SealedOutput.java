package health.helan.app.backup;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;

/**
 * Encrypts a stream in frames, each authenticated by itself. A frame's nonce is its number and
 * whether it is the last, so that frames cannot be exchanged, repeated, dropped, or the end cut off
 * without being noticed (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, from
 * general knowledge). Frame: 4 bytes length of what follows, the sign bit set in the last; then
 * ciphertext with tag. Memory does not grow with the stream.
 */
final class SealedOutput extends OutputStream {
  static final int FRAME = 256 * 1024;

  private final DataOutputStream out;
  private final BackupCipher algorithm;
  private final Cipher cipher;
  private final byte[] key;
  private final byte[] head;
  private final byte[] plain = new byte[FRAME];
  private final byte[] sealed = new byte[FRAME + BackupCipher.TAG_BYTES];
  private int filled;
  private long number;
  private boolean closed;

  /**
   * @param key used for this one stream and never again
   * @param head what the frames belong to; authenticated with each
   */
  SealedOutput(OutputStream out, BackupCipher algorithm, byte[] key, byte[] head) {
    this.out = new DataOutputStream(out);
    this.algorithm = algorithm;
    this.key = key.clone();
    this.head = head.clone();
    try {
      this.cipher = algorithm.instance();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  static byte[] nonce(long number, boolean last) {
    return ByteBuffer.allocate(BackupCipher.NONCE_BYTES)
        .putShort((short) 0)
        .put((byte) 0)
        .putLong(number)
        .put((byte) (last ? 1 : 0))
        .array();
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    int at = from;
    int left = length;
    while (left > 0) {
      if (filled == FRAME) {
        seal(false);
      }
      int count = Math.min(left, FRAME - filled);
      System.arraycopy(bytes, at, plain, filled, count);
      filled += count;
      at += count;
      left -= count;
    }
  }

  private void seal(boolean last) throws IOException {
    try {
      algorithm.start(cipher, Cipher.ENCRYPT_MODE, key, nonce(number, last), head);
      int length = cipher.doFinal(plain, 0, filled, sealed);
      out.writeInt(last ? length | Integer.MIN_VALUE : length);
      out.write(sealed, 0, length);
    } catch (GeneralSecurityException impossible) {
      throw new IOException(impossible);
    }
    number++;
    filled = 0;
  }

  /** Writes the last frame. A stream that is not closed is one that was cut. */
  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      seal(true);
      out.close();
    }
  }
}
