package health.helan.bench;

import health.helan.bench.corpus.Corpus;
import health.helan.bench.residents.ResidentMatching;
import health.helan.bench.server.Postgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/** {@code ./helan bench}. Exit codes: 0 done, 2 refused or failed with a sentence. */
public final class Bench {
  private Bench() {}

  /**
   * @param args see {@link BenchOptions#HELP}
   */
  public static void main(String[] args) {
    System.exit(run(List.of(args)));
  }

  private static int run(List<String> words) {
    if (!words.isEmpty() && words.getFirst().equals("residents")) {
      return residents(words.subList(1, words.size()));
    }
    if (words.contains("--help") || words.contains("-h")) {
      System.out.print(BenchOptions.HELP);
      return 0;
    }
    try {
      if (words.isEmpty() || words.getFirst().startsWith("--")) {
        measure(BenchOptions.parse(words, System.getenv()));
      } else {
        one(words.getFirst(), words.subList(1, words.size()));
      }
      return 0;
    } catch (IllegalArgumentException | IllegalStateException | IOException refused) {
      String cause = refused.getCause() == null ? "" : " (" + refused.getCause() + ")";
      System.err.println(refused.getMessage() + cause);
      return 2;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return 2;
    }
  }

  /** A measurement of one part, of platforms that run already. */
  private static void one(String part, List<String> words)
      throws IOException, InterruptedException {
    if (words.isEmpty()) {
      throw new IllegalArgumentException(
          part + " wants a running platform: see ./helan bench --help.");
    }
    switch (part) {
      case "gateway" -> GatewayCost.run(words);
      case "booking" -> BookingSpeed.run(words);
      case "reconcile" -> ReconcileSpeed.run(words);
      case "settlements" -> SettlementSpeed.run(words);
      case "offers" -> OfferSpeed.run(words);
      case "review" -> ReviewSpeed.run(words);
      case "export" -> ExportSpeed.run(words);
      case "quality" -> QualityCost.run(words);
      case "lag" -> DeliveryLag.main(words.toArray(new String[0]));
      case "codes" -> TerminologySpeed.main(words.toArray(new String[0]));
      case "audit" -> AuditCost.main(words.toArray(new String[0]));
      default ->
          throw new IllegalArgumentException(
              "Nothing to measure is called " + part + ": see ./helan bench --help.");
    }
  }

  private static int residents(List<String> words) {
    if (words.contains("--help") || words.contains("-h")) {
      System.out.print(ResidentMatching.HELP);
      return 0;
    }
    try {
      ResidentMatching.run(words);
      return 0;
    } catch (IllegalArgumentException | IllegalStateException | IOException refused) {
      System.err.println(refused.getMessage());
      return 2;
    }
  }

  private static void measure(BenchOptions options) throws IOException, InterruptedException {
    var postgres = new Postgres(options.dbUrl(), options.dbUser(), options.dbPassword());
    Path folder = options.data();
    var results = new Results();
    List<String> circumstances = new ArrayList<>();
    circumstances.add(LocalDate.now(ZoneId.systemDefault()) + ". " + machine());
    circumstances.add(postgres.describe() + ".");
    if (options.runs() > 0) {
      Corpus corpus =
          folder == null ? Corpus.generated(options.residents()) : Corpus.folder(folder);
      circumstances.add(
          "Data: %s; %d bundles to warm up, then %d a run, the largest first; %d runs in turn, medians."
              .formatted(
                  corpus.description(), options.warmup(), options.bundles(), options.runs()));
      circumstances.add(
          "Phases with 8 connections last %d s; searches at one connection are asked %d times."
              .formatted(options.seconds(), options.samples()));
      results =
          new Comparison(options, postgres, corpus)
              .run(
                  (rounds, soFar) -> {
                    List<String> lines = new ArrayList<>(circumstances);
                    lines.add("Unfinished: %d of %d runs.".formatted(rounds, options.runs()));
                    write(options.out(), Report.write(soFar, List.of(), lines));
                  });
    }
    List<Growth.Size> growth =
        options.growth().isEmpty() ? List.of() : new Growth(options, postgres).run();
    if (options.runs() == 0 && growth.isEmpty()) {
      throw new IllegalArgumentException("Nothing to measure: --runs 0 and no --growth.");
    }
    write(options.out(), Report.write(results, growth, circumstances));
  }

  private static void write(Path out, String figures) throws IOException {
    String page = Files.exists(out) ? Files.readString(out) : "# Performance\n";
    Files.writeString(out, Report.insert(page, figures));
    Comparison.say("written to %s", out);
  }

  private static String machine() throws IOException {
    Path memory = Path.of("/proc/meminfo");
    String gigabytes =
        Files.isReadable(memory)
            ? ", %d GB"
                .formatted(
                    Long.parseLong(Files.readAllLines(memory).getFirst().replaceAll("\\D+", ""))
                        >> 20)
            : "";
    return "%s, %s, %d cores%s for servers, PostgreSQL and client together; Java %s."
        .formatted(
            System.getProperty("os.name"),
            System.getProperty("os.arch"),
            Runtime.getRuntime().availableProcessors(),
            gigabytes,
            Runtime.version().feature());
  }
}
