package health.helan.app.load;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Something that holds files to load: a file, or an archive of files. Opened as often as there are
 * {@link Rank ranks} in it, so that no file waits in memory for its turn.
 */
sealed interface Source {
  /** What it holds that can be loaded, without reading the contents. */
  List<Item> items() throws IOException;

  /**
   * Hands over the files of one rank, one after the other, in the order of their names where it
   * can.
   */
  void read(Rank rank, Reader reader) throws IOException, InterruptedException;

  /** How much of the source is read to hand over files: bytes on disk. */
  Path path();

  /**
   * A file as found.
   *
   * @param name for reports
   * @param bytes unpacked where that is known, else packed
   */
  record Item(String name, Rank rank, long bytes) {}

  /** Takes a file; closes nothing. */
  @FunctionalInterface
  interface Reader {
    void take(Item item, InputStream content) throws IOException, InterruptedException;
  }

  /**
   * The sources at the given paths: files as they are, folders with everything below them.
   *
   * @param skipped gets the names of files that hold nothing loadable, by their names
   */
  static List<Source> at(List<Path> paths, List<String> skipped) throws IOException {
    List<Source> sources = new ArrayList<>();
    for (Path path : paths) {
      try (Stream<Path> files = Files.walk(path)) {
        for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
          String name = file.toString();
          if (name.endsWith(".zip")) {
            sources.add(new Zip(file));
          } else if (name.endsWith(".tar.gz") || name.endsWith(".tgz") || name.endsWith(".tar")) {
            sources.add(new Tar(file));
          } else if (Contents.isLoadable(name)) {
            sources.add(
                new Plain(file, path.equals(file) ? file.getFileName() : path.relativize(file)));
          } else {
            skipped.add(name);
          }
        }
      }
    }
    return sources;
  }

  /** A file by itself, perhaps packed with gzip. */
  record Plain(Path path, Path shown) implements Source {
    @Override
    public List<Item> items() throws IOException {
      try (InputStream content = open()) {
        return List.of(
            new Item(shown.toString(), Rank.of(shown.toString(), content), Files.size(path)));
      }
    }

    @Override
    public void read(Rank rank, Reader reader) throws IOException, InterruptedException {
      Item item = items().getFirst();
      if (item.rank() == rank) {
        try (InputStream content = open()) {
          reader.take(item, content);
        }
      }
    }

    private InputStream open() throws IOException {
      return unpacked(
          path.toString(), new BufferedInputStream(Files.newInputStream(path), 1 << 16));
    }
  }

  /** Any entry of a zip can be read alone, so files come in the order of their names. */
  record Zip(Path path) implements Source {
    @Override
    public List<Item> items() throws IOException {
      List<Item> items = new ArrayList<>();
      try (ZipFile zip = new ZipFile(path.toFile())) {
        for (ZipEntry entry : entries(zip)) {
          try (InputStream content = unpacked(entry.getName(), zip.getInputStream(entry))) {
            items.add(item(entry, content));
          }
        }
      }
      return items;
    }

    @Override
    public void read(Rank rank, Reader reader) throws IOException, InterruptedException {
      try (ZipFile zip = new ZipFile(path.toFile())) {
        for (ZipEntry entry : entries(zip)) {
          Item item;
          try (InputStream content = unpacked(entry.getName(), zip.getInputStream(entry))) {
            item = item(entry, content);
          }
          if (item.rank() == rank) {
            try (InputStream content = unpacked(entry.getName(), zip.getInputStream(entry))) {
              reader.take(item, content);
            }
          }
        }
      }
    }

    private Item item(ZipEntry entry, InputStream content) throws IOException {
      return new Item(
          path.getFileName() + "!/" + entry.getName(),
          Rank.of(entry.getName(), content),
          Math.max(0, entry.getSize()));
    }

    private static List<? extends ZipEntry> entries(ZipFile zip) {
      return zip.stream()
          .filter(entry -> !entry.isDirectory() && Contents.isLoadable(entry.getName()))
          .sorted((a, b) -> a.getName().compareTo(b.getName()))
          .toList();
    }
  }

  /** A tape: read from front to end, once for each rank that it holds. */
  record Tar(Path path) implements Source {
    @Override
    public List<Item> items() throws IOException {
      List<Item> items = new ArrayList<>();
      try {
        walk((item, content) -> items.add(item));
      } catch (InterruptedException impossible) {
        throw new IllegalStateException(impossible);
      }
      return items;
    }

    @Override
    public void read(Rank rank, Reader reader) throws IOException, InterruptedException {
      walk(
          (item, content) -> {
            if (item.rank() == rank) {
              reader.take(item, content);
            }
          });
    }

    private void walk(Reader reader) throws IOException, InterruptedException {
      try (TarArchiveInputStream tar = new TarArchiveInputStream(open())) {
        for (TarArchiveEntry entry = tar.getNextEntry();
            entry != null;
            entry = tar.getNextEntry()) {
          if (entry.isFile() && Contents.isLoadable(entry.getName())) {
            Item item =
                new Item(
                    path.getFileName() + "!/" + entry.getName(),
                    // A look inside would use up the tape.
                    Rank.of(entry.getName()),
                    entry.getSize());
            reader.take(item, unpacked(entry.getName(), tar));
          }
        }
      }
    }

    private InputStream open() throws IOException {
      InputStream file = new BufferedInputStream(Files.newInputStream(path), 1 << 16);
      return path.toString().endsWith(".tar") ? file : new GZIPInputStream(file, 1 << 16);
    }
  }

  private static InputStream unpacked(String name, InputStream content) throws IOException {
    return name.endsWith(".gz") ? new GZIPInputStream(content, 1 << 16) : content;
  }

  /** The ranks that the items have, first to last. */
  static List<Rank> ranks(List<Item> items) {
    TreeSet<Rank> ranks = new TreeSet<>();
    items.forEach(item -> ranks.add(item.rank()));
    return List.copyOf(ranks);
  }
}
