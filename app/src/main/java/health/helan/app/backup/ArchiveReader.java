package health.helan.app.backup;

import com.github.luben.zstd.ZstdInputStream;
import health.helan.foundation.store.Json;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Reads what {@link ArchiveWriter} wrote, and checks each entry's checksum. */
final class ArchiveReader implements Closeable {
  private static final int MOST_JSON = 64 << 20;

  /** A row of PostgreSQL is at most 1 GB. */
  private static final int MOST_PIECE = 1 << 30;

  private final DataInputStream in;
  private final Path file;
  private @Nullable Entry entry;
  private @Nullable Manifest manifest;
  private RowSum rows = new RowSum();
  private MessageDigest bytes = ArchiveWriter.sha256();
  private long length;

  ArchiveReader(InputStream sealed, Path file) throws IOException {
    this.in = new DataInputStream(new BufferedInputStream(new ZstdInputStream(sealed), 1 << 17));
    this.file = file;
  }

  /** The next entry; null after the last, when the {@link #manifest} is known. */
  @Nullable Entry next() throws IOException {
    try {
      int mark = in.readUnsignedByte();
      if (mark == ArchiveWriter.MANIFEST) {
        manifest = json(Manifest.class);
        if (in.read() >= 0) {
          throw new Damaged(file, "something follows its manifest");
        }
        return null;
      }
      if (mark != ArchiveWriter.HEAD) {
        throw new Damaged(file, "an entry has no head");
      }
      Entry next = json(Entry.class);
      entry = next;
      rows = new RowSum();
      bytes = ArchiveWriter.sha256();
      length = 0;
      return next;
    } catch (EOFException cut) {
      throw new Damaged(file, "it ends between its entries", cut);
    }
  }

  /** The next piece of the entry; null at its end, which was found right. */
  byte @Nullable [] piece() throws IOException {
    try {
      int mark = in.readUnsignedByte();
      if (mark == ArchiveWriter.PIECE) {
        int size = in.readInt();
        if (size < 0 || size > MOST_PIECE) {
          throw new Damaged(file, "a piece has no sensible length");
        }
        byte[] piece = new byte[size];
        in.readFully(piece);
        if (hasRows()) {
          rows.add(piece);
        } else {
          bytes.update(piece);
        }
        length += size;
        return piece;
      }
      if (mark != ArchiveWriter.END) {
        throw new Damaged(file, "an entry has no end");
      }
      Entry.End end = json(Entry.End.class);
      Entry.End found =
          hasRows()
              ? new Entry.End(rows.rows(), rows.toString())
              : new Entry.End(length, HexFormat.of().formatHex(bytes.digest()));
      if (!found.equals(end)) {
        throw new Damaged(
            file, "the checksum of " + Objects.requireNonNull(entry).name() + " is not right");
      }
      return null;
    } catch (EOFException cut) {
      throw new Damaged(file, "it ends within an entry", cut);
    }
  }

  private boolean hasRows() {
    return switch (Objects.requireNonNull(entry).kind()) {
      case TABLE, ROWS, OBJECTS_GONE -> true;
      case LANES, SEQUENCE, FILE, OBJECT -> false;
    };
  }

  /** Reads over the rest of the entry. */
  long skip() throws IOException {
    long pieces = 0;
    while (piece() != null) {
      pieces++;
    }
    return pieces;
  }

  Manifest manifest() {
    return Objects.requireNonNull(manifest, "not read to its end");
  }

  private <T> T json(Class<T> type) throws IOException {
    int size = in.readInt();
    if (size < 0 || size > MOST_JSON) {
      throw new Damaged(file, "a description has no sensible length");
    }
    byte[] json = new byte[size];
    in.readFully(json);
    try {
      return Json.MAPPER.readValue(json, type);
    } catch (JacksonException unreadable) {
      throw new Damaged(file, "a description cannot be read", unreadable);
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
