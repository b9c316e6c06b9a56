package health.helan.foundation.gateway.hl7v2;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
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

  private final Socket socket;
  private final BufferedInputStream in;
  private final int mostBytes;
  private int ahead = -1;

  Frames(Socket socket, InputStream in, int mostBytes) {
    this.socket = socket;
    this.in = new BufferedInputStream(in, 16 * 1024);
    this.mostBytes = mostBytes;
  }

  /**
   * Waits for the beginning of a block, so that nothing is held while a connection is idle.
   *
   * @return null once one has begun; what came before the end of the connection, if it was anything
   *     but blank: somebody sends without blocks
   */
  byte @Nullable [] awaitStart() throws IOException {
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
        if (noise.size() == mostBytes) {
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

  /** The block that has begun. */
  Frame read() throws IOException {
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
        write(block, b);
        write(block, after);
      } else if (b == START && isHeader()) {
        ahead = START;
        return new Frame(block.toByteArray(), false);
      } else {
        write(block, b);
      }
    }
  }

  private void write(ByteArrayOutputStream block, int b) throws IOException {
    if (block.size() == mostBytes) {
      throw new TooLong();
    }
    block.write(b);
  }

  /** What follows an end: -1 for the end of the connection, -2 for nothing for a while. */
  private int after() throws IOException {
    int patience = socket.getSoTimeout();
    socket.setSoTimeout(CR_MILLIS);
    try {
      return in.read();
    } catch (SocketTimeoutException e) {
      return -2;
    } finally {
      socket.setSoTimeout(patience);
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
