package health.helan.bench;

import health.helan.bench.measure.Figure;
import health.helan.bench.measure.Spread;
import health.helan.bench.server.Server;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** All figures of a comparison: by contestant and phase, one per turn. */
final class Results {
  private final Map<Server.Kind, Map<String, List<Figure>>> figures =
      new EnumMap<>(Server.Kind.class);
  private final Map<Server.Kind, Facts> facts = new EnumMap<>(Server.Kind.class);

  /**
   * What is not counted in requests.
   *
   * @param resources on the server after the last load
   * @param diskBytes database after the last load, before other phases
   * @param residentBytes most memory the JVM held
   * @param starts seconds of the second starts
   * @param startCpuMs CPU of the process in them
   */
  record Facts(
      long resources,
      long diskBytes,
      double residentBytes,
      List<Double> starts,
      List<Double> startCpuMs) {
    double bytesPerResource() {
      return resources == 0 ? Double.NaN : (double) diskBytes / resources;
    }
  }

  void add(Server.Kind kind, String phase, Figure figure) {
    figures
        .computeIfAbsent(kind, _ -> new LinkedHashMap<>())
        .computeIfAbsent(phase, _ -> new ArrayList<>())
        .add(figure);
  }

  void put(Server.Kind kind, Facts fact) {
    facts.put(kind, fact);
  }

  Facts facts(Server.Kind kind) {
    return facts.getOrDefault(kind, new Facts(0, 0, Double.NaN, List.of(), List.of()));
  }

  boolean has(Server.Kind kind) {
    return figures.containsKey(kind);
  }

  List<Figure> of(Server.Kind kind, String phase) {
    return figures.getOrDefault(kind, Map.of()).getOrDefault(phase, List.of());
  }

  Spread spread(Server.Kind kind, String phase, ToDoubleFunction<Figure> quantity) {
    return Spread.of(of(kind, phase).stream().mapToDouble(quantity).boxed().toList());
  }

  /** Median throughput; NaN where the phase was not run or failed. */
  double perSecond(Server.Kind kind, String phase) {
    return spread(kind, phase, Figure::perSecond).median();
  }

  /** Median CPU milliseconds of JVM and PostgreSQL together per operation. */
  double cpuMs(Server.Kind kind, String phase) {
    return spread(kind, phase, figure -> figure.jvmMsEach() + figure.postgresMsEach()).median();
  }

  /** How many times the peer's throughput a contestant reaches. */
  double speed(Server.Kind kind, String phase) {
    return perSecond(kind, phase) / perSecond(Server.Kind.PEER, phase);
  }

  /** How many times less CPU than the peer a contestant needs. */
  double thrift(Server.Kind kind, String phase) {
    return cpuMs(Server.Kind.PEER, phase) / cpuMs(kind, phase);
  }
}
