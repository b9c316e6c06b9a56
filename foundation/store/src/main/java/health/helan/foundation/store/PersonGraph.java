package health.helan.foundation.store;

import health.helan.foundation.store.index.Indexer;
import health.helan.foundation.store.index.Parameter;
import health.helan.foundation.store.index.Parameter.Kind;
import health.helan.foundation.store.index.ParameterRegistry;
import health.helan.foundation.store.sql.LinkSql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which Patients are one person: {@code Patient.link} of whatever kind and the links of {@link
 * PersonLinks} together, followed in both directions and as far as they lead. The one place that
 * puts them together and that writes {@code linked_patient}.
 */
final class PersonGraph {
  /**
   * One person has a few Patients. So many are a fault of whoever links, and would lock a region.
   */
  static final int MOST = 1_000;

  private final ParameterRegistry registry;
  private final Homes homes;
  private final ContentCodec codec;
  private final PersonLinks more;
  private final boolean isKept;

  /**
   * @param isKept false for a store without the table: there each Patient is a person of its own
   */
  PersonGraph(
      ParameterRegistry registry,
      Homes homes,
      ContentCodec codec,
      PersonLinks more,
      boolean isKept) {
    this.registry = registry;
    this.homes = homes;
    this.codec = codec;
    this.more = more;
    this.isKept = isKept;
  }

  /** A row of {@code linked_patient}. */
  record Member(long patient, long person, long surely, int home, String id) {}

  /** A Patient that is there and locked. */
  private record Found(String id, int home, long digest) {}

  // ---- what stands

  boolean isKept() {
    return isKept;
  }

  long digest(String patient) {
    return registry.digests().reference("Patient", patient);
  }

  /** Rows of these Patients themselves; none for one that is linked to nobody. */
  List<Member> rows(Connection connection, Collection<Long> patients) throws SQLException {
    return isKept ? members(connection, LinkSql.ROWS, patients) : List.of();
  }

  /** Rows of all Patients of some persons. */
  List<Member> ofPersons(Connection connection, Collection<Long> persons) throws SQLException {
    return members(connection, LinkSql.OF_PERSONS, persons);
  }

  /** All rows of the persons that these Patients are. */
  List<Member> together(Connection connection, Collection<Long> patients) throws SQLException {
    Set<Long> persons = new TreeSet<>();
    rows(connection, patients).forEach(row -> persons.add(row.person));
    return persons.isEmpty() ? List.of() : ofPersons(connection, persons);
  }

