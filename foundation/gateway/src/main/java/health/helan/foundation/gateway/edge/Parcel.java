package health.helan.foundation.gateway.edge;

import health.helan.foundation.store.Refusal;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Messages of one feed on their way: gzip (RFC 1952) over frames, big-endian. A frame is a kind (1
 * byte: 1 message, 2 gone, 0 the end), and but for the end a number (8 bytes), when the node took
 * the message (8 bytes, milliseconds since 1970), its length (4 bytes), its SHA-256 (32 bytes) and
 * its bytes as they came. A message that is gone (erased at the node) keeps its number, with no
 * bytes. Whoever reads takes frame after frame, so that a parcel that is cut off still counts up to
 * there.
 */
public final class Parcel {
  /** Most bytes of a message, as at the gateway's other doors. */
  public static final int MOST_MESSAGE_BYTES = 32 << 20;

  /** Most bytes of a parcel once it is inflated. */
  static final long MOST_BYTES = 64L << 20;

  /** Most messages of a parcel. */
  static final int MOST_MESSAGES = 2_000;

  /** Media type of the body. */
  public static final String TYPE = "application/vnd.helan.edge-parcel";

  private static final int END = 0;
  private static final int MESSAGE = 1;
  private static final int GONE = 2;
  private static final int DIGEST_BYTES = 32;

  private Parcel() {}

  /**
   * A message and its number in the feed.
   *
   * @param taken when the node took it, milliseconds since 1970 by the node's clock
   * @param bytes null when it is gone
   */
  @SuppressWarnings("ArrayRecordComponent") // Bytes of a message: compared by nobody.
  public record Item(long seq, long taken, byte @Nullable [] bytes) {}

  /** The items, in order, as they travel. */
  static byte[] write(List<Item> items) {
    var out = new ByteArrayOutputStream();
    try (var frames = new DataOutputStream(new Zip(out))) {
      for (Item item : items) {
        byte[] bytes = item.bytes == null ? new byte[0] : item.bytes;
        frames.writeByte(item.bytes == null ? GONE : MESSAGE);
        frames.writeLong(item.seq);
        frames.writeLong(item.taken);
        frames.writeInt(bytes.length);
        frames.write(digest(bytes));
        frames.write(bytes);
      }
      frames.writeByte(END);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static final class Zip extends GZIPOutputStream {
    Zip(ByteArrayOutputStream out) throws IOException {
      super(out, 1 << 16);
      def.setLevel(Deflater.DEFAULT_COMPRESSION);
    }
  }

  static byte[] digest(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Reads a parcel, one item after the other. */
  static final class Reader {
    private final DataInputStream in;
    private long bytes;
    private int items;

    Reader(InputStream body) throws IOException {
      try {
        in = new DataInputStream(new GZIPInputStream(body, 1 << 16));
      } catch (java.util.zip.ZipException e) {
        throw broken();
      }
    }

    private static Refusal broken() {
      return new Refusal(Refusal.Kind.STRUCTURE, "edge.parcel-broken");
    }

    /**
     * The next item, null after the last.
     *
     * @throws Refusal when it is no parcel, too long, or a message is not the one it was sealed as
     * @throws EOFException when it was cut off
     */
    @Nullable Item next() throws IOException {
      try {
        int kind = in.readUnsignedByte();
        if (kind == END) {
          return null;
        }
        if (kind != MESSAGE && kind != GONE) {
          throw broken();
        }
        long seq = in.readLong();
        long taken = in.readLong();
        int length = in.readInt();
        if (seq <= 0 || length < 0 || kind == GONE && length != 0) {
          throw broken();
        }
        bytes += length;
        items++;
        if (length > MOST_MESSAGE_BYTES || bytes > MOST_BYTES || items > MOST_MESSAGES) {
          throw new Refusal(
              Refusal.Kind.TOO_LONG, "edge.parcel-too-long", MOST_MESSAGES, MOST_BYTES >> 20);
        }
        byte[] digest = in.readNBytes(DIGEST_BYTES);
        byte[] content = in.readNBytes(length);
        if (digest.length < DIGEST_BYTES || content.length < length) {
          throw new EOFException();
        }
        if (!MessageDigest.isEqual(digest, digest(content))) {
          throw new Refusal(Refusal.Kind.UNPROCESSABLE, "edge.digest", seq);
        }
        return new Item(seq, taken, kind == GONE ? null : content);
      } catch (java.util.zip.ZipException e) {
        throw broken();
      }
    }
  }
}
