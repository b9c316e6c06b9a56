package health.helan.bench;

import health.helan.bench.corpus.Corpus;
import health.helan.bench.corpus.Slice;
import health.helan.bench.measure.CpuMeter;
import health.helan.bench.measure.CpuUse;
import health.helan.bench.measure.Driver;
import health.helan.bench.measure.Figure;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What quality's judging does to a load: two platforms, one of them with {@code HELAN_QUALITY=off},
 * take turns with the same bundles over four connections, the other's process stopped; CPU counts
 * until what follows the log has come to rest. A first turn warms both up.
 *
 * <pre>
 * ./helan bench quality on=DATA_FOLDER,URL,PID off=DATA_FOLDER,URL,PID [bundles of a turn] [turns]
 * </pre>
 */
final class QualityCost {
  private static final int CONNECTIONS = 4;

  /** CPU of the JVM in a second below which it counts as at rest, in milliseconds. */
  private static final double REST = 60;

  private QualityCost() {}

  /**
   * @param drained seconds after the last answer until it was at rest
   */
  private record Turn(
      double resources, double perSecond, double cpuMs, double drained, double others) {}

  static void run(List<String> words) throws IOException, InterruptedException {
    if (words.size() < 2) {
      throw new IllegalArgumentException("Name two platforms: on=… and off=….");
    }
    List<Running> both = List.of(Running.parse(words.get(0)), Running.parse(words.get(1)));
    int bundles = words.size() > 2 ? Integer.parseInt(words.get(2)) : 60;
    int turns = words.size() > 3 ? Integer.parseInt(words.get(3)) : 3;
    Corpus corpus = Corpus.generated(4_000);
    Map<String, List<Turn>> all = new LinkedHashMap<>();
    try {
      for (Running one : both) {
        for (Corpus.Piece piece : corpus.before()) {
          one.ask("POST", "", new String(piece.json(), java.nio.charset.StandardCharsets.UTF_8));
        }
      }
      for (int turn = 0; turn <= turns; turn++) {
        Slice slice = Slice.of(corpus, turn * bundles, (turn + 1) * bundles, 0);
        // Who goes first changes from turn to turn.
        for (Running now : turn % 2 == 0 ? both : both.reversed()) {
          for (Running other : both) {
            if (other != now) {
              other.pause();
            }
          }
          now.resume();
          Turn measured = measure(now, slice);
          if (turn > 0) {
            all.computeIfAbsent(now.name(), _ -> new ArrayList<>()).add(measured);
          }
        }
      }
    } finally {
      for (Running one : both) {
        one.resume();
      }
    }
    all.forEach(
        (name, some) ->
            System.out.println(
                String.format(
                    Locale.ROOT,
                    "quality %-4s %6.0f resources/s, CPU ms each resource %.3f, at rest %.1f s after; others %.2f cores; %d turns of about %.0f resources",
                    name,
                    Running.median(some.stream().mapToDouble(Turn::perSecond)),
                    Running.median(some.stream().mapToDouble(t -> t.cpuMs / t.resources)),
                    Running.median(some.stream().mapToDouble(Turn::drained)),
                    Running.median(some.stream().mapToDouble(Turn::others)),
                    some.size(),
                    Running.median(some.stream().mapToDouble(Turn::resources)))));
  }

  private static Turn measure(Running platform, Slice slice)
      throws IOException, InterruptedException {
    rest(platform);
    CpuMeter.Measurement cpu = platform.meter().start();
    long begin = System.nanoTime();
    Figure figure =
        platform
            .driver()
            .each(
                slice.bundles().size(),
                CONNECTIONS,
                Duration.ofMinutes(5),
                new Driver.Request() {
                  @Override
                  public int send(health.helan.bench.client.HttpConnection connection, int number)
                      throws IOException {
                    return connection.send("POST", "", slice.bundles().get(number), "");
                  }

                  @Override
                  public int operations(
                      health.helan.bench.client.HttpConnection connection, int number) {
                    return Running.JSON.readTree(connection.body()).path("entry").size();
                  }
                });
    long answered = System.nanoTime();
    rest(platform);
    CpuUse used = cpu.stop();
    long end = System.nanoTime();
    if (figure.failed() > 0) {
      throw new IOException("Bundles failed: " + figure.firstFailure());
    }
    return new Turn(
        figure.operations(),
        figure.perSecond(),
        used.jvmMs() + used.postgresMs(),
        // The last second was the one at rest.
        Math.max(0, (end - answered) / 1e9 - 1),
        used.othersMs() / 1000 / ((end - begin) / 1e9));
  }

  private static void rest(Running platform) throws InterruptedException {
    for (int i = 0; i < 120; i++) {
      double before = platform.meter().jvmMs();
      Thread.sleep(1_000);
      if (platform.meter().jvmMs() - before < REST) {
        return;
      }
    }
  }
}
