package health.helan.app.audit;

import health.helan.app.database.Database;
import health.helan.app.start.Console;
import health.helan.app.start.DataFolder;
import health.helan.app.start.StartRefused;
import health.helan.foundation.trust.audit.AuditExport;
import health.helan.foundation.trust.audit.AuditVerification;
import health.helan.foundation.trust.oversight.Evidence;
import health.helan.oversight.clearing.DayVerification;
import health.helan.oversight.ledger.Ledger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * {@code helan verify} and {@code helan audit-export}: beside a running platform, or on the data
 * folder of a stopped one.
 */
public final class AuditCommand {
  private static final int BROKEN = 1;

  private final Map<String, String> environment;
  private Path dataFolder = Path.of("data");
  private @Nullable Path certificate;
  private @Nullable Path earlier;
  private @Nullable Path target;

  private AuditCommand(List<String> words, Map<String, String> environment, boolean takesTarget) {
    this.environment = environment;
    Deque<String> rest = new ArrayDeque<>(words);
    while (!rest.isEmpty()) {
      String word = rest.removeFirst();
      switch (word) {
        case "--data" -> dataFolder = value(word, rest);
        case "--certificate" -> certificate = value(word, rest);
        case "--earlier" -> earlier = value(word, rest);
        default -> {
          if (!takesTarget || target != null || word.startsWith("-")) {
            throw new StartRefused(
                "不认识的参数 " + word + "，请看 ./helan --help。",
                "Unknown argument " + word + ": see ./helan --help.");
          }
          target = Path.of(word);
        }
      }
    }
    dataFolder = dataFolder.toAbsolutePath().normalize();
  }

  private static Path value(String option, Deque<String> rest) {
    String value = rest.pollFirst();
    if (value == null || value.isBlank()) {
      throw new StartRefused(
          option + " 后面缺少取值，请看 ./helan --help。", option + " needs a value: see ./helan --help.");
    }
    return Path.of(value);
  }

  /** What is done with a connection. */
  private interface Work {
    int on(Connection connection) throws SQLException, GeneralSecurityException, IOException;
  }

  /**
   * Proves the audit whole, or names the first broken link; with a file, the evidence in it.
   *
   * @return 0 whole, 1 broken
   * @throws StartRefused if it could not be verified
   */
  public static int verify(List<String> words, Map<String, String> environment) {
    var command = new AuditCommand(words, environment, true);
    Path trusted =
        command.certificate != null
            ? command.certificate
            : command.dataFolder.resolve(AuditCertificates.FILE);
    if (Files.notExists(trusted)) {
      throw new StartRefused(
          "没有找到证书文件 " + trusted + "，请用 --data 指定数据目录，或用 --certificate 指定平台的审计证书。",
          "There is no certificate "
              + trusted
              + ": name the data folder with --data, or the platform's audit certificate with"
              + " --certificate.");
    }
    Console console = Console.of(environment);
    if (command.target != null) {
      return evidence(command.target, trusted, console);
    }
    return command.run(
        connection -> {
          var certificates = AuditCertificates.read(Files.readString(trusted));
          Map<Long, String> earlier =
              command.earlier == null ? Map.of() : AuditVerification.sealsOf(command.earlier);
          var report = AuditVerification.verify(connection, certificates, earlier);
          console.say(
              "封存 seals: %,d，链 chains: %,d，记录 rows: %,d，最后一次封存之后 after the last seal: %,d"
                  .formatted(report.seals(), report.chains(), report.rows(), report.unsealed()));
          console.say("最后一次封存 / last seal: " + report.lastSeal());
          boolean areDaysWhole = verifyDays(connection, certificates, console);
          boolean addsUp = verifyLedger(connection, console);
          if (report.isWhole()) {
            console.say("审计完整。/ The audit is whole.");
            return areDaysWhole && addsUp ? 0 : BROKEN;
          }
          String label = "断裂于 / First broken link: ";
          for (AuditVerification.Finding finding : report.findings()) {
            console.say(
                label + finding.place() + ": " + finding.chinese() + " / " + finding.english());
            label = "另有 / also: ";
          }
          return BROKEN;
        });
  }

  /** Closed days of clearing: sealed with the same key. */
  private static boolean verifyDays(
      Connection connection, Collection<X509Certificate> certificates, Console console)
      throws GeneralSecurityException {
    var report =
        DayVerification.verify(new SingleConnectionDataSource(connection, true), certificates);
    console.say("日结 / closed days: %,d".formatted(report.days()));
    for (DayVerification.Finding finding : report.findings()) {
      console.say(
          "日结断裂 / broken day: "
              + finding.place()
              + ": "
              + finding.chinese()
              + " / "
              + finding.english());
    }
    return report.isWhole();
  }

