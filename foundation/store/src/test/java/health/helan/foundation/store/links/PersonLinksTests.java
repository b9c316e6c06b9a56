package health.helan.foundation.store.links;

import static health.helan.foundation.store.testing.StoreForTests.create;
import static health.helan.foundation.store.testing.StoreForTests.delete;
import static health.helan.foundation.store.testing.StoreForTests.patient;
import static health.helan.foundation.store.testing.StoreForTests.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.AccessPolicy;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.testing.LinksForTests;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StoreForTests;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** The links of Patients and those of an index together say who is one person. */
class PersonLinksTests {
  private static StoreForTests server;

  @BeforeAll
  static void open() {
    DataSource database = PostgresForTests.storeDatabase();
    server = StoreForTests.open(database, AccessPolicy.EVERYTHING, LinksForTests.LINKS);
    LinksForTests.ready(database);
  }

  @AfterAll
  static void close() {
    server.close();
  }

  private static int number;

  private static ObjectNode body(Map<String, String> links) {
    ObjectNode patient = patient("urn:links", Integer.toString(number++));
    links.forEach(
        (other, type) -> {
          ObjectNode link = patient.withArray("link").addObject();
          link.putObject("other").put("reference", "Patient/" + other);
          link.put("type", type);
        });
    return patient;
  }

  private static String created() {
    return server.write(create(body(Map.of()))).id();
  }

  private static void says(String id, Map<String, String> links) {
    server.write(update(id, body(links), null));
  }

  private static void link(String one, String other, boolean certain) {
    LinksForTests.link(server.pool, server.store, one, other, certain);
  }

  private static void unlink(String one, String other) {
    LinksForTests.unlink(server.pool, server.store, one, other);
  }

  private static Set<String> person(String id) {
    return person(id, false);
  }

