package health.helan.bench.residents;

import health.helan.foundation.residents.match.Learning;
import health.helan.foundation.residents.match.Matcher;
import health.helan.foundation.residents.match.Model;
import health.helan.foundation.residents.match.Traits;
import health.helan.foundation.store.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** {@code ./helan bench residents}: how good and how fast residents are told apart. */
public final class ResidentMatching {
  /** The shipped model is learnt on this seed; what is measured has other ones. */
  static final long LEARNT_ON = 1;

  private static final long HELD_OUT = 20_261_126;
  private static final Set<String> NAMES =
      Set.of("households", "seed", "febrl", "learn", "write", "out");

  public static final String HELP =
      """
      ./helan bench residents [options]: quality and speed of the matching of residents, without a database.
        --households N      size of the made-up Chinese set (20000)
        --seed S            its seed (20261126, held out: the shipped model is learnt on seed 1)
        --febrl DIR         folder of the Febrl sets dataset1.csv to dataset3.csv (../shared/data/febrl)
        --write DIR         also write the made-up set there: patients.ndjson and truth.csv
        --learn FILE        only learn a model on seed 1 and write it: the shipped one is made so
      """;

  private final PrintStream out;

  private ResidentMatching(PrintStream out) {
    this.out = out;
  }

  /** Runs with the words after {@code residents}. */
  public static void run(List<String> words) throws IOException {
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < words.size(); i += 2) {
      String name = words.get(i).startsWith("--") ? words.get(i).substring(2) : "";
      if (!NAMES.contains(name) || i + 1 == words.size()) {
        throw new IllegalArgumentException(
            "Unknown option or no value: "
                + words.get(i)
                + ": see ./helan bench residents --help.");
      }
      given.put(name, words.get(i + 1));
    }
    long households = Long.parseLong(given.getOrDefault("households", "20000"));
    var bench = new ResidentMatching(System.out);
    String learn = given.get("learn");
    if (learn != null) {
      bench.learn(households, Path.of(learn));
      return;
    }
    LabelledSet set =
        LabelledSet.generated(
            Long.parseLong(given.getOrDefault("seed", Long.toString(HELD_OUT))), households);
    String write = given.get("write");
    if (write != null) {
      write(set, Path.of(write));
    }
    bench.chinese(set);
    bench.chinese(set.withoutNumbers());
    bench.speed(set);
    bench.febrl(Path.of(given.getOrDefault("febrl", "../shared/data/febrl")));
  }

  /** Learns the model that is shipped. */
  private void learn(long households, Path file) throws IOException {
    LabelledSet set = LabelledSet.generated(LEARNT_ON, households);
    var learning = new Learning(set.records(), LEARNT_ON);
    ObjectNode model = learning.learn("generated-1").withPopulation(1_000_000).write();
    Files.writeString(
        file, Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(model) + "\n");
    out.printf(
        "Learnt on %d records, %d candidate pairs, seed %d: %s%n",
        set.records().size(), learning.pairs(), LEARNT_ON, file);
  }

  /** Patients as they would be sent, and whose they are. */
  private static void write(LabelledSet set, Path folder) throws IOException {
    Files.createDirectories(folder);
    StringBuilder patients = new StringBuilder();
    StringBuilder truth = new StringBuilder("record,person,half,errors\n");
    for (int i = 0; i < set.patients().size(); i++) {
      patients.append(set.patients().get(i)).append('\n');
      truth
          .append(i)
          .append(',')
          .append(set.person()[i])
          .append(',')
          .append(set.half()[i])
          .append(',')
          .append(String.join(" ", set.errors().get(i)))
          .append('\n');
    }
    Files.writeString(folder.resolve("patients.ndjson"), patients);
    Files.writeString(folder.resolve("truth.csv"), truth);
  }

  private void chinese(LabelledSet set) {
    Model shipped = Model.shipped();
    describe(set);
    Linkage linkage = new Linkage(set, shipped);
    pairs(linkage);
    quality(linkage);
    out.printf(
        "  shipped thresholds %.1f   %s%n",
        shipped.sameFrom(), linkage.clustered(shipped.sameFrom(), -1));
    int[] clusters = linkage.clusters(shipped.sameFrom(), -1);
    Map<String, long[]> review = linkage.reviewed(shipped.possibleFrom(), clusters);
    long[] seen = review.getOrDefault("all", new long[2]);
    out.printf("  to a reviewer: %d pairs, %d of them one person%n", seen[0], seen[1]);
    out.println(
        "  by error (pairs of one person where either record has it; at shipped thresholds):");
    linkage
        .byError(clusters, -1)
        .forEach(
            (error, counts) ->
                out.printf(
                    "    %-24s %7d pairs, recall %.4f, with what reviewers see %.4f%n",
                    error,
                    counts[0],
                    counts[1] / (double) counts[0],
                    (counts[1] + review.getOrDefault(error, new long[2])[1]) / (double) counts[0]));
    out.println("  wrongly linked pairs by error: " + linkage.wrongByError(clusters));
  }

  private void describe(LabelledSet set) {
    long wrong = set.errors().stream().filter(each -> !each.isEmpty()).count();
    Map<String, Integer> counts = new TreeMap<>();
    set.errors().forEach(each -> each.forEach(error -> counts.merge(error, 1, Integer::sum)));
    long unnumbered = set.records().stream().filter(each -> each.numbers().isEmpty()).count();
    out.printf("%s: %d records", set.name(), set.records().size());
    if (wrong > 0) {
      out.printf(
          ", %.1f %% with an error, %.1f %% without a valid number%n  %s",
          100.0 * wrong / set.records().size(), 100.0 * unnumbered / set.records().size(), counts);
    }
    out.println();
  }

  private void pairs(Linkage linkage) {
    out.printf(
        "  blocks: %.4f of %d true pairs are candidates, %.1f candidates a record%n",
        linkage.pairRecall(),
        linkage.truePairs(-1),
        2.0 * linkage.pairs.length / linkage.set.records().size());
    out.printf("  %.0f pairs/s on one core%n", linkage.pairs.length / linkage.seconds);
  }

  private void quality(Linkage linkage) {
    double threshold = linkage.chooseThreshold(0);
    out.printf(
        "  threshold %.1f chosen on half 0: %s%n", threshold, linkage.clustered(threshold, 0));
    out.printf("  measured on half 1:        %s%n", linkage.clustered(threshold, 1));
    out.printf("  the same, pairs alone:     %s%n", linkage.pairwise(threshold, 1));
  }

  private void febrl(Path folder) throws IOException {
    for (int i = 1; i <= 3; i++) {
      Path file = folder.resolve("dataset" + i + ".csv");
      if (!Files.exists(file)) {
        out.printf("SKIPPED: Febrl %d is not at %s (--febrl DIR).%n", i, file);
        continue;
      }
      LabelledSet set = LabelledSet.febrl(file, "Febrl " + i);
      describe(set);
      Linkage linkage =
          new Linkage(set, new Learning(set.records(), LEARNT_ON).learn("febrl-" + i));
      pairs(linkage);
      quality(linkage);
      out.printf("  at the shipped threshold   %s%n", linkage.clustered(6.6, -1));
    }
  }

  /** Time of the steps, the best of five rounds after warming up. */
  private void speed(LabelledSet set) {
    var matcher = new Matcher(Model.shipped());
    List<ObjectNode> patients = set.patients().subList(0, Math.min(20_000, set.patients().size()));
    long[] best = {Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE};
    long kept = 0;
    @Nullable Traits last = null;
    int compared = 0;
    for (int round = 0; round < 6; round++) {
      long start = System.nanoTime();
      for (ObjectNode patient : patients) {
        kept += matcher.blocks(Traits.of(patient)).length;
      }
      best[0] = Math.min(best[0], System.nanoTime() - start);
      start = System.nanoTime();
      for (int i = 0; i < patients.size(); i++) {
        kept += set.records().get(i).bytes().length;
      }
      best[1] = Math.min(best[1], System.nanoTime() - start);
      byte[][] bytes =
          set.records().subList(0, patients.size()).stream()
              .map(Traits::bytes)
              .toArray(byte[][]::new);
      start = System.nanoTime();
      for (byte[] each : bytes) {
        last = Traits.read(each);
      }
      best[2] = Math.min(best[2], System.nanoTime() - start);
      start = System.nanoTime();
      compared = 0;
      for (int i = 0; i + 1 < patients.size(); i++) {
        for (int j = i + 1; j < Math.min(patients.size(), i + 6); j++) {
          kept += matcher.compare(set.records().get(i), set.records().get(j)).evidence().size();
          compared++;
        }
      }
      best[3] = Math.min(best[3], System.nanoTime() - start);
    }
    int n = patients.size();
    out.printf(
        "Speed, one core: traits and blocks %.1f us, to bytes %.1f us, from bytes %.1f us, compare %.2f us (%d %s)%n",
        best[0] / 1e3 / n,
        best[1] / 1e3 / n,
        best[2] / 1e3 / n,
        best[3] / 1e3 / compared,
        kept,
        last);
  }
}
