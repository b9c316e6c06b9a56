package health.helan.care.visit;

import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Caller;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Opens lines to the sides of visits; knows who is behind a token, and keeps who was bound. */
public final class Talks {
  private final Visits visits;
  private final Talk.Tokens tokens;
  private final AuditSink audit;

  /**
   * @param audit keeps who was bound to which visit
   */
  public Talks(Visits visits, Talk.Tokens tokens, AuditSink audit) {
    this.visits = visits;
    this.tokens = tokens;
    this.audit = audit;
  }

  /** A line that has just been opened. */
  public Talk open(Talk.Socket socket) {
    return new Talk(visits, this, socket);
  }

  @Nullable Caller caller(String token) {
    return token.isEmpty() ? null : tokens.caller(token);
  }

  /**
   * Keeps who bound to which visit, or was refused, before anything is told.
   *
   * @param visit id; empty where none was named
   */
  void audit(@Nullable Caller caller, String remote, String visit, int status) {
    VisitTable.Row row = visits.table.find(visit);
    audit.record(
        new AuditSink.Request(
            visits.now(),
            caller,
            remote,
            "operation",
            "Encounter",
            row == null ? "" : visit,
            "conversation",
            List.of(),
            0,
            status,
            0,
            0,
            0,
            row == null ? new long[0] : new long[] {row.patient()}));
  }
}
