package health.helan.foundation.store.validation;

import health.helan.foundation.store.Json;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import tools.jackson.databind.JsonNode;

/** Measures the CPU time of one validation; run by hand. Arguments: names of samples. */
public final class ValidatorSpeed {
  private ValidatorSpeed() {}

  /** See the class. */
  public static void main(String[] samples) throws IOException {
    var threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    Validator validator = Validator.get();
    System.out.printf(
        "definitions and checkers: %d ms cpu%n",
        (threads.getCurrentThreadCpuTime() - start) / 1_000_000);
    for (String sample : samples) {
      JsonNode tree;
      try (var in = ValidatorSpeed.class.getResourceAsStream("samples/" + sample + ".json")) {
        tree = Json.MAPPER.readTree(Objects.requireNonNull(in, sample));
      }
      int rounds = 200_000;
      int issues = 0;
      for (int pass = 0; pass < 5; pass++) {
        long before = threads.getCurrentThreadCpuTime();
        for (int i = 0; i < rounds; i++) {
          issues += validator.validate(tree, Options.STORED).size();
        }
        System.out.printf(
            "%s, %d bytes: %.2f us cpu (%d issues)%n",
            sample,
            Json.MAPPER.writeValueAsBytes(tree).length,
            (threads.getCurrentThreadCpuTime() - before) / 1000.0 / rounds,
            issues);
      }
    }
  }
}
