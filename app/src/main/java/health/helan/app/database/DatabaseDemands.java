package health.helan.app.database;

import health.helan.app.start.StartRefused;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * What a database must be before records are entrusted to it: new enough, in UTF-8, and set to keep
 * what it acknowledged. An acknowledged write that a power cut takes back cannot be repaired later,
 * so there is no way to override these.
 */
final class DatabaseDemands {
  /** PostgreSQL 15, as {@code server_version_num} counts. */
  static final int LEAST_VERSION = 150_000;

  private DatabaseDemands() {}

  /**
   * @throws StartRefused naming the first demand that is not met
   * @throws SQLException if the database cannot be asked
   */
  static void check(Connection connection) throws SQLException {
    checkVersion(Integer.parseInt(show(connection, "server_version_num")));
    checkSwitch("fsync", show(connection, "fsync"));
    checkSwitch("full_page_writes", show(connection, "full_page_writes"));
    checkSwitch("synchronous_commit", show(connection, "synchronous_commit"));
    String encoding = show(connection, "server_encoding");
    if (!encoding.equals("UTF8")) {
      throw new StartRefused(
          "数据库编码是 " + encoding + "，必须是 UTF8，请用 CREATE DATABASE … ENCODING 'UTF8' 另建一个数据库。",
          "The database is encoded in "
              + encoding
              + " and must be UTF8: make another with CREATE DATABASE … ENCODING 'UTF8'.");
    }
  }

  static void checkVersion(int versionNumber) {
    if (versionNumber < LEAST_VERSION) {
      throw new StartRefused(
          "数据库版本过低：需要 PostgreSQL 15 或更新，当前是 " + versionNumber / 10_000 + "，请先升级数据库。",
          "The database is too old: PostgreSQL 15 or newer is needed, this is "
              + versionNumber / 10_000
              + "; upgrade it first.");
    }
  }

  /**
   * @param value as {@code SHOW} gives it; synchronous_commit also knows values other than on and
   *     off, all durable here
   */
  static void checkSwitch(String setting, String value) {
    if (value.equals("off")) {
      throw new StartRefused(
          "数据库的 " + setting + " 已关闭，断电会丢失已确认的数据；请把它打开（ALTER SYSTEM SET " + setting + " = on）后再启动。",
          "The database has "
              + setting
              + " off, so a power cut would lose acknowledged records; switch it on (ALTER SYSTEM SET "
              + setting
              + " = on) and start again.");
    }
  }

  private static String show(Connection connection, String setting) throws SQLException {
    try (var statement = connection.prepareStatement("SELECT current_setting(?)")) {
      statement.setString(1, setting);
      try (var rows = statement.executeQuery()) {
        rows.next();
        return rows.getString(1);
      }
    }
  }
}
