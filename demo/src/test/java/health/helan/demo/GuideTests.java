package health.helan.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class GuideTests {
  /** Readers copy the numbers from the guide into their searches. */
  @Test
  void namesTheResidentsAndTheirNumbers() throws IOException {
    String guide = Files.readString(Path.of("../docs/guide/demo-region.md"));
    for (NamedResident named : NamedResident.values()) {
      String row = named.fullName().text() + "，" + named.birth().getYear() + " 年生";
      assertThat(guide).containsPattern(row + "，[回汉]族 \\| " + named.identityNumber() + " \\|");
    }
  }
}
