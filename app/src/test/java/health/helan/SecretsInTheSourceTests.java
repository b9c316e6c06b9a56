package health.helan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No key, token or password is kept with the source. */
class SecretsInTheSourceTests {
  /** {@code file:line} of what looks like a secret and is none, each with its reason. */
  private static final List<Pattern> MEANT =
      List.of(
          // Digests of packages, by which npm knows that it got the right ones.
          Pattern.compile("package-lock\\.json:.*\"(integrity|resolved)\": "),
          // Sentences about passwords.
          Pattern.compile(
              "^app/src/main/resources/health/helan/app/access/texts(_zh)?\\.properties:"),
          // Rows of made-up residents from an older version, which upgrades are tried on.
          Pattern.compile("^foundation/store/src/test/resources/.*/upgrade/v\\d+/data\\.sql:"),
          // Digests and addresses of standards.
          Pattern.compile(":.*(https?://|urn:)"));

  @Test
  void areNone() throws Exception {
    Path root = root();
    List<String> files = tracked(root);
    assertThat(files).as("files under version control").hasSizeGreaterThan(300);
    assertThat(new SecretScan(root, MEANT).of(files))
        .as("look like secrets: take them out, or say in MEANT why they are none")
        .isEmpty();
  }

  /** The scan itself: each kind, planted. Put together here, so that this file holds none. */
  @Test
  void areFoundWherePlanted(@TempDir Path folder) throws Exception {
    String random = "q7Zt0" + "Vb2LxK9" + "mPw4Rj8Ys" + "1HcN6uGd3";
    Map<String, String> planted = new TreeMap<>();
    planted.put("key.pem", "-----BEGIN " + "PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49\n");
    planted.put(
        "Key.java", "String k = \"-----BEGIN RSA " + "PRIVATE KEY-----\\nMIIEpAIBAAKCAQEAx7dQ\";");
    planted.put("aws.txt", "id AKI" + "AIOSFODNN7EXAMPLE");
    planted.put("host.md", "use ghp" + "_" + "a1B2".repeat(9));
    planted.put(
        "jwt.ts", "'eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmN'");
    planted.put("db.md", "postgres" + "://helan:hunter2hunter2@db.example/helan");
    planted.put("application.properties", "spring.datasource.password" + "=hunter2-hunter2\n");
    planted.put("deploy.yaml", "  token" + ": " + random + "\n");
    planted.put("some.json", "{\"x\": \"" + random + random + "\"}");
    planted.put("Client.java", "static final String API_KEY" + " = \"" + random + "\";");
    planted.forEach(
        (name, text) -> {
          try {
            Files.writeString(folder.resolve(name), text);
          } catch (java.io.IOException failed) {
            throw new java.io.UncheckedIOException(failed);
          }
        });
    SecretScan scan = new SecretScan(folder, MEANT);
    for (String name : planted.keySet()) {
      assertThat(scan.of(List.of(name))).as(name).isNotEmpty();
    }
    Files.writeString(
        folder.resolve("fine.properties"),
        "password=${DB_PASSWORD}\nserver.token-file=data/operator-token\ntimeout=20s\n");
    Files.writeString(
        folder.resolve("Fine.java"),
        "String password = environment.get(\"HELAN_DB_PASSWORD\"); token.matches(presented);");
    assertThat(scan.of(List.of("fine.properties", "Fine.java"))).isEmpty();
  }

  private static List<String> tracked(Path root) throws Exception {
    Process process = new ProcessBuilder("git", "ls-files", "-z").directory(root.toFile()).start();
    String names = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as("git ls-files").isZero();
    return List.of(names.split("\0"));
  }

  private static Path root() {
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      if (Files.exists(folder.resolve("helan"))) {
        return folder;
      }
    }
    throw new AssertionError("not inside a clone");
  }
}
