package health.helan.foundation.trust.oversight;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import health.helan.foundation.store.sql.SqlText;
import health.helan.foundation.store.sql.Tables;
import health.helan.foundation.store.sql.Times;
import health.helan.foundation.trust.audit.AuditLog;
import health.helan.foundation.trust.audit.AuditProof;
import health.helan.foundation.trust.oversight.TraceEvent.Kind;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Puts together, in order of time, what the platform knows of a record: versions, signatures,
 * grants, requests, inquiries, holds and erasures. No content of the record is in it, only
 * references. Sources are read one by one from the moment on that is asked for, each as many as are
 * wanted and the rest of the last moment, so that memory does not grow with the record.
 */
final class Traces {
  private static final int SECONDS = 20;
  private static final String[] METHODS = {"", "create", "update", "patch", "delete"};

  private final RecordStore store;
  private final DataSource searches;
  private final DataSource database;
  private final AuditLog log;

  Traces(RecordStore store, DataSource searches, DataSource database, AuditLog log) {
    this.store = store;
    this.searches = searches;
    this.database = database;
    this.log = log;
  }

  /**
   * What is asked for.
   *
   * @param resources Type/id of those that it is about, the Encounter among them; null for all of
   *     the record
   * @param institution who asks, where it is to learn nothing of what others did that names none of
   *     the resources; null for who oversees all
   * @param from inclusive
   * @param until exclusive
   */
  record Asked(
      long subject,
      @Nullable Set<String> resources,
      @Nullable String institution,
      Instant from,
      Instant until,
      int count) {}

  /**
   * A moment's events stand on one page, even if they are more than are wanted: a transaction
   * writes all its resources at one.
   *
   * @param next from where the next page goes on; null on the last
   */
  record Page(List<TraceEvent> events, @Nullable Instant next) {}

