package health.helan.app.backup;

import health.helan.app.start.StartRefused;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A full backup and its increments, in order.
 *
 * @param links never empty; the first is full, each names the one before as its parent
 */
record Chain(List<Link> links) {

  /** A file and its head. */
  record Link(Path file, Head head) {}

  /**
   * The chain that ends in the given file, or in the newest of a folder.
   *
   * @throws StartRefused if there is none, or a file of it is missing
   */
  static Chain at(Path place) throws IOException {
    Path folder = Files.isDirectory(place) ? place : place.toAbsolutePath().getParent();
    if (Files.notExists(place) || folder == null) {
      throw none(place);
    }
    Map<String, Link> byId = new HashMap<>();
    for (Link link : in(folder, place)) {
      byId.put(link.head().id(), link);
    }
    Link last =
        Files.isDirectory(place)
            ? byId.values().stream()
                .max(Comparator.comparing((Link link) -> link.head().created()))
                .orElseThrow(() -> none(place))
            : new Link(place, head(place));
    Deque<Link> links = new ArrayDeque<>();
    for (Link link = last; ; ) {
      links.addFirst(link);
      if (link.head().isFull()) {
        return new Chain(List.copyOf(links));
      }
      Link parent = byId.get(String.valueOf(link.head().parent()));
      if (parent == null
          || parent.head().number() != link.head().number() - 1
          || !parent.head().chain().equals(link.head().chain())) {
        throw new StartRefused(
            "备份链不完整：%s 之前的第 %d 个增量（或完整备份）不在 %s，无法恢复。"
                .formatted(link.file().getFileName(), link.head().number() - 1, folder),
            "The chain of backups is incomplete: number %d, on which %s builds, is not in %s."
                .formatted(link.head().number() - 1, link.file().getFileName(), folder));
      }
      link = parent;
    }
  }

  private static StartRefused none(Path place) {
    return new StartRefused("这里没有备份：" + place + "。", "There is no backup at " + place + ".");
  }

  Link last() {
    return links.getLast();
  }

  /** A file of a folder by its id; null for none. */
  static @Nullable Link find(Path folder, String id) throws IOException {
    for (Link link : in(folder, folder)) {
      if (link.head().id().equals(id)) {
        return link;
      }
    }
    return null;
  }

  /**
   * Backups in a folder. One that cannot be read stands in nobody's way: should a chain need it,
   * the chain is incomplete.
   *
   * @param wanted refused for its own reason when it cannot be read
   */
  private static List<Link> in(Path folder, Path wanted) throws IOException {
    List<Link> links = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        if (String.valueOf(file.getFileName()).endsWith(Backup.SUFFIX)) {
          try {
            links.add(new Link(file, head(file)));
          } catch (Damaged | StartRefused unreadable) {
            if (file.equals(wanted)) {
              throw unreadable;
            }
          }
        }
      }
    }
    return links;
  }

  private static Head head(Path file) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      return Head.read(in, file).head();
    }
  }

  /** Full backups of a folder with all that build on them, newest first. */
  static List<List<Link>> all(Path folder) throws IOException {
    Map<String, List<Link>> chains = new HashMap<>();
    for (Link link : in(folder, folder)) {
      chains.computeIfAbsent(link.head().chain(), _ -> new ArrayList<>()).add(link);
    }
    List<List<Link>> sorted = new ArrayList<>(chains.values());
    sorted.sort(
        Comparator.comparing(
                (List<Link> chain) ->
                    chain.stream()
                        .map(link -> link.head().created())
                        .max(String::compareTo)
                        .orElse(""))
            .reversed());
    return sorted;
  }

  /**
   * Opens a file's inside.
   *
   * @throws StartRefused if the key does not fit
   * @throws Damaged if the file is not as it was written
   */
  static ArchiveReader open(Path file, BackupKeys keys) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 17);
    try {
      Head.Read read = Head.read(in, file);
      BackupCipher cipher = BackupCipher.named(read.head().cipher());
      if (cipher == null) {
        throw Head.newer(file);
      }
      byte[] key = keys.open(read.head().locks());
      if (key == null) {
        throw new StartRefused(
            "密钥或口令不对，打不开备份 " + file + "。",
            "The key or passphrase is not the right one for the backup " + file + ".");
      }
      return new ArchiveReader(new SealedInput(in, file, cipher, key, read.digest()), file);
    } catch (IOException | RuntimeException failed) {
      in.close();
      throw failed;
    }
  }
}