  private static List<Member> members(Connection connection, String sql, Collection<Long> keys)
      throws SQLException {
    List<Member> members = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setArray(1, connection.createArrayOf("bigint", keys.toArray()));
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          members.add(
              new Member(
                  rows.getLong(1),
                  rows.getLong(2),
                  rows.getLong(3),
                  rows.getInt(4),
                  rows.getString(5)));
        }
      }
    }
    return members;
  }

  /**
   * Ids of the Patients of one person, {@code patient} first; empty when it is not there. No link
   * among them comes or goes before the transaction ends: whoever changes one locks all of them, so
   * that holding this one is enough.
   */
  List<String> person(Connection transaction, String patient) throws SQLException {
    Integer home = homes.of(transaction, "Patient", patient);
    if (home == null) {
      return List.of();
    }
    try (PreparedStatement statement = transaction.prepareStatement(LinkSql.HOLD)) {
      statement.setInt(1, home);
      statement.setString(2, patient);
      try (var rows = statement.executeQuery()) {
        if (!rows.next()) {
          return List.of();
        }
      }
    }
    List<String> person = new ArrayList<>(List.of(patient));
    for (Member member : together(transaction, List.of(digest(patient)))) {
      if (!member.id.equals(patient)) {
        person.add(member.id);
      }
    }
    return person;
  }

  // ---- what changes

  /**
   * Patients on the ends of links that a write of a Patient changes; empty for none.
   *
   * @param isBack the id was there before, was deleted, and is there again
   */
  static Set<String> ends(
      String id, @Nullable ObjectNode before, @Nullable ObjectNode after, boolean isBack) {
    Set<String> ends = new TreeSet<>();
    if (after == null || isBack || !links(before).equals(links(after))) {
      ends.add(id);
      named(before, ends);
      named(after, ends);
    }
    return ends;
  }

  private static List<JsonNode> links(@Nullable JsonNode patient) {
    List<JsonNode> links = new ArrayList<>();
    if (patient != null) {
      patient.path("link").forEach(links::add);
    }
    return links;
  }

  private static void named(@Nullable JsonNode patient, Set<String> into) {
    for (JsonNode link : links(patient)) {
      String id = named(link);
      if (id != null) {
        into.add(id);
      }
    }
  }

  /** Id of the Patient that a link names; null when it names none of this store. */
  private static @Nullable String named(JsonNode link) {
    String local = Indexer.local(link.path("other").path("reference").asString(""));
    return local != null && local.startsWith("Patient/")
        ? local.substring("Patient/".length())
        : null;
  }

  /**
   * Looks anew which person these Patients and those linked to them are, and notes it. All of them
   * stay locked.
   *
   * @param changed Patients on the ends of links that came or went
   * @return the persons, as ids; a Patient that is linked to nobody, or not there, is one by itself
   */
  List<List<String>> follow(Connection transaction, Collection<String> changed)
      throws SQLException {
    if (!isKept) {
      return List.of();
    }
    Set<String> open = new TreeSet<>(changed);
    for (Member member : together(transaction, changed.stream().map(this::digest).toList())) {
      open.add(member.id);
    }
    Set<String> asked = new LinkedHashSet<>();
    Map<String, Found> there = new LinkedHashMap<>();
    var all = new Classes();
    var certain = new Classes();
    int atStart = open.size();
    while (!open.isEmpty()) {
      asked.addAll(open);
      if (asked.size() > atStart + MOST) {
        throw new Refusal(
            Refusal.Kind.UNPROCESSABLE, "store.too-many-linked", Integer.toString(MOST));
      }
      List<PersonLinks.Link> links = lock(transaction, open, there);
      links.addAll(more.of(transaction, List.copyOf(open)));
      Set<String> next = pointing(transaction, open);
      for (PersonLinks.Link link : links) {
        all.join(link.patient(), link.other());
        if (link.certain()) {
          certain.join(link.patient(), link.other());
        }
        next.add(link.patient());
        next.add(link.other());
      }
      next.removeAll(asked);
      open = next;
    }
    Map<String, List<Found>> persons = grouped(asked, there, all);
    Map<String, List<Found>> surely = grouped(asked, there, certain);
    note(transaction, asked, persons.values(), surely.values());
    List<List<String>> result = new ArrayList<>();
    persons.values().forEach(person -> result.add(person.stream().map(Found::id).toList()));
    asked.stream().filter(id -> !there.containsKey(id)).forEach(id -> result.add(List.of(id)));
    return result;
  }

  /** A link through a Patient that is not there connects nobody. */
  private static Map<String, List<Found>> grouped(
      Set<String> asked, Map<String, Found> there, Classes classes) {
    var among = new Classes();
    for (String[] pair : classes.pairs) {
      if (there.containsKey(pair[0]) && there.containsKey(pair[1])) {
        among.join(pair[0], pair[1]);
      }
    }
    Map<String, List<Found>> grouped = new LinkedHashMap<>();
    for (String id : asked) {
      Found found = there.get(id);
      if (found != null) {
        grouped.computeIfAbsent(among.first(id), _ -> new ArrayList<>()).add(found);
      }
    }
    return grouped;
  }

  /** Locks those of some Patients that are there, home by home, and reads their own links. */
  private List<PersonLinks.Link> lock(
      Connection transaction, Set<String> patients, Map<String, Found> there) throws SQLException {
    Map<Integer, List<String>> byHome = new TreeMap<>();
    for (String id : patients) {
      Integer home = homes.of(transaction, "Patient", id);
      if (home != null) {
        byHome.computeIfAbsent(home, _ -> new ArrayList<>()).add(id);
      }
    }
    List<PersonLinks.Link> links = new ArrayList<>();
    Map<String, String> owners = new HashMap<>();
    List<Said> said = new ArrayList<>();
    List<Integer> inHomes = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    byHome.forEach(
        (home, some) ->
            some.stream()
                .sorted()
                .forEach(
                    id -> {
                      inHomes.add(home);
                      ids.add(id);
                    }));
    try (PreparedStatement statement = transaction.prepareStatement(LinkSql.LOCK)) {
      statement.setArray(1, transaction.createArrayOf("integer", inHomes.toArray()));
      statement.setArray(2, transaction.createArrayOf("text", ids.toArray()));
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          String id = rows.getString(1);
          there.put(id, new Found(id, rows.getInt(7), digest(id)));
          owners.put(id, rows.getString(6));
          byte[] content = rows.getBytes(5);
          if (content != null) {
            byte[] json =
                codec.decode(
                    new ContentCodec.Place("Patient", id, rows.getInt(2)),
                    rows.getShort(3),
                    rows.getShort(4),
                    content);
            for (JsonNode link : links(Json.MAPPER.readTree(json))) {
              String other = named(link);
              if (other != null) {
                said.add(new Said(id, other, link.path("type").asString("")));
              }
            }
          }
        }
      }
    }
    for (Said one : said) {
      links.add(new PersonLinks.Link(one.id, one.other, isCertain(transaction, one, owners)));
    }
    return links;
  }

  private record Said(String id, String other, String type) {}

  /**
   * A merge that an institution has made of two records of its own is its decision; that it takes
   * another's record for the same person is not (docs/adr/0081).
   */
  private boolean isCertain(Connection transaction, Said link, Map<String, String> owners)
      throws SQLException {
    if (!link.type.equals("replaced-by") && !link.type.equals("replaces")) {
      return false;
    }
    String owner = owners.getOrDefault(link.id, "");
    return !owner.isEmpty() && owner.equals(owner(transaction, link.other, owners));
  }

  private String owner(Connection transaction, String id, Map<String, String> owners)
      throws SQLException {
    String known = owners.get(id);
    if (known != null) {
      return known;
    }
    String owner = "";
    Integer home = homes.of(transaction, "Patient", id);
    if (home != null) {
      try (PreparedStatement statement =
          transaction.prepareStatement(
              "select r.owner from res_patient r where r.home = ? and r.id = ?")) {
        statement.setInt(1, home);
        statement.setString(2, id);
        try (var rows = statement.executeQuery()) {
          owner = rows.next() ? rows.getString(1) : "";
        }
      }
    }
    owners.put(id, owner);
    return owner;
  }

  /** Ids of the Patients whose links name one of these. Asks all homes. */
  private Set<String> pointing(Connection transaction, Set<String> patients) throws SQLException {
    Set<String> ids = new TreeSet<>();
    Parameter link = registry.type("Patient").searchable().get("link");
    if (link == null) {
      return ids;
    }
    long space = link.tokensOf().space(Kind.REFERENCE);
    long[] tokens = patients.stream().mapToLong(id -> space ^ digest(id)).toArray();
    try (PreparedStatement statement = transaction.prepareStatement(LinkSql.POINTING)) {
      statement.setObject(1, tokens);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          ids.add(rows.getString(1));
        }
      }
    }
    return ids;
  }

  private void note(
      Connection transaction,
      Set<String> asked,
      Collection<List<Found>> persons,
      Collection<List<Found>> surely)
      throws SQLException {
    Map<Long, Member> before = new HashMap<>();
    rows(transaction, asked.stream().map(this::digest).toList())
        .forEach(row -> before.put(row.patient, row));
    Map<Long, Long> sure = new HashMap<>();
    for (List<Found> group : surely) {
      long first = group.stream().mapToLong(Found::digest).min().orElseThrow();
      group.forEach(one -> sure.put(one.digest, first));
    }
    List<Member> wanted = new ArrayList<>();
    Set<Long> kept = new HashSet<>();
    for (List<Found> group : persons) {
      if (group.size() > 1) {
        long first = group.stream().mapToLong(Found::digest).min().orElseThrow();
        for (Found one : group) {
          kept.add(one.digest);
          var row =
              new Member(
                  one.digest, first, sure.getOrDefault(one.digest, one.digest), one.home, one.id);
          if (!row.equals(before.get(one.digest))) {
            wanted.add(row);
          }
        }
      }
    }
    Map<Integer, List<Long>> gone = new TreeMap<>();
    for (Member row : before.values()) {
      if (!kept.contains(row.patient)) {
        gone.computeIfAbsent(row.home, _ -> new ArrayList<>()).add(row.patient);
      }
    }
    for (Map.Entry<Integer, List<Long>> one : gone.entrySet()) {
      try (PreparedStatement statement = transaction.prepareStatement(LinkSql.FORGET)) {
        statement.setInt(1, one.getKey());
        statement.setArray(2, transaction.createArrayOf("bigint", one.getValue().toArray()));
        statement.executeUpdate();
      }
    }
    if (!wanted.isEmpty()) {
      try (PreparedStatement statement = transaction.prepareStatement(LinkSql.KEEP)) {
        statement.setObject(1, wanted.stream().mapToLong(Member::patient).toArray());
        statement.setObject(2, wanted.stream().mapToLong(Member::person).toArray());
        statement.setObject(3, wanted.stream().mapToLong(Member::surely).toArray());
        statement.setObject(4, wanted.stream().mapToInt(Member::home).toArray());
        statement.setArray(
            5, transaction.createArrayOf("text", wanted.stream().map(Member::id).toArray()));
        statement.executeUpdate();
      }
    }
  }

  /** What is connected belongs together. */
  private static final class Classes {
    private final Map<String, String> parents = new HashMap<>();
    private final List<String[]> pairs = new ArrayList<>();

    void join(String one, String other) {
      pairs.add(new String[] {one, other});
      String a = first(one);
      String b = first(other);
      if (!a.equals(b)) {
        parents.put(a, b);
      }
    }

    String first(String id) {
      String at = id;
      for (String up = parents.get(at); up != null; up = parents.get(at)) {
        String above = parents.get(up);
        if (above != null) {
          parents.put(at, above);
        }
        at = up;
      }
      return at;
    }
  }
}
