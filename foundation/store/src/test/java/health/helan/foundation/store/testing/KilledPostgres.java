package health.helan.foundation.store.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.postgresql.ds.PGSimpleDataSource;

/** A durable PostgreSQL that is killed and started again on the same folder and port. */
public record KilledPostgres(Path folder, int port) {

  /** One in a folder, at a port that is free. */
  public static KilledPostgres in(Path folder) throws IOException {
    try (var probe = new ServerSocket(0)) {
      return new KilledPostgres(folder, probe.getLocalPort());
    }
  }

  public EmbeddedPostgres start() throws IOException {
    return EmbeddedPostgres.builder()
        .setDataDirectory(folder.resolve("data"))
        .setCleanDataDirectory(false)
        .setPort(port)
        .setPGStartupWait(Duration.ofSeconds(60))
        .setLocaleConfig("locale", "C.UTF-8")
        .setServerConfig("fsync", "on")
        .setServerConfig("synchronous_commit", "on")
        .setServerConfig("full_page_writes", "on")
        // Often, so that some kills fall into one.
        .setServerConfig("checkpoint_timeout", "30")
        .start();
  }

  public String url() {
    return "jdbc:postgresql://localhost:" + port + "/postgres?user=postgres";
  }

  public PGSimpleDataSource source() {
    var source = new PGSimpleDataSource();
    source.setUrl(url());
    return source;
  }

  /** Kills the server and waits for what it has begun to end; nothing is written any more. */
  public void kill() throws IOException, InterruptedException {
    long pid =
        Long.parseLong(
            Files.readAllLines(folder.resolve("data").resolve("postmaster.pid"))
                .getFirst()
                .strip());
    ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
    List<ProcessHandle> backends = postmaster.children().toList();
    assertThat(postmaster.destroyForcibly()).isTrue();
    // Its children see that they are orphans and go; a new server refuses to start before.
    for (ProcessHandle backend : backends) {
      for (int i = 0; backend.isAlive() && i < 600; i++) {
        Thread.sleep(100);
      }
    }
  }
}
