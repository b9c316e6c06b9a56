package health.helan.app.database;

import health.helan.app.start.RunMode;
import health.helan.app.start.StartRefused;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/**
 * A PostgreSQL of the operator's, found through {@code HELAN_DB_URL}, {@code HELAN_DB_USER} and
 * {@code HELAN_DB_PASSWORD}.
 */
public record OutsideDatabase(String jdbcUrl, String user, String password) implements Database {
  private static final String CONNECT_TIMEOUT_SECONDS = "10";

  /**
   * @param mode in production the role has to be one whom the database can deny something
   */
  static OutsideDatabase connect(String jdbcUrl, String user, String password, RunMode mode) {
    if (!jdbcUrl.startsWith("jdbc:postgresql:")) {
      throw new StartRefused(
          "HELAN_DB_URL 必须以 jdbc:postgresql: 开头，例如 jdbc:postgresql://db.example:5432/helan。",
          "HELAN_DB_URL must begin with jdbc:postgresql:, as in jdbc:postgresql://db.example:5432/helan.");
    }
    Properties login = new Properties();
    if (!user.isEmpty()) {
      login.setProperty("user", user);
    }
    if (!password.isEmpty()) {
      login.setProperty("password", password);
    }
    login.setProperty("connectTimeout", CONNECT_TIMEOUT_SECONDS);
    login.setProperty("loginTimeout", CONNECT_TIMEOUT_SECONDS);
    try (var connection = DriverManager.getConnection(jdbcUrl, login)) {
      DatabaseDemands.check(connection);
      if (mode.isProduction()) {
        noSuperuser(connection);
      }
    } catch (SQLException unreachable) {
      // The driver's message names host, port, database and role, which the operator needs, and no
      // password.
      String why = String.valueOf(unreachable.getMessage()).strip().replaceAll("\\.+$", "");
      throw new StartRefused(
          "连不上 HELAN_DB_URL 指定的数据库：" + why + "。请检查地址、账号和密码，并确认数据库已启动。",
          "The database of HELAN_DB_URL cannot be reached: "
              + why
              + ". Check address, user and password, and that it is running.",
          unreachable);
    }
    return new OutsideDatabase(jdbcUrl, user, password);
  }

  /**
   * Whom the database never asks for a right, it cannot keep from changing the ledger:
   * docs/adr/0136.
   */
  private static void noSuperuser(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery("select current_setting('is_superuser')")) {
      rows.next();
      if (rows.getString(1).equals("on")) {
        throw new StartRefused(
            "生产模式不用数据库的超级用户连接，否则数据库无法拒绝改动账本和审计；请另建一个拥有该数据库的普通角色，写入 HELAN_DB_USER。",
            "Production mode does not connect as a superuser of the database, who could not be kept from changing ledger and audit:"
                + " make a plain role that owns the database, and set HELAN_DB_USER.");
      }
    }
  }

  @Override
  public void close() {
    // Not ours to stop.
  }

  /** Without the password, so that it cannot reach a log. */
  @Override
  public String toString() {
    return "OutsideDatabase[" + user + "]";
  }
}
