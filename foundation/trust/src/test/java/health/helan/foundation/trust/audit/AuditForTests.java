package health.helan.foundation.trust.audit;

import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.testing.StoreForTests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Rows, seals and verifications, on a store of a test's own. */
final class AuditForTests {
  /** Seals only when told to. */
  static final AuditLog.Settings STILL =
      new AuditLog.Settings(
          1,
          Duration.ofSeconds(5),
          Duration.ofDays(1),
          1_000_000,
          Duration.ofDays(1),
          Duration.ZERO);

  static final Caller CALLER =
      new Caller("wang", Caller.Role.PRACTITIONER, "h1", Set.of("TREAT"), "q-1");

  private AuditForTests() {}

  static AuditSink.Request request(int number, long... subjects) {
    return new AuditSink.Request(
        Instant.now(),
        CALLER,
        "127.0.0.1",
        "read",
        "Observation",
        "o" + number,
        "",
        List.of("_format"),
        number * 77L,
        200,
        1,
        0,
        3,
        subjects);
  }

  /** What both verifications say: of the database, and of its export without the platform. */
  static List<String> findings(StoreForTests store, SignerForTests signer) {
    try (Connection connection = store.database.getConnection()) {
      AuditVerification.Report report =
          AuditVerification.verify(connection, List.of(signer.certificate()));
      return report.findings().stream()
          .map(finding -> finding.place() + ": " + finding.english())
          .toList();
    } catch (SQLException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static Path export(StoreForTests store) {
    try (Connection connection = store.database.getConnection()) {
      Path folder = Files.createTempDirectory("helan-audit-export");
      AuditExport.write(connection, folder);
      return folder;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the program for auditors said, and its exit code. */
  record Said(int exitCode, String text) {}

  /** Runs {@code tools/AuditVerifier.java} as an auditor does. */
  static Said standAlone(Path export, Path certificate, String... more) {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dstdout.encoding=UTF-8",
                "-Dstderr.encoding=UTF-8",
                "-XX:TieredStopAtLevel=1",
                Path.of("..", "..", "tools", "AuditVerifier.java").toString(),
                export.toString(),
                "--certificate",
                certificate.toString()));
    command.addAll(List.of(more));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String text =
          new String(
              process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      return new Said(process.waitFor(), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
