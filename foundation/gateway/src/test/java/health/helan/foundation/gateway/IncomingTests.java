package health.helan.foundation.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.Refusal;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Bodies on their way in. */
class IncomingTests {
  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  @Test
  void areReadWholeUpToTheLongest() throws IOException {
    var incoming = new Incoming(1 << 20, Duration.ofMinutes(1));
    for (int length : new int[] {0, 1, 65_535, 65_536, 65_537, 300_000}) {
      assertThat(incoming.read(new ByteArrayInputStream(bytes(length)), 300_000))
          .isEqualTo(bytes(length));
    }
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> incoming.read(new ByteArrayInputStream(bytes(300_001)), 300_000))
        .matches(e -> e.kind() == Refusal.Kind.TOO_LONG);
  }

  @Test
  void haveSoMuchRoomTogetherAndGiveItBack() throws IOException {
    var incoming = new Incoming(256 << 10, Duration.ofMinutes(1));
    for (int i = 0; i < 3; i++) {
      assertThatExceptionOfType(Refusal.class)
          .isThrownBy(() -> incoming.read(new ByteArrayInputStream(bytes(1 << 20)), 2 << 20))
          .matches(e -> e.kind() == Refusal.Kind.TRANSIENT);
    }
    assertThat(incoming.read(new ByteArrayInputStream(bytes(200_000)), 2 << 20)).hasSize(200_000);
  }

  @Test
  void areGivenUpWhenTheyTakeTooLong() {
    var incoming = new Incoming(1 << 20, Duration.ofMillis(50));
    var drop =
        new InputStream() {
          @Override
          public int read() {
            return 'x';
          }

          @Override
          public int read(byte[] buffer, int offset, int length) throws IOException {
            try {
              Thread.sleep(20);
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
            buffer[offset] = 'x';
            return 1;
          }
        };
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> incoming.read(drop, 1 << 20))
        .withMessageContaining("gateway.too-slow");
  }

  @Test
  void countAsFarAsTheyCameWhereThatIsAsked() throws IOException {
    var incoming = new Incoming(1 << 20, Duration.ofMinutes(1));
    byte[] whole = bytes(100_000);
    InputStream cut =
        new InputStream() {
          private int at;

          @Override
          public int read() throws IOException {
            if (at == whole.length) {
              throw new IOException("reset");
            }
            return whole[at++] & 0xFF;
          }
        };
    InputStream read = incoming.readAsFarAsItCame(cut, 1 << 20);
    assertThat(read.readNBytes(whole.length)).isEqualTo(whole);
    assertThatExceptionOfType(EOFException.class).isThrownBy(read::read);
  }
}
