package health.helan.bench;

import health.helan.bench.corpus.Corpus;
import health.helan.bench.corpus.Slice;
import health.helan.bench.measure.CpuMeter;
import health.helan.bench.measure.Figure;
import health.helan.bench.server.Launches;
import health.helan.bench.server.Postgres;
import health.helan.bench.server.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The contestants in turn, several times: each turn loads the next slice of the corpus and goes
 * through all phases on a database that grows from turn to turn. While one is measured, the
 * processes of the others are stopped in their tracks.
 */
final class Comparison {
  private static final int OBSERVATIONS = 4_000;
  private static final double QUIET_CORES = 0.25;
  private static final Duration AWAKE = Duration.ofSeconds(2);
  private static final Duration SETTLE = Duration.ofSeconds(20);

  private final BenchOptions options;
  private final Postgres postgres;
  private final Corpus corpus;
  private final long postmaster;
  private final Results results = new Results();
  private final Map<Server, Session> contestants = new LinkedHashMap<>();

  Comparison(BenchOptions options, Postgres postgres, Corpus corpus) {
    this.options = options;
    this.postgres = postgres;
    this.corpus = corpus;
    this.postmaster = postgres.postmaster();
  }

  /** Told after each round of turns, so that a measurement that is cut short leaves figures. */
  @FunctionalInterface
  interface Progress {
    void after(int rounds, Results soFar) throws IOException;
  }

  /**
   * @throws IOException if a contestant cannot be started, or the data not loaded
   */
  Results run(Progress progress) throws IOException, InterruptedException {
    int needed = options.warmup() + options.runs() * options.bundles();
    if (needed > corpus.size()) {
      throw new IllegalArgumentException(
          "%d runs of %d bundles after %d to warm up need %d patient bundles; there are %d."
              .formatted(
                  options.runs(), options.bundles(), options.warmup(), needed, corpus.size()));
    }
    List<Server> servers = servers();
    try {
      Slice warmup = Slice.of(corpus, 0, options.warmup(), OBSERVATIONS);
      for (Server server : servers) {
        prepare(server, warmup);
      }
      for (int run = 0; run < options.runs(); run++) {
        int from = options.warmup() + run * options.bundles();
        Slice slice = Slice.of(corpus, from, from + options.bundles(), OBSERVATIONS);
        for (Server server : servers) {
          say("run %d of %d: %s", run + 1, options.runs(), server.kind().label());
          turn(server, slice);
        }
        progress.after(run + 1, results);
      }
      for (Server server : servers) {
        secondStarts(server);
      }
      return results;
    } finally {
      for (Server server : servers) {
        server.close();
      }
    }
  }

  private List<Server> servers() throws IOException {
    Files.createDirectories(options.work());
    var launches = new Launches(postgres, options.work());
    List<Server> servers = new ArrayList<>();
    if (options.attached() != null) {
      Path tokenFile = options.tokenFile();
      servers.add(
          Server.attached(
              Server.Kind.HELAN,
              options.attachedDatabase(),
              options.attached(),
              tokenFile == null ? "" : Files.readString(tokenFile).strip(),
              options.pid()));
    } else {
      servers.add(launches.helan(options.launcher(), Server.Kind.HELAN, "helan_bench"));
      servers.add(
          launches.helan(
              options.launcher(), Server.Kind.HELAN_VALIDATING, "helan_bench_validating"));
      servers.add(launches.helan(options.launcher(), Server.Kind.GUARDED, "helan_bench_guarded"));
      servers.add(
          launches.helan(
              options.launcher(),
              Server.Kind.GUARDED_VALIDATING,
              "helan_bench_guarded_validating"));
    }
    if (options.peer() != null) {
      servers.add(launches.peer(options.peerJava(), options.peer(), "helan_bench_peer"));
    }
    return servers;
  }

  private void prepare(Server server, Slice warmup) throws IOException, InterruptedException {
    if (server.isOurs()) {
      postgres.recreate(server.database());
      server.forget();
      say("starting %s", server.kind().label());
      Server.Start start = server.start();
      say("  first start took %.1f s", start.time().toMillis() / 1e3);
    }
    var session = new Session(server, postmaster);
    contestants.put(server, session);
    say("warming up %s", server.kind().label());
    session.loadBefore(corpus.before());
    Figure load = session.load(warmup);
    if (load.failed() > 0) {
      throw new IOException(server.kind().label() + " refused bundles: " + load.firstFailure());
    }
    session.learn(warmup);
    if (isCompared(server)) {
      // Code that has never run would be measured in the first turn alone.
      Duration brief = Duration.ofSeconds(Math.min(2, options.seconds()));
      phases(server, session, brief, Math.min(20, options.samples()), false);
    }
    server.pause();
  }

  /** Validation changes nothing but writing; only its load is measured. */
  private static boolean isCompared(Server server) {
    return !server.kind().isValidating();
  }

