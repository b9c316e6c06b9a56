package health.helan;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * Data folders in which a platform was started and stopped once. What only a first start makes
 * (database, tables, keys) costs as much as all the rest of a start, and is the same for every
 * test; so it is made once for each build of the application, and copied.
 *
 * <p>Copies have the same keys, names and secrets: not for two platforms that meet each other, and
 * not for tests of what a first start does.
 */
final class PreparedData {
  private PreparedData() {}

  /**
   * Fills a folder that is empty or not there yet. Without a built application (see {@link
   * RunningPlatform}) nothing is prepared: the start that follows is a first one.
   *
   * @return the folder
   */
  static Path in(Path folder) throws IOException, InterruptedException {
    return in(folder, "prepared-data", "", "--no-demo");
  }

  /** The same, with the demo region in it. */
  static Path withRegion(Path folder, int residents) throws IOException, InterruptedException {
    return in(
        folder,
        "prepared-region-" + residents,
        "示范区域已就绪",
        "--residents",
        String.valueOf(residents));
  }

  private static Path in(Path folder, String name, String awaited, String... options)
      throws IOException, InterruptedException {
    String built = System.getProperty("helan.test.built", "");
    if (!built.isEmpty()) {
      copy(original(Path.of(built), name, awaited, options), folder);
    }
    return folder;
  }

  /** Other test JVMs wait for the first one to make it. */
  private static synchronized Path original(
      Path built, String name, String awaited, String... options)
      throws IOException, InterruptedException {
    Path home = built.resolveSibling(name);
    Files.createDirectories(home);
    // The launcher makes this file anew with each build.
    String build = Files.getLastModifiedTime(built.resolve("stamp")).toString();
    Path madeOf = home.resolve("made-of");
    Path data = home.resolve("data");
    try (FileChannel channel =
            FileChannel.open(
                home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var _ = channel.lock()) {
      if (Files.notExists(madeOf) || !Files.readString(madeOf).equals(build)) {
        Files.deleteIfExists(madeOf);
        delete(data);
        try (RunningPlatform first = RunningPlatform.start(data, options)) {
          first.awaitOutput(awaited);
        }
        delete(data.resolve("logs"));
        Files.writeString(madeOf, build);
      }
    }
    return data;
  }

  /**
   * With permissions: PostgreSQL and the key store refuse folders and files that others can read.
   */
  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path copy = to.resolve(from.relativize(file));
        if (!file.equals(from) || Files.notExists(copy)) {
          Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
