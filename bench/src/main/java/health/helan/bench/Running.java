package health.helan.bench;

import health.helan.bench.client.HttpConnection;
import health.helan.bench.measure.CpuMeter;
import health.helan.bench.measure.Driver;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A platform that runs already on this machine, with its embedded PostgreSQL.
 *
 * @param name in reports; empty where there is only one
 * @param pid its process
 */
record Running(String name, long pid, HttpConnection.Endpoint endpoint, CpuMeter meter) {
  static final JsonMapper JSON = new JsonMapper();

  /**
   * @param word {@code [name=]DATA_FOLDER,URL,PID}
   * @throws IllegalArgumentException with a sentence
   */
  static Running parse(String word) throws IOException {
    String[] parts = word.substring(word.indexOf('=') + 1).split(",");
    if (parts.length != 3) {
      throw new IllegalArgumentException("Name a running platform as DATA_FOLDER,URL,PID.");
    }
    Path data = Path.of(parts[0]);
    long postmaster =
        Long.parseLong(
            Files.readAllLines(data.resolve("postgres/postmaster.pid")).getFirst().strip());
    long pid = Long.parseLong(parts[2]);
    return new Running(
        word.contains("=") ? word.substring(0, word.indexOf('=')) : "",
        pid,
        HttpConnection.Endpoint.of(
            URI.create(parts[1].replaceAll("/+$", "") + "/fhir"),
            Files.readString(data.resolve("operator-token")).strip()),
        new CpuMeter(pid, postmaster));
  }

  Driver driver() {
    return new Driver(endpoint, meter);
  }

  /**
   * One request that must succeed.
   *
   * @param body JSON; null for none
   */
  JsonNode ask(String method, String path, @Nullable String body) throws IOException {
    try (var connection = new HttpConnection(endpoint)) {
      int status =
          connection.send(
              method, path, body == null ? null : body.getBytes(StandardCharsets.UTF_8), "");
      if (status >= 300) {
        throw new IOException(method + " " + path + ": " + status + " " + connection.excerpt(500));
      }
      return connection.length() == 0 ? JSON.missingNode() : JSON.readTree(connection.body());
    }
  }

  /** Holds the process still while another is measured. */
  void pause() throws IOException, InterruptedException {
    signal("-STOP");
  }

  void resume() throws IOException, InterruptedException {
    signal("-CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    if (new ProcessBuilder("kill", name, Long.toString(pid)).start().waitFor() != 0) {
      throw new IOException("kill " + name + " failed");
    }
  }

  static double median(DoubleStream values) {
    double[] sorted = values.toArray();
    Arrays.sort(sorted);
    return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
  }
}
