package health.helan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./helan} as far as it goes without building anything. */
class LauncherTests {
  private Path folder;

  @BeforeEach
  void use(@TempDir Path given) {
    folder = given;
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "-h", "help"})
  void explainsItself(String word) throws Exception {
    Said said = helan(Map.of(), word);
    assertThat(said.exitCode()).isZero();
    assertThat(said.text())
        .contains("./helan run", "./helan load", "./helan test", "--port", "--residents")
        .contains("./helan backup", "./helan restore", "HELAN_BACKUP_RECIPIENT");
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

  @ParameterizedTest
  @ValueSource(strings = {"run", "load", "test", "build"})
  void helpsWithEveryCommandAndBuildsNothingForIt(String command) throws Exception {
    Path clone = copyOfTheLauncher(folder.resolve("clone"));
    Said said = helan(clone, Map.of(), command, "--help");
    assertThat(said.exitCode()).as(said.text()).isZero();
    assertThat(said.text()).contains("./helan " + command);
    assertThat(clone.resolveSibling("target")).doesNotExist();
  }

  /** Missing tools are looked for by name, so that a path with nothing else on it will do. */
  @Test
  void saysWhatIsMissingAndHowToGetIt() throws Exception {
    Path clone = copyOfTheLauncher(folder.resolve("bare"));
    Map<String, String> bare = Map.of("PATH", pathWith("sed head uname dirname mkdir find cat rm"));
    Said noMaven = helan(clone, bare, "run");
    assertThat(noMaven.exitCode()).as(noMaven.text()).isEqualTo(2);
    assertThat(noMaven.text())
        .contains("Maven was not found", "apt-get install maven", "没有找到 Maven");

    Files.createDirectory(clone.resolveSibling("web"));
    Files.writeString(clone.resolveSibling("web").resolve("package.json"), "{}");
    Said noNode = helan(clone, bare, "run");
    assertThat(noNode.exitCode()).as(noNode.text()).isEqualTo(2);
    assertThat(noNode.text()).contains("Node.js 20 or newer", "nodejs npm");

    // As on a machine that has no JDK of the version asked for.
    Files.writeString(clone, Files.readString(clone).replace("JAVA_VERSION=25", "JAVA_VERSION=99"));
    Said noJdk = helan(clone, Map.of(), "run");
    assertThat(noJdk.exitCode()).as(noJdk.text()).isEqualTo(2);
    assertThat(noJdk.text()).contains("JDK 25 was not found", "JAVA_HOME", "没有找到 JDK 25");
    assertThat(noJdk.text().lines()).hasSize(2);
    assertThat(clone.resolveSibling("target/build.lock")).doesNotExist();
  }

  /** The bare C locale is what cron, systemd and containers give. */
  @Test
  void startsFromAFolderWithAChineseNameInTheBareLocale() throws Exception {
    Path clone = copyOfTheLauncher(folder.resolve("我的 项目").resolve("贺兰"));
    Path built = Files.createDirectories(clone.resolveSibling("target").resolve("helan"));
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Echo.class.getName());
    String classFile = Echo.class.getName().replace('.', '/') + ".class";
    try (JarOutputStream jar =
            new JarOutputStream(Files.newOutputStream(built.resolve("helan.jar")), manifest);
        InputStream code = Echo.class.getResourceAsStream("/" + classFile)) {
      jar.putNextEntry(new ZipEntry(classFile));
      code.transferTo(jar);
    }
    Files.createFile(built.resolve("stamp"));
    Said said = helan(clone, Map.of("LC_ALL", "C"), "run", "--data", folder + "/数据 目录");
    assertThat(said.exitCode()).as(said.text()).isZero();
    assertThat(said.text()).contains("run|--data|" + folder + "/数据 目录|true");
  }

  /** Says what reached it, and whether it can see the folder above its data folder. */
  static final class Echo {
    private Echo() {}

    public static void main(String[] words) {
      System.out.println(
          String.join("|", words) + "|" + Files.exists(Path.of(words[2]).getParent()));
    }
  }

  private static Path copyOfTheLauncher(Path clone) throws IOException {
    Files.createDirectories(clone);
    // Older than whatever is built afterwards.
    Path pom = Files.writeString(clone.resolve("pom.xml"), "<project/>");
    Files.setLastModifiedTime(pom, FileTime.from(Instant.EPOCH));
    return Files.copy(launcher(), clone.resolve("helan"));
  }

  /** A folder with links to these programs alone. */
  private String pathWith(String programs) throws IOException {
    Path bin = Files.createDirectory(folder.resolve("bin"));
    for (String program : programs.split(" ")) {
      for (String place : List.of("/bin/", "/usr/bin/")) {
        if (Files.exists(Path.of(place + program)) && Files.notExists(bin.resolve(program))) {
          Files.createSymbolicLink(bin.resolve(program), Path.of(place + program));
        }
      }
    }
    return bin.toString();
  }

  private record Said(int exitCode, String text) {}

  private static Said helan(Map<String, String> environment, String... words)
      throws IOException, InterruptedException {
    return helan(launcher(), environment, words);
  }

  private static Said helan(Path launcher, Map<String, String> environment, String... words)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("/bin/sh", launcher.toString()));
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