  private static Set<String> person(String id, boolean surely) {
    try (Connection connection = server.pool.getConnection()) {
      var persons = server.store.persons();
      Map<String, List<String>> of =
          surely ? persons.surelyOf(connection, List.of(id)) : persons.of(connection, List.of(id));
      return new TreeSet<>(of.getOrDefault(id, List.of(id)));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long rows(Collection<String> ids) {
    return server.number(
        "select count(*) from linked_patient where id in ('" + String.join("','", ids) + "')");
  }

  @Test
  void linksOfBothKindsAreFollowedInBothDirectionsAndAsFarAsTheyLead() {
    String a = created();
    String b = created();
    String c = created();
    String d = created();
    assertThat(person(a)).containsExactly(a);
    assertThat(rows(List.of(a, b, c, d))).isZero();
    says(a, Map.of(b, "seealso"));
    link(b, c, false);
    says(d, Map.of(c, "refer"));
    for (String one : List.of(a, b, c, d)) {
      assertThat(person(one)).containsExactlyInAnyOrder(a, b, c, d);
    }
    unlink(b, c);
    assertThat(person(a)).containsExactlyInAnyOrder(a, b);
    assertThat(person(c)).containsExactlyInAnyOrder(c, d);
    says(a, Map.of());
    says(d, Map.of());
    assertThat(rows(List.of(a, b, c, d))).as("nothing is left").isZero();
  }

  @Test
  void aPatientThatIsDeletedConnectsNobody() {
    String a = created();
    String b = created();
    String c = created();
    link(a, b, true);
    link(b, c, true);
    server.write(delete("Patient", b));
    assertThat(rows(List.of(a, b, c))).isZero();
    says(b, Map.of());
    assertThat(person(a)).as("it is back, and so are its links").containsExactlyInAnyOrder(a, b, c);
  }

  @Test
  void whatIsCertainIsToldFromWhatIsLikely() {
    String a = created();
    String b = created();
    String c = created();
    link(a, b, true);
    link(b, c, false);
    assertThat(person(a)).containsExactlyInAnyOrder(a, b, c);
    assertThat(person(a, true)).containsExactlyInAnyOrder(a, b);
    assertThat(person(c, true)).containsExactly(c);
    link(b, c, true);
    assertThat(person(c, true)).containsExactlyInAnyOrder(a, b, c);
    link(a, b, false);
    assertThat(person(a)).containsExactlyInAnyOrder(a, b, c);
    assertThat(person(a, true)).containsExactly(a);
  }

  @Test
  void aLinkThatAnInstitutionWritesIsCertainBetweenTwoOfItsOwnThatItMerges() {
    String ours = of("h1", Map.of(), null);
    String merged = of("h1", Map.of(), null);
    String theirs = of("h2", Map.of(), null);
    of("h1", Map.of(ours, "replaced-by", theirs, "replaced-by"), merged);
    assertThat(person(ours)).containsExactlyInAnyOrder(ours, merged, theirs);
    assertThat(person(ours, true)).containsExactlyInAnyOrder(ours, merged);
    of("h1", Map.of(ours, "seealso"), merged);
    assertThat(person(ours)).containsExactlyInAnyOrder(ours, merged);
    assertThat(person(ours, true)).containsExactly(ours);
  }

  private static String of(String institution, Map<String, String> links, String id) {
    ObjectNode patient = body(links);
    patient.putObject("managingOrganization").put("reference", "Organization/" + institution);
    return server.write(id == null ? create(patient) : update(id, patient, null)).id();
  }

  private static void changed(List<String> patients) {
    try (Connection connection = server.pool.getConnection()) {
      connection.setAutoCommit(false);
      server.store.persons().changed(connection, patients, Instant.now());
      connection.commit();
      connection.setAutoCommit(true);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aTransactionThatIsRolledBackLeavesEverythingAsItWas() throws SQLException {
    String a = created();
    String b = created();
    try (Connection connection = server.pool.getConnection()) {
      connection.setAutoCommit(false);
      try (var statement =
          connection.prepareStatement("insert into link_for_tests values (?, ?, true)")) {
        statement.setString(1, a);
        statement.setString(2, b);
        statement.executeUpdate();
      }
      server.store.persons().changed(connection, List.of(a, b), Instant.now());
      assertThat(server.store.persons().of(connection, List.of(a))).hasSize(1);
      connection.rollback();
      connection.setAutoCommit(true);
    }
    assertThat(person(a)).containsExactly(a);
  }

  @Test
  void nobodyHasAThousandRecords() {
    List<Interaction> creates = new ArrayList<>();
    for (int i = 0; i < 1_002; i++) {
      creates.add(create(body(Map.of())));
    }
    List<String> ids = server.transact(creates).stream().map(Outcome::id).toList();
    Map<String, String> links = new LinkedHashMap<>();
    ids.forEach(id -> links.put(id, "seealso"));
    links.remove(ids.get(0));
    server.execute(
        "insert into link_for_tests select '%s', unnest(string_to_array('%s', ' ')), false"
            .formatted(ids.get(0), String.join(" ", ids.subList(1, 1_002))));
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> changed(List.of(ids.get(0))))
        .matches(e -> e.messageKey().equals("store.too-many-linked"));
    server.execute("delete from link_for_tests where one = '" + ids.get(0) + "'");
    assertThat(server.write(update(ids.get(0), body(links), null)).status())
        .as("by ends that it names itself it may be a great many")
        .isEqualTo(200);
    server.write(update(ids.get(0), body(Map.of()), null));
    assertThat(rows(ids)).isZero();
  }

  /** Whatever comes and goes, the table says what plain counting says. */
  @Test
  void theTableSaysWhatABruteForceWalkSays() {
    var random = new Random(85);
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      ids.add(created());
    }
    assertThat(ids.stream().map(id -> id.substring(0, 3)).distinct().count()).isGreaterThan(3);
    Map<String, Map<String, String>> said = new HashMap<>();
    Map<String, Boolean> index = new HashMap<>();
    int linked = 0;
    for (int step = 0; step < 250; step++) {
      String a = ids.get(random.nextInt(ids.size()));
      String b = ids.get(random.nextInt(ids.size()));
      if (a.equals(b)) {
        continue;
      }
      String key = a.compareTo(b) < 0 ? a + " " + b : b + " " + a;
      switch (random.nextInt(3)) {
        case 0 -> {
          Map<String, String> links = said.computeIfAbsent(a, _ -> new TreeMap<>());
          if (random.nextBoolean() || links.remove(b) == null) {
            links.clear();
            if (random.nextBoolean()) {
              links.put(b, "seealso");
            }
          }
          says(a, links);
        }
        case 1 -> {
          boolean certain = random.nextBoolean();
          index.put(key, certain);
          link(a, b, certain);
        }
        default -> {
          if (!index.isEmpty()) {
            String one =
                List.copyOf(new TreeSet<>(index.keySet())).get(random.nextInt(index.size()));
            index.remove(one);
            unlink(one.split(" ")[0], one.split(" ")[1]);
          }
        }
      }
      Set<String> edges = new HashSet<>();
      said.forEach((from, to) -> to.keySet().forEach(other -> edges.add(from + " " + other)));
      edges.addAll(index.keySet());
      Set<String> sure = new HashSet<>();
      index.forEach(
          (edge, certain) -> {
            if (certain) {
              sure.add(edge);
            }
          });
      for (String id : ids) {
        assertThat(person(id)).as("step " + step).isEqualTo(walked(id, edges));
        assertThat(person(id, true)).as("step " + step).isEqualTo(walked(id, sure));
        linked += person(id).size() > 1 ? 1 : 0;
      }
    }
    assertThat(linked).isGreaterThan(300);
  }

  private static Set<String> walked(String from, Set<String> edges) {
    Set<String> reached = new TreeSet<>(Set.of(from));
    boolean grew = true;
    while (grew) {
      grew = false;
      for (String edge : edges) {
        String[] ends = edge.split(" ");
        if (reached.contains(ends[0]) != reached.contains(ends[1])) {
          reached.addAll(List.of(ends));
          grew = true;
        }
      }
    }
    return reached;
  }

  /** Writers that cross each other end in the same state as one after the other. */
  @Test
  void writersAtTheSameTimeLoseNoLink() throws Exception {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      ids.add(created());
    }
    try (var threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> work = new ArrayList<>();
      for (int i = 0; i + 1 < ids.size(); i++) {
        String a = ids.get(i);
        String b = ids.get(i + 1);
        int n = i;
        work.add(
            threads.submit(
                () -> {
                  if (n % 2 == 0) {
                    link(a, b, true);
                  } else {
                    says(a, Map.of(b, "seealso"));
                  }
                }));
      }
      for (Future<?> one : work) {
        one.get();
      }
    }
    for (String id : ids) {
      assertThat(person(id)).containsExactlyInAnyOrderElementsOf(ids);
    }
  }

  @Test
  void whatWasLinkedBeforeTheTableWasThereStandsInItAfterwards() {
    String a = created();
    String b = created();
    String c = created();
    says(a, Map.of(b, "seealso"));
    says(b, Map.of(c, "replaced-by"));
    server.execute("delete from linked_patient");
    try (var again = StoreForTests.open(server.database, "two")) {
      assertThat(again.store.isReady()).isTrue();
    }
    assertThat(person(b)).as("once in its life").containsExactly(b);
    server.execute("delete from store_fact where name = 'linked-patients'");
    try (var again = StoreForTests.open(server.database, "two")) {
      assertThat(again.store.isReady()).isTrue();
    }
    assertThat(person(b)).containsExactlyInAnyOrder(a, b, c);
  }
}
