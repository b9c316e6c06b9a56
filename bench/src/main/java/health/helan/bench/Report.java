package health.helan.bench;

import health.helan.bench.measure.Figure;
import health.helan.bench.measure.Spread;
import health.helan.bench.server.Server;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The figures as Markdown: targets first, then every phase, then sizes and growth. */
final class Report {
  private static final String BEGIN = "<!-- figures: written by ./helan bench -->";
  private static final String END = "<!-- end of figures -->";

  private final Results results;
  private final List<Growth.Size> growth;
  private final StringBuilder text = new StringBuilder();

  private Report(Results results, List<Growth.Size> growth) {
    this.results = results;
    this.growth = growth;
  }

  /**
   * @param circumstances lines on machine, data and contestants
   */
  static String write(Results results, List<Growth.Size> growth, List<String> circumstances) {
    var report = new Report(results, growth);
    report.line("## What was measured");
    report.line("");
    circumstances.forEach(line -> report.line("- " + line));
    report.targets();
    report.phases();
    report.facts();
    report.growth();
    return report.text.toString();
  }

  /** Puts figures between the marks of a page, or at its end where it has none. */
  static String insert(String page, String figures) {
    String section = BEGIN + "\n\n" + figures.strip() + "\n\n" + END;
    int begin = page.indexOf(BEGIN);
    int end = page.indexOf(END);
    if (begin < 0 || end < begin) {
      return page.strip() + (page.isBlank() ? "" : "\n\n") + section + "\n";
    }
    return page.substring(0, begin) + section + page.substring(end + END.length());
  }

  private void line(String line) {
    text.append(line).append('\n');
  }

  private void targets() {
    line("");
    line("## Targets");
    line("");
    line("\"x\" is Helan's throughput over the peer's, medians; \"CPU x\" is the peer's CPU time");
    line(
        "per operation (JVM and PostgreSQL) over Helan's, which noise on the machine moves least.");
    line("");
    line("| what | must | aim | reached | CPU x | verdict |");
    line("| --- | --- | --- | --- | --- | --- |");
    ratio("transaction bundles, 4 connections", Server.Kind.HELAN, Phase.LOAD, 10, 20);
    ratio("the same, inline validation on", Server.Kind.HELAN_VALIDATING, Phase.LOAD, 7, 15);
    ratio("POST one Observation, 8 connections", Server.Kind.HELAN, Phase.CREATE, 5, 8);
    ratio("GET Patient/id, 8 connections", Server.Kind.HELAN, Phase.READ, 10, 15);
    searches("the six searches, no-cache, geometric mean", Server.Kind.HELAN, 8, 15);
    double disk =
        results.facts(Server.Kind.HELAN).bytesPerResource()
            / results.facts(Server.Kind.PEER).bytesPerResource();
    atMost("bytes on disk per resource", disk, 0.35, 0.25, " x");
    double resident = results.facts(Server.Kind.HELAN).residentBytes() / (1 << 30);
    atMost("resident memory of the JVM under load", resident, 1, 0.6, " GB");
    double start = Spread.of(results.facts(Server.Kind.HELAN).starts()).median();
    atMost("second start to the first answer", start, 8, 4, " s");
    growthTarget();
    guardedTargets();
  }

  /** Where policy, audit and encryption are on there is a must and no aim. */
  private void guardedTargets() {
    double none = Double.NaN;
    ratio("guarded: transaction bundles", Server.Kind.GUARDED, Phase.LOAD, 7, none);
    ratio("guarded, inline validation on", Server.Kind.GUARDED_VALIDATING, Phase.LOAD, 7, none);
    ratio("guarded: GET Patient/id", Server.Kind.GUARDED, Phase.READ, 6, none);
    searches("guarded: the six searches", Server.Kind.GUARDED, 6, none);
    ratio("guarded, a doctor asks: GET Patient/id", Server.Kind.TREATED, Phase.READ, 6, none);
    searches("guarded, a doctor asks: the six searches", Server.Kind.TREATED, 6, none);
  }

  private void ratio(String what, Server.Kind kind, String phase, double must, double aim) {
    double speed = results.speed(kind, phase);
    String cpu = times(results.thrift(kind, phase));
    target(what, times(must), times(aim), times(speed), cpu, least(speed, must, aim));
  }

