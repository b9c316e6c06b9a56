package health.helan.app.backup;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;

/** Reads what {@link SealedOutput} wrote; gives no byte that was not authenticated. */
final class SealedInput extends InputStream {
  private final DataInputStream in;
  private final Path file;
  private final BackupCipher algorithm;
  private final Cipher cipher;
  private final byte[] key;
  private final byte[] head;
  private byte[] plain = new byte[0];
  private int at;
  private int end;
  private long number;
  private boolean last;

  SealedInput(InputStream in, Path file, BackupCipher algorithm, byte[] key, byte[] head) {
    this.in = new DataInputStream(in);
    this.file = file;
    this.algorithm = algorithm;
    this.key = key.clone();
    this.head = head.clone();
    try {
      this.cipher = algorithm.instance();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int from, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (at == end) {
      if (last) {
        return -1;
      }
      open();
    }
    int count = Math.min(length, end - at);
    System.arraycopy(plain, at, into, from, count);
    at += count;
    return count;
  }

  private void open() throws IOException {
    byte[] sealed;
    try {
      int word = in.readInt();
      last = word < 0;
      int length = word & Integer.MAX_VALUE;
      if (length < BackupCipher.TAG_BYTES || length > SealedOutput.FRAME + BackupCipher.TAG_BYTES) {
        throw new Damaged(file, "frame " + number + " has no sensible length");
      }
      sealed = new byte[length];
      in.readFully(sealed);
    } catch (EOFException cut) {
      throw new Damaged(file, "it ends in frame " + number + ", which is not the last", cut);
    }
    try {
      algorithm.start(cipher, Cipher.DECRYPT_MODE, key, SealedOutput.nonce(number, last), head);
      plain = cipher.doFinal(sealed);
    } catch (GeneralSecurityException altered) {
      throw new Damaged(file, "frame " + number + " was altered", altered);
    }
    if (last && in.read() >= 0) {
      throw new Damaged(file, "something follows its last frame");
    }
    at = 0;
    end = plain.length;
    number++;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
