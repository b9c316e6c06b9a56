package health.helan.foundation.gateway.hl7v2;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Reads blocks of MLLP ({@code VT … FS CR}) from a connection. Lenient where senders are: a missing
 * CR, noise between blocks, a block that is followed by another without its end.
 */
final class Frames {
  static final int START = 0x0B;
  static final int END = 0x1C;
  private static final int RETURN = '\r';

  /** How long to wait for the CR that should follow. */
  private static final int CR_MILLIS = 300;

  /** A block is read so far before it needs a place, and so much noise is read for a block. */
  private static final int SMALL = 64 * 1024;

  /**
   * A block.
   *
   * @param isWhole false when it ended without its end
   */
  record Frame(byte[] bytes, boolean isWhole) {}

  /** A block is longer than may be. */
  static final class TooLong extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /** Where a block has its place while it is worked on. */
  interface Room {
    /** Waits for a place, if it has none yet. */
    void take() throws InterruptedException;
  }

  private final Socket socket;
  private final BufferedInputStream in;
  private final MllpServer.Settings settings;
  private int ahead = -1;

  /** When reading gives up, as {@link System#nanoTime} counts. */
  private long until;

  Frames(Socket socket, InputStream in, MllpServer.Settings settings) {
    this.socket = socket;
    this.settings = settings;
    this.in =
        new BufferedInputStream(
            new FilterInputStream(in) {
              @Override
              public int read(byte[] into, int from, int length) throws IOException {
                long left = (until - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                  throw new SocketTimeoutException();
                }
                socket.setSoTimeout((int) left);
                return super.read(into, from, length);
              }
            },
            16 * 1024);
  }

  private void within(int millis) {
    until = System.nanoTime() + millis * 1_000_000L;
  }

  /** True when the next block has begun already. */
  boolean isAhead() {
    return ahead >= 0;
  }

  /**
   * Waits for the beginning of a block.
   *
   * @return null once one has begun; what came before the end of the connection, if it was anything
   *     but blank: somebody sends without blocks
   */
  byte @Nullable [] awaitStart() throws IOException {
    within(settings.idleMillis());
    var noise = new ByteArrayOutputStream();
    while (true) {
      int b = next();
      if (b == START) {
        return null;
      }
      if (b < 0) {
        return noise.toByteArray();
      }
      if (b > ' ' && b != END || noise.size() > 0) {
        if (noise.size() == SMALL) {
          throw new TooLong();
        }
        noise.write(b);
      }
    }
  }

  private int next() throws IOException {
    if (ahead >= 0) {
      int b = ahead;
      ahead = -1;
      return b;
    }
    return in.read();
  }

  /** The block that has begun; a long one takes its place before it is read to its end. */
  Frame read(Room room) throws IOException, InterruptedException {
    within(settings.blockMillis());
    var block = new ByteArrayOutputStream(1024);
    while (true) {
      int b;
      try {
        b = in.read();
      } catch (SocketTimeoutException e) {
        return new Frame(block.toByteArray(), false);
      }
      if (b < 0) {
        return new Frame(block.toByteArray(), false);
      }
      if (b == END) {
        int after = after();
        if (after == RETURN || after == -2 || after == -1) {
          return new Frame(block.toByteArray(), true);
        }
        if (after == START) {
          ahead = START;
          return new Frame(block.toByteArray(), true);
        }
        // Within UTF-16, half of a character.
        write(block, b, room);
        write(block, after, room);
      } else if (b == START && isHeader()) {
        ahead = START;
        return new Frame(block.toByteArray(), false);
      } else {
        write(block, b, room);
      }
    }
  }

  private void write(ByteArrayOutputStream block, int b, Room room)
      throws IOException, InterruptedException {
    if (block.size() == settings.mostBytes()) {
      throw new TooLong();
    }
    if (block.size() == SMALL) {
      long from = System.nanoTime();
      room.take();
      until += System.nanoTime() - from; // The wait is ours, not the sender's.
    }
    block.write(b);
  }

  /** What follows an end: -1 for the end of the connection, -2 for nothing for a while. */
  private int after() throws IOException {
    long whole = until;
    within(CR_MILLIS);
    try {
      return in.read();
    } catch (SocketTimeoutException e) {
      return -2;
    } finally {
      until = whole;
    }
  }

  /** Does a header follow? Then a new block has begun. */
  private boolean isHeader() throws IOException {
    in.mark(3);
    byte[] three = in.readNBytes(3);
    in.reset();
    return three.length == 3 && three[0] == 'M' && three[1] == 'S' && three[2] == 'H';
  }
}
