package health.helan.bench.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The command lines under which the contestants run. */
public final class Launches {
  /** One for all runs, so that a kept database opens again. */
  private static final String INDEX_KEY = "00".repeat(32);

  private final Postgres postgres;
  private final Path work;

  /**
   * @param work folder for logs, tokens and configuration
   */
  public Launches(Postgres postgres, Path work) {
    this.postgres = postgres;
    this.work = work;
  }

  /**
   * The built application, as {@code ./helan run} starts it, but for what the kind switches off.
   *
   * @param launcher the script {@code helan}
   */
  public Server helan(Path launcher, Server.Kind kind, String database) {
    int port = Server.freePort();
    Path data = work.resolve(database);
    var launch =
        new Server.Launch(
            List.of(
                launcher.toString(),
                "run",
                "--port",
                Integer.toString(port),
                "--data",
                data.toString(),
                "--no-demo"),
            Map.of(
                "HELAN_DB_URL",
                postgres.url(database),
                "HELAN_DB_USER",
                postgres.user(),
                "HELAN_DB_PASSWORD",
                postgres.password(),
                "HELAN_INDEX_KEY",
                INDEX_KEY,
                "HELAN_VALIDATION",
                kind.isValidating() ? "on" : "off",
                "HELAN_AUDIT",
                kind.isGuarded() ? "on" : "off",
                // A second store for regulators, behind the log: measured by itself.
                "HELAN_PROJECTION",
                "off",
                "HELAN_ENCRYPTION",
                kind.isGuarded() ? "sm4" : "off"),
            port,
            data.resolve("operator-token"));
    return Server.of(kind, database, launch, work.resolve(database + ".log"));
  }

  /**
   * The peer.
   *
   * @param java the Java to run it with
   * @param jar the executable jar or war of the HAPI FHIR JPA server starter
   */
  public Server peer(Path java, Path jar, String database) throws IOException {
    int port = Server.freePort();
    Path settings = work.resolve("peer.yaml");
    try (InputStream ours = Launches.class.getResourceAsStream("/health/helan/bench/peer.yaml")) {
      if (ours == null) {
        throw new IllegalStateException("peer.yaml is missing from the build");
      }
      Files.write(settings, ours.readAllBytes());
    }
    var launch =
        new Server.Launch(
            List.of(
                java.toString(),
                "-Xmx4g",
                "-jar",
                jar.toString(),
                "--spring.config.additional-location=file:" + settings.toAbsolutePath(),
                "--server.port=" + port,
                "--spring.datasource.url=" + postgres.url(database) + "?reWriteBatchedInserts=true",
                "--spring.datasource.username=" + postgres.user()),
            // Not an argument: those can be read by everyone on the machine.
            Map.of("SPRING_DATASOURCE_PASSWORD", postgres.password()),
            port,
            null);
    return Server.of(Server.Kind.PEER, database, launch, work.resolve(database + ".log"));
  }
}
