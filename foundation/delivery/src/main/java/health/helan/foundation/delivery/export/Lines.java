package health.helan.foundation.delivery.export;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A file of NDJSON as it is made: read to its end by the object store, page after page comes in at
 * the other side, so that no file is ever in memory. Packed by gzip: what is encrypted, kept and
 * mostly also sent is a tenth of the text.
 */
final class Lines extends InputStream {

  /** A page of a file. */
  interface Page {
    /** Contents, in order; null at the end of the file. */
    @Nullable List<byte[]> next();
  }

  private final Page pages;
  private final Chunk packed = new Chunk();
  private final GZIPOutputStream zip;
  private int at;
  private boolean ended;
  private long bytes;

  private static final class Chunk extends ByteArrayOutputStream {
    Chunk() {
      super(1 << 20);
    }

    byte[] bytes() {
      return buf;
    }
  }

  private static final class FastZip extends GZIPOutputStream {
    FastZip(ByteArrayOutputStream out) throws IOException {
      super(out, 64 << 10);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }

  Lines(Page pages) {
    this.pages = pages;
    try {
      zip = new FastZip(packed);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // Memory does not fail.
    }
  }

  /** Length of what was read so far, unpacked. */
  long bytes() {
    return bytes;
  }

  private boolean fill() throws IOException {
    while (at == packed.size()) {
      if (ended) {
        return false;
      }
      packed.reset();
      at = 0;
      List<byte[]> page = pages.next();
      if (page == null) {
        zip.finish();
        ended = true;
      } else {
        for (byte[] content : page) {
          line(content);
        }
      }
    }
    return true;
  }

  /** JSON as it was sent may have line ends between its tokens; within strings it has none. */
  private void line(byte[] content) throws IOException {
    byte[] one = content;
    for (byte b : content) {
      if (b == '\n' || b == '\r') {
        one = Arrays.copyOf(content, content.length);
        for (int i = 0; i < one.length; i++) {
          if (one[i] == '\n' || one[i] == '\r') {
            one[i] = ' ';
          }
        }
        break;
      }
    }
    zip.write(one);
    zip.write('\n');
    bytes += one.length + 1;
  }

  @Override
  public int read() throws IOException {
    return fill() ? packed.bytes()[at++] & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int from, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int n = Math.min(length, packed.size() - at);
    System.arraycopy(packed.bytes(), at, into, from, n);
    at += n;
    return n;
  }
}
