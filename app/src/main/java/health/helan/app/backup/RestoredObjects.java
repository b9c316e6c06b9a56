package health.helan.app.backup;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import health.helan.app.start.StartRefused;
import health.helan.foundation.store.objects.ObjectKey;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.store.objects.Range;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings large contents back to where the restored platform will look for them. A bucket may have
 * outlived the machine: what it holds under the same key must be the same and is left alone, and
 * what a restore that fails has put there goes again.
 */
final class RestoredObjects {
  private final @Nullable ObjectStore store;
  private final @Nullable Path journal;

  /** Erased between two backups of the chain; few beside all. */
  private final Set<ObjectKey> gone = new HashSet<>();

  private long count;

  /**
   * @param store null where nothing is brought back
   * @param journal file that names what was put, for {@link #undo}; null where that goes otherwise
   */
  RestoredObjects(@Nullable ObjectStore store, @Nullable Path journal) {
    this.store = store;
    this.journal = journal;
  }

  /**
   * @throws StartRefused if another content lies under this key
   */
  void bringBack(ObjectKey key, ArchiveReader archive) throws IOException {
    ObjectStore to = Objects.requireNonNull(store);
    if (to.exists(key)) {
      compare(to, key, archive);
    } else {
      if (journal != null) {
        Files.writeString(journal, key.value() + "\n", CREATE, APPEND);
      }
      to.restore(key, new Pieces(archive));
    }
    count++;
  }

  private static void compare(ObjectStore store, ObjectKey key, ArchiveReader archive)
      throws IOException {
    try (InputStream there = store.open(key, Range.ALL)) {
      boolean same = true;
      for (byte[] piece = archive.piece(); piece != null; piece = archive.piece()) {
        same = same && Arrays.equals(there.readNBytes(piece.length), piece);
      }
      if (!same || there.read() >= 0) {
        throw new StartRefused(
            "存储桶中已有同名（%s）但内容不同的大内容，恢复不会覆盖；请换一个空的存储桶或前缀。".formatted(key.value()),
            "The bucket holds another content under the key %s, and a restore overwrites nothing: name an empty bucket or prefix."
                .formatted(key.value()));
      }
    }
  }

  /** A content that was erased before the next backup: it goes once all the rest is in. */
  void takeAway(ObjectKey key) {
    if (gone.add(key)) {
      count--;
    }
  }

  long count() {
    return count;
  }

  void finish() throws IOException {
    for (ObjectKey key : gone) {
      Objects.requireNonNull(store).delete(key);
    }
  }

  /** Takes back what was put, after a failure. */
  void undo() throws IOException {
    if (journal == null || Files.notExists(journal)) {
      return;
    }
    try (BufferedReader keys = Files.newBufferedReader(journal)) {
      for (String key = keys.readLine(); key != null; key = keys.readLine()) {
        Objects.requireNonNull(store).delete(new ObjectKey(key));
      }
    }
  }

  /** The pieces of an entry as one stream. */
  private static final class Pieces extends InputStream {
    private final ArchiveReader archive;
    private byte @Nullable [] piece = new byte[0];
    private int at;

    Pieces(ArchiveReader archive) {
      this.archive = archive;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      byte[] present = piece;
      while (present != null && at == present.length && length > 0) {
        present = archive.piece();
        piece = present;
        at = 0;
      }
      if (present == null) {
        return -1;
      }
      int taken = Math.min(length, present.length - at);
      System.arraycopy(present, at, into, from, taken);
      at += taken;
      return taken;
    }
  }
}
