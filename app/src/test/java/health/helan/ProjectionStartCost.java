package health.helan;

import health.helan.demo.Region;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the projection costs a later start, until the first answer. No assertion; run by name
 * ({@code -Dtest=ProjectionStartCost}).
 */
class ProjectionStartCost {
  @Test
  void ofALaterStart(@TempDir Path folder) throws Exception {
    var data = Map.of("on", folder.resolve("on"), "off", folder.resolve("off"));
    Region region = Region.of(1, 20);
    for (int start = 0; start < 6; start++) {
      for (String word : new String[] {"off", "on"}) {
        long begun = System.nanoTime();
        try (RunningPlatform platform =
            RunningPlatform.start(
                Map.of("HELAN_PROJECTION", word),
                java.util.Objects.requireNonNull(data.get(word)),
                "--no-demo")) {
          int status = platform.get("fhir/Patient?_count=1").statusCode();
          System.out.printf(
              "start %d, projection %s: %d after %.2f s%n",
              start, word, status, (System.nanoTime() - begun) / 1e9);
          if (start == 0) {
            for (int number = 0; number < region.bundleCount(); number++) {
              platform.send(
                  "POST",
                  "fhir",
                  new String(region.bundle(number).json(), StandardCharsets.UTF_8),
                  "application/fhir+json",
                  true);
            }
            Thread.sleep(5_000);
          } else if (word.equals("on")) {
            while (platform.get("fhir/pseudonymised/Patient?_count=1").statusCode() != 200) {
              Thread.sleep(20);
            }
            System.out.printf(
                "start %d, regulators are answered after %.2f s%n",
                start, (System.nanoTime() - begun) / 1e9);
          }
        }
      }
    }
  }
}