  Page page(Asked asked) {
    var events = new ArrayList<TraceEvent>();
    try {
      log.index();
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
    try (Connection connection = searches.getConnection()) {
      versions(connection, asked, events);
      requests(connection, asked, events);
      if (asked.resources == null) {
        grants(connection, asked, events);
        acts(connection, asked, Kind.INQUIRY, "trace_inquiry", "role", events);
        acts(connection, asked, Kind.HOLD, "legal_hold", "''", events);
        acts(connection, asked, Kind.ERASURE, "erasure", "ground", events);
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
    events.sort(Comparator.comparing(TraceEvent::at).thenComparing(TraceEvent::kind));
    if (events.size() <= asked.count) {
      return new Page(events, null);
    }
    int end = asked.count;
    Instant last = events.get(end - 1).at();
    while (end < events.size() && events.get(end).at().equals(last)) {
      end++;
    }
    return new Page(List.copyOf(events.subList(0, end)), last.plus(1, ChronoUnit.MICROS));
  }

  /** Whether anything is known of the record, or was before it was erased. */
  boolean isKnown(long subject) {
    if (store.purges().isThere(subject)) {
      return true;
    }
    try (Connection connection = searches.getConnection();
        var statement =
            connection.prepareStatement("select exists (select from erasure where subject = ?)")) {
      statement.setLong(1, subject);
      try (var rows = statement.executeQuery()) {
        rows.next();
        return rows.getBoolean(1);
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** Keeps who asked, and in which case. */
  void inquire(Caller caller, long subject, String document) {
    try (Connection connection = database.getConnection();
        var insert =
            connection.prepareStatement(
                "insert into trace_inquiry (id, subject, at, by_subject, role, document) values (?, ?, ?, ?, ?, ?)")) {
      connection.setAutoCommit(true);
      insert.setString(1, UUID.randomUUID().toString());
      insert.setLong(2, subject);
      insert.setObject(3, Instant.now().atOffset(ZoneOffset.UTC));
      insert.setString(4, caller.subject());
      insert.setString(5, caller.role().name().toLowerCase(java.util.Locale.ROOT));
      insert.setString(6, document);
      insert.executeUpdate();
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private interface Row {
    void take(ResultSet row) throws SQLException;
  }

  private static void each(Connection connection, SqlText sql, Row row) throws SQLException {
    try (var statement = sql.prepare(connection)) {
      statement.setQueryTimeout(SECONDS);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          row.take(rows);
        }
      }
    }
  }

  private static SqlText window(SqlText sql, String column, Asked asked) {
    return sql.add(" and " + column + " >= ?", asked.from)
        .add(" and " + column + " < ?", asked.until);
  }

  /** One more than are wanted, which tells that there is more, and all of the last one's moment. */
  private static void first(SqlText sql, String column, Asked asked) {
    sql.add(" order by " + column + " fetch first ? rows with ties", asked.count + 1);
  }

  // ------------------------------------------------------------------ versions, signatures

  private void versions(Connection connection, Asked asked, List<TraceEvent> events)
      throws SQLException {
    SqlText sql = new SqlText().add("select v.type, v.id, v.version, v.updated, v.method from (");
    allVersions(sql, asked.subject).add(") v where true");
    window(sql, "v.updated", asked);
    if (asked.resources != null) {
      sql.add(" and v.type || '/' || v.id = any(").addArray(asked.resources, "text").add(")");
    }
    first(sql, "v.updated", asked);
    record Version(String type, String id, int version, Instant at, int method) {}
    var found = new ArrayList<Version>();
    each(
        connection,
        sql,
        row ->
            found.add(
                new Version(
                    row.getString(1),
                    row.getString(2),
                    row.getInt(3),
                    Times.instant(row, 4),
                    row.getInt(5))));
    for (Version version : found) {
      events.add(
          new TraceEvent(version.at, Kind.VERSION)
              .reference("what", version.type, version.id + "/_history/" + version.version)
              .code("code", METHODS[version.method]));
      if (version.type.equals("Provenance") && !METHODS[version.method].equals("delete")) {
        signatures(version.id, version.version, events);
      }
    }
  }

  private static SqlText allVersions(SqlText sql, long subject) {
    for (String table : Tables.all()) {
      String type = table.equals(Tables.OTHER) ? "type" : "'" + Tables.typeOf(table) + "'";
      sql.add("select " + type + " as type, id, version, updated, method from " + table)
          .add(" where patient = ? union all ", subject);
    }
    return sql.add(
        "select type, id, version, updated, method from history where patient = ?", subject);
  }

  private void signatures(String id, int version, List<TraceEvent> events) {
    ResourceVersion read;
    try {
      read = store.readVersion(Caller.platform("trace"), "Provenance", id, version);
    } catch (Refusal gone) {
      return;
    }
    byte[] content = read.content();
    if (content == null) {
      return;
    }
    JsonNode provenance = Json.MAPPER.readTree(content);
    for (JsonNode signature : provenance.path("signature")) {
      var event =
          new TraceEvent(read.updated(), Kind.SIGNATURE)
              .reference("what", "Provenance", id + "/_history/" + version)
              .text("signer", signature.path("who").path("reference").asString(""))
              .text("when", signature.path("when").asString(""));
      for (JsonNode target : provenance.path("target")) {
        event.text("signed", target.path("reference").asString(""));
      }
      events.add(event);
    }
  }

  // ------------------------------------------------------------------ requests

  /**
   * When the first and the last version of the Encounter was written; empty for none. Not of all
   * that belongs to it: a consent that it names may be years older.
   */
  private static Instant[] written(Connection connection, Asked asked) throws SQLException {
    Set<String> encounters =
        Objects.requireNonNull(asked.resources).stream()
            .filter(one -> one.startsWith("Encounter/"))
            .map(one -> one.substring("Encounter/".length()))
            .collect(Collectors.toSet());
    SqlText sql = new SqlText().add("select min(v.updated), max(v.updated) from (");
    allVersions(sql, asked.subject)
        .add(") v where v.type = 'Encounter' and v.id = any(")
        .addArray(encounters, "text")
        .add(")");
    var written = new ArrayList<Instant>();
    each(
        connection,
        sql,
        row -> {
          if (row.getObject(1) != null) {
            written.add(Times.instant(row, 1));
            written.add(Times.instant(row, 2));
          }
        });
    return written.toArray(Instant[]::new);
  }

  /** Rows of the audit that speak of it; {@code columns} of {@code audit a}. */
  private static SqlText requests(Connection connection, Asked asked, String columns)
      throws SQLException {
    SqlText sql =
        new SqlText()
            .add("select " + columns)
            .add(
                " from (select distinct s.at, s.chain, s.seq from audit_subject s where s.subject = ?",
                asked.subject);
    window(sql, "s.at", asked);
    sql.add(") s join audit a on a.chain = s.chain and a.seq = s.seq");
    if (asked.resources == null) {
      sql.add(" where a.kind = 'request'");
    } else {
      sql.add(" where a.kind = 'request' and (a.type || '/' || a.id = any(")
          .addArray(asked.resources, "text")
          .add(")");
      Instant[] written = written(connection, asked);
      if (written.length > 0) {
        // What has no resource of its own counts while the encounter was written. A request is
        // noted when its answer is ready, a moment after the version that it made.
        sql.add(" or a.id = '' and a.at >= ?", written[0])
            .add(" and a.at < ?", written[1].plusSeconds(5));
        if (asked.institution != null) {
          sql.add(" and a.institution = ?", asked.institution);
        }
      }
      sql.add(")");
    }
    first(sql, "a.at", asked);
    return sql;
  }

  /** Where the rows of the audit are that speak of it. */
  List<AuditProof.Place> places(Connection connection, Asked asked) throws SQLException {
    var places = new ArrayList<AuditProof.Place>();
    each(
        connection,
        requests(connection, asked, "a.at, a.chain, a.seq"),
        row -> places.add(new AuditProof.Place(row.getLong(2), row.getLong(3))));
    return places;
  }

  /**
   * Who was let in, or shut out, because of what is asked for; for who oversees all, also while it
   * was written.
   */
  void grantsDuring(Connection connection, Asked asked, List<ObjectNode> lines)
      throws SQLException {
    SqlText sql =
        new SqlText()
            .add(
                "select made, since, until, weight, grantee, cause, made_by from access_grant where patient = ?",
                asked.subject)
            .add(" and (cause = any(")
            .addArray(Objects.requireNonNull(asked.resources), "text")
            .add(")");
    Instant[] written = asked.institution == null ? written(connection, asked) : new Instant[0];
    if (written.length > 0) {
      sql.add(" or made >= ?", written[0]).add(" and made < ?", written[1].plusSeconds(5));
    }
    sql.add(")");
    first(sql, "made", asked);
    each(
        connection,
        sql,
        row -> {
          ObjectNode line = Replays.line("grant", Times.instant(row, 1));
          line.put("act", granted(row.getInt(4)));
          line.put("since", Times.instant(row, 2).toString());
          line.put("until", Times.instant(row, 3).toString());
          line.put("grantee", row.getString(5)).put("cause", row.getString(6));
          lines.add(line.put("account", row.getString(7)));
        });
  }

  private static String granted(int weight) {
    return weight == 0
        ? "offered"
        : weight == 5 ? "emergency" : weight % 2 == 1 ? "opened" : "closed";
  }

  private static void requests(Connection connection, Asked asked, List<TraceEvent> events)
      throws SQLException {
    SqlText sql =
        requests(
            connection,
            asked,
            "a.at, a.interaction, a.type, a.id, a.operation, a.account, a.role, a.practitioner,"
                + " a.institution, a.purposes, a.status, a.request, a.chain, a.seq");
    each(
        connection,
        sql,
        row -> {
          TraceEvent event =
              new TraceEvent(Times.instant(row, 1), Kind.REQUEST)
                  .code("code", row.getString(2))
                  .reference("what", row.getString(3), row.getString(4))
                  .text("type", row.getString(4).isEmpty() ? row.getString(3) : "")
                  .text("operation", row.getString(5))
                  .text("account", row.getString(6))
                  .code("role", row.getString(7))
                  .reference("practitioner", "Practitioner", row.getString(8))
                  .reference("institution", "Organization", row.getString(9));
          for (String purpose : row.getString(10).split(",")) {
            event.code("purpose", purpose);
          }
          events.add(
              event
                  .number("status", row.getInt(11))
                  .text("request", row.getString(12))
                  .text("place", "chain " + row.getLong(13) + ", row " + row.getLong(14)));
        });
  }

  // ------------------------------------------------------------------ the rest

  private static void grants(Connection connection, Asked asked, List<TraceEvent> events)
      throws SQLException {
    SqlText sql =
        new SqlText()
            .add(
                "select made, since, until, weight, state, grantee, cause, made_by from access_grant where patient = ?",
                asked.subject);
    first(window(sql, "made", asked), "made", asked);
    each(
        connection,
        sql,
        row -> {
          int weight = row.getInt(4);
          events.add(
              new TraceEvent(Times.instant(row, 1), Kind.GRANT)
                  .code("code", granted(weight))
                  .text("grantee", row.getString(6))
                  .text("cause", row.getString(7))
                  .text("account", row.getString(8))
                  .instant("since", Times.instant(row, 2))
                  .instant("until", Times.instant(row, 3))
                  .code("state", row.getInt(5) == 1 ? "stands" : "ended"));
        });
  }

  /** What was done about the record as a whole: rows with a time, an account and a document. */
  private static void acts(
      Connection connection, Asked asked, Kind kind, String table, String code, List<TraceEvent> to)
      throws SQLException {
    SqlText sql =
        new SqlText()
            .add(
                "select at, by_subject, document, %s from %s where subject = ?"
                    .formatted(code, table),
                asked.subject);
    first(window(sql, "at", asked), "at", asked);
    each(
        connection,
        sql,
        row ->
            to.add(
                new TraceEvent(Times.instant(row, 1), kind)
                    .text("account", row.getString(2))
                    .code(kind == Kind.INQUIRY ? "role" : "code", row.getString(4))
                    .text("case", row.getString(3))));
  }

  /** Resources that say they belong to the encounter, and itself. */
  Set<String> ofEncounter(String id) {
    var resources = new HashSet<String>();
    resources.add("Encounter/" + id);
    Caller platform = Caller.platform("trace");
    for (String type : store.parameters().definitions().resourceTypes()) {
      if (!store.parameters().type(type).searchable().containsKey("encounter")) {
        continue;
      }
      String cursor = null;
      do {
        var parameters =
            new ArrayList<>(
                List.of(
                    parameter("encounter", "Encounter/" + id),
                    parameter("_count", "500"),
                    parameter("_elements", "id")));
        if (cursor != null) {
          parameters.add(parameter("_cursor", cursor));
        }
        var found = store.search(platform, new SearchRequest(type, null, null, parameters, false));
        found.entries().forEach(entry -> resources.add(type + "/" + entry.resource().id()));
        cursor = found.next();
      } while (cursor != null);
    }
    return resources;
  }

  private static Parameter parameter(String name, String value) {
    return new Parameter(name, value);
  }
}
