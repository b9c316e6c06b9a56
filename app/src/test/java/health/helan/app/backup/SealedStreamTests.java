package health.helan.app.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The encryption around a backup: nothing altered, moved or cut goes through unnoticed. */
class SealedStreamTests {
  private static final Path FILE = Path.of("a-file");
  private static final byte[] HEAD = {1, 2, 3};

  @ParameterizedTest
  @CsvSource({
    "AES_256_GCM, 0",
    "AES_256_GCM, 1",
    "AES_256_GCM, 262143",
    "AES_256_GCM, 262144",
    "AES_256_GCM, 262145",
    "AES_256_GCM, 1000000",
    "SM4_GCM, 0",
    "SM4_GCM, 600000"
  })
  void givesBackWhatWentIn(BackupCipher cipher, int size) throws IOException {
    byte[] plain = bytes(size);
    byte[] sealed = seal(cipher, plain);
    assertThat(open(cipher, sealed, key(cipher), HEAD)).isEqualTo(plain);
  }

  @ParameterizedTest
  @EnumSource(BackupCipher.class)
  void noticesEveryCut(BackupCipher cipher) throws IOException {
    byte[] sealed = seal(cipher, bytes(600_000));
    int frame = Integer.BYTES + SealedOutput.FRAME + BackupCipher.TAG_BYTES;
    // Within a length, within a frame, and exactly between two frames.
    for (int length : new int[] {0, 2, 4, 100, frame, frame + 3, 2 * frame, sealed.length - 1}) {
      assertThatExceptionOfType(Damaged.class)
          .as("cut at %d", length)
          .isThrownBy(() -> open(cipher, Arrays.copyOf(sealed, length), key(cipher), HEAD));
    }
  }

  @ParameterizedTest
  @EnumSource(BackupCipher.class)
  void noticesWhatWasAlteredMovedOrAdded(BackupCipher cipher) throws IOException {
    byte[] sealed = seal(cipher, bytes(600_000));
    int frame = Integer.BYTES + SealedOutput.FRAME + BackupCipher.TAG_BYTES;
    Random random = new Random(7);
    for (int i = 0; i < 50; i++) {
      byte[] altered = sealed.clone();
      altered[random.nextInt(altered.length)] ^= (byte) (1 << random.nextInt(8));
      damaged(cipher, altered);
    }
    byte[] swapped = sealed.clone();
    System.arraycopy(sealed, 0, swapped, frame, frame);
    System.arraycopy(sealed, frame, swapped, 0, frame);
    damaged(cipher, swapped);
    byte[] dropped = Arrays.copyOfRange(sealed, frame, sealed.length);
    damaged(cipher, dropped);
    // The second frame declared the last, and what follows taken away.
    byte[] ended = Arrays.copyOf(sealed, 2 * frame);
    ended[frame] |= (byte) 0x80;
    damaged(cipher, ended);
    byte[] longer = Arrays.copyOf(sealed, sealed.length + 1);
    damaged(cipher, longer);
    assertThatExceptionOfType(Damaged.class)
        .as("under another head")
        .isThrownBy(() -> open(cipher, sealed, key(cipher), new byte[] {1, 2, 4}));
    byte[] otherKey = key(cipher);
    otherKey[0] ^= 1;
    assertThatExceptionOfType(Damaged.class)
        .as("with another key")
        .isThrownBy(() -> open(cipher, sealed, otherKey, HEAD));
  }

  private static void damaged(BackupCipher cipher, byte[] sealed) {
    assertThatExceptionOfType(Damaged.class)
        .isThrownBy(() -> open(cipher, sealed, key(cipher), HEAD));
  }

  private static byte[] seal(BackupCipher cipher, byte[] plain) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (SealedOutput sealing = new SealedOutput(out, cipher, key(cipher), HEAD)) {
      // In pieces that do not fit the frames.
      for (int at = 0; at < plain.length; at += 77_777) {
        sealing.write(plain, at, Math.min(77_777, plain.length - at));
      }
    }
    return out.toByteArray();
  }

  private static byte[] open(BackupCipher cipher, byte[] sealed, byte[] key, byte[] head)
      throws IOException {
    try (SealedInput in =
        new SealedInput(new ByteArrayInputStream(sealed), FILE, cipher, key, head)) {
      return in.readAllBytes();
    }
  }

  private static byte[] key(BackupCipher cipher) {
    return ByteBuffer.allocate(cipher.keyBytes).putLong(42).array();
  }

  private static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }
}
