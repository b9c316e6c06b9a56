package health.helan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./helan} as far as it goes without building anything. */
class LauncherTests {
  @ParameterizedTest
  @ValueSource(strings = {"--help", "-h", "help"})
  void explainsItself(String word) throws Exception {
    Said said = helan(Map.of(), word);
    assertThat(said.exitCode()).isZero();
    assertThat(said.text())
        .contains("./helan run", "./helan load", "./helan test", "--port", "--residents")
        .doesNotContain("backup", "restore");
  }

  @Test
  void refusesWhatItDoesNotKnow() throws Exception {
    Said said = helan(Map.of(), "fly");
    assertThat(said.exitCode()).isEqualTo(2);
    assertThat(said.text()).contains("Unknown command fly").contains("不认识的命令 fly");
  }

  @Test
  void findsTheJdkBehindWrongDirections() throws Exception {
    String home = System.getProperty("java.home");
    Said named = helan(Map.of("JAVA_HOME", home), "jdk");
    assertThat(named.text().strip()).isEqualTo(home);
    Said lost = helan(Map.of("JAVA_HOME", "/nonexistent", "JDK_HOME", home), "jdk");
    assertThat(lost.exitCode()).isZero();
    assertThat(Files.readString(Path.of(lost.text().strip(), "release")))
        .contains("JAVA_VERSION=\"25");
  }

  private record Said(int exitCode, String text) {}

  private static Said helan(Map<String, String> environment, String... words)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("sh", launcher().toString()));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Said(process.waitFor(), text);
  }

  /** At the root of the clone, above wherever Maven runs this module's tests. */
  private static Path launcher() {
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      if (Files.exists(folder.resolve("helan"))) {
        return folder.resolve("helan");
      }
    }
    throw new AssertionError("not inside a clone");
  }
}
