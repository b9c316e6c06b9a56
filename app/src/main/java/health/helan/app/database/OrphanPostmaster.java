package health.helan.app.database;

import health.helan.app.start.StartRefused;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The PostgreSQL of a run that was killed. It lives on, holds the data folder, and would be adopted
 * with its old settings by the next start; so it is stopped first. Only a process that is a
 * postgres on exactly this folder is touched: its number may long belong to someone else's program.
 */
final class OrphanPostmaster {
  private static final Logger log = LoggerFactory.getLogger(OrphanPostmaster.class);

  /** A fast shutdown writes a checkpoint, which takes its time after a load. */
  private static final Duration FAST_STOP = Duration.ofSeconds(90);

  private static final Duration IMMEDIATE_STOP = Duration.ofSeconds(15);

  private OrphanPostmaster() {}

  /**
   * Stops the postmaster of the folder, if one is alive.
   *
   * @param folder PostgreSQL's own data folder
   * @return whether there was one
   * @throws StartRefused if it does not stop
   */
  static boolean stop(Path folder) {
    Optional<ProcessHandle> orphan = find(folder);
    orphan.ifPresent(
        process -> {
          log.warn("Stopping the PostgreSQL of an earlier run, process {}", process.pid());
          if (!stopped(process, "INT", FAST_STOP) && !stopped(process, "QUIT", IMMEDIATE_STOP)) {
            throw new StartRefused(
                "上次运行留下的 PostgreSQL（进程 " + process.pid() + "）无法停止，请手工结束该进程后再启动。",
                "The PostgreSQL of an earlier run (process "
                    + process.pid()
                    + ") does not stop; end that process by hand and start again.");
          }
        });
    return orphan.isPresent();
  }

  /** The living postmaster of the folder. */
  static Optional<ProcessHandle> find(Path folder) {
    Path pidFile = folder.resolve("postmaster.pid");
    List<String> lines;
    try {
      if (Files.notExists(pidFile)) {
        return Optional.empty();
      }
      lines = Files.readAllLines(pidFile);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    // Line 1 is the process, line 2 the folder it serves.
    if (lines.size() < 2 || !lines.get(0).strip().matches("\\d{1,10}")) {
      return Optional.empty();
    }
    if (!Path.of(lines.get(1).strip()).equals(folder)) {
      return Optional.empty();
    }
    return ProcessHandle.of(Long.parseLong(lines.get(0).strip()))
        .filter(ProcessHandle::isAlive)
        .filter(process -> isPostgresOn(process, folder));
  }

  private static boolean isPostgresOn(ProcessHandle process, Path folder) {
    ProcessHandle.Info info = process.info();
    boolean postgres =
        info.command().map(c -> c.endsWith("/postgres")).orElse(false)
            || info.commandLine().map(c -> c.contains("postgres")).orElse(false);
    // Some systems show no arguments; there the pid file's own word on the folder has to do.
    boolean thisFolder = info.commandLine().map(c -> c.contains(folder.toString())).orElse(true);
    return postgres && thisFolder;
  }

  private static boolean stopped(ProcessHandle process, String signal, Duration patience) {
    try {
      // Java itself can only send TERM, on which PostgreSQL waits for its clients, and KILL, which
      // leaves its children behind. The shell's own kill is there where no kill program is.
      new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid())
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
      process.onExit().orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS).join();
      return true;
    } catch (CompletionException stillThere) {
      return !process.isAlive();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
