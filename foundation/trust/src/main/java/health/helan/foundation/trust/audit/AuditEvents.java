package health.helan.foundation.trust.audit;

import health.helan.foundation.rest.ServedResources;
import health.helan.foundation.store.AccessTrail;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.store.index.Digests;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import health.helan.foundation.store.search.SearchResult;
import health.helan.foundation.store.sql.LinkSql;
import health.helan.foundation.store.sql.SqlText;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The rows of the audit as FHIR R4 AuditEvents (auditevent.html), beside those that clients have
 * stored: first the rows, newest first, then the stored ones, newest first
 * (docs/adr/0026-audit-events-from-two-sources.md).
 *
 * <p>Operators and regulators see all; residents what concerns a record that is theirs;
 * practitioners what they did themselves. Nobody else sees any.
 */
public final class AuditEvents implements ServedResources {
  /** Ids of rows begin with this. */
  static final String PREFIX = "audit.";

  private static final String TYPE = "AuditEvent";
  private static final int SECONDS = 10;
  private static final int DEFAULT_COUNT = 20;
  private static final int MOST = 1000;

  /** Rows may still be committed with a time younger than this. */
  private static final Duration SETTLED = Duration.ofMinutes(1);

  private final DataSource dataSource;
  private final Digests digests;
  private final AuditLog log;

