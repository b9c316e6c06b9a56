package health.helan;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Json;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Every library comes under a licence that this platform may be built upon. */
class DependencyLicenceTests {
  /** Libraries whose POM states no licence that is known here, and where theirs stands. */
  private static final Map<String, String> STATED_ELSEWHERE =
      Map.of("dom4j-2.1.4.jar", "LICENSE in its repository: of the kind of BSD, named Plexus");

  @Test
  void allowUsTheirUse() throws Exception {
    Map<String, List<String>> notAllowed = new TreeMap<>();
    int seen = 0;
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path jar = Path.of(entry);
      if (!entry.endsWith(".jar") || Files.notExists(jar.resolveSibling(pom(jar)))) {
        continue;
      }
      seen++;
      List<String> licences = Licences.of(jar);
      if (!Licences.isAllowed(licences)
          && !STATED_ELSEWHERE.containsKey(String.valueOf(jar.getFileName()))) {
        notAllowed.put(String.valueOf(jar.getFileName()), licences);
      }
    }
    assertThat(seen).as("libraries looked at").isGreaterThan(80);
    assertThat(notAllowed).as("libraries under no licence of the list").isEmpty();
  }

  @Test
  void allowUsTheUseOfThoseThatOnlyTestsOpen() throws Exception {
    String pom = Files.readString(lockFile().resolveSibling("../foundation/trust/pom.xml"));
    Map<String, List<String>> notAllowed = new TreeMap<>();
    int seen = 0;
    var items =
        Pattern.compile(
                "<artifactItem><groupId>(.+?)</groupId><artifactId>(.+?)</artifactId><version>(.+?)</version>")
            .matcher(pom);
    while (items.find()) {
      seen++;
      Path folder =
          repository()
              .resolve(items.group(1).replace('.', '/'))
              .resolve(items.group(2))
              .resolve(items.group(3));
      String jar = items.group(2) + "-" + items.group(3) + ".jar";
      List<String> licences = Licences.of(folder.resolve(jar));
      if (!Licences.isAllowed(licences) && !STATED_ELSEWHERE.containsKey(jar)) {
        notAllowed.put(jar, licences);
      }
    }
    assertThat(seen).as("libraries looked at").isGreaterThan(10);
    assertThat(notAllowed).isEmpty();
  }

  /** The local Maven repository. */
  private static Path repository() {
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      int at = entry.indexOf("/org/assertj/assertj-core/".replace('/', File.separatorChar));
      if (at > 0) {
        return Path.of(entry.substring(0, at));
      }
    }
    throw new AssertionError("no library of the tests lies in a repository");
  }

  private static String pom(Path jar) {
    Path name = jar.toAbsolutePath();
    int names = name.getNameCount();
    return name.getName(names - 3) + "-" + name.getName(names - 2) + ".pom";
  }

  @Test
  void allowUsTheUseOfThoseInThePages() throws Exception {
    JsonNode lock = Json.MAPPER.readTree(Files.readAllBytes(lockFile()));
    List<String> notAllowed = new ArrayList<>();
    int seen = 0;
    for (var item : lock.path("packages").properties()) {
      if (item.getKey().isEmpty()) {
        continue;
      }
      seen++;
      String licence = item.getValue().path("license").asString("");
      // A choice is written with OR.
      if (!Licences.isAllowed(List.of(licence.split(" OR ")))) {
        notAllowed.add(item.getKey() + ": " + licence);
      }
    }
    assertThat(seen).isGreaterThan(100);
    assertThat(notAllowed).isEmpty();
  }

  private static Path lockFile() {
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      if (Files.exists(folder.resolve("web/package-lock.json"))) {
        return folder.resolve("web/package-lock.json");
      }
    }
    throw new AssertionError("not inside a clone");
  }

  @Test
  void areRefusedWhereTheyBindUsFurther(@TempDir Path folder) throws Exception {
    assertThat(allowed(folder, "<license><name>GNU General Public License v3.0</name></license>"))
        .isFalse();
    assertThat(allowed(folder, "<license><name>GPL-2.0-only</name></license>")).isFalse();
    assertThat(allowed(folder, "<license><name>AGPL-3.0</name></license>")).isFalse();
    assertThat(allowed(folder, "<license><name>Commercial, all rights reserved</name></license>"))
        .isFalse();
    assertThat(allowed(folder, "")).as("none stated").isFalse();
    assertThat(
            allowed(
                folder,
                "<license><name>GPL-3.0</name></license><license><name>Apache License, Version 2.0</name></license>"))
        .as("a choice")
        .isTrue();
    assertThat(allowed(folder, "<license><name>GPL2 w/ CPE</name></license>")).isTrue();
    assertThat(allowed(folder, "<license><name>MIT</name></license>")).isTrue();
  }

  private static boolean allowed(Path folder, String licences) throws Exception {
    Path version = Files.createDirectories(folder.resolve("repository/some/library/1.0"));
    Files.writeString(
        version.resolve("library-1.0.pom"),
        "<project><licenses>" + licences + "</licenses></project>");
    return Licences.isAllowed(Licences.of(version.resolve("library-1.0.jar")));
  }
}
