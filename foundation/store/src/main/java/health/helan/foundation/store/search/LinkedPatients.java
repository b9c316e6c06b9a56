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
 * The Patients that are one person with those a search names. Nearly everybody is linked to nobody:
 * so a search first hopes that it is so ({@link Hoping}), and its statements find nothing where it
 * is not ({@link #unlessLinked}). What they find then is the answer; where they find nothing, it is
 * asked by index ({@link Asking}), and the search repeated if anybody is linked.
 *
 * <p>A link is followed for a caller who sees both Patients, masked or not: to nobody else does an
 * answer tell that they are one person.
 */
abstract class LinkedPatients {
  private LinkedPatients() {}

  /**
   * These and all that are one person with one of them, as digests of {@code Patient/id}; the very
   * array where there is nobody else.
   */
  abstract long[] with(long... patients);

  /** Appends {@code " and …"} to a statement on rows that were found with what this answered. */
  void unlessLinked(SqlText sql) {}

  /** A statement has found something. */
  void found() {}

  /** Each Patient is a person of its own. */
  static final LinkedPatients NONE =
      new LinkedPatients() {
        @Override
        long[] with(long... patients) {
          return patients;
        }
      };

  /** Takes everybody for alone, until a statement finds nothing. */
  static final class Hoping extends LinkedPatients {
    private final Set<Long> alone = new LinkedHashSet<>();
    private boolean hasFound;

    @Override
    long[] with(long... patients) {
      for (long patient : patients) {
        alone.add(patient);
      }
      return patients;
    }

    @Override
    void unlessLinked(SqlText sql) {
      if (!alone.isEmpty()) {
        // Evaluated once, before any row is looked for.
        sql.add(
            " and not exists (" + LinkSql.IS_LINKED + ")",
            (Object) alone.stream().mapToLong(Long::longValue).toArray());
      }
    }

    @Override
    void found() {
      hasFound = true;
    }

    /** Whether the answer stands without asking. */
    boolean isBorneOut() {
      return hasFound || alone.isEmpty();
    }

    long[] alone() {
      return alone.stream().mapToLong(Long::longValue).toArray();
    }
  }

  /** Asks once for each Patient. */
  static final class Asking extends LinkedPatients {
    private final AccessPolicy policy;
    private final Criteria.Run run;
    private final Map<Long, long[]> known = new HashMap<>();
    private boolean isAnyLinked;

    Asking(AccessPolicy policy, Criteria.Run run) {
      this.policy = policy;
      this.run = run;
    }

    /** Whether anybody asked for so far is linked, whoever may see it. */
    boolean isAnyLinked() {
      return isAnyLinked;
    }

    @Override
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
      Map<Long, Long> personOf = new HashMap<>();
      var sql =
          new SqlText()
              .add(
                  LinkSql.PERSONS, (Object) patients.stream().mapToLong(Long::longValue).toArray());
      try (var statement = run.prepareByKey(sql);
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
      isAnyLinked = true;
      long[] persons =
          new TreeSet<>(personOf.values()).stream().mapToLong(Long::longValue).toArray();
      sql =
          policy.isUnlimited(run.caller())
              ? new SqlText().add(LinkSql.OF_PERSONS, (Object) persons)
              : new SqlText().add(LinkSql.SEEN_OF_PERSONS, (Object) persons);
      policy.restrict(sql, run.caller(), "Patient", "r");
      Map<Long, List<Long>> members = new HashMap<>();
      try (var statement = run.prepareByKey(sql);
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
}
