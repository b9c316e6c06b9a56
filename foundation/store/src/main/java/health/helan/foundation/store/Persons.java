package health.helan.foundation.store;

import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import health.helan.foundation.store.sql.LinkSql;
import health.helan.foundation.store.sql.SqlText;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.node.ObjectNode;

/**
 * Persons behind Patients: several Patients can be one person, by {@code Patient.link} or by what
 * the resident index says ({@link PersonLinks}). Searches follow this by themselves. Thread-safe.
 */
public final class Persons {
  private static final int BATCH = 200;

  private final StoreParts parts;
  private final Searching searching;

  Persons(StoreParts parts, Searching searching) {
    this.parts = parts;
    this.searching = searching;
  }

  /**
   * To be called by whoever answers {@link PersonLinks#of}, in the transaction that has changed
   * what it answers, as that interface tells. Grants and objections follow in the same transaction:
   * what stands for one Patient of a person gets rows for the others, and rows that stood by a link
   * which is gone end.
   *
   * <p>Asking again, or about Patients whose links have not changed, changes nothing. For many
   * changes one call is much cheaper than many; some hundred Patients at a time are a good measure,
   * as all stay locked.
   *
   * @param transaction not in auto-commit; commits or is rolled back by the caller
   * @param patients ids of the Patients on both ends of each changed link; that one is not there
   *     (any more) is no fault
   * @param at the time of the change, from which grants end or begin
   * @throws SQLException also when the database cancelled it for crossing another (40P01)
   * @throws Refusal UNPROCESSABLE when more than {@value PersonGraph#MOST} Patients that were not
   *     named would come to be locked: nobody has so many
   */
  public void changed(Connection transaction, Collection<String> patients, Instant at)
      throws SQLException {
    parts.linked(transaction, patients, at);
  }

  /**
   * The Patients of each person, whoever may see them: for the platform's own work.
   *
   * @return by id of the Patient asked for: ids of all that are this person, itself among them, in
   *     one order for all of them; only those that are linked
   */
  public Map<String, List<String>> of(Connection connection, Collection<String> patients)
      throws SQLException {
    return of(connection, patients, false);
  }

  /** As {@link #of}, by links that are certain only ({@link PersonLinks.Link#certain}). */
  public Map<String, List<String>> surelyOf(Connection connection, Collection<String> patients)
      throws SQLException {
    return of(connection, patients, true);
  }

  /**
   * Ids of the Patients that are one person with this one, as a caller may see them, masked or not;
   * this one first, whether or not it is there. As searches follow them.
   */
  public List<String> seen(Caller caller, String patient) {
    return List.copyOf(seen(caller, List.of(patient)));
  }

