package health.helan.bench;

import health.helan.bench.client.HttpConnection;
import health.helan.bench.measure.CpuMeter;
import health.helan.bench.measure.Driver;
import health.helan.bench.measure.Figure;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the audit costs: two platforms that run already, one of them with {@code HELAN_AUDIT=off},
 * take turns under the same reads; the other's process is stopped meanwhile.
 *
 * <pre>
 * AuditCost on=DATA_FOLDER,URL,PID off=DATA_FOLDER,URL,PID [seconds of a turn] [turns]
 * </pre>
 */
public final class AuditCost {
  private static final Pattern PATIENT = Pattern.compile("\"fullUrl\":\"[^\"]*/Patient/([^\"]+)\"");
  private static final int[] CONNECTIONS = {1, 8, 64};

  private AuditCost() {}

  /** A platform that is measured. */
  private record Contestant(String name, long pid, Driver driver, List<String> patients) {}

  /** What is asked for. */
  private record Asked(String label, String path) {}

  public static void main(String[] words) throws IOException, InterruptedException {
    Contestant on = contestant(words[0]);
    Contestant off = contestant(words[1]);
    int seconds = words.length > 2 ? Integer.parseInt(words[2]) : 5;
    int turns = words.length > 3 ? Integer.parseInt(words[3]) : 3;
    var asked =
        List.of(
            new Asked("GET Patient/id", "/Patient/%s"),
            new Asked("Observation?patient=&_count=20", "/Observation?patient=%s&_count=20"));
    Map<String, List<Figure>> figures = new LinkedHashMap<>();
    try {
      for (int turn = 0; turn <= turns; turn++) {
        for (Asked one : asked) {
          for (int connections : CONNECTIONS) {
            if (one != asked.getFirst() && connections != CONNECTIONS[CONNECTIONS.length - 1]) {
              continue;
            }
            // Who goes first changes from turn to turn.
            for (Contestant now : turn % 2 == 0 ? List.of(on, off) : List.of(off, on)) {
              signal("-STOP", now == on ? off : on);
              signal("-CONT", now);
              Figure figure = measure(now, one, connections, seconds);
              if (turn > 0) { // The first turn warms both up.
                figures
                    .computeIfAbsent(
                        one.label + ", " + connections + " connections, audit " + now.name,
                        _ -> new ArrayList<>())
                    .add(figure);
              }
            }
          }
        }
      }
    } finally {
      signal("-CONT", on);
      signal("-CONT", off);
    }
    figures.forEach(
        (label, all) ->
            System.out.println(
                String.format(
                    Locale.ROOT,
                    "%s: %.0f/s, p50 %.2f ms, p95 %.2f ms, CPU %.3f + %.3f ms, client %.3f, others %.2f cores, failed %d",
                    label,
                    median(all.stream().mapToDouble(Figure::perSecond)),
                    median(all.stream().mapToDouble(Figure::p50Ms)),
                    median(all.stream().mapToDouble(Figure::p95Ms)),
                    median(all.stream().mapToDouble(Figure::jvmMsEach)),
                    median(all.stream().mapToDouble(Figure::postgresMsEach)),
                    median(all.stream().mapToDouble(f -> f.cpu().clientMs() / f.operations())),
                    median(all.stream().mapToDouble(Figure::othersCores)),
                    all.stream().mapToLong(Figure::failed).sum())));
  }

  private static double median(java.util.stream.DoubleStream values) {
    double[] sorted = values.toArray();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static Contestant contestant(String word) throws IOException {
    String[] parts = word.substring(word.indexOf('=') + 1).split(",");
    Path data = Path.of(parts[0]);
    long postmaster =
        Long.parseLong(
            Files.readAllLines(data.resolve("postgres/postmaster.pid")).getFirst().strip());
    long pid = Long.parseLong(parts[2]);
    var endpoint =
        HttpConnection.Endpoint.of(
            URI.create(parts[1] + "fhir"),
            Files.readString(data.resolve("operator-token")).strip());
    var patients = new ArrayList<String>();
    try (var connection = new HttpConnection(endpoint)) {
      connection.send("GET", "/Patient?_count=200&_elements=id", null, "");
      Matcher matcher = PATIENT.matcher(connection.excerpt(1 << 20));
      while (matcher.find()) {
        patients.add(matcher.group(1));
      }
    }
    if (patients.isEmpty()) {
      throw new IOException("There are no patients at " + parts[1]);
    }
    return new Contestant(
        word.substring(0, word.indexOf('=')),
        pid,
        new Driver(endpoint, new CpuMeter(pid, postmaster)),
        patients);
  }

  private static Figure measure(Contestant now, Asked asked, int connections, int seconds)
      throws IOException {
    return now.driver.during(
        Duration.ofSeconds(seconds),
        connections,
        (connection, number) ->
            connection.send(
                "GET",
                asked.path.formatted(now.patients.get(number % now.patients.size())),
                null,
                ""));
  }

  private static void signal(String name, Contestant to) throws IOException, InterruptedException {
    if (new ProcessBuilder("kill", name, Long.toString(to.pid)).start().waitFor() != 0) {
      throw new IOException("kill " + name + " failed");
    }
  }
}
