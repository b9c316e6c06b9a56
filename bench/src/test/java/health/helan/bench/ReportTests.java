package health.helan.bench;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.bench.measure.CpuUse;
import health.helan.bench.measure.Figure;
import health.helan.bench.measure.Latencies;
import health.helan.bench.server.Server.Kind;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTests {
  private static Figure figure(int perSecond, double jvmMs) {
    long[] nanos = new long[perSecond];
    Arrays.fill(nanos, 1_000_000);
    var cpu = new CpuUse(jvmMs * perSecond, 0, 0, 0);
    return new Figure(perSecond, 0, 1, new Latencies(nanos), cpu, 0, "");
  }

  private static Figure failed() {
    var cpu = new CpuUse(1, 1, 1, 0);
    return new Figure(0, 3, 1, new Latencies(new long[] {1, 2, 3}), cpu, 0, "404 no | such");
  }

  private static String report(Results results, List<Growth.Size> growth) {
    return Report.write(results, growth, List.of("here"));
  }

  @Test
  void everyTargetHasARowEvenWhereNothingWasMeasured() {
    List<String> rows =
        report(new Results(), List.of())
            .lines()
            .filter(line -> line.endsWith("| not measured |"))
            .toList();
    assertThat(rows).hasSize(15);
  }

  @Test
  void ratiosAreTakenOfMedians() {
    var results = new Results();
    for (int perSecond : new int[] {100, 5000, 120}) {
      results.add(Kind.PEER, Phase.LOAD, figure(perSecond, 2.5));
    }
    for (int perSecond : new int[] {1, 1800, 2000}) {
      results.add(Kind.HELAN, Phase.LOAD, figure(perSecond, 0.25));
    }
    assertThat(report(results, List.of()))
        .contains(
            "| transaction bundles, 4 connections | 10 x | 20 x | 15 x | 10 x | must reached |");
  }

  @Test
  void aMissedTargetIsSaidPlainly() {
    var results = new Results();
    results.add(Kind.PEER, Phase.READ, figure(100, 1));
    results.add(Kind.HELAN, Phase.READ, figure(950, 1));
    assertThat(report(results, List.of()))
        .contains("| GET Patient/id, 8 connections | 10 x | 15 x | 9.50 x | 1 x | **missed** |");
  }

  @Test
  void whatTheGuardsCostStandsBesideThePeerAndTheBareStore() {
    var results = new Results();
    results.add(Kind.PEER, Phase.READ, figure(100, 4));
    results.add(Kind.HELAN, Phase.READ, figure(1000, 0.25));
    results.add(Kind.GUARDED, Phase.READ, figure(800, 0.5));
    results.add(Kind.TREATED, Phase.READ, figure(500, 1));
    assertThat(report(results, List.of()))
        .contains("| guarded: GET Patient/id | 6 x | – | 8 x | 8 x | must reached |")
        .contains("| guarded, a doctor asks: GET Patient/id | 6 x | – | 5 x | 4 x | **missed** |")
        .containsPattern(
            "GET Patient/id, 8 connections \\| 800 .*\\| 8 x \\| 8 x \\| 2 x \\| 500 ");
  }

  @Test
  void aSearchThatOneOfThemCannotAnswerIsLeftOutAndSaid() {
    var results = new Results();
    for (Search search : Search.six()) {
      results.add(Kind.PEER, search.busy(), figure(10, 1));
      boolean can = search != Search.EVERYTHING;
      results.add(Kind.HELAN, search.busy(), can ? figure(90, 1) : failed());
    }
    String report = report(results, List.of());
    assertThat(report)
        .contains("geometric mean (only the 5 of them that both answered) | 8 x | 15 x | 9.0")
        .contains("failed: 404 no \\| such");
  }

  @Test
  void growthCountsAsTheTargetOnlyAtItsSizes() {
    var small = new Growth.Size(1_000_000, Map.of(Search.PANEL, 2.0, Search.NAME, 1.0));
    var large = new Growth.Size(10_000_000, Map.of(Search.PANEL, 2.1, Search.NAME, 1.3));
    assertThat(report(new Results(), List.of(small, large)))
        .contains("worst 1.30 x, from 1,000,000 to 10,000,000 |  | must reached |");
    var tiny = new Growth.Size(1_000, Map.of(Search.PANEL, 2.0));
    assertThat(report(new Results(), List.of(tiny, small)))
        .contains("worst 1 x, from 1,000 to 1,000,000 |  | not measured at these sizes |");
  }

  @Test
  void onlyTheMarkedSectionOfAPageIsReplaced() {
    String page = Report.insert("# Performance\n\nHow to read it.\n", "old");
    page = page + "\nBy hand.\n";
    String again = Report.insert(page, "new");
    assertThat(again).startsWith("# Performance\n\nHow to read it.\n\n<!--");
    assertThat(again).contains("\n\nnew\n\n").doesNotContain("old").endsWith("\nBy hand.\n");
  }

  @Test
  void numbersKeepAboutThreeDigits() {
    assertThat(Report.number(12345.6)).isEqualTo("12,346");
    assertThat(Report.number(12.34)).isEqualTo("12.3");
    assertThat(Report.number(0.25)).isEqualTo("0.25");
    assertThat(Report.number(0.0567)).isEqualTo("0.057");
    assertThat(Report.number(Double.NaN)).isEqualTo("–");
  }
}