  /**
   * The same of several: they themselves first, then those that are one person with one of them.
   */
  public Set<String> seen(Caller caller, Collection<String> patients) {
    var graph = parts.persons();
    Set<String> seen = new LinkedHashSet<>(patients);
    try (Connection connection = parts.dataSource().getConnection()) {
      Map<String, Long> asked = new LinkedHashMap<>();
      for (PersonGraph.Member row :
          graph.rows(connection, patients.stream().map(graph::digest).toList())) {
        asked.put(row.id(), row.person());
      }
      if (asked.isEmpty()) {
        return seen;
      }
      long[] persons = new TreeSet<>(asked.values()).stream().mapToLong(Long::longValue).toArray();
      boolean isUnlimited = parts.policy().isUnlimited(caller);
      var sql =
          new SqlText()
              .add(isUnlimited ? LinkSql.OF_PERSONS : LinkSql.SEEN_OF_PERSONS, (Object) persons);
      parts.policy().restrict(sql, caller, "Patient", "r");
      Map<Long, Set<String>> members = new HashMap<>();
      try (var statement = sql.prepare(connection);
          var found = statement.executeQuery()) {
        while (found.next()) {
          members.computeIfAbsent(found.getLong(2), _ -> new TreeSet<>()).add(found.getString(5));
        }
      }
      asked.forEach(
          (patient, person) -> {
            Set<String> theirs = members.getOrDefault(person, Set.of());
            if (theirs.contains(patient)) {
              seen.addAll(theirs);
            }
          });
      return seen;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /**
   * A person as a caller sees it, by one of its identifiers.
   *
   * @param bearers ids of the Patients that were asked for: that bear the identifier, or the one
   *     with the id
   * @param patients all of the person that the caller sees in full, the bearers first
   * @param isOfSeveral the bearers are not one person: two people under one number
   */
  public record Found(Set<String> bearers, List<ObjectNode> patients, boolean isOfSeveral) {
    static final Found NOBODY = new Found(Set.of(), List.of(), false);
  }

  /** More bearers of one identifier than these are not looked at. */
  private static final int MOST_BEARERS = 20;

  /**
   * The person who bears an identifier. For cross-reference queries (PIX): what the caller does not
   * see is not there.
   *
   * @throws Refusal FORBIDDEN where the caller may not search for Patients
   */
  public Found ofIdentifier(Caller caller, String system, String value) {
    if (value.isEmpty() || value.indexOf(',') >= 0 || value.indexOf('|') >= 0) {
      return Found.NOBODY;
    }
    String token = (system + "|" + value).replace("\\", "\\\\").replace("$", "\\$");
    Set<String> bearers = new LinkedHashSet<>();
    for (SearchResult.Entry entry :
        searching
            .search(
                caller,
                new SearchRequest(
                    "Patient",
                    null,
                    null,
                    List.of(
                        new SearchRequest.Parameter("identifier", token),
                        new SearchRequest.Parameter("_count", Integer.toString(MOST_BEARERS))),
                    false))
            .entries()) {
      bearers.add(entry.resource().id());
    }
    return found(caller, bearers);
  }

  /** The person that a Patient is. */
  public Found ofPatient(Caller caller, String patient) {
    return found(caller, Set.of(patient));
  }

  private Found found(Caller caller, Set<String> bearers) {
    Set<String> bearing = new LinkedHashSet<>();
    List<ObjectNode> patients = new ArrayList<>();
    for (String id : bearers.isEmpty() ? Set.<String>of() : seen(caller, bearers)) {
      try {
        ResourceVersion version = parts.reads().read(caller, "Patient", id);
        if (bearers.contains(id)) {
          bearing.add(id);
        }
        ObjectNode tree =
            (ObjectNode) Json.MAPPER.readTree(Objects.requireNonNull(version.content()));
        if (!Masked.isMasked(tree)) {
          AccessTrail.note(version);
          patients.add(tree);
        }
      } catch (Refusal e) {
        switch (e.kind()) {
          case NOT_FOUND, GONE, FORBIDDEN -> {
            // Not there for this caller.
          }
          default -> throw e;
        }
      }
    }
    if (bearing.isEmpty()) {
      return Found.NOBODY;
    }
    boolean isOfSeveral = false;
    if (bearing.size() > 1) {
      isOfSeveral = !seen(caller, bearing.iterator().next()).containsAll(bearing);
    }
    return new Found(bearing, patients, isOfSeveral);
  }

  /**
   * Whether an identifier system is one that the platform knows of: a NamingSystem tells of it, or
   * the caller sees a Patient with an identifier of it.
   */
  public boolean knows(Caller caller, String system) {
    if (system.isEmpty() || system.matches(".*[,|$\\\\].*")) {
      return false;
    }
    return hasAny(caller, "NamingSystem", "value", system)
        || hasAny(caller, "Patient", "identifier", system + "|");
  }

  private boolean hasAny(Caller caller, String type, String parameter, String value) {
    if (!parts.policy().may(caller, AccessPolicy.Action.SEARCH, type)) {
      return false;
    }
    return !searching
        .search(
            caller,
            new SearchRequest(
                type,
                null,
                null,
                List.of(
                    new SearchRequest.Parameter(parameter, value),
                    new SearchRequest.Parameter("_count", "1")),
                false))
        .entries()
        .isEmpty();
  }

  /**
   * Makes the table for Patients that were linked before it was there. Once in the life of a
   * database; can be cut and begun again.
   */
  void makeOnce() throws SQLException {
    if (!parts.persons().isKept()) {
      return;
    }
    try (Connection connection = parts.dataSource().getConnection()) {
      connection.setAutoCommit(true);
      try (var statement = connection.prepareStatement(LinkSql.IS_MADE);
          var rows = statement.executeQuery()) {
        if (rows.next()) {
          return;
        }
      }
      int home = -1;
      String id = "";
      while (true) {
        List<String> batch = new ArrayList<>();
        try (var statement = connection.prepareStatement(LinkSql.WITH_LINKS)) {
          statement.setInt(1, home);
          statement.setString(2, id);
          statement.setInt(3, BATCH);
          try (var rows = statement.executeQuery()) {
            while (rows.next()) {
              home = rows.getInt(1);
              id = rows.getString(2);
              batch.add(id);
            }
          }
        }
        if (batch.isEmpty()) {
          break;
        }
        try {
          changedNow(connection, batch);
        } catch (Refusal tooManyTogether) {
          for (String one : batch) {
            try {
              changedNow(connection, List.of(one));
            } catch (Refusal tooMany) {
              if (tooMany.kind() != Refusal.Kind.UNPROCESSABLE) {
                throw tooMany;
              }
              // Whoever linked a thousand is told so at the next write of these links.
            }
          }
        }
      }
      try (var statement = connection.prepareStatement(LinkSql.MADE)) {
        statement.executeUpdate();
      }
    }
  }

  /** In a transaction of its own. */
  private void changedNow(Connection connection, List<String> patients) throws SQLException {
    for (int attempt = 1; ; attempt++) {
      connection.setAutoCommit(false);
      try {
        changed(connection, patients, Instant.now());
        connection.commit();
        return;
      } catch (SQLException e) {
        connection.rollback();
        if (!SqlErrors.isTransient(e) || attempt == 5) {
          throw e;
        }
      } catch (RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    }
  }

  private Map<String, List<String>> of(
      Connection connection, Collection<String> patients, boolean surely) throws SQLException {
    var graph = parts.persons();
    Map<Long, String> asked = new HashMap<>();
    for (String id : patients) {
      asked.put(graph.digest(id), id);
    }
    Map<String, Long> groups = new LinkedHashMap<>();
    Set<Long> persons = new TreeSet<>();
    for (PersonGraph.Member row : graph.rows(connection, asked.keySet())) {
      groups.put(row.id(), surely ? row.surely() : row.person());
      persons.add(row.person());
    }
    if (persons.isEmpty()) {
      return Map.of();
    }
    Map<Long, List<String>> members = new HashMap<>();
    for (PersonGraph.Member row : graph.ofPersons(connection, persons)) {
      members
          .computeIfAbsent(surely ? row.surely() : row.person(), _ -> new ArrayList<>())
          .add(row.id());
    }
    Map<String, List<String>> found = new LinkedHashMap<>();
    groups.forEach(
        (id, group) -> {
          List<String> together = members.getOrDefault(group, List.of());
          if (together.size() > 1) {
            found.put(id, together.stream().sorted().toList());
          }
        });
    return found;
  }
}
