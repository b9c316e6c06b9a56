package health.helan.foundation.gateway.edge;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * How much of the line a node may take. What several send at once shares it. Bytes are let go in
 * portions of about a tenth of a second. Thread-safe.
 */
final class Bandwidth {
  private static final Duration PORTION = Duration.ofMillis(100);
  private static final long NANOS = 1_000_000_000L;

  private final long bytesPerSecond;
  private long free = System.nanoTime();

  /**
   * @param kilobitsPerSecond 0 for no bound
   */
  Bandwidth(long kilobitsPerSecond) {
    bytesPerSecond = kilobitsPerSecond * 1000 / 8;
  }

  boolean isBound() {
    return bytesPerSecond > 0;
  }

  /** The bytes, no faster than they may go. */
  InputStream slowly(byte[] bytes) {
    return new InputStream() {
      private int at;

      @Override
      public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
      }

      @Override
      public int read(byte[] into, int offset, int length) {
        int portion =
            (int)
                Math.min(
                    Math.min(length, bytes.length - at),
                    Math.max(1, bytesPerSecond * PORTION.toMillis() / 1000));
        if (portion <= 0) {
          return length == 0 ? 0 : -1;
        }
        await(portion);
        System.arraycopy(bytes, at, into, offset, portion);
        at += portion;
        return portion;
      }

      @Override
      public void close() throws IOException {
        at = bytes.length;
      }
    };
  }

  private void await(int portion) {
    long until;
    synchronized (this) {
      long now = System.nanoTime();
      free = Math.max(free, now) + portion * NANOS / bytesPerSecond;
      until = free;
    }
    long wait = until - System.nanoTime();
    while (wait > 0 && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(this, wait);
      wait = until - System.nanoTime();
    }
  }
}
