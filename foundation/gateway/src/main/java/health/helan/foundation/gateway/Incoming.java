package health.helan.foundation.gateway;

import health.helan.foundation.store.Refusal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * Bodies that come over HTTP, read before one of the gateway's places is taken: a slow sender holds
 * its own connection and no place that others wait for. All together they have so many bytes of
 * room; one that takes too long is given up.
 */
public final class Incoming {
  private static final int PIECE = 64 << 10;

  private final Semaphore room;
  private final Duration patience;

  /**
   * @param bytes most bytes of bodies that are not whole yet
   * @param patience in which a body has to be whole
   */
  public Incoming(long bytes, Duration patience) {
    room = new Semaphore((int) (bytes / PIECE));
    this.patience = patience;
  }

  /**
   * A whole body.
   *
   * @param most bytes
   * @throws Refusal TOO_LONG, TRANSIENT when there is no room or it came too slowly
   */
  public byte[] read(InputStream body, int most) throws IOException {
    Read read = read(body, most, false);
    var out = new ByteArrayOutputStream(read.size);
    read.pieces.forEach(out::writeBytes);
    return out.toByteArray();
  }

  /**
   * A body as far as it came: one that was cut off ends in an {@link EOFException}, so that what
   * came before counts.
   *
   * @throws Refusal as {@link #read}
   */
  public InputStream readAsFarAsItCame(InputStream body, int most) throws IOException {
    Read read = read(body, most, true);
    var all = new ArrayList<InputStream>();
    read.pieces.forEach(piece -> all.add(new ByteArrayInputStream(piece)));
    if (read.isCut) {
      all.add(
          new InputStream() {
            @Override
            public int read() throws IOException {
              throw new EOFException();
            }
          });
    }
    return new SequenceInputStream(Collections.enumeration(all));
  }

  private record Read(List<byte[]> pieces, int size, boolean isCut) {}

  private Read read(InputStream body, int most, boolean cutCounts) throws IOException {
    long until = System.nanoTime() + patience.toNanos();
    var pieces = new ArrayList<byte[]>();
    int size = 0;
    int taken = 0;
    try {
      while (true) {
        if (!room.tryAcquire()) {
          throw new Refusal(Refusal.Kind.TRANSIENT, "gateway.busy");
        }
        taken++;
        byte[] piece = new byte[PIECE];
        int length = 0;
        try {
          while (length < PIECE) {
            int n = body.read(piece, length, PIECE - length);
            if (n < 0) {
              pieces.add(java.util.Arrays.copyOf(piece, length));
              return new Read(pieces, size + length, false);
            }
            length += n;
            if (size + length > most) {
              throw new Refusal(Refusal.Kind.TOO_LONG, "gateway.too-long", most);
            }
            if (System.nanoTime() - until > 0) {
              throw new Refusal(Refusal.Kind.TRANSIENT, "gateway.too-slow", patience.toSeconds());
            }
          }
        } catch (IOException e) {
          if (!cutCounts) {
            throw e;
          }
          pieces.add(java.util.Arrays.copyOf(piece, length));
          return new Read(pieces, size + length, true);
        }
        pieces.add(piece);
        size += length;
      }
    } finally {
      room.release(taken);
    }
  }
}
