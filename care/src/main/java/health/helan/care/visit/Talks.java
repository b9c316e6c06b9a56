package health.helan.care.visit;

import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Caller;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The open lines of this instance. */
public final class Talks {
  private final Visits visits;
  private final Talk.Tokens tokens;
  private final AuditSink audit;
  private final Map<String, CopyOnWriteArrayList<Talk>> byVisit = new ConcurrentHashMap<>();

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

  void add(Talk talk, String visit) {
    byVisit.computeIfAbsent(visit, _ -> new CopyOnWriteArrayList<>()).add(talk);
  }

  void remove(Talk talk, String visit) {
    byVisit.computeIfPresent(
        visit,
        (_, all) -> {
          all.remove(talk);
          return all.isEmpty() ? null : all;
        });
  }

  List<Talk> of(String visit) {
    return byVisit.getOrDefault(visit, new CopyOnWriteArrayList<>());
  }
}