  /** Also of what no closed day seals yet: balances, sums and reservations, from every transfer. */
  private static boolean verifyLedger(Connection connection, Console console) {
    List<String> findings =
        new Ledger(new SingleConnectionDataSource(connection, true), Clock.systemUTC()).check();
    if (findings.isEmpty()) {
      console.say("账本平衡。/ The ledger adds up.");
    }
    for (String finding : findings) {
      console.say("账本不符 / the ledger does not add up: " + finding);
    }
    return findings.isEmpty();
  }

  /** Checks a file of evidence: by itself, without a database. */
  private static int evidence(Path file, Path trusted, Console console) {
    Evidence.Report report;
    try {
      report =
          Evidence.verify(
              Files.readAllBytes(file), AuditCertificates.read(Files.readString(trusted)));
    } catch (IOException e) {
      throw new StartRefused("文件无法读取：" + e, "A file cannot be read: " + e, e);
    } catch (GeneralSecurityException e) {
      throw new StartRefused("证书无法读取。", "The certificate cannot be read.", e);
    }
    console.say("证据 evidence: %s, %s".formatted(report.about(), report.made()));
    console.say(
        "行 lines: %,d，版本 versions: %,d，签名 signatures: %,d，访问 requests: %,d，未封存 not sealed: %,d"
            .formatted(
                report.lines(),
                report.versions(),
                report.signatures(),
                report.requests(),
                report.unsealed()));
    if (report.isWhole()) {
      console.say("证据完整，未被改动。/ The evidence is whole and unaltered.");
      return 0;
    }
    for (Evidence.Finding finding : report.findings()) {
      console.say(
          (finding.line() == 0 ? "" : "第 " + finding.line() + " 行 / line " + finding.line() + ": ")
              + finding.chinese()
              + " / "
              + finding.english());
    }
    return BROKEN;
  }

  /** Writes chains and seals into a folder that is absent or empty. */
  public static int export(List<String> words, Map<String, String> environment) {
    var command = new AuditCommand(words, environment, true);
    Path folder = command.target;
    if (folder == null) {
      throw new StartRefused(
          "请指定导出目录：./helan audit-export 目录",
          "Name the folder to export to: ./helan audit-export DIR");
    }
    Console console = Console.of(environment);
    return command.run(
        connection -> {
          long rows = AuditExport.write(connection, folder);
          console.say(
              "已导出 %,d 条记录到 %s / %,d rows exported to %s".formatted(rows, folder, rows, folder));
          return 0;
        });
  }

  private int run(Work work) {
    try {
      String url = environment.get("HELAN_DB_URL");
      if (url != null && !url.isBlank()) {
        try (Connection connection =
            DriverManager.getConnection(
                url,
                environment.getOrDefault("HELAN_DB_USER", ""),
                environment.getOrDefault("HELAN_DB_PASSWORD", ""))) {
          return work.on(connection);
        }
      }
      if (!Files.isDirectory(dataFolder.resolve("postgres"))) {
        throw new StartRefused(
            "目录 " + dataFolder + " 中没有数据库，请用 --data 指定数据目录。",
            "There is no database in " + dataFolder + ": name the data folder with --data.");
      }
      try (Connection running = running()) {
        if (running != null) {
          return work.on(running);
        }
      }
      try (DataFolder data = DataFolder.open(dataFolder, 0);
          Database database = Database.open(environment, data);
          Connection connection =
              DriverManager.getConnection(
                  database.jdbcUrl(), database.user(), database.password())) {
        return work.on(connection);
      }
    } catch (SQLException e) {
      throw new StartRefused(
          "数据库没有应答，或其中没有审计数据（" + e.getSQLState() + "）。",
          "The database does not answer, or holds no audit (" + e.getSQLState() + ").",
          e);
    } catch (GeneralSecurityException e) {
      throw new StartRefused("证书无法读取。", "The certificate cannot be read.", e);
    } catch (IOException e) {
      throw new StartRefused("文件无法读写：" + e, "A file cannot be read or written: " + e, e);
    }
  }

  /** A connection to the embedded database of a platform that runs; null where none does. */
  private @Nullable Connection running() throws IOException {
    Path pidFile = dataFolder.resolve("postgres/postmaster.pid");
    Path password = dataFolder.resolve("database-password");
    if (Files.notExists(pidFile) || Files.notExists(password)) {
      return null;
    }
    List<String> lines = Files.readAllLines(pidFile);
    if (lines.size() < 4) {
      return null;
    }
    try {
      return DriverManager.getConnection(
          "jdbc:postgresql://127.0.0.1:" + Integer.parseInt(lines.get(3).strip()) + "/helan",
          "helan",
          Files.readString(password).strip());
    } catch (SQLException | NumberFormatException e) {
      return null; // Left behind by a run that was killed.
    }
  }
}
