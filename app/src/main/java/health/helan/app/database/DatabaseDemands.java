package health.helan.app.database;

import health.helan.app.start.StartRefused;
import health.helan.foundation.store.UnmetDemand;
import java.sql.Connection;
import java.sql.SQLException;

/** Says in words for the person at the console what a database lacks to keep records. */
final class DatabaseDemands {
  private DatabaseDemands() {}

  /**
   * @throws StartRefused naming the first demand that is not met
   * @throws SQLException if the database cannot be asked
   */
  static void check(Connection connection) throws SQLException {
    UnmetDemand unmet = UnmetDemand.of(connection);
    if (unmet != null) {
      throw refusal(unmet);
    }
  }

  static StartRefused refusal(UnmetDemand unmet) {
    return switch (unmet) {
      case UnmetDemand.TooOld old ->
          new StartRefused(
              "数据库版本过低：需要 PostgreSQL 15 或更新，当前是 " + old.major() + "，请先升级数据库。",
              "The database is too old: PostgreSQL 15 or newer is needed, this is "
                  + old.major()
                  + "; upgrade it first.");
      case UnmetDemand.LosesWrites loses -> losesWrites(loses.settings().getFirst());
      case UnmetDemand.NotUtf8 other ->
          new StartRefused(
              "数据库编码是 "
                  + other.encoding()
                  + "，必须是 UTF8，请用 CREATE DATABASE … ENCODING 'UTF8' 另建一个数据库。",
              "The database is encoded in "
                  + other.encoding()
                  + " and must be UTF8: make another with CREATE DATABASE … ENCODING 'UTF8'.");
    };
  }

  private static StartRefused losesWrites(String setting) {
    return new StartRefused(
        "数据库的 " + setting + " 已关闭，断电会丢失已确认的数据；请把它打开（ALTER SYSTEM SET " + setting + " = on）后再启动。",
        "The database has "
            + setting
            + " off, so a power cut would lose acknowledged records; switch it on (ALTER SYSTEM SET "
            + setting
            + " = on) and start again.");
  }
}