  private void searches(String label, Server.Kind kind, double must, double aim) {
    List<Search> six = Search.six();
    List<Search> compared =
        six.stream().filter(s -> !Double.isNaN(results.speed(kind, s.busy()))).toList();
    String what =
        compared.isEmpty() || compared.size() == six.size()
            ? label
            : label + " (only the " + compared.size() + " of them that both answered)";
    double speed = mean(compared, s -> results.speed(kind, s.busy()));
    double thrift = mean(compared, s -> results.thrift(kind, s.busy()));
    target(what, times(must), times(aim), times(speed), times(thrift), least(speed, must, aim));
  }

  private static double mean(List<Search> searches, ToDoubleFunction<Search> ratio) {
    return searches.isEmpty()
        ? Double.NaN
        : Spread.geometricMean(searches.stream().map(ratio::applyAsDouble).toList());
  }

  private void atMost(String what, double value, double must, double aim, String unit) {
    String verdict =
        Double.isNaN(value)
            ? "not measured"
            : value <= aim ? "aim reached" : value <= must ? "must reached" : "**missed**";
    String reached = Double.isNaN(value) ? "–" : number(value) + unit;
    target(what, number(must) + unit, number(aim) + unit, reached, "", verdict);
  }

  private void growthTarget() {
    String what = "growth from 1 M to 10 M resources: p50 of each search";
    if (growth.size() < 2) {
      target(what, "1.5 x", "1.1 x", "–", "", "not measured");
      return;
    }
    Growth.Size small = growth.get(growth.size() - 2);
    Growth.Size large = growth.getLast();
    double worst =
        Search.six().stream()
            .mapToDouble(s -> p50(large, s) / p50(small, s))
            .filter(factor -> !Double.isNaN(factor))
            .max()
            .orElse(Double.NaN);
    boolean asAsked = small.resources() >= 1_000_000 && large.resources() >= 10_000_000;
    String verdict =
        asAsked
            ? worst <= 1.1 ? "aim reached" : worst <= 1.5 ? "must reached" : "**missed**"
            : "not measured at these sizes";
    String reached =
        "worst %s x, from %,d to %,d"
            .formatted(number(worst), small.resources(), large.resources());
    target(what, "1.5 x", "1.1 x", reached, "", verdict);
  }

  private static double p50(Growth.Size size, Search search) {
    return size.p50Ms().getOrDefault(search, Double.NaN);
  }

  private void target(
      String what, String must, String aim, String reached, String cpu, String verdict) {
    line("| " + String.join(" | ", what, must, aim, reached, cpu, verdict) + " |");
  }

  private static String least(double value, double must, double aim) {
    return Double.isNaN(value)
        ? "not measured"
        : value >= aim ? "aim reached" : value >= must ? "must reached" : "**missed**";
  }

