package health.helan.foundation.fhirpath;

import com.sun.management.ThreadMXBean;
import health.helan.foundation.definitions.R4;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * What search expressions cost on an Observation: run {@code main} on a quiet machine. Prints
 * processor nanoseconds and bytes allocated per evaluation; every figure after a warm-up of all.
 */
final class PathSpeed {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private PathSpeed() {}

  public static void main(String[] args) {
    JsonNode json = Samples.own("observation");
    System.out.println(
        "Observation of "
            + json.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8).length
            + " bytes");
    var expressions = new LinkedHashMap<String, FhirPathExpression>();
    for (R4.SearchParam parameter : R4.get().searchParameters("Observation")) {
      if (!parameter.expression().isEmpty()) {
        expressions.put(parameter.code(), FhirPath.compile(parameter.expression(), "Observation"));
      }
    }
    for (String more :
        new String[] {
          "Observation.subject",
          "Observation.bodySite",
          "Observation.value.exists()",
          "Observation.value as Quantity",
          "Observation.component.value.ofType(Quantity)",
          "Observation.category.coding.where(system='http://loinc.org').code"
        }) {
      expressions.put("[bound] " + more, FhirPath.compile(more, "Observation"));
      expressions.put("[open] " + more, FhirPath.compile(more));
    }
    Node root = Node.resource(json);
    for (int i = 0; i < 20; i++) {
      for (var expression : expressions.values()) {
        measure(expression, root, 2_000);
      }
    }
    for (Map.Entry<String, FhirPathExpression> entry : expressions.entrySet()) {
      double[] cost = measure(entry.getValue(), root, 300_000);
      System.out.printf(
          "%6.0f ns %6.0f B  %2d found  %s  %s%n",
          cost[0],
          cost[1],
          entry.getValue().evaluate(root).size(),
          entry.getKey(),
          entry.getValue());
    }
    var parameters =
        expressions.entrySet().stream()
            .filter(entry -> !entry.getKey().startsWith("["))
            .map(Map.Entry::getValue)
            .toArray(FhirPathExpression[]::new);
    int rounds = 100_000;
    long found = 0;
    long start = THREADS.getCurrentThreadCpuTime();
    for (int i = 0; i < rounds; i++) {
      Node resource = Node.resource(json);
      for (FhirPathExpression expression : parameters) {
        found += expression.evaluate(resource).size();
      }
    }
    double perResource = (THREADS.getCurrentThreadCpuTime() - start) / (double) rounds;
    System.out.printf(
        "All %d search parameters of a resource: %.2f µs, %.0f ns each, %d found%n",
        parameters.length, perResource / 1000, perResource / parameters.length, found / rounds);
  }

  /** Processor nanoseconds and bytes per evaluation. */
  private static double[] measure(FhirPathExpression expression, Node root, int rounds) {
    long bytes = THREADS.getCurrentThreadAllocatedBytes();
    long start = THREADS.getCurrentThreadCpuTime();
    long found = 0;
    for (int i = 0; i < rounds; i++) {
      found += expression.evaluate(root).size();
    }
    long time = THREADS.getCurrentThreadCpuTime() - start;
    bytes = THREADS.getCurrentThreadAllocatedBytes() - bytes;
    if (found < 0) {
      throw new IllegalStateException();
    }
    return new double[] {time / (double) rounds, bytes / (double) rounds};
  }
}
