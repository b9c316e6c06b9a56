package health.helan.foundation.store.objects;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.Refusal.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Objects as files, {@code objects/3f/a2/3fa2…}: two levels of 256 folders keep each small up to
 * some hundred million objects. An upload is written to {@code uploads/}, flushed to the disk, then
 * renamed, and the folder flushed, so that under a key there is a whole object or none. All is
 * readable by the owner only, where the file system knows owners.
 */
final class FolderObjectStore implements ObjectStore {
  private static final int BUFFER = 64 * 1024;
  private static final int BATCH = 1000;
  private static final long FULL = 1024 * 1024;

  private final Path objects;
  private final Path uploads;
  private final FileAttribute<?>[] folderMode;
  private final FileAttribute<?>[] fileMode;

  /** Folders whose own entry in their parent is known to be on the disk. */
  private final Set<Path> durableFolders = ConcurrentHashMap.newKeySet();

  FolderObjectStore(Path root) throws IOException {
    boolean posix = root.getFileSystem().supportedFileAttributeViews().contains("posix");
    folderMode = posix ? mode("rwx------") : new FileAttribute<?>[0];
    fileMode = posix ? mode("rw-------") : new FileAttribute<?>[0];
    objects = root.toAbsolutePath().resolve("objects");
    uploads = root.toAbsolutePath().resolve("uploads");
    Files.createDirectories(objects, folderMode);
    Files.createDirectories(uploads, folderMode);
    for (var folder = objects.getParent(); folder != null; folder = folder.getParent()) {
      if (Files.isReadable(folder)) {
        flush(folder); // Any of them may be new.
      }
    }
  }

  private static FileAttribute<?>[] mode(String permissions) {
    return new FileAttribute<?>[] {
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
    };
  }

  @Override
  public Stored put(InputStream bytes, long maxBytes) throws IOException {
    var key = ObjectKey.random();
    var intake = new Intake(bytes, maxBytes);
    put(key, intake, true);
    return intake.stored(key);
  }

  @Override
  public void restore(ObjectKey key, InputStream bytes) throws IOException {
    put(key, new Intake(bytes, Long.MAX_VALUE), false);
  }

  private void put(ObjectKey key, Intake intake, boolean isNew) throws IOException {
    var upload = uploads.resolve(key.value());
    try {
      write(intake, upload);
      var folder = durableFolder(key);
      Files.move(upload, folder.resolve(key.value()), StandardCopyOption.ATOMIC_MOVE);
      flush(folder);
    } catch (IOException | RuntimeException e) {
      boolean full = e instanceof IOException && isFull();
      try {
        Files.deleteIfExists(upload);
        if (isNew) {
          // Where the last flush failed, the rename may survive or not; the caller is told no.
          Files.deleteIfExists(path(key));
        }
      } catch (IOException deleting) {
        e.addSuppressed(deleting); // The sweep will find it.
      }
      if (full) {
        throw new Refusal(Kind.NO_STORE, "objects.no-space");
      }
      throw e;
    }
  }

  private void write(Intake intake, Path upload) throws IOException {
    try (var file = FileChannel.open(upload, Set.of(CREATE_NEW, WRITE), fileMode)) {
      var buffer = new byte[BUFFER];
      int count;
      do {
        count = intake.fill(buffer);
        for (var left = ByteBuffer.wrap(buffer, 0, count); left.hasRemaining(); ) {
          file.write(left);
        }
      } while (count == buffer.length);
      file.force(true);
    }
  }

  private boolean isFull() throws IOException {
    return Files.getFileStore(uploads).getUsableSpace() < FULL;
  }

