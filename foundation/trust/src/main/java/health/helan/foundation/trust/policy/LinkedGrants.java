package health.helan.foundation.trust.policy;

import health.helan.foundation.store.GrantRules.Around;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * When Patients become one person or cease to be, in the transaction of what says so: what stands
 * for one of them gets rows for the others, and rows that stood by a link which is gone end. A row
 * tells in {@code named} whose it is; those that the causes name themselves stay as they are.
 */
final class LinkedGrants {
  private LinkedGrants() {}

  private record Row(
      String grantee,
      String cause,
      int part,
      @Nullable Long named,
      OffsetDateTime since,
      OffsetDateTime until,
      OffsetDateTime made,
      int weight,
      int level,
      int categories,
      String madeBy) {
    Place at(String patient) {
      return new Place(patient, grantee, cause, part);
    }
  }

  /** The key of a row, with the id of its Patient. */
  private record Place(String patient, String grantee, String cause, int part) {}

  /**
   * @param persons Patients that are one person now, each in one list
   */
  static void follow(Connection transaction, List<List<String>> persons, Instant at, Around around)
      throws SQLException {
    Map<Long, String> patients = new HashMap<>();
    persons.forEach(
        person -> person.forEach(patient -> patients.put(around.patient(patient), patient)));
    Map<String, List<Row>> standing = rows(transaction, patients, at);
    if (standing.isEmpty()) {
      return;
    }
    for (List<String> person : persons) {
      follow(transaction, person, standing, at, around);
    }
  }

  private static void follow(
      Connection transaction,
      List<String> person,
      Map<String, List<Row>> standing,
      Instant at,
      Around around)
      throws SQLException {
    Set<Place> own = new HashSet<>();
    Map<Place, Row> wanted = new LinkedHashMap<>();
    for (String one : person) {
      for (Row row : standing.getOrDefault(one, List.of())) {
        if (row.named == null) {
          own.add(row.at(one));
        }
      }
    }
    for (String one : person) {
      for (Row row : standing.getOrDefault(one, List.of())) {
        if (row.named != null) {
          continue;
        }
        for (String other : person) {
          Place place = row.at(other);
          if (!other.equals(one) && !own.contains(place)) {
            Row theirs =
                new Row(
                    row.grantee,
                    row.cause,
                    row.part,
                    around.patient(one),
                    row.since,
                    row.until,
                    row.made,
                    row.weight,
                    row.level,
                    row.categories,
                    row.madeBy);
            wanted.putIfAbsent(place, theirs);
          }
        }
      }
    }
    for (String one : person) {
      for (Row row : standing.getOrDefault(one, List.of())) {
        if (row.named != null && !wanted.containsKey(row.at(one))) {
          end(transaction, one, row, at, around);
        }
      }
    }
    for (Map.Entry<Place, Row> entry : wanted.entrySet()) {
      insert(transaction, entry.getKey().patient, entry.getValue(), around);
    }
  }

  /** What stands for some Patients, by the Patient's id. */
  private static Map<String, List<Row>> rows(
      Connection transaction, Map<Long, String> patients, Instant at) throws SQLException {
    Map<String, List<Row>> rows = new HashMap<>();
    try (PreparedStatement statement = transaction.prepareStatement(GrantSql.OF_PATIENTS)) {
      statement.setArray(1, transaction.createArrayOf("bigint", patients.keySet().toArray()));
      statement.setObject(2, at.atOffset(ZoneOffset.UTC));
      try (var found = statement.executeQuery()) {
        while (found.next()) {
          String patient = Objects.requireNonNull(patients.get(found.getLong(12)));
          rows.computeIfAbsent(patient, _ -> new ArrayList<>())
              .add(
                  new Row(
                      found.getString(1),
                      found.getString(2),
                      found.getInt(3),
                      found.getObject(4, Long.class),
                      found.getObject(5, OffsetDateTime.class),
                      found.getObject(6, OffsetDateTime.class),
                      found.getObject(7, OffsetDateTime.class),
                      found.getInt(8),
                      found.getInt(9),
                      found.getInt(10),
                      found.getString(11)));
        }
      }
    }
    return rows;
  }

  private static void end(
      Connection transaction, String patient, Row row, Instant at, Around around)
      throws SQLException {
    try (PreparedStatement statement = transaction.prepareStatement(GrantSql.END)) {
      statement.setObject(1, at.atOffset(ZoneOffset.UTC));
      statement.setInt(2, around.home("Patient", patient));
      statement.setLong(3, around.patient(patient));
      statement.setString(4, row.grantee);
      statement.setString(5, row.cause);
      statement.setInt(6, row.part);
      statement.executeUpdate();
    }
  }

  private static void insert(Connection transaction, String patient, Row row, Around around)
      throws SQLException {
    try (PreparedStatement statement = transaction.prepareStatement(GrantSql.INSERT)) {
      int i = 1;
      statement.setInt(i++, around.home("Patient", patient));
      statement.setLong(i++, around.patient(patient));
      statement.setObject(i++, row.since);
      statement.setObject(i++, row.until);
      statement.setObject(i++, row.made);
      statement.setInt(i++, row.weight);
      statement.setInt(i++, row.level);
      statement.setInt(i++, row.categories);
      statement.setInt(i++, row.part);
      statement.setString(i++, row.grantee);
      statement.setString(i++, row.cause);
      statement.setString(i++, row.madeBy);
      statement.setObject(i, row.named, Types.BIGINT);
      statement.executeUpdate();
    }
  }
}
