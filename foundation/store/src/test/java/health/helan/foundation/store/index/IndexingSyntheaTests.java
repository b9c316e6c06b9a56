package health.helan.foundation.store.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import health.helan.foundation.definitions.R4;
import health.helan.foundation.store.Json;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What indexing real shapes costs, printed; the bounds asserted are generous. Runs where the data
 * for developers is: {@code -Dhelan.test.synthea=FOLDER}.
 */
class IndexingSyntheaTests {
  @Test
  void costsLittle() throws IOException {
    Path zip =
        Path.of(
            System.getProperty("helan.test.synthea", "../../../shared/data/synthea"),
            "synthea-r4-seed20191.zip");
    assumeThat(Files.exists(zip)).isTrue();
    List<ObjectNode> resources = new ArrayList<>();
    try (var in = new ZipInputStream(Files.newInputStream(zip))) {
      ZipEntry entry;
      while ((entry = in.getNextEntry()) != null && resources.size() < 12_000) {
        if (!entry.getName().endsWith(".json")) {
          continue;
        }
        String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        // As the store rewrites the references of a bundle to ids of its own.
        JsonNode bundle =
            Json.MAPPER.readTree(text.replaceAll("urn:uuid:([0-9a-f-]{36})", "Patient/$1"));
        for (JsonNode e : bundle.path("entry")) {
          resources.add((ObjectNode) e.get("resource"));
        }
      }
    }
    var registry =
        new ParameterRegistry(
            R4.get(),
            new Digests(new byte[16]),
            (type, expression) -> {
              throw new IllegalArgumentException(expression);
            });
    var indexer = new Indexer(registry);
    Map<String, long[]> sizes = new TreeMap<>();
    for (int round = 0; round < 4; round++) {
      sizes.clear();
      long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      for (ObjectNode resource : resources) {
        String type = resource.get("resourceType").stringValue();
        IndexEntry entry = indexer.index(type, resource, resource.get("id").stringValue());
        long[] sum = sizes.computeIfAbsent(type, _ -> new long[3]);
        sum[0]++;
        sum[1] += entry.tokens().length;
        sum[2] += entry.vals().length;
      }
      long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
      System.out.printf(
          "indexing %d resources: %.1f microseconds CPU each%n",
          resources.size(), nanos / 1e3 / resources.size());
    }
    sizes.forEach(
        (type, sum) ->
            System.out.printf(
                "%s %d: %.1f tokens, %.0f bytes of vals%n",
                type, sum[0], (double) sum[1] / sum[0], (double) sum[2] / sum[0]));
    long[] observations = sizes.getOrDefault("Observation", new long[3]);
    assertThat(observations[0]).isPositive();
    assertThat((double) observations[1] / observations[0]).isLessThan(16);
    assertThat((double) observations[2] / observations[0]).isLessThan(400);
  }
}
