package health.helan.app.database;

import com.sun.management.OperatingSystemMXBean;
import health.helan.app.start.StartRefused;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the PostgreSQL in the data folder is set up on this machine.
 *
 * @param port fixed port, or 0 for any free one
 * @param sharedBuffersMb PostgreSQL's own page cache
 * @param memoryMb memory of this machine or container
 * @param binaries folder into which the programs are unpacked once per user
 */
record EmbeddedSettings(int port, long sharedBuffersMb, long memoryMb, Path binaries) {
  /** Of the programs that this build brings; a data folder belongs to one major version. */
  static final String MAJOR_VERSION = "18";

  private static final long MOST_SHARED_BUFFERS_MB = 1024;
  private static final long LEAST_SHARED_BUFFERS_MB = 128;

  static EmbeddedSettings of(Map<String, String> environment) {
    long memoryMb =
        ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize()
            >> 20;
    long shared = Math.clamp(memoryMb / 8, LEAST_SHARED_BUFFERS_MB, MOST_SHARED_BUFFERS_MB);
    return new EmbeddedSettings(
        (int) number(environment, "HELAN_PG_PORT", 0, 0, 65_535),
        number(environment, "HELAN_PG_SHARED_BUFFERS_MB", shared, 16, 1 << 20),
        memoryMb,
        cacheFolder(environment).resolve("postgresql"));
  }

  private static long number(
      Map<String, String> environment, String name, long otherwise, long least, long most) {
    String text = environment.get(name);
    if (text == null || text.isBlank()) {
      return otherwise;
    }
    try {
      long value = Long.parseLong(text.strip());
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException notANumber) {
      // Told below, together with numbers out of range.
    }
    throw new StartRefused(
        name + " 要求 " + least + " 到 " + most + " 之间的整数。",
        name + " takes a whole number from " + least + " to " + most + ".");
  }

  /**
   * A folder of this user alone: programs unpacked into a shared temporary folder could be swapped
   * by another user of the machine.
   */
  private static Path cacheFolder(Map<String, String> environment) {
    String named = environment.get("HELAN_CACHE");
    if (named != null && !named.isBlank()) {
      return Path.of(named).toAbsolutePath();
    }
    String xdg = environment.get("XDG_CACHE_HOME");
    Path base =
        xdg != null && Path.of(xdg).isAbsolute()
            ? Path.of(xdg)
            : Path.of(System.getProperty("user.home"), ".cache");
    return Files.isWritable(base) || Files.isWritable(Path.of(System.getProperty("user.home")))
        ? base.resolve("helan")
        : Path.of(System.getProperty("java.io.tmpdir"))
            .resolve("helan-" + System.getProperty("user.name"));
  }

  /**
   * Options of initdb, without their dashes. Text sorts by code point, the same on every machine
   * and in every later version; letters are those of Unicode, else Chinese would have none and
   * trigrams would skip it.
   */
  static Map<String, String> initdb() {
    boolean mac = System.getProperty("os.name").startsWith("Mac");
    return Map.of(
        "locale", "C",
        "lc-ctype", mac ? "en_US.UTF-8" : "C.UTF-8",
        "locale-provider", "builtin",
        "builtin-locale", "C.UTF-8");
  }

  /** Settings of the server, by PostgreSQL's names. */
  Map<String, String> server() {
    Map<String, String> settings = new TreeMap<>();
    // What was acknowledged stays, whatever happens. The library that starts PostgreSQL is made for
    // tests and switches these off.
    settings.put("fsync", "on");
    settings.put("synchronous_commit", "on");
    settings.put("full_page_writes", "on");

    settings.put("listen_addresses", "127.0.0.1");
    settings.put("unix_socket_directories", "");
    settings.put("password_encryption", "scram-sha-256");
    settings.put("max_connections", "120");

    settings.put("shared_buffers", sharedBuffersMb + "MB");
    settings.put("effective_cache_size", Math.max(256, memoryMb / 2) + "MB");
    settings.put("maintenance_work_mem", Math.clamp(memoryMb / 32, 64, 512) + "MB");
    settings.put("work_mem", "16MB");
    settings.put("max_wal_size", "4GB");
    settings.put("min_wal_size", "512MB");
    settings.put("checkpoint_timeout", "15min");
    // These binaries know no lz4 and no zstd, and the one method they have costs more processor
    // time
    // than the disk gains. The store compresses contents itself.
    settings.put("wal_compression", "off");
    settings.put("wal_buffers", "64MB");
    // The data folder is on a solid-state disk more often than not; the default of 4 makes the
    // planner shun indexes.
    settings.put("random_page_cost", "1.1");
    // Compiling a plan costs more than the short statements of a record store take.
    settings.put("jit", "off");

    // PostgreSQL's own log must name no resident: no statements, no parameters, no key values.
    settings.put("logging_collector", "on");
    settings.put("log_directory", "log");
    settings.put("log_filename", "postgresql-%a.log");
    settings.put("log_truncate_on_rotation", "on");
    settings.put("log_rotation_age", "1d");
    settings.put("log_rotation_size", "0");
    settings.put("log_statement", "none");
    settings.put("log_min_error_statement", "panic");
    settings.put("log_error_verbosity", "terse");
    settings.put("log_parameter_max_length", "0");
    settings.put("log_parameter_max_length_on_error", "0");
    return settings;
  }
}