  @Override
  public InputStream open(ObjectKey key, Range range) throws IOException {
    FileChannel file;
    try {
      file = FileChannel.open(path(key), READ);
    } catch (NoSuchFileException e) {
      throw new NoSuchObject(key);
    }
    try {
      file.position(range.from());
      var stream = Channels.newInputStream(file);
      return range.last() == Long.MAX_VALUE ? stream : new Bounded(stream, range.length());
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  @Override
  public boolean exists(ObjectKey key) {
    return Files.exists(path(key));
  }

  @Override
  public void delete(ObjectKey key) throws IOException {
    if (Files.deleteIfExists(path(key))) {
      flush(folder(key));
    }
  }

  @Override
  public void list(@Nullable ObjectKey after, KeyReceiver receiver) throws IOException {
    String from = after == null ? "" : after.value();
    for (var outer : sorted(objects)) {
      for (var inner : sorted(outer)) {
        String begin = outer.getFileName().toString() + inner.getFileName();
        if (begin.compareTo(from.substring(0, Math.min(begin.length(), from.length()))) < 0) {
          continue;
        }
        for (var file : sorted(inner)) {
          var name = String.valueOf(file.getFileName());
          if (ObjectKey.isKey(name) && name.compareTo(from) > 0) {
            receiver.key(new ObjectKey(name));
          }
        }
      }
    }
  }

  private static List<Path> sorted(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (NotDirectoryException e) {
      return List.of(); // Something that somebody else has put there.
    }
  }

  @Override
  public Swept sweep(Instant before, UnaryOperator<Set<ObjectKey>> referenced) throws IOException {
    long unfinished = 0;
    try (var files = Files.newDirectoryStream(uploads)) {
      for (var file : files) {
        if (isOlder(file, before) && Files.deleteIfExists(file)) {
          unfinished++;
        }
      }
    }
    var sweep = new Sweep(before, referenced);
    Files.walkFileTree(objects, sweep);
    sweep.deleteBatch();
    return new Swept(unfinished, sweep.deleted);
  }

  private static boolean isOlder(Path file, Instant before) throws IOException {
    try {
      return Files.getLastModifiedTime(file).toInstant().isBefore(before);
    } catch (NoSuchFileException e) {
      return false; // Its upload has just ended.
    }
  }

  private final class Sweep extends SimpleFileVisitor<Path> {
    private final Instant before;
    private final UnaryOperator<Set<ObjectKey>> referenced;
    private final Set<ObjectKey> batch = new HashSet<>();
    private long deleted;

    Sweep(Instant before, UnaryOperator<Set<ObjectKey>> referenced) {
      this.before = before;
      this.referenced = referenced;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      var name = file.getFileName().toString();
      if (ObjectKey.isKey(name) && attributes.lastModifiedTime().toInstant().isBefore(before)) {
        batch.add(new ObjectKey(name));
        if (batch.size() == BATCH) {
          deleteBatch();
        }
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (e instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE; // Deleted while we walked.
      }
      throw e;
    }

    void deleteBatch() throws IOException {
      if (batch.isEmpty()) {
        return;
      }
      batch.removeAll(referenced.apply(Set.copyOf(batch)));
      for (var key : batch) {
        delete(key);
        deleted++;
      }
      batch.clear();
    }
  }

  @Override
  public void close() {}

  private Path path(ObjectKey key) {
    return folder(key).resolve(key.value());
  }

  private Path folder(ObjectKey key) {
    var name = key.value();
    return objects.resolve(name.substring(0, 2)).resolve(name.substring(2, 4));
  }

  /** The folder of an object, made if need be, with its entry and its parent's on the disk. */
  private Path durableFolder(ObjectKey key) throws IOException {
    var folder = folder(key);
    if (!durableFolders.contains(folder)) {
      Files.createDirectories(folder, folderMode);
      flush(folder.resolve(".."));
      flush(objects);
      durableFolders.add(folder);
    }
    return folder;
  }

  /** Brings a folder's entries to the disk. */
  private static void flush(Path folder) throws IOException {
    try (var channel = FileChannel.open(folder, READ)) {
      channel.force(true);
    }
  }

  /** The first bytes of a stream. */
  private static final class Bounded extends InputStream {
    private final InputStream stream;
    private long left;

    Bounded(InputStream stream, long length) {
      this.stream = stream;
      this.left = length;
    }

    @Override
    public int read() throws IOException {
      int one = left == 0 ? -1 : stream.read();
      left -= one < 0 ? 0 : 1;
      return one;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (left == 0 && length > 0) {
        return -1;
      }
      int count = stream.read(buffer, offset, (int) Math.min(length, left));
      left -= Math.max(count, 0);
      return count;
    }

    @Override
    public void close() throws IOException {
      stream.close();
    }
  }
}
