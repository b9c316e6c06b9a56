package health.helan.bench.server;

import health.helan.bench.client.HttpConnection;
import health.helan.bench.measure.CpuMeter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A FHIR server that is measured: a process started here, or one that runs already. A started one
 * can be put to sleep while another is measured, so that its timers and collectors take nothing.
 */
public final class Server implements AutoCloseable {
  private static final Duration LONGEST_START = Duration.ofMinutes(10);

  private final Kind kind;
  private final String database;
  private final Launch launch;
  private final Path log;
  private @Nullable Process process;
  private HttpConnection.@Nullable Endpoint endpoint;
  private @Nullable Callers callers;
  private long attachedPid;

  /** What is measured beside what. */
  public enum Kind {
    /**
     * The bare store: without inline validation, as the peer, and without audit, encryption at rest
     * and access policy (the operator token's statements carry none).
     */
    HELAN("Helan, bare"),
    HELAN_VALIDATING("Helan, bare, validating"),
    /** As it is run for others, but for validation: a hospital's system asks. */
    GUARDED("Helan, guarded"),
    /** As it is run for others. */
    GUARDED_VALIDATING("Helan, guarded, validating"),
    /** The process of {@link #GUARDED}, asked by a doctor to whom grants opened the records. */
    TREATED("Helan, guarded, a doctor asks"),
    PEER("HAPI FHIR");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    public String label() {
      return label;
    }

    /** Whether policy, audit and encryption are on. */
    public boolean isGuarded() {
      return this == GUARDED || this == GUARDED_VALIDATING || this == TREATED;
    }

    /** Whether bodies are validated before they are stored. */
    public boolean isValidating() {
      return this == HELAN_VALIDATING || this == GUARDED_VALIDATING;
    }
  }

  /**
   * How to start a process that answers.
   *
   * @param token file with the bearer token that the server makes at its start; null if it needs
   *     none
   */
  public record Launch(
      List<String> command, Map<String, String> environment, int port, @Nullable Path token) {}

  private Server(Kind kind, String database, Launch launch, Path log) {
    this.kind = kind;
    this.database = database;
    this.launch = launch;
    this.log = log;
  }

  /** A server that {@link #start} starts. */
  public static Server of(Kind kind, String database, Launch launch, Path log) {
    return new Server(kind, database, launch, log);
  }

  /**
   * A server that runs already; it is neither stopped nor put to sleep.
   *
   * @param pid its process on this machine, or {@link CpuMeter#NOBODY}
   */
  public static Server attached(Kind kind, String database, URI base, String token, long pid) {
    var none = new Launch(List.of(), Map.of(), 0, null);
    var server = new Server(kind, database, none, Path.of(""));
    server.endpoint = HttpConnection.Endpoint.of(base, token);
    server.attachedPid = pid;
    return server;
  }

  /** A port of this machine that was free a moment ago. */
  public static int freePort() {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * How a start went.
   *
   * @param time from the start of the process to the first answer 200 to {@code GET /metadata}
   * @param cpuMs of the process until then; NaN where it is not known
   */
  public record Start(Duration time, double cpuMs) {}

  /**
   * Starts the process and waits until it answers.
   *
   * @throws IOException if it ended or did not answer; the message names its log
   */
  public Start start() throws IOException, InterruptedException {
    var builder = new ProcessBuilder(launch.command());
    builder.environment().putAll(launch.environment());
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    long begin = System.nanoTime();
    Process started = builder.start();
    process = started;
    var open =
        HttpConnection.Endpoint.of(URI.create("http://127.0.0.1:" + launch.port() + "/fhir"), "");
    long end = begin + LONGEST_START.toNanos();
    while (System.nanoTime() < end) {
      if (!started.isAlive()) {
        throw new IOException(kind.label() + " ended while starting; see " + log);
      }
      try (var connection = new HttpConnection(open)) {
        if (connection.send("GET", "/metadata", null, "") == 200) {
          var time = Duration.ofNanos(System.nanoTime() - begin);
          double cpu = new CpuMeter(started.pid(), CpuMeter.NOBODY).jvmMs();
          String token = launch.token() == null ? "" : Files.readString(launch.token()).strip();
          endpoint = new HttpConnection.Endpoint(open.host(), open.port(), open.path(), token);
          return new Start(time, cpu);
        }
      } catch (IOException notYet) {
        // Nobody listens as yet.
      }
      Thread.sleep(20);
    }
    throw new IOException(kind.label() + " did not answer within " + LONGEST_START);
  }

  /** Forgets what an earlier run left beside the database, which is made anew. */
  public void forget() throws IOException {
    Path token = launch.token();
    Path data = token == null ? null : token.getParent();
    if (data == null || !Files.exists(data)) {
      return;
    }
    try (Stream<Path> all = Files.walk(data)) {
      for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(one);
      }
    }
  }

  /** True for a process of ours, which can be stopped and started again. */
  public boolean isOurs() {
    return !launch.command().isEmpty();
  }

  public Kind kind() {
    return kind;
  }

  public String database() {
    return database;
  }

  /** Where it answers, with the token of whoever may do everything. */
  public HttpConnection.Endpoint endpoint() {
    return Objects.requireNonNull(endpoint, "not started");
  }

  /** Where it answers, with the token of whom it is measured with. */
  public HttpConnection.Endpoint asked() throws IOException {
    return kind.isGuarded() ? as(callers().system()) : endpoint();
  }

  /** The same for {@link Kind#TREATED}. */
  public HttpConnection.Endpoint askedByDoctor() throws IOException {
    return as(callers().doctor());
  }

  private HttpConnection.Endpoint as(String token) {
    HttpConnection.Endpoint open = endpoint();
    return new HttpConnection.Endpoint(open.host(), open.port(), open.path(), token);
  }

  /** Who asks a guarded platform; registered when first wanted. */
  public Callers callers() throws IOException {
    Callers known = callers;
    if (known == null) {
      HttpConnection.Endpoint open = endpoint();
      known = Callers.register("http://" + open.host() + ":" + open.port(), open.token());
      callers = known;
    }
    return known;
  }

  public long pid() {
    Process running = process;
    return running == null ? attachedPid : running.pid();
  }

  /** Stops the process's clock; {@link #resume} goes on. */
  public void pause() throws IOException, InterruptedException {
    signal("-STOP");
  }

  public void resume() throws IOException, InterruptedException {
    signal("-CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    Process running = process;
    if (running != null && running.isAlive()) {
      int exit = new ProcessBuilder("kill", name, Long.toString(running.pid())).start().waitFor();
      if (exit != 0) {
        throw new IOException("kill " + name + " of " + kind.label() + " failed");
      }
    }
  }

  /** Asks the process to end and waits; does nothing to an attached server. */
  public void stop() throws IOException, InterruptedException {
    Process running = process;
    if (running != null && running.isAlive()) {
      resume();
      running.destroy();
      if (!running.waitFor(60, TimeUnit.SECONDS)) {
        running.destroyForcibly().waitFor();
      }
    }
    process = null;
  }

  @Override
  public void close() {
    if (callers != null) {
      callers.close();
    }
    try {
      stop();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
