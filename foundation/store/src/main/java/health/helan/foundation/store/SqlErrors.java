package health.helan.foundation.store;

import java.sql.SQLException;

/** What an error of the database means to a caller. */
public final class SqlErrors {
  private SqlErrors() {}

  /** Deadlock, serialization failure, or a key taken at the same moment: worth another try. */
  static boolean isTransient(SQLException e) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    return switch (state) {
      case "40001", "40P01", "23505" -> true;
      default -> false;
    };
  }

  /**
   * A refusal the caller can act on; an {@link IllegalStateException} for a fault of ours. The
   * database's own message stays out: it may quote values.
   */
  public static RuntimeException refusal(SQLException e) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    if (state.equals("57014")) {
      return new Refusal(Refusal.Kind.TOO_COSTLY, "store.too-costly");
    }
    if (state.equals("53100")) {
      return new Refusal(Refusal.Kind.NO_STORE, "store.disk-full");
    }
    if (state.startsWith("08")
        || isOfADroppedConnection(e)
        || state.startsWith("57P")
        || state.startsWith("53")
        || state.equals("40001")
        || state.equals("40P01")
        || e instanceof java.sql.SQLTransientException) {
      return new Refusal(Refusal.Kind.TRANSIENT, "store.unreachable");
    }
    return new IllegalStateException("database error " + state, e);
  }

  /**
   * The pool takes a broken connection away from its user, whose next statement then fails like
   * this: without a code (HikariCP's ClosedConnection).
   */
  private static boolean isOfADroppedConnection(SQLException e) {
    return e.getSQLState() == null && "Connection is closed".equals(e.getMessage());
  }
}
