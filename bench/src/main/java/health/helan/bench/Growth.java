package health.helan.bench;

import health.helan.bench.corpus.Corpus;
import health.helan.bench.corpus.Slice;
import health.helan.bench.measure.Figure;
import health.helan.bench.server.Launches;
import health.helan.bench.server.Postgres;
import health.helan.bench.server.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The searches of Helan at several sizes of the store: the same patients asked for, among ever more
 * others. A database of a size is kept, so that a later run need not load it again.
 */
final class Growth {
  /** Fewer than the generator makes, about 120, so that a region of this size is large enough. */
  private static final int RESOURCES_A_RESIDENT = 100;

  private static final int ASKED = 200;
  private static final Duration SETTLE = Duration.ofSeconds(60);
  private static final Duration LONGEST = Duration.ofSeconds(20);

  private final BenchOptions options;
  private final Postgres postgres;

  Growth(BenchOptions options, Postgres postgres) {
    this.options = options;
    this.postgres = postgres;
  }

  /**
   * One size.
   *
   * @param resources that the store really held
   * @param p50Ms median latency at one connection; NaN for a search that failed
   */
  record Size(long resources, Map<Search, Double> p50Ms) {}

  List<Size> run() throws IOException, InterruptedException {
    Files.createDirectories(options.work());
    // One region for all sizes: the patients asked for are the same ones.
    long largest = options.growth().getLast();
    int residents = (int) Math.min(10_000_000, Math.max(2_000, largest / RESOURCES_A_RESIDENT));
    Corpus corpus = Corpus.generated(residents);
    Slice asked = Slice.of(corpus, 0, Math.min(ASKED, corpus.size()), 100);
    List<Size> sizes = new ArrayList<>();
    for (long wanted : options.growth()) {
      sizes.add(measure(corpus, asked, wanted));
    }
    return sizes;
  }

  private Size measure(Corpus corpus, Slice asked, long wanted)
      throws IOException, InterruptedException {
    String database = "helan_bench_growth_" + wanted;
    boolean kept = postgres.exists(database);
    if (!kept) {
      postgres.recreate(database);
    }
    var launches = new Launches(postgres, options.work());
    try (Server server = launches.helan(options.launcher(), Server.Kind.HELAN, database)) {
      server.start();
      var session = new Session(server, postgres.postmaster());
      long held = postgres.resources(Server.Kind.HELAN, database);
      if (held < wanted) {
        if (held > 0) {
          throw new IOException(
              "The database %s holds only %d resources, of a load that was cut short: drop it."
                  .formatted(database, held));
        }
        Comparison.say("growth: loading %d resources", wanted);
        session.loadBefore(corpus.before());
        session.loadUntil(corpus, wanted - postgres.resources(Server.Kind.HELAN, database));
        held = postgres.resources(Server.Kind.HELAN, database);
      }
      postgres.analyze(database);
      postgres.settle(SETTLE);
      session.learn(asked);
      Map<Search, Double> p50Ms = new EnumMap<>(Search.class);
      for (Search search : Search.values()) {
        // Twice: the first round warms caches and compiler for both sizes alike.
        session.searchAlone(search, options.samples(), LONGEST);
        Figure figure = session.searchAlone(search, options.samples(), LONGEST);
        Comparison.say(
            "  at %d: %-60s p50 %.2f ms  others %.2f%s",
            held, search.label(), figure.p50Ms(), figure.othersCores(), figure.firstFailure());
        p50Ms.put(search, figure.p50Ms());
      }
      return new Size(held, p50Ms);
    }
  }
}
