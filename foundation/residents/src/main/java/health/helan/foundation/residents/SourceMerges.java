package health.helan.foundation.residents;

import health.helan.foundation.residents.index.Index;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.PlatformRows;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.changes.Change;
import health.helan.foundation.store.changes.ChangeConsumer;
import health.helan.foundation.store.index.Indexer;
import io.micrometer.core.instrument.Metrics;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Tells the resident index of merges that an institution makes of two Patients of its own, by
 * {@code Patient.link} of the types {@code replaced-by} and {@code replaces}: so HL7 v2 A40 and its
 * kin arrive (gateway). The links stay as they are; what the index makes of them is a merge like
 * any other, with the institution as its author, taken back when the link goes. Behind the change
 * log.
 *
 * <p>Where the index refuses (valid numbers that disagree, people who have decided otherwise), the
 * link stands by itself, as before there was an index, and the refusal is noted.
 */
final class SourceMerges implements ChangeConsumer {
  private static final Logger LOG = LoggerFactory.getLogger(SourceMerges.class);

  /** Name of the consumer; stored. */
  static final String NAME = "residents-merges";

  /** Who is said to have merged. */
  static final String AUTHOR = "patient-link";

  private static final String LINKING =
      "select r.id from res_patient r where r.home = ? and r.id = any(?) and r.vals -> 'link' is not null";

  private static final String NOTED =
      "select id, other_id, merged from resident_source_merge where home = ? and patient = any(?)";

  /** Homes among some Patients that say links, or of which some are noted. */
  private static final String CONCERNED =
      "select r.home from unnest(?::integer[], ?::text[]) n (home, id) join res_patient r on r.home = n.home and r.id = n.id"
          + " where r.vals -> 'link' is not null union select m.home from unnest(?::integer[], ?::bigint[]) p (home, patient)"
          + " join resident_source_merge m on m.home = p.home and m.patient = p.patient";

  private static final String NOTE =
      """
      insert into resident_source_merge (patient, other, home, merged, id, other_id, reason) values (?, ?, ?, ?, ?, ?, ?)
      on conflict (home, patient, other) do update set merged = excluded.merged, reason = excluded.reason""";

  private static final String FORGET =
      "delete from resident_source_merge where home = ? and patient = ? and other = ?";

  private static final String STANDS =
      "select count(*) from resident_source_merge where home = ? and patient = ? and other = ? and merged";

  private static final String NAMING =
      "select home, patient from resident_source_merge where other = ?";

  private final Residents residents;