  private void turn(Server server, Slice slice) throws IOException, InterruptedException {
    Session session = session(server);
    postgres.settle(SETTLE);
    awaitQuiet();
    server.resume();
    // Asleep so long it was given up for dead, and refuses until it has seen that itself.
    Thread.sleep(AWAKE.toMillis());
    Figure load = session.load(slice);
    record(server.kind(), Phase.LOAD, load, true);
    session.learn(slice);
    var meter = new CpuMeter(server.pid(), CpuMeter.NOBODY);
    if (!server.database().isEmpty()) {
      results.put(
          server.kind(),
          new Results.Facts(
              postgres.resources(server.kind(), server.database()),
              postgres.bytes(server.database()),
              meter.memory("VmHWM"),
              List.of(),
              List.of()));
    }
    if (isCompared(server)) {
      phases(server, session, Duration.ofSeconds(options.seconds()), options.samples(), true);
    }
    Results.Facts facts = results.facts(server.kind());
    results.put(
        server.kind(),
        new Results.Facts(
            facts.resources(), facts.diskBytes(), meter.memory("VmHWM"), List.of(), List.of()));
    server.pause();
  }

  /** Waits, as long as was asked for, until nobody else uses the machine. */
  private void awaitQuiet() throws InterruptedException {
    var everything = new CpuMeter(CpuMeter.NOBODY, postmaster);
    long end = System.nanoTime() + Duration.ofSeconds(options.patience()).toNanos();
    while (System.nanoTime() < end) {
      CpuMeter.Measurement measurement = everything.start();
      Thread.sleep(3_000);
      double busy = measurement.stop().othersMs() / 3_000;
      if (busy < QUIET_CORES) {
        return;
      }
    }
    if (options.patience() > 0) {
      say("  not quiet: going on all the same");
    }
  }

  private Session session(Server server) {
    Session session = contestants.get(server);
    if (session == null) {
      throw new IllegalStateException(server.kind() + " was not prepared");
    }
    return session;
  }

  private void phases(Server server, Session session, Duration time, int samples, boolean keep)
      throws IOException {
    Server.Kind kind = server.kind();
    record(kind, Phase.CREATE, session.create(time), keep);
    reads(kind, session, time, samples, keep);
    record(kind, Phase.UPDATE, session.update(time), keep);
    record(kind, Phase.HISTORY, session.history(time), keep);
    record(kind, Phase.MIXED, session.mixed(time), keep);
    if (kind == Server.Kind.GUARDED) {
      say("  a doctor asks");
      session.byDoctor(() -> reads(Server.Kind.TREATED, session, time, samples, keep));
    }
    record(kind, Phase.DELETE, session.delete(time), keep);
  }

  private void reads(Server.Kind kind, Session session, Duration time, int samples, boolean keep)
      throws IOException {
    record(kind, Phase.READ, session.read(time), keep);
    for (Search search : Search.values()) {
      Figure alone = session.searchAlone(search, samples, time.multipliedBy(2));
      record(kind, search.alone(), alone, keep);
      if (alone.sound()) {
        record(kind, search.busy(), session.search(search, time), keep);
      }
    }
  }

  private void record(Server.Kind kind, String phase, Figure figure, boolean keep) {
    if (keep) {
      results.add(kind, phase, figure);
    }
    say(
        "  %-62s %9.1f/s  p50 %8.2f  p95 %8.2f ms  cpu %.3f + %.3f ms  others %.2f%s%s",
        phase,
        figure.perSecond(),
        figure.p50Ms(),
        figure.p95Ms(),
        figure.jvmMsEach(),
        figure.postgresMsEach(),
        figure.othersCores(),
        figure.entriesPerAnswer() > 0 ? "  entries %.1f".formatted(figure.entriesPerAnswer()) : "",
        figure.failed() > 0 ? "  FAILED " + figure.failed() + ": " + figure.firstFailure() : "");
  }

  private void secondStarts(Server server) throws IOException, InterruptedException {
    if (!server.isOurs() || !isCompared(server)) {
      return;
    }
    server.stop();
    List<Double> seconds = new ArrayList<>();
    List<Double> cpu = new ArrayList<>();
    // The peer's start has no part in a target, and takes a minute.
    int starts =
        server.kind() == Server.Kind.PEER ? Math.min(1, options.starts()) : options.starts();
    for (int i = 0; i < starts; i++) {
      Server.Start start = server.start();
      say("  second start of %s: %.2f s", server.kind().label(), start.time().toMillis() / 1e3);
      seconds.add(start.time().toMillis() / 1e3);
      cpu.add(start.cpuMs());
      server.stop();
    }
    Results.Facts facts = results.facts(server.kind());
    results.put(
        server.kind(),
        new Results.Facts(
            facts.resources(), facts.diskBytes(), facts.residentBytes(), seconds, cpu));
  }

  static void say(String format, Object... arguments) {
    System.out.printf(java.util.Locale.ROOT, format + "%n", arguments);
  }
}
