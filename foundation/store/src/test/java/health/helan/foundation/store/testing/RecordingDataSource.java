package health.helan.foundation.store.testing;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;
import org.postgresql.core.BaseConnection;

/**
 * Notes the text of every statement, COPY included, and the ends of transactions. What Flyway does
 * is left out: it runs once, before anything else, on the coordinator.
 */
public final class RecordingDataSource implements DataSource {
  public static final String COMMIT = "commit";
  public static final String ROLLBACK = "rollback";

  /** A statement as it was carried out on a connection. */
  public record Executed(int connection, String sql) {}

  private final DataSource source;
  private final ConcurrentLinkedQueue<Executed> executed = new ConcurrentLinkedQueue<>();
  private final AtomicInteger connections = new AtomicInteger();

  public RecordingDataSource(DataSource source) {
    this.source = source;
  }

  public List<Executed> executed() {
    return List.copyOf(executed);
  }

  /** The texts, each once. */
  public List<String> texts() {
    return executed.stream()
        .map(Executed::sql)
        .filter(sql -> !sql.equals(COMMIT) && !sql.equals(ROLLBACK))
        .distinct()
        .toList();
  }

  @Override
  public Connection getConnection() throws SQLException {
    return record(source.getConnection());
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    return record(source.getConnection(user, password));
  }

  private void note(int connection, String sql) {
    boolean isMigration =
        StackWalker.getInstance()
            .walk(
                frames ->
                    frames.anyMatch(frame -> frame.getClassName().startsWith("org.flywaydb.")));
    if (!isMigration) {
      executed.add(new Executed(connection, sql));
    }
  }

  private Connection record(Connection connection) {
    int number = connections.incrementAndGet();
    return (Connection)
        proxy(
            Connection.class,
            connection,
            (method, arguments) -> {
              switch (method.getName()) {
                case "commit" -> note(number, COMMIT);
                case "rollback" -> note(number, ROLLBACK);
                case "unwrap" -> {
                  if (arguments[0] == PGConnection.class) {
                    return copying(number, connection);
                  }
                }
                default -> {
                  // Passed on below.
                }
              }
              Object result = pass(method, connection, arguments);
              if (result instanceof Statement statement) {
                String text =
                    method.getName().equals("createStatement") ? null : (String) arguments[0];
                return record(number, statement, method.getReturnType(), text);
              }
              return result;
            });
  }

  private Object record(
      int connection, Statement statement, Class<?> type, @Nullable String prepared) {
    return proxy(
        type,
        statement,
        (method, arguments) -> {
          if (method.getName().startsWith("execute")) {
            note(
                connection,
                prepared != null
                    ? prepared
                    : arguments == null ? "" : String.valueOf(arguments[0]));
          }
          return pass(method, statement, arguments);
        });
  }

  private PGConnection copying(int number, Connection connection) throws SQLException {
    PGConnection real = connection.unwrap(PGConnection.class);
    var copies =
        new CopyManager(connection.unwrap(BaseConnection.class)) {
          @Override
          public org.postgresql.copy.CopyIn copyIn(String sql) throws SQLException {
            note(number, sql);
            return super.copyIn(sql);
          }
        };
    return (PGConnection)
        proxy(
            PGConnection.class,
            real,
            (method, arguments) ->
                method.getName().equals("getCopyAPI") ? copies : pass(method, real, arguments));
  }

  private interface Handling {
    @Nullable Object handle(Method method, Object[] arguments) throws Throwable;
  }

  private static Object proxy(Class<?> type, Object target, Handling handling) {
    return Proxy.newProxyInstance(
        RecordingDataSource.class.getClassLoader(),
        new Class<?>[] {type},
        (_, method, arguments) -> handling.handle(method, arguments));
  }

  private static @Nullable Object pass(Method method, Object target, Object[] arguments)
      throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  @Override
  public PrintWriter getLogWriter() throws SQLException {
    return source.getLogWriter();
  }

  @Override
  public void setLogWriter(PrintWriter out) throws SQLException {
    source.setLogWriter(out);
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    source.setLoginTimeout(seconds);
  }

  @Override
  public int getLoginTimeout() throws SQLException {
    return source.getLoginTimeout();
  }

  @Override
  public Logger getParentLogger() {
    return Logger.getGlobal();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return source.unwrap(type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return source.isWrapperFor(type);
  }
}