  SourceMerges(Residents residents) {
    this.residents = residents;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean takesTogether() {
    return true;
  }

  @Override
  public int homesPerTransaction() {
    return 256;
  }

  /** Few Patients have links: one look tells that all of them have none. */
  @Override
  public void takeTogether(Connection transaction, List<List<Change>> homes) throws SQLException {
    Set<Integer> concerned = concerned(transaction, homes);
    for (List<Change> changes : homes) {
      if (concerned.contains(changes.getFirst().home())) {
        take(transaction, changes);
      }
    }
  }

  private Set<Integer> concerned(Connection transaction, List<List<Change>> homes)
      throws SQLException {
    var places = new ArrayList<Integer>();
    var ids = new ArrayList<String>();
    for (List<Change> changes : homes) {
      for (Change change : changes) {
        if (change.type().equals("Patient")) {
          places.add(change.home());
          ids.add(change.id());
        }
      }
    }
    Set<Integer> concerned = new HashSet<>();
    if (!ids.isEmpty()) {
      try (PreparedStatement statement = transaction.prepareStatement(CONCERNED)) {
        int[] all = places.stream().mapToInt(Integer::intValue).toArray();
        statement.setObject(1, all);
        statement.setArray(2, transaction.createArrayOf("text", ids.toArray()));
        statement.setObject(3, all);
        statement.setObject(4, ids.stream().mapToLong(this::digest).toArray());
        try (var rows = statement.executeQuery()) {
          while (rows.next()) {
            concerned.add(rows.getInt(1));
          }
        }
      }
    }
    return concerned;
  }

  @Override
  public void take(Connection transaction, List<Change> changes) throws SQLException {
    Set<String> ids = new LinkedHashSet<>();
    int home = 0;
    for (Change change : changes) {
      if (change.type().equals("Patient")) {
        home = change.home();
        ids.add(change.id());
      }
    }
    if (ids.isEmpty()) {
      return;
    }
    Set<String> linking = linking(transaction, home, ids);
    Map<Said, Boolean> noted = noted(transaction, home, ids);
    if (linking.isEmpty() && noted.isEmpty()) {
      return;
    }
    Map<Said, String> wanted = wanted(transaction, home, linking);
    for (Map.Entry<Said, String> one : wanted.entrySet()) {
      if (!noted.containsKey(one.getKey())) {
        merge(transaction, home, one.getKey(), one.getValue());
      }
    }
    for (Map.Entry<Said, Boolean> one : noted.entrySet()) {
      if (!wanted.containsKey(one.getKey())) {
        forget(transaction, home, one.getKey(), one.getValue());
      }
    }
  }

  /**
   * What a Patient says.
   *
   * @param other id of the Patient that is the same
   */
  private record Said(String id, String other) {}

  private long digest(String patient) {
    return residents.store().parameters().digests().reference("Patient", patient);
  }

  private static Set<String> linking(Connection transaction, int home, Set<String> ids)
      throws SQLException {
    Set<String> found = new LinkedHashSet<>();
    try (PreparedStatement statement = transaction.prepareStatement(LINKING)) {
      statement.setInt(1, home);
      statement.setArray(2, transaction.createArrayOf("text", ids.toArray()));
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(rows.getString(1));
        }
      }
    }
    return found;
  }

  private Map<Said, Boolean> noted(Connection transaction, int home, Set<String> ids)
      throws SQLException {
    Map<Said, Boolean> noted = new LinkedHashMap<>();
    try (PreparedStatement statement = transaction.prepareStatement(NOTED)) {
      statement.setInt(1, home);
      statement.setArray(
          2, transaction.createArrayOf("bigint", ids.stream().map(this::digest).toArray()));
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          noted.put(new Said(rows.getString(1), rows.getString(2)), rows.getBoolean(3));
        }
      }
    }
    return noted;
  }

  /** Merges that the current versions say, with the institution that owns both Patients. */
  private Map<Said, String> wanted(Connection transaction, int home, Set<String> linking)
      throws SQLException {
    Map<Said, String> wanted = new LinkedHashMap<>();
    PlatformRows rows = residents.store().rows();
    for (PlatformRows.Owned row : rows.current(transaction, home, "Patient", linking)) {
      byte[] content = row.version().content();
      if (content == null || row.owner().isEmpty()) {
        continue;
      }
      for (JsonNode link : Json.MAPPER.readTree(content).path("link")) {
        String type = link.path("type").asString("");
        String local = Indexer.local(link.path("other").path("reference").asString(""));
        if (!type.equals("replaced-by") && !type.equals("replaces")
            || local == null
            || !local.startsWith("Patient/")) {
          continue;
        }
        String other = local.substring("Patient/".length());
        Integer otherHome = rows.home(transaction, "Patient", other);
        List<PlatformRows.Owned> named =
            otherHome == null
                ? List.of()
                : rows.current(transaction, otherHome, "Patient", List.of(other));
        if (!other.equals(row.version().id())
            && !named.isEmpty()
            && named.getFirst().owner().equals(row.owner())) {
          wanted.put(new Said(row.version().id(), other), row.owner());
        }
      }
    }
    return wanted;
  }

  private static Caller author(String institution) {
    return new Caller(AUTHOR, Caller.Role.SYSTEM, institution, Set.of(), "");
  }

  private void merge(Connection transaction, int home, Said said, String institution)
      throws SQLException {
    String reason = "";
    try {
      residents.hurry(new LinkedHashSet<>(List.of(said.id, said.other)));
      residents
          .index()
          .say(
              author(institution),
              said.id,
              said.other,
              Index.Saying.MERGE,
              false,
              false,
              "Patient.link");
    } catch (Refusal e) {
      switch (e.kind()) {
        case NOT_FOUND, BUSINESS_RULE, CONFLICT -> reason = e.messageKey();
        default -> throw e;
      }
      LOG.info("The resident index does not follow a merge of {}: {}", institution, reason);
      Metrics.counter("helan.residents.source.merges.refused").increment();
    }
    try (PreparedStatement statement = transaction.prepareStatement(NOTE)) {
      statement.setLong(1, digest(said.id));
      statement.setLong(2, digest(said.other));
      statement.setInt(3, home);
      statement.setBoolean(4, reason.isEmpty());
      statement.setString(5, said.id);
      statement.setString(6, said.other);
      statement.setString(7, reason);
      statement.executeUpdate();
    }
  }

  private void forget(Connection transaction, int home, Said said, boolean wasMerged)
      throws SQLException {
    try (PreparedStatement statement = transaction.prepareStatement(FORGET)) {
      statement.setInt(1, home);
      statement.setLong(2, digest(said.id));
      statement.setLong(3, digest(said.other));
      statement.executeUpdate();
    }
    if (!wasMerged || saysTheOther(transaction, said)) {
      return;
    }
    Index.Ruled ruled = residents.index().ruling(said.id, said.other);
    if (ruled == null || !ruled.by().equals(AUTHOR)) {
      return; // Somebody has decided since.
    }
    try {
      residents.index().withdraw(author(""), said.id, said.other, "merge", "Patient.link");
    } catch (Refusal e) {
      switch (e.kind()) {
        case NOT_FOUND, BUSINESS_RULE -> {
          // Gone already, or one of the two is.
        }
        default -> throw e;
      }
    }
  }

  /** A40 writes a link on both sides: the merge stands as long as one of them does. */
  private boolean saysTheOther(Connection transaction, Said said) throws SQLException {
    Integer home = residents.store().rows().home(transaction, "Patient", said.other);
    if (home == null) {
      return false;
    }
    try (PreparedStatement statement = transaction.prepareStatement(STANDS)) {
      statement.setInt(1, home);
      statement.setLong(2, digest(said.other));
      statement.setLong(3, digest(said.id));
      try (var rows = statement.executeQuery()) {
        rows.next();
        return rows.getLong(1) > 0;
      }
    }
  }

  /** Erases the notes that name a Patient. */
  static void erase(Connection connection, long subject) throws SQLException {
    List<long[]> found = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(NAMING)) {
      statement.setLong(1, subject);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(new long[] {rows.getInt(1), rows.getLong(2)});
        }
      }
    }
    for (long[] one : found) {
      try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
        statement.setInt(1, (int) one[0]);
        statement.setLong(2, one[1]);
        statement.setLong(3, subject);
        statement.executeUpdate();
      }
    }
  }
}
