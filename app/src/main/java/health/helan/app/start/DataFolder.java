package health.helan.app.start;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The folder that holds everything a region must not lose, locked for one running instance. What
 * lies in it is described in {@code docs/guide/operate.md}.
 */
public final class DataFolder implements AutoCloseable {
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final Set<PosixFilePermission> OWNER_READ_WRITE =
      PosixFilePermissions.fromString("rw-------");
  private static final int SECRET_BYTES = 32;

  /** Of what a start demands, the part that a running platform leaves alone. */
  private static final int RESERVE = 4;

  private static final Duration LOOK_EVERY = Duration.ofMillis(200);

  /** There while a restore is under way in the folder, and after one that was killed. */
  public static final String RESTORING = "restoring";

  private final Path root;
  private final FileChannel lockFile;
  private final FileStore disk;
  private final long leastFreeBytes;
  private volatile long lookedNanos;
  private volatile boolean nearlyFull;

  private DataFolder(Path root, FileChannel lockFile, FileStore disk, long leastFreeBytes) {
    this.root = root;
    this.lockFile = lockFile;
    this.disk = disk;
    this.leastFreeBytes = leastFreeBytes;
    this.lookedNanos = System.nanoTime() - LOOK_EVERY.toNanos();
  }

  /**
   * Opens the folder, creating it readable by its owner only where it is absent, and locks it until
   * {@link #close()} or the end of the process.
   *
   * @param leastFreeBytes space below which PostgreSQL could be caught by a full disk
   * @throws StartRefused if the folder cannot be used, is in use, or its disk is nearly full
   */
  public static DataFolder open(Path folder, long leastFreeBytes) {
    try {
      Files.createDirectories(folder.getParent() == null ? folder : folder.getParent());
      if (!Files.isDirectory(folder)) {
        Files.createDirectory(folder, OWNER_ONLY_FOLDER);
      }
      Path root = folder.toRealPath();
      if (Files.exists(root.resolve(RESTORING))) {
        throw new StartRefused(
            "数据目录 %s 中有未完成的恢复，请清空该目录后重新恢复。".formatted(root),
            "The data folder %s holds a restore that did not come to its end: empty it and restore again."
                .formatted(root));
      }
      FileChannel lockFile = lock(root);
      FileStore disk = Files.getFileStore(root);
      long free = disk.getUsableSpace();
      if (free < leastFreeBytes) {
        lockFile.close();
        throw new StartRefused(
            "磁盘空间不足：%s 所在磁盘只剩 %d MB，至少需要 %d MB，请先清理或换一个 --data 目录。"
                .formatted(root, free >> 20, leastFreeBytes >> 20),
            "Disk nearly full: %d MB are left for %s and %d MB are needed; make room or choose another --data."
                .formatted(free >> 20, root, leastFreeBytes >> 20));
      }
      return new DataFolder(root, lockFile, disk, leastFreeBytes);
    } catch (AccessDeniedException | FileAlreadyExistsException unusable) {
      throw unusable(folder, unusable);
    } catch (IOException failed) {
      throw unusable(folder, failed);
    }
  }

  private static StartRefused unusable(Path folder, IOException why) {
    return new StartRefused(
        "数据目录 " + folder + " 无法使用（" + why + "），请检查权限或换一个 --data 目录。",
        "The data folder "
            + folder
            + " cannot be used ("
            + why
            + "); check its permissions or choose another --data.",
        why);
  }

  private static FileChannel lock(Path root) throws IOException {
    Path path = root.resolve("lock");
    FileChannel channel =
        FileChannel.open(
            path,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
            OWNER_ONLY_FILE);
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException heldByThisProcess) {
      lock = null;
    }
    if (lock == null) {
      String holder = Files.readString(path).strip();
      channel.close();
      throw new StartRefused(
          "数据目录 " + root + " 正被另一个贺兰实例使用（进程 " + holder + "），请先停止它或换一个 --data 目录。",
          "The data folder "
              + root
              + " is in use by another instance (process "
              + holder
              + "); stop that one or choose another --data.");
    }
    channel.truncate(0);
    channel.write(
        ByteBuffer.wrap(
            Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
    return channel;
  }

  /**
   * Whether the disk is so full that nothing more should be put on it: less is free than a quarter
   * of what a start demands. Cheap enough to ask at each request.
   */
  public boolean isNearlyFull() {
    long now = System.nanoTime();
    if (now - lookedNanos >= LOOK_EVERY.toNanos()) {
      lookedNanos = now;
      try {
        nearlyFull = disk.getUsableSpace() < leastFreeBytes / RESERVE;
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
    return nearlyFull;
  }

  /** The folder itself, as an absolute path without links. */
  public Path root() {
    return root;
  }

  /** A file or folder in the data folder. */
  public Path resolve(String name) {
    return root.resolve(name);
  }

  /** A folder in the data folder, created for the owner only where absent. */
  public Path folder(String name) {
    try {
      Path folder = root.resolve(name);
      if (!Files.isDirectory(folder)) {
        Files.createDirectory(folder, OWNER_ONLY_FOLDER);
      }
      return folder;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /**
   * A secret of 256 random bits in hexadecimal, kept in a file that only the owner may read. Made
   * on the first call, the same ever after.
   *
   * @throws StartRefused if the file holds something that is not a secret of this kind
   */
  public String secret(String name) {
    Path file = root.resolve(name);
    try {
      if (Files.notExists(file)) {
        byte[] bytes = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(bytes);
        writeAtomically(name, HexFormat.of().formatHex(bytes) + "\n");
      }
      String secret = Files.readString(file).strip();
      if (secret.length() < SECRET_BYTES * 2) {
        throw new StartRefused(
            "文件 " + file + " 已损坏或过短，请从备份恢复，或删除后重新启动以生成新的。",
            "The file "
                + file
                + " is damaged or too short: restore it, or delete it and start again for a new one.");
      }
      Files.setPosixFilePermissions(file, OWNER_READ_WRITE);
      return secret;
    } catch (IOException failed) {
      throw unusable(root, failed);
    }
  }

  /** The text of a small file, or null where there is none. */
  public @Nullable String read(String name) {
    try {
      Path file = root.resolve(name);
      return Files.exists(file) ? Files.readString(file) : null;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Replaces a small file as a whole, readable by the owner only, on disk before this returns. */
  public void writeAtomically(String name, String text) {
    try {
      Path draft = root.resolve(name + ".new");
      Files.deleteIfExists(draft);
      try (FileChannel out =
          FileChannel.open(
              draft,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              OWNER_ONLY_FILE)) {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
        out.force(true);
      }
      Files.move(
          draft,
          root.resolve(name),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Lets another instance in. The lock file stays, so that nobody locks a deleted one. */
  @Override
  public void close() {
    try {
      lockFile.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