  private void phases() {
    line("");
    line("## Every phase");
    line("");
    line("Per second: resources for bundles, requests otherwise; median (least to most) of the");
    line("runs. Latency of bundles is that of whole bundles. CPU ms: JVM + PostgreSQL per");
    line("operation. \"others\": cores that neither of them nor the client used.");
    line("");
    line(
        "| phase | Helan per s | p50 / p95 ms | CPU ms | others | HAPI per s | p50 / p95 ms | CPU"
            + " ms | others | x | CPU x |");
    line("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    phase(Phase.LOAD, Server.Kind.HELAN, Phase.LOAD);
    phase("the same, validating", Server.Kind.HELAN_VALIDATING, Phase.LOAD);
    for (String phase : List.of(Phase.CREATE, Phase.READ)) {
      phase(phase, Server.Kind.HELAN, phase);
    }
    for (Search search : Search.values()) {
      phase(search.label() + ", 8 connections", Server.Kind.HELAN, search.busy());
    }
    for (String phase : List.of(Phase.UPDATE, Phase.DELETE, Phase.HISTORY, Phase.MIXED)) {
      phase(phase, Server.Kind.HELAN, phase);
    }
    line("");
    line("The searches at one connection; \"entries\" is the mean count in an answer.");
    line("");
    line(
        "| search | Helan p50 / p95 ms | CPU ms | entries | HAPI p50 / p95 ms | CPU ms | entries |"
            + " p50 x | CPU x |");
    line("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for (Search search : Search.values()) {
      alone(search);
    }
    guarded();
  }

  private static List<String> everyPhase() {
    var phases = new ArrayList<>(List.of(Phase.LOAD, Phase.CREATE, Phase.READ));
    for (Search search : Search.values()) {
      phases.add(search.busy());
    }
    phases.addAll(List.of(Phase.UPDATE, Phase.DELETE, Phase.HISTORY, Phase.MIXED));
    return phases;
  }

  /** What policy, audit and encryption leave of it. */
  private void guarded() {
    if (!results.has(Server.Kind.GUARDED)) {
      return;
    }
    line("");
    line("## With policy, audit and encryption");
    line("");
    line("The same phases on a platform as it is run for others: policy, audit and SM4 encryption");
    line("on. First a hospital's system asks for what is its own; then a doctor of another");
    line("institution, to whom a grant opened each record. \"of bare\" is the CPU time of an");
    line("operation over that on the bare store.");
    line("");
    line(
        "| phase | system per s | p50 / p95 ms | CPU ms | others | x HAPI | CPU x HAPI | CPU of"
            + " bare | doctor per s | p50 / p95 ms | CPU ms | x HAPI | CPU of bare |");
    line("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for (String phase : everyPhase()) {
      guarded(phase, Server.Kind.GUARDED, phase);
      if (phase.equals(Phase.LOAD)) {
        guarded("the same, validating", Server.Kind.GUARDED_VALIDATING, phase);
      }
    }
    line("");
    Results.Facts facts = results.facts(Server.Kind.GUARDED);
    line(
        "Guarded, %s bytes on disk per resource (audit included), at most %s MB of memory, %s s for a second start."
            .formatted(
                number(facts.bytesPerResource()),
                number(facts.residentBytes() / (1 << 20)),
                number(Spread.of(facts.starts()).median())));
  }

  private void guarded(String label, Server.Kind kind, String phase) {
    var cells =
        new ArrayList<>(
            List.of(
                phase.startsWith("search ") ? phase.substring(7) + ", 8 connections" : label,
                spread(kind, phase, Figure::perSecond),
                latency(kind, phase),
                cpu(kind, phase),
                others(kind, phase),
                times(results.speed(kind, phase)),
                times(results.thrift(kind, phase)),
                times(
                    results.cpuMs(kind, phase)
                        / results.cpuMs(
                            kind.isValidating() ? Server.Kind.HELAN_VALIDATING : Server.Kind.HELAN,
                            phase))));
    Server.Kind doctor = Server.Kind.TREATED;
    boolean asked = !results.of(doctor, phase).isEmpty() && kind == Server.Kind.GUARDED;
    cells.addAll(
        asked
            ? List.of(
                spread(doctor, phase, Figure::perSecond),
                latency(doctor, phase),
                cpu(doctor, phase),
                times(results.speed(doctor, phase)),
                times(results.cpuMs(doctor, phase) / results.cpuMs(Server.Kind.HELAN, phase)))
            : List.of("", "", "", "", ""));
    line("| " + String.join(" | ", cells) + " |");
  }

  private void phase(String label, Server.Kind kind, String phase) {
    line(
        "| "
            + String.join(
                " | ",
                label,
                spread(kind, phase, Figure::perSecond),
                latency(kind, phase),
                cpu(kind, phase),
                others(kind, phase),
                spread(Server.Kind.PEER, phase, Figure::perSecond),
                latency(Server.Kind.PEER, phase),
                cpu(Server.Kind.PEER, phase),
                others(Server.Kind.PEER, phase),
                times(results.speed(kind, phase)),
                times(results.thrift(kind, phase)))
            + " |");
  }

  private void alone(Search search) {
    String phase = search.alone();
    double ours = results.spread(Server.Kind.HELAN, phase, Figure::p50Ms).median();
    double theirs = results.spread(Server.Kind.PEER, phase, Figure::p50Ms).median();
    line(
        "| "
            + String.join(
                " | ",
                search.label(),
                latency(Server.Kind.HELAN, phase),
                cpu(Server.Kind.HELAN, phase),
                median(Server.Kind.HELAN, phase, Figure::entriesPerAnswer),
                latency(Server.Kind.PEER, phase),
                cpu(Server.Kind.PEER, phase),
                median(Server.Kind.PEER, phase, Figure::entriesPerAnswer),
                times(theirs / ours),
                times(results.thrift(Server.Kind.HELAN, phase)))
            + " |");
  }

  private String spread(Server.Kind kind, String phase, ToDoubleFunction<Figure> quantity) {
    List<Figure> figures = results.of(kind, phase);
    if (figures.isEmpty()) {
      return "not run";
    }
    if (figures.stream().noneMatch(Figure::sound)) {
      return "failed: " + cell(figures.getFirst().firstFailure());
    }
    Spread spread = results.spread(kind, phase, quantity);
    return figures.size() == 1
        ? number(spread.median())
        : "%s (%s to %s)"
            .formatted(number(spread.median()), number(spread.least()), number(spread.most()));
  }

  /** Text that may stand in a cell. */
  private static String cell(String text) {
    String plain = text.replace("|", "\\|").replaceAll("\\s+", " ");
    return plain.length() > 80 ? plain.substring(0, 80) + "…" : plain;
  }

  private String latency(Server.Kind kind, String phase) {
    return median(kind, phase, Figure::p50Ms) + " / " + median(kind, phase, Figure::p95Ms);
  }

  private String cpu(Server.Kind kind, String phase) {
    return median(kind, phase, Figure::jvmMsEach)
        + " + "
        + median(kind, phase, Figure::postgresMsEach);
  }

  private String others(Server.Kind kind, String phase) {
    return median(kind, phase, Figure::othersCores);
  }

  private String median(Server.Kind kind, String phase, ToDoubleFunction<Figure> quantity) {
    return number(results.spread(kind, phase, quantity).median());
  }

  private void facts() {
    line("");
    line("## Size, memory, start");
    line("");
    line("| what | Helan | HAPI |");
    line("| --- | --- | --- |");
    Results.Facts ours = results.facts(Server.Kind.HELAN);
    Results.Facts theirs = results.facts(Server.Kind.PEER);
    fact("resources after the last load", (double) ours.resources(), (double) theirs.resources());
    fact(
        "bytes on disk per resource (pg_database_size)",
        ours.bytesPerResource(),
        theirs.bytesPerResource());
    fact(
        "most memory the JVM held, MB",
        ours.residentBytes() / (1 << 20),
        theirs.residentBytes() / (1 << 20));
    fact(
        "second start to the first answer, s",
        Spread.of(ours.starts()).median(),
        Spread.of(theirs.starts()).median());
    fact(
        "CPU of the process in it, s",
        Spread.of(ours.startCpuMs()).median() / 1000,
        Spread.of(theirs.startCpuMs()).median() / 1000);
  }

  private void fact(String what, double ours, double theirs) {
    line("| " + String.join(" | ", what, number(ours), number(theirs)) + " |");
  }

  private void growth() {
    line("");
    line("## Growth");
    line("");
    if (growth.isEmpty()) {
      line("Not measured in this run (`--growth`).");
      return;
    }
    line("p50 in ms at one connection, of the same patients among ever more generated resources.");
    line("");
    var head = new StringBuilder("| search |");
    var rule = new StringBuilder("| --- |");
    for (Growth.Size size : growth) {
      head.append(" %,d |".formatted(size.resources()));
      rule.append(" --- |");
    }
    line(head + " last over first |");
    line(rule + " --- |");
    for (Search search : Search.values()) {
      var row = new StringBuilder("| " + search.label() + " |");
      for (Growth.Size size : growth) {
        row.append(" ").append(number(p50(size, search))).append(" |");
      }
      double factor = p50(growth.getLast(), search) / p50(growth.getFirst(), search);
      line(row + " " + times(factor) + " |");
    }
  }

  private static String times(double factor) {
    return Double.isFinite(factor) ? number(factor) + " x" : "–";
  }

  /** About three digits that count. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "–";
    }
    double size = Math.abs(value);
    String format =
        size >= 100 || value == Math.rint(value)
            ? "%,.0f"
            : size >= 10 ? "%.1f" : size >= 0.1 ? "%.2f" : "%.3f";
    return String.format(Locale.ROOT, format, value);
  }
}
