package health.helan.foundation.store;

import health.helan.foundation.store.index.Indexer;
import health.helan.foundation.store.index.Parameter;
import health.helan.foundation.store.index.Parameter.Kind;
import health.helan.foundation.store.index.ParameterRegistry;
import health.helan.foundation.store.sql.ReadSql;
import health.helan.foundation.store.sql.SqlText;
import health.helan.foundation.store.sql.Tables;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Which Patients are one person, by {@code Patient.link} of whatever kind, followed in both
 * directions and as far as it leads. Until there is a resident index, nothing else says so.
 */
final class PersonLinks {
  private final ParameterRegistry registry;
  private final Homes homes;
  private final ContentCodec codec;

  PersonLinks(ParameterRegistry registry, Homes homes, ContentCodec codec) {
    this.registry = registry;
    this.homes = homes;
    this.codec = codec;
  }

  /**
   * Ids of the Patients of one person, {@code patient} first; empty when it is not there. They stay
   * locked, so that no link among them comes or goes before the transaction ends.
   *
   * @param changes true when links change: then nobody else may hold the lock
   */
  List<String> person(Connection transaction, String patient, boolean changes) throws SQLException {
    Set<String> found = new LinkedHashSet<>();
    Set<String> asked = new LinkedHashSet<>(Set.of(patient));
    Queue<String> open = new ArrayDeque<>(asked);
    while (!open.isEmpty()) {
      String id = open.remove();
      List<String> named = locked(transaction, id, changes);
      if (named == null) {
        continue;
      }
      found.add(id);
      named.addAll(pointing(transaction, id));
      for (String other : named) {
        if (asked.add(other)) {
          open.add(other);
        }
      }
    }
    return found.contains(patient) ? List.copyOf(found) : List.of();
  }

  /** Ids of the Patients whose links name this one. Asks all homes. */
  List<String> pointing(Connection transaction, String patient) throws SQLException {
    Parameter link = registry.type("Patient").searchable().get("link");
    if (link == null) {
      return List.of();
    }
    long token =
        link.tokensOf().space(Kind.REFERENCE) ^ registry.digests().reference("Patient", patient);
    List<String> ids = new ArrayList<>();
    SqlText sql =
        new SqlText()
            .add(
                "select r.id from " + Tables.of("Patient") + " r where r.tokens @> ?::bigint[]",
                (Object) new long[] {token});
    try (var statement = sql.prepare(transaction);
        var rows = statement.executeQuery()) {
      while (rows.next()) {
        ids.add(rows.getString(1));
      }
    }
    return ids;
  }

  /** Locks a Patient and reads whom its links name; null when it is not there. */
  private @Nullable List<String> locked(Connection transaction, String id, boolean changes)
      throws SQLException {
    Integer home = homes.of(transaction, "Patient", id);
    if (home == null) {
      return null;
    }
    SqlText sql =
        ReadSql.current("Patient", home, id, new SqlText())
            .add(changes ? " for no key update of r" : " for share of r");
    try (var statement = sql.prepare(transaction);
        var rows = statement.executeQuery()) {
      if (!rows.next()) {
        return null;
      }
      byte[] content =
          codec.decode(
              new ContentCodec.Place("Patient", id, rows.getInt(1)),
              rows.getShort(4),
              rows.getShort(5),
              rows.getBytes(6));
      return named(Json.MAPPER.readTree(content));
    }
  }

  /** Ids of the Patients that a Patient's links name. */
  static List<String> named(JsonNode patient) {
    List<String> ids = new ArrayList<>();
    for (JsonNode link : patient.path("link")) {
      String local = Indexer.local(link.path("other").path("reference").asString(""));
      if (local != null && local.startsWith("Patient/")) {
        ids.add(local.substring("Patient/".length()));
      }
    }
    return ids;
  }
}
