package health.helan;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;

/** The platform as a process of its own, started as the launcher starts it. */
final class RunningPlatform implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Process process;
  private final Path data;
  private final StringBuffer output = new StringBuffer();
  private final CompletableFuture<String> url = new CompletableFuture<>();
  private HttpClient client = HttpClient.newHttpClient();
  private final Thread follower;

  private RunningPlatform(Process process, Path data) {
    this.process = process;
    this.data = data;
    this.follower = Thread.ofVirtual().start(() -> follow(process.getInputStream()));
  }

  /** What a command that ended by itself said, and its exit code. */
  record Ended(int exitCode, String output) {}

  /** Starts, and waits until it says where it is. */
  static RunningPlatform start(Path data, String... options)
      throws IOException, InterruptedException {
    return start(Map.of(), data, options);
  }

  static RunningPlatform start(Map<String, String> environment, Path data, String... options)
      throws IOException, InterruptedException {
    return start("run", environment, data, options);
  }

  /** Starts as an edge node. */
  static RunningPlatform startEdge(Map<String, String> environment, Path data, String... options)
      throws IOException, InterruptedException {
    return start("edge", environment, data, options);
  }

  private static RunningPlatform start(
      String command, Map<String, String> environment, Path data, String... options)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(command, "--data", data.toString()));
    words.addAll(List.of(options));
    if (!words.contains("--port")) {
      words.addAll(List.of("--port", "0"));
    }
    RunningPlatform platform = new RunningPlatform(launch(environment, words), data);
    platform.url();
    return platform;
  }

  /** Status line of the answer to a request line that Java's own client would not send. */
  String answerTo(String requestLine) throws IOException, InterruptedException {
    URI at = URI.create(url());
    try (var socket = new java.net.Socket(at.getHost(), at.getPort())) {
      String request =
          requestLine
              + "\r\nHost: "
              + at.getAuthority()
              + "\r\nAuthorization: Bearer "
              + token()
              + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .findFirst()
          .orElse("");
    }
  }

  /** Runs a command to its end. */
  static Ended run(Map<String, String> environment, List<String> words)
      throws IOException, InterruptedException {
    Process process = launch(environment, words);
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("does not end: " + said);
    }
    return new Ended(process.exitValue(), said);
  }

  /**
   * What to start: the application that {@code ./helan test} has built, with its cache of loaded
   * classes, as the launcher starts it; else the classes under test, which takes nearly twice the
   * processor time.
   */
  private static List<String> program() {
    String built = System.getProperty("helan.test.built", "");
    List<String> flags =
        List.of(
            "-XX:+UseCompactObjectHeaders",
            "--enable-native-access=ALL-UNNAMED",
            "-Dfile.encoding=UTF-8",
            "-Dstdout.encoding=UTF-8",
            "-Dstderr.encoding=UTF-8");
    List<String> program = new ArrayList<>(flags);
    if (built.isEmpty()) {
      program.add("-cp");
      program.add(System.getProperty("java.class.path"));
      program.add(HelanApplication.class.getName());
      return program;
    }
    Path cache = Path.of(built, "helan.aot");
    if (Files.exists(cache)) {
      program.addAll(
          List.of("-XX:AOTCache=" + cache, "-XX:AOTMode=auto", "-Xlog:aot=off", "-Xlog:cds=off"));
    }
    program.addAll(List.of("-jar", Path.of(built, "helan.jar").toString()));
    return program;
  }

  private static Process launch(Map<String, String> environment, List<String> words)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // A process that lives for seconds does better without the optimizing JIT.
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx700m"));
    command.addAll(program());
    command.addAll(words);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("HELAN_"));
    builder.environment().put("HELAN_PG_SHARED_BUFFERS_MB", "64");
    builder.environment().putAll(environment);
    return builder.start();
  }

  private void follow(InputStream said) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(said, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        output.append(line).append('\n');
        int address = line.indexOf("http");
        if (line.contains("Helan is ready") && address >= 0) {
          url.complete(line.substring(address).strip());
        }
      }
    } catch (IOException ended) {
      // The process was killed, which is what some tests are about.
    }
    url.completeExceptionally(new AssertionError("did not start:\n" + output));
  }

  /** Ends in a slash. */
  String url() {
    try {
      return url.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException silent) {
      process.destroyForcibly();
      throw new AssertionError("says nothing:\n" + output, silent);
    } catch (java.util.concurrent.ExecutionException ended) {
      throw new AssertionError("did not start:\n" + output, ended);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  String token() throws IOException {
    return Files.readString(data.resolve("operator-token")).strip();
  }

  String output() {
    return output.toString();
  }

  /** Waits until the process has said something. */
  void awaitOutput(String words) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!output.toString().contains(words)) {
      if (System.nanoTime() > until || !process.isAlive()) {
        throw new AssertionError("does not say '" + words + "':\n" + output);
      }
      Thread.sleep(50);
    }
  }

  /** All that it has said so far. */
  String said() {
    return output.toString();
  }

  /** Whose certificate to take for the platform's. */
  RunningPlatform trusting(SSLContext context) {
    client.close();
    client = HttpClient.newBuilder().sslContext(context).build();
    return this;
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send("GET", path, "", "application/fhir+json", true);
  }

  /**
   * Asks again while the platform says "later", as clients do: a pool of connections looks for a
   * database that was gone only every few seconds, even when another pool has found it already.
   */
  HttpResponse<String> getInTheEnd(String path) throws IOException, InterruptedException {
    long until = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    HttpResponse<String> answer = get(path);
    while (answer.statusCode() == 503 && System.nanoTime() < until) {
      Thread.sleep(500);
      answer = get(path);
    }
    return answer;
  }

  HttpResponse<String> send(
      String method, String path, String body, String contentType, boolean withToken)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url() + path))
            .header("Content-Type", contentType)
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (withToken) {
      request.header("Authorization", "Bearer " + token());
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** As a power cut would: no hook runs, PostgreSQL is left behind. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** As Ctrl-C does. */
  int stop() throws InterruptedException {
    // By its handle: destroying the process itself would close its output, and lose the last words.
    process.toHandle().destroy();
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("does not stop:\n" + output);
    }
    // What it said last may still be on its way.
    follower.join(Duration.ofSeconds(10));
    return process.exitValue();
  }

  /** The PostgreSQL in the data folder, by its own pid file. */
  static ProcessHandle postgres(Path data) throws IOException {
    String pid = Files.readAllLines(data.resolve("postgres/postmaster.pid")).getFirst().strip();
    return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
  }

  /** As who has the password of the database in the data folder may; the platform has to run. */
  static Connection database(Path data) throws IOException, SQLException {
    String port = Files.readAllLines(data.resolve("postgres/postmaster.pid")).get(3).strip();
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/helan",
        "helan",
        Files.readString(data.resolve("database-password")).strip());
  }

  @Override
  public void close() throws InterruptedException {
    if (process.isAlive()) {
      stop();
    }
    client.close();
  }
}
