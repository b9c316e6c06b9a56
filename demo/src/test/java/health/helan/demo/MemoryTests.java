package health.helan.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class MemoryTests {
  private static final boolean FULL = Boolean.getBoolean("helan.test.full");

  /** A heap that could not hold the region, in a JVM of its own, so that nothing else is in it. */
  @Test
  void isFlatHoweverManyResidents() throws Exception {
    int residents = FULL ? 20_000 : 1_500;
    int heapMegabytes = FULL ? 256 : 64;
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMegabytes + "m",
                "-cp",
                System.getProperty("java.class.path"),
                GenerateAll.class.getName(),
                Integer.toString(residents))
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    Matcher megabytes = Pattern.compile("MB (\\d+)").matcher(output);
    assertThat(megabytes.find()).as(output).isTrue();
    assertThat(Integer.parseInt(megabytes.group(1))).isGreaterThan(2 * heapMegabytes);
    System.out.print(output);
  }
}
