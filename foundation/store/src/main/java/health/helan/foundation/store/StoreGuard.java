package health.helan.foundation.store;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Looks at a database before the store trusts it. */
final class StoreGuard {
  /**
   * Highest number of a migration that a store of derived data needs too; above it are those of
   * other rooms, on the same class path, and of what only the records themselves have. The question
   * mark: none need have it.
   */
  static final String LAST_MIGRATION = "9?";

  private StoreGuard() {}

  /** A store that loses acknowledged writes is none. */
  static void check(DataSource dataSource) throws SQLException {
    UnmetDemand unmet;
    try (Connection connection = dataSource.getConnection()) {
      unmet = UnmetDemand.of(connection);
    }
    if (unmet == null) {
      return;
    }
    throw switch (unmet) {
      case UnmetDemand.TooOld old ->
          new StoreUnusable(
              "PostgreSQL %d 版本过低，需要 15 或更新。".formatted(old.major()),
              "PostgreSQL %d is too old: Helan needs 15 or newer.".formatted(old.major()),
              null);
      case UnmetDemand.LosesWrites loses ->
          new StoreUnusable(
              "PostgreSQL 关闭了 %s，会丢失已确认的记录，请打开后重启。".formatted(String.join("、", loses.settings())),
              "PostgreSQL runs with %s switched off and would lose acknowledged records: switch on and restart it."
                  .formatted(String.join(", ", loses.settings())),
              null);
      case UnmetDemand.NotUtf8 other ->
          new StoreUnusable(
              "数据库的编码是 %s，必须是 UTF8。".formatted(other.encoding()),
              "The database is encoded in %s and must be UTF8.".formatted(other.encoding()),
              null);
    };
  }

  static void migrate(Flyway flyway) {
    try {
      flyway.migrate();
    } catch (FlywayException e) {
      throw notMigrated(e);
    }
  }

  /** What an operator can mend by name; else the first line of what was said, and its code. */
  private static StoreUnusable notMigrated(FlywayException failed) {
    String state = "";
    for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && sql.getSQLState() != null) {
        state = sql.getSQLState();
      }
    }
    return switch (state) {
      case "42501" ->
          new StoreUnusable(
              "数据库账号无权建表，请让它成为该数据库的属主：ALTER DATABASE … OWNER TO …。",
              "The database user may not make tables here; make it the owner: ALTER DATABASE … OWNER TO ….",
              failed);
      case "0A000", "58P01" ->
          new StoreUnusable(
              "数据库服务器上缺少扩展 pg_trgm 或 btree_gin，请安装（Debian：postgresql-contrib）。",
              "The extensions pg_trgm and btree_gin are not both on the server; install them (Debian: postgresql-contrib).",
              failed);
      default -> {
        String why = String.valueOf(failed.getMessage()).lines().findFirst().orElse("").strip();
        yield new StoreUnusable(
            "数据库无法升级到本程序的版本：%s（%s），详情见日志。".formatted(why, state),
            "The database could not be brought to this version of Helan: %s (%s); the log has the details."
                .formatted(why, state),
            failed);
      }
    };
  }

  /** The first opening notes the key's check value; later ones compare. */
  static void checkKey(DataSource dataSource, IndexKey key) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      try (var statement =
          connection.prepareStatement(
              """
              insert into store_fact (name, value) values ('index-key-check', ?)
              on conflict (name) do nothing
              """)) {
        statement.setString(1, key.checkValue());
        statement.executeUpdate();
      }
      try (var statement =
              connection.prepareStatement(
                  "select value from store_fact where name = 'index-key-check'");
          var rows = statement.executeQuery()) {
        rows.next();
        if (!rows.getString(1).equals(key.checkValue())) {
          throw new StoreUnusable(
              "索引密钥不是建立这个数据库时所用的，没有它什么也找不到；请恢复数据目录中的 index-key 文件，或设置 HELAN_INDEX_KEY。",
              "The index key is not the one this database was made with; without it nothing can be found. Restore the file index-key of this data folder, or set HELAN_INDEX_KEY.",
              null);
        }
      }
    }
  }
}
