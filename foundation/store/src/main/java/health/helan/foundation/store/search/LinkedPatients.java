package health.helan.foundation.store.search;

import health.helan.foundation.store.AccessPolicy;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.store.sql.LinkSql;
import health.helan.foundation.store.sql.SqlText;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The Patients that are one person with those a search names: asked once for each Patient in a
 * search, by index. A link is followed for a caller who sees both Patients, masked or not: to
 * nobody else does an answer tell that they are one person.
 */
class LinkedPatients {
  /** Each Patient is a person of its own. */
  static final LinkedPatients NONE =
      new LinkedPatients(AccessPolicy.EVERYTHING) {
        @Override
        long[] with(long... patients) {
          return patients;
        }
      };

  private final AccessPolicy policy;
  private final Map<Long, long[]> known = new HashMap<>();
  private Criteria.@org.jspecify.annotations.Nullable Run run;

  private LinkedPatients(AccessPolicy policy) {
    this.policy = policy;
  }

  /** For one search. */
  static LinkedPatients of(AccessPolicy policy, Criteria.Run run) {
    var linked = new LinkedPatients(policy);
    linked.run = run;
    return linked;
  }

  /**
   * These and all that are one person with one of them, as digests of {@code Patient/id}; the very
   * array where there is nobody else.
   */
  long[] with(long... patients) {
    List<Long> unknown = new ArrayList<>();
    for (long patient : patients) {
      if (!known.containsKey(patient)) {
        unknown.add(patient);
      }
    }
    if (!unknown.isEmpty()) {
      try {
        ask(unknown);
      } catch (SQLException e) {
        throw SqlErrors.refusal(e);
      }
    }
    boolean alone = true;
    for (long patient : patients) {
      alone &= persons(patient).length == 1;
    }
    if (alone) {
      return patients;
    }
    Set<Long> all = new LinkedHashSet<>();
    for (long patient : patients) {
      all.add(patient);
    }
    for (long patient : patients) {
      for (long other : persons(patient)) {
        all.add(other);
      }
    }
    return all.stream().mapToLong(Long::longValue).toArray();
  }

  private long[] persons(long patient) {
    long[] person = known.get(patient);
    return person == null ? new long[] {patient} : person;
  }

  private void ask(List<Long> patients) throws SQLException {
    Criteria.Run asking = java.util.Objects.requireNonNull(run);
    Map<Long, Long> personOf = new HashMap<>();
    var sql =
        new SqlText()
            .add(LinkSql.PERSONS, (Object) patients.stream().mapToLong(Long::longValue).toArray());
    try (var statement = asking.prepareByKey(sql);
        var rows = statement.executeQuery()) {
      while (rows.next()) {
        personOf.put(rows.getLong(1), rows.getLong(2));
      }
    }
    for (long patient : patients) {
      known.put(patient, new long[] {patient});
    }
    if (personOf.isEmpty()) {
      return;
    }
    long[] persons = new TreeSet<>(personOf.values()).stream().mapToLong(Long::longValue).toArray();
    sql =
        policy.isUnlimited(asking.caller())
            ? new SqlText().add(LinkSql.OF_PERSONS, (Object) persons)
            : new SqlText().add(LinkSql.SEEN_OF_PERSONS, (Object) persons);
    policy.restrict(sql, asking.caller(), "Patient", "r");
    Map<Long, List<Long>> members = new HashMap<>();
    try (var statement = asking.prepareByKey(sql);
        var rows = statement.executeQuery()) {
      while (rows.next()) {
        members.computeIfAbsent(rows.getLong(2), _ -> new ArrayList<>()).add(rows.getLong(1));
      }
    }
    personOf.forEach(
        (patient, person) -> {
          long[] seen =
              members.getOrDefault(person, List.of()).stream()
                  .mapToLong(Long::longValue)
                  .sorted()
                  .toArray();
          if (Arrays.binarySearch(seen, patient) >= 0) {
            known.put(patient, seen);
          }
        });
  }
}
