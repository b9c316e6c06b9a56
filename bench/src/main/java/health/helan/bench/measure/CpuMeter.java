package health.helan.bench.measure;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Reads CPU time and memory of processes from Linux' {@code /proc}. */
public final class CpuMeter {
  /** {@code USER_HZ}, 100 on every Linux that Java runs on. */
  private static final double MS_PER_TICK = 10;

  /** A process that is not known, or not on this machine. */
  public static final long NOBODY = 0;

  private final Path proc;
  private final long jvm;
  private final long postgres;

  /**
   * @param jvm process id of the server, or {@link #NOBODY}
   * @param postgres process id of the postmaster, or {@link #NOBODY}
   */
  public CpuMeter(long jvm, long postgres) {
    this(Path.of("/proc"), jvm, postgres);
  }

  CpuMeter(Path proc, long jvm, long postgres) {
    this.proc = proc;
    this.jvm = jvm;
    this.postgres = postgres;
  }

  /** Counters at one moment, in milliseconds since start; meaningful as differences. */
  record Reading(double busyMs, double jvmMs, double postgresMs, double clientMs) {
    CpuUse until(Reading later) {
      double jvm = later.jvmMs - jvmMs;
      double postgres = later.postgresMs - postgresMs;
      double client = later.clientMs - clientMs;
      double known =
          (Double.isNaN(jvm) ? 0 : jvm) + (Double.isNaN(postgres) ? 0 : postgres) + client;
      return new CpuUse(jvm, postgres, client, Math.max(0, later.busyMs - busyMs - known));
    }
  }

  /** Starts a measurement. */
  public Measurement start() {
    return new Measurement(read());
  }

  /** A measurement under way. */
  public final class Measurement {
    private final Reading begin;

    private Measurement(Reading begin) {
      this.begin = begin;
    }

    /** What was used since the start. */
    public CpuUse stop() {
      return begin.until(read());
    }
  }

  Reading read() {
    if (!Files.isReadable(proc.resolve("stat"))) {
      return new Reading(Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    }
    try {
      Map<Long, ProcessTicks> all = processes();
      long self = ProcessHandle.current().pid();
      return new Reading(
          busyTicks() * MS_PER_TICK, tree(all, jvm), tree(all, postgres), tree(all, self));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Ticks that all processors together were not idle. */
  private long busyTicks() throws IOException {
    String[] fields = Files.readAllLines(proc.resolve("stat")).getFirst().split("\\s+");
    long busy = 0;
    // cpu user nice system idle iowait irq softirq steal; guest time is inside user.
    for (int i = 1; i <= 8 && i < fields.length; i++) {
      if (i != 4 && i != 5) {
        busy += Long.parseLong(fields[i]);
      }
    }
    return busy;
  }

  /**
   * @param ticks own time and that of children which have ended and been waited for
   */
  record ProcessTicks(long parent, long ticks) {
    /** From a line of {@code /proc/PID/stat}; the name may hold blanks and parentheses. */
    static ProcessTicks parse(String stat) {
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      long ticks = 0;
      for (int i = 11; i <= 14; i++) {
        ticks += Long.parseLong(fields[i]);
      }
      return new ProcessTicks(Long.parseLong(fields[1]), ticks);
    }
  }

  private Map<Long, ProcessTicks> processes() throws IOException {
    Map<Long, ProcessTicks> all = new HashMap<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path folder : folders) {
        try {
          String stat = Files.readString(folder.resolve("stat"));
          all.put(Long.parseLong(folder.getFileName().toString()), ProcessTicks.parse(stat));
        } catch (NoSuchFileException ended) {
          // Between listing and reading; its parent has its time.
        } catch (IOException ended) {
          if (Files.exists(folder)) {
            throw ended;
          }
        }
      }
    }
    return all;
  }

  private static double tree(Map<Long, ProcessTicks> all, long root) {
    if (root == NOBODY || !all.containsKey(root)) {
      return Double.NaN;
    }
    long ticks = 0;
    for (long process : all.keySet()) {
      if (descends(all, process, root)) {
        ticks += all.getOrDefault(process, new ProcessTicks(0, 0)).ticks();
      }
    }
    return ticks * MS_PER_TICK;
  }

  private static boolean descends(Map<Long, ProcessTicks> all, long process, long root) {
    for (long at = process; ; ) {
      if (at == root) {
        return true;
      }
      ProcessTicks known = all.get(at);
      if (known == null) {
        return false;
      }
      at = known.parent();
    }
  }

  /** CPU time of the server's process so far, in milliseconds; NaN where it is not known. */
  public double jvmMs() {
    return read().jvmMs();
  }

  /**
   * A line of the server's {@code /proc/PID/status}, in bytes: {@code VmRSS} is the memory held
   * now, {@code VmHWM} the most ever held. NaN where it is not known.
   */
  public double memory(String name) {
    Path status = proc.resolve(Long.toString(jvm)).resolve("status");
    if (jvm == NOBODY || !Files.isReadable(status)) {
      return Double.NaN;
    }
    try {
      return Files.readAllLines(status).stream()
          .filter(line -> line.startsWith(name + ":"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D+", "")) * 1024)
          .findFirst()
          .orElse(Double.NaN);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** The parent of a process on this machine, or {@link #NOBODY}. */
  public static long parentOf(long process) {
    return ProcessHandle.of(process)
        .flatMap(ProcessHandle::parent)
        .map(ProcessHandle::pid)
        .orElse(NOBODY);
  }
}