  public AuditEvents(DataSource dataSource, Digests digests, AuditLog log) {
    this.dataSource = dataSource;
    this.digests = digests;
    this.log = log;
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public boolean owns(String id) {
    return id.startsWith(PREFIX);
  }

  static String id(AuditRow row) {
    return PREFIX + Long.toString(row.chain(), 36) + "." + Long.toString(row.seq(), 36);
  }

  /** Chain and seq of an id; null for an id that is none of a row's. */
  private static long @Nullable [] key(String id) {
    String[] parts = id.split("\\.", -1);
    if (parts.length != 3) {
      return null;
    }
    try {
      return new long[] {Long.parseLong(parts[1], 36), Long.parseLong(parts[2], 36)};
    } catch (NumberFormatException e) {
      return null;
    }
  }

  // ------------------------------------------------------------------ who may see what

  /**
   * What a caller may see.
   *
   * @param subjects digest to id of the patients whose entries are seen; null for those of all
   * @param account whose own entries are seen; null for those of all
   * @param persons of a resident's patients that have several records: digest to who it surely is
   */
  record View(
      @Nullable Map<Long, String> subjects, @Nullable String account, Map<Long, Long> persons) {
    boolean isResidents() {
      return subjects != null;
    }

    /** Those of some patients that the caller may ask of, with their other records. */
    Set<Long> seenOf(Set<Long> asked) {
      Set<Long> seen = new LinkedHashSet<>(asked);
      if (subjects != null) {
        // Who else was in an answer is not to be found out.
        seen.retainAll(subjects.keySet());
        Set<Long> whose = new HashSet<>();
        seen.forEach(one -> whose.add(persons.getOrDefault(one, one)));
        persons.forEach(
            (patient, person) -> {
              if (whose.contains(person)) {
                seen.add(patient);
              }
            });
      }
      return seen;
    }
  }

  private static final Map<Long, Long> NOBODY = Map.of();

  private View view(Caller caller) {
    if (caller.isRoot()) {
      return new View(null, null, NOBODY);
    }
    if (!isInScope(caller.binding().scopes())) {
      throw mayNot();
    }
    return switch (caller.role()) {
      case OPERATOR, REGULATOR -> new View(null, null, NOBODY);
      case PRACTITIONER -> new View(null, caller.subject(), NOBODY);
      case RESIDENT -> {
        var subjects = new HashMap<Long, String>();
        for (String patient : caller.binding().patients()) {
          subjects.put(digests.reference("Patient", patient), patient);
        }
        yield new View(subjects, null, persons(subjects));
      }
      case SYSTEM -> throw mayNot();
    };
  }

  /** Adds the other records of the same people, by links that are certain (docs/adr/0081). */
  private Map<Long, Long> persons(Map<Long, String> subjects) {
    var persons = new HashMap<Long, Long>();
    SqlText sql =
        new SqlText()
            .add(
                LinkSql.SURELY,
                (Object) subjects.keySet().stream().mapToLong(Long::longValue).toArray());
    try (Connection connection = dataSource.getConnection();
        var statement = sql.prepare(connection);
        var rows = statement.executeQuery()) {
      while (rows.next()) {
        persons.put(rows.getLong(1), rows.getLong(2));
        subjects.putIfAbsent(rows.getLong(1), rows.getString(3));
      }
      return persons;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** Scopes of SMART App Launch 1 and 2: reading of AuditEvent, or of everything. */
  private static boolean isInScope(Set<String> scopes) {
    return scopes.stream()
        .anyMatch(
            scope ->
                scope.equals("*")
                    || scope.matches(
                        "(patient|user|system)/(AuditEvent|\\*)\\.(read|\\*|c?ru?d?s?)(\\?.*)?"));
  }

  private static Refusal mayNot() {
    return new Refusal(Refusal.Kind.FORBIDDEN, "audit.may-not-read");
  }

  // ------------------------------------------------------------------ reading

  @Override
  public ResourceVersion read(Caller caller, String id) {
    View view = view(caller);
    long[] key = key(id);
    if (key != null) {
      SqlText sql =
          new SqlText()
              .add("select " + AuditRow.COLUMNS + " from audit a where a.kind = 'request'")
              .add(" and a.chain = ? and a.seq = ?", key[0], key[1]);
      restrict(sql, view);
      List<AuditRow> found = rows(sql);
      if (!found.isEmpty()) {
        ResourceVersion version = AuditEventJson.of(found.getFirst(), id, view);
        AccessTrail.note(version);
        return version;
      }
    }
    throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", TYPE, id);
  }

  private static void restrict(SqlText sql, View view) {
    if (view.subjects != null) {
      sql.add(" and a.subjects && ").addArray(view.subjects.keySet(), "bigint");
    }
    if (view.account != null) {
      sql.add(" and a.account = ?", view.account);
    }
  }

  private List<AuditRow> rows(SqlText sql) {
    try (Connection connection = dataSource.getConnection();
        var statement = sql.prepare(connection)) {
      statement.setQueryTimeout(SECONDS);
      var found = new ArrayList<AuditRow>();
      try (var row = statement.executeQuery()) {
        while (row.next()) {
          found.add(AuditRow.read(row));
        }
      }
      return found;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  // ------------------------------------------------------------------ searching

  @Override
  public SearchResult search(Caller caller, RecordStore store, SearchRequest request) {
    View view = view(caller);
    var asked = new AuditQuery(digests, store, request);
    if (view.isResidents() && asked.asksForAddress) {
      asked.matchesNoRow = true; // What is not shown is not searched by either.
    }
    int count = asked.count == null ? DEFAULT_COUNT : Math.min(MOST, asked.count);
    bringIndexUpToDate();
    Long total = null;
    if (asked.wantsTotal || count == 0) {
      total = count(asked, view);
      Long stored = stored(caller, store, asked, 0, null).total();
      total += stored == null ? 0 : stored;
    }
    Instant watermark = Instant.now().minus(SETTLED);
    if (count == 0) {
      return new SearchResult(List.of(), total, asked.used, null, watermark, asked.warnings, null);
    }
    var entries = new ArrayList<SearchResult.Entry>();
    String next = null;
    if (asked.storedCursor == null) {
      List<AuditRow> found =
          asked.matchesNoRow || view.subjects != null && view.subjects.isEmpty()
              ? List.of()
              : rows(page(asked, view, count + 1));
      for (AuditRow row : found.subList(0, Math.min(count, found.size()))) {
        ResourceVersion version = AuditEventJson.of(row, id(row), view);
        if (asked.summary != null || asked.elements != null) {
          version = store.cut(version, asked.summary, asked.elements);
        }
        AccessTrail.note(version);
        entries.add(new SearchResult.Entry(version, true));
      }
      if (found.size() > count) {
        next = AuditQuery.cursor(found.get(count - 1));
      }
    }
    if (next == null) {
      int left = count - entries.size();
      SearchResult stored = stored(caller, store, asked, Math.max(left, 1), asked.storedCursor);
      if (left == 0) {
        next = stored.entries().isEmpty() ? null : AuditQuery.STORED;
      } else {
        entries.addAll(stored.entries());
        next = stored.next() == null ? null : AuditQuery.STORED + stored.next();
      }
    }
    return new SearchResult(entries, total, asked.used, next, watermark, asked.warnings, null);
  }

  private void bringIndexUpToDate() {
    try {
      log.index();
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** Those that clients stored, as far as the caller's policy lets them be seen. */
  private static SearchResult stored(
      Caller caller, RecordStore store, AuditQuery asked, int count, @Nullable String cursor) {
    var parameters = new ArrayList<Parameter>(asked.criteria);
    parameters.add(new Parameter("_count", Integer.toString(count)));
    if (asked.summary != null) {
      parameters.add(new Parameter("_summary", asked.summary));
    }
    if (asked.elements != null) {
      parameters.add(new Parameter("_elements", asked.elements));
    }
    if (count > 0) {
      parameters.add(new Parameter("_sort", "-date"));
    }
    if (cursor != null && !cursor.isEmpty()) {
      parameters.add(new Parameter("_cursor", cursor));
    }
    try {
      return store.search(
          caller,
          new SearchRequest(
              TYPE,
              asked.request.compartmentOwner(),
              asked.request.compartmentId(),
              parameters,
              false));
    } catch (Refusal e) {
      if (e.kind() != Refusal.Kind.FORBIDDEN) {
        throw e;
      }
      return new SearchResult(List.of(), 0L, List.of(), null, Instant.EPOCH, List.of(), null);
    }
  }

  private static SqlText page(AuditQuery asked, View view, int limit) {
    SqlText sql = new SqlText().add("select ");
    String separator = "";
    for (String column : AuditRow.COLUMNS.split(", *")) {
      sql.add(separator).add("a.").add(column);
      separator = ", ";
    }
    from(sql, asked, view);
    if (asked.after != null) {
      sql.add(
          " and (a.at, a.chain, a.seq) < (?, ?, ?)",
          asked.after.at(),
          asked.after.chain(),
          asked.after.seq());
    }
    return sql.add(" order by a.at desc, a.chain desc, a.seq desc limit ?", limit);
  }

  /** By the index by resident where a resident is named, else by time or account. */
  private static void from(SqlText sql, AuditQuery asked, View view) {
    Set<Long> subjects = null;
    if (!asked.subjects.isEmpty()) {
      subjects = view.seenOf(asked.subjects.getFirst());
    } else if (view.subjects != null) {
      subjects = view.subjects.keySet();
    }
    if (subjects == null) {
      sql.add(" from audit a where a.kind = 'request'");
    } else {
      sql.add(
              " from (select distinct s.at, s.chain, s.seq from audit_subject s where s.subject = any(")
          .addArray(subjects, "bigint")
          .add(")");
      if (asked.after != null) {
        sql.add(" and s.at <= ?", asked.after.at());
      }
      asked.times.forEach(time -> sql.add(" and s.at " + time.operator() + " ?", time.at()));
      sql.add(") s join audit a on a.chain = s.chain and a.seq = s.seq where a.kind = 'request'");
      // A patient named a second time, and the caller's own view beside what it asks for.
      for (int i = 1; i < asked.subjects.size(); i++) {
        sql.add(" and a.subjects && ").addArray(view.seenOf(asked.subjects.get(i)), "bigint");
      }
    }
    if (view.account != null) {
      sql.add(" and a.account = ?", view.account);
    }
    asked.times.forEach(time -> sql.add(" and a.at " + time.operator() + " ?", time.at()));
    sql.add(asked.conditions);
  }

  private long count(AuditQuery asked, View view) {
    if (asked.matchesNoRow || view.subjects != null && view.subjects.isEmpty()) {
      return 0;
    }
    SqlText sql = new SqlText().add("select count(*)");
    from(sql, asked, view);
    try (Connection connection = dataSource.getConnection();
        var statement = sql.prepare(connection)) {
      statement.setQueryTimeout(SECONDS);
      try (var row = statement.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }
}
