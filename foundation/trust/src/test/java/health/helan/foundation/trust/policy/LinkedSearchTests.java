package health.helan.foundation.trust.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchEngine;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import health.helan.foundation.store.testing.LinksForTests;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whoever asks for a record by the id of one Patient gets that of the person, as far as the caller
 * may see it: held against a plain filter over all there is.
 */
class LinkedSearchTests {
  private final GuardedServer server = GuardedServer.get();
  private final String run = UUID.randomUUID().toString().substring(0, 8);
  private final Caller here = Callers.system("here-" + run);
  private final Caller there = Callers.system("there-" + run);

  private final List<String> patients = new ArrayList<>();

  /** What there is, by reference. */
  private final Map<String, JsonNode> resources = new LinkedHashMap<>();

  private String made(Caller caller, String json) {
    ObjectNode tree = GuardedServer.tree(json);
    String id = server.created(caller, json);
    String reference = tree.path("resourceType").asString() + "/" + id;
    tree.put("id", id);
    resources.put(reference, tree);
    return id;
  }

  private JsonNode resource(String reference) {
    return Objects.requireNonNull(resources.get(reference), reference);
  }

  private void region(int count) {
    for (int i = 0; i < count; i++) {
      Caller owner = i % 2 == 0 ? here : there;
      String p =
          made(
              owner,
              "{'resourceType':'Patient','identifier':[{'system':'urn:n-%s','value':'%d'}],'name':[{'text':'张小%d'}]}"
                  .formatted(run, i, i));
      patients.add(p);
      for (int n = 0; n < 3; n++) {
        made(
            n == 0 ? here : owner,
            """
            {'resourceType':'Observation','status':'final','code':{'coding':[{'system':'http://loinc.org','code':'%s'}]},\
            'effectiveDateTime':'20%02d-0%d-01','subject':{'reference':'Patient/%s'}}"""
                .formatted(n == 2 ? "718-7" : "8480-6", 10 + i, n + 1, p));
      }
      made(
          owner,
          """
          {'resourceType':'Condition','subject':{'reference':'Patient/%s'},'meta':{'security':[{'system':\
          'http://terminology.hl7.org/CodeSystem/v3-ActCode','code':'%s'}]},'code':{'text':'x'}}"""
              .formatted(p, i % 3 == 0 ? "HIV" : "X"));
      made(
          owner,
          "{'resourceType':'Appointment','status':'proposed','participant':[{'actor':{'reference':'Patient/%s'},'status':'accepted'}]}"
              .formatted(p));
      made(
          owner,
          "{'resourceType':'Encounter','status':'finished','class':{'code':'AMB'},'subject':{'reference':'Patient/%s'},'period':{'end':'2020-01-01'}}"
              .formatted(p));
      made(
          owner,
          "{'resourceType':'Flag','status':'active','code':{'text':'x'},'subject':{'reference':'Patient/%s'}}"
              .formatted(p));
      made(
          owner,
          "{'resourceType':'AllergyIntolerance','patient':{'reference':'Patient/%s'},'asserter':{'reference':'Patient/%s'}}"
              .formatted(patients.get(Math.max(0, i - 1)), p));
    }
  }

  private static List<SearchRequest.Parameter> parameters(String query) {
    List<SearchRequest.Parameter> parameters = new ArrayList<>();
    for (String one : query.isEmpty() ? new String[0] : query.split("&")) {
      String[] pair = one.split("=", 2);
      parameters.add(new SearchRequest.Parameter(pair[0], pair[1]));
    }
    return parameters;
  }

  private SearchResult search(Caller caller, String query) {
    int question = query.indexOf('?');
    String path = question < 0 ? query : query.substring(0, question);
    String[] parts = path.split("/");
    var request =
        parts.length == 1
            ? new SearchRequest(
                parts[0], null, null, parameters(query.substring(question + 1)), false)
            : new SearchRequest(
                parts[2].equals("*") ? null : parts[2],
                parts[0],
                parts[1],
                parameters(question < 0 ? "" : query.substring(question + 1)),
                false);
    return server.store.search(caller, request);
  }

  /** Matches of all pages, in their order. */
  private List<String> pages(Caller caller, String query) {
    List<String> found = new ArrayList<>();
    String cursor = null;
    do {
      SearchResult page =
          search(caller, query + (cursor == null ? "" : "&" + SearchEngine.CURSOR + "=" + cursor));
      for (SearchResult.Entry entry : page.entries()) {
        if (entry.isMatch()) {
          found.add(entry.resource().type() + "/" + entry.resource().id());
        }
      }
      cursor = page.next();
    } while (cursor != null);
    return found;
  }

  /** What was read since something was last changed. */
  private final Map<String, Boolean> seen = new HashMap<>();

  private boolean sees(Caller caller, String reference) {
    return seen.computeIfAbsent(caller.request() + reference, _ -> reads(caller, reference));
  }

  private boolean reads(Caller caller, String reference) {
    int slash = reference.indexOf('/');
    try {
      server.store.read(caller, reference.substring(0, slash), reference.substring(slash + 1));
      return true;
    } catch (Refusal hidden) {
      return false;
    }
  }

  // ---- the links, as the test knows them

  private final Map<String, Boolean> index = new HashMap<>();
  private final Map<String, Set<String>> said = new HashMap<>();

  private void link(String a, String b, boolean certain) {
    seen.clear();
    index.put(a.compareTo(b) < 0 ? a + " " + b : b + " " + a, certain);
    LinksForTests.link(server.database, server.store, a, b, certain);
  }

  private void unlink(String a, String b) {
    seen.clear();
    index.remove(a.compareTo(b) < 0 ? a + " " + b : b + " " + a);
    LinksForTests.unlink(server.database, server.store, a, b);
  }

  private void says(String from, Set<String> to) {
    said.put(from, to);
    Caller owner = patients.indexOf(from) % 2 == 0 ? here : there;
    ObjectNode patient =
        (ObjectNode)
            Json.MAPPER.readTree(server.store.read(Callers.ROOT, "Patient", from).content());
    patient.remove("link");
    for (String one : to) {
      ObjectNode link = patient.withArray("link").addObject();
      link.putObject("other").put("reference", "Patient/" + one);
      link.put("type", "seealso");
    }
    var reply = server.send(owner, "PUT", "Patient/" + from, patient.toString());
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
  }

  private Set<String> person(String from) {
    Set<String> edges = new HashSet<>(index.keySet());
    said.forEach((one, to) -> to.forEach(other -> edges.add(one + " " + other)));
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

  /** A link is followed for who sees both its Patients. */
  private Set<String> followed(Caller caller, String from) {
    if (!sees(caller, "Patient/" + from)) {
      return Set.of(from);
    }
    Set<String> followed = new TreeSet<>();
    for (String one : person(from)) {
      if (one.equals(from) || sees(caller, "Patient/" + one)) {
        followed.add(one);
      }
    }
    return followed;
  }

  private List<String> expected(
      Caller caller, Set<String> persons, String type, String element, Predicate<JsonNode> also) {
    List<String> expected = new ArrayList<>();
    resources.forEach(
        (reference, tree) -> {
          if (reference.startsWith(type + "/") && also.test(tree)) {
            List<String> named = new ArrayList<>();
            tree.path(element)
                .forEach(one -> named.add(one.path("actor").path("reference").asString("")));
            named.add(tree.path(element).path("reference").asString(""));
            if (persons.stream().anyMatch(one -> named.contains("Patient/" + one))
                && sees(caller, reference)) {
              expected.add(reference);
            }
          }
        });
    return expected;
  }

  /** A query and where its values stand. */
  private record Asked(
      String query, String type, String element, Predicate<JsonNode> also, @Nullable String sort) {}

  private static final Predicate<JsonNode> ANY = _ -> true;

  private static final List<Asked> QUERIES =
      List.of(
          new Asked("Observation?patient=%s", "Observation", "subject", ANY, null),
          new Asked(
              "Observation?subject=Patient/%s&_sort=date",
              "Observation", "subject", ANY, "effectiveDateTime"),
          new Asked(
              "Observation?patient=Patient/%s&_sort=-date",
              "Observation", "subject", ANY, "-effectiveDateTime"),
          new Asked(
              "Observation?patient=%s&code=8480-6&_sort=date",
              "Observation",
              "subject",
              tree -> tree.path("code").toString().contains("8480-6"),
              "effectiveDateTime"),
          new Asked(
              "Observation?patient=%s&date=ge2013",
              "Observation",
              "subject",
              tree -> tree.path("effectiveDateTime").asString("").compareTo("2013") >= 0,
              null),
          new Asked("Patient/%s/Observation", "Observation", "subject", ANY, null),
          new Asked("Condition?subject:Patient=%s", "Condition", "subject", ANY, null),
          new Asked("Encounter?patient=%s", "Encounter", "subject", ANY, null),
          new Asked("Encounter?patient._id=%s", "Encounter", "subject", ANY, null),
          new Asked("Flag?subject=%s", "Flag", "subject", ANY, null),
          new Asked("Flag?patient=%s", "Flag", "subject", ANY, null),
          new Asked("Appointment?actor=Patient/%s", "Appointment", "participant", ANY, null),
          new Asked("Appointment?patient=%s", "Appointment", "participant", ANY, null),
          new Asked(
              "AllergyIntolerance?asserter=Patient/%s",
              "AllergyIntolerance", "asserter", ANY, null),
          new Asked("AllergyIntolerance?patient=%s", "AllergyIntolerance", "patient", ANY, null));

  @Test
  void everySearchFindsWhatAPlainFilterFinds() {
    region(7);
    assertThat(patients.stream().map(id -> id.substring(0, 3)).distinct().count())
        .as("homes")
        .isGreaterThan(3);
    Caller doctor = Callers.practitioner("d-" + run, "other-" + run);
    Caller staff = Callers.practitioner("s-" + run, "here-" + run);
    List<Caller> callers = List.of(Callers.ROOT, here, doctor, staff);
    var random = new Random(20261126);
    int more = 0;
    int less = 0;
    for (int step = 0; step < 30; step++) {
      seen.clear();
      String a = patients.get(random.nextInt(patients.size()));
      String b = patients.get(random.nextInt(patients.size()));
      switch (random.nextInt(step < 6 ? 2 : 6)) {
        case 0, 1, 5 -> {
          if (!a.equals(b)) {
            link(a, b, random.nextBoolean());
          }
        }
        case 2 -> {
          if (!index.isEmpty()) {
            String[] ends = index.keySet().iterator().next().split(" ");
            unlink(ends[0], ends[1]);
          }
        }
        case 3 ->
            says(
                a,
                a.equals(b) || said.containsKey(a) && random.nextBoolean() ? Set.of() : Set.of(b));
        default ->
            server.created(
                Callers.resident(a),
                random.nextInt(4) > 0
                    ? Consents.active(a, "Practitioner/d-" + run)
                    : Consents.consent(
                        a,
                        "'type':'deny','actor':[" + Consents.actor("Practitioner/d-" + run) + "]"));
      }
      for (Caller caller : callers) {
        String one = patients.get(random.nextInt(patients.size()));
        Set<String> persons = followed(caller, one);
        more += persons.size() > 1 ? 1 : 0;
        less += persons.size() < person(one).size() ? 1 : 0;
        Asked asked = QUERIES.get(random.nextInt(QUERIES.size()));
        String query = asked.query.formatted(one);
        String where = "step " + step + " " + caller.role() + " " + query;
        List<String> expected = expected(caller, persons, asked.type, asked.element, asked.also);
        List<String> found = pages(caller, query + (query.contains("?") ? "&" : "?") + "_count=2");
        assertThat(found).as(where).containsExactlyInAnyOrderElementsOf(expected);
        if (asked.sort != null) {
          boolean down = asked.sort.startsWith("-");
          String key = down ? asked.sort.substring(1) : asked.sort;
          Comparator<String> order =
              Comparator.comparing(
                  (String reference) -> resource(reference).path(key).asString(""));
          assertThat(found).as(where).isSortedAccordingTo(down ? order.reversed() : order);
        }
        SearchResult whole =
            search(
                caller,
                query
                    + (query.contains("?") ? "&" : "?")
                    + "_total=accurate&_count=100&_include="
                    + asked.type
                    + ":"
                    + (asked.type.equals("Appointment")
                        ? "actor"
                        : asked.type.startsWith("All") ? "patient" : "subject"));
        assertThat(whole.total()).as(where).isEqualTo(expected.size());
        Set<String> included = new TreeSet<>();
        for (SearchResult.Entry entry : whole.entries()) {
          if (!entry.isMatch()) {
            included.add(entry.resource().id());
          }
        }
        Set<String> named = new TreeSet<>();
        for (String reference : expected) {
          JsonNode tree = resource(reference);
          String element = asked.type.startsWith("All") ? "patient" : asked.element;
          tree.path(element)
              .forEach(p -> named.add(id(p.path("actor").path("reference").asString(""))));
          named.add(id(tree.path(element).path("reference").asString("")));
        }
        named.removeIf(id -> id.isEmpty() || !sees(caller, "Patient/" + id));
        assertThat(included).as(where).isEqualTo(named);
        assertThat(pages(caller, query + (query.contains("?") ? "&" : "?") + "_linked=false"))
            .as(where)
            .containsExactlyInAnyOrderElementsOf(
                expected(caller, Set.of(one), asked.type, asked.element, asked.also));
      }
      String one = patients.get(random.nextInt(patients.size()));
      for (Caller caller : List.of(Callers.ROOT, doctor)) {
        Set<String> persons = followed(caller, one);
        Set<String> expected = new TreeSet<>();
        for (String reference : resources.keySet()) {
          String text = resource(reference).toString();
          if (persons.stream()
                  .anyMatch(
                      p ->
                          reference.equals("Patient/" + p)
                              || text.contains("\"Patient/" + p + "\""))
              && sees(caller, reference)) {
            expected.add(reference);
          }
        }
        Set<String> found = new TreeSet<>(everything(caller, one));
        found.removeIf(reference -> !resources.containsKey(reference));
        // Patients that a link of theirs names are in the compartment too, as FHIR defines it.
        found.removeIf(
            reference -> reference.startsWith("Patient/") && !persons.contains(id(reference)));
        assertThat(found).as("step " + step + " everything").isEqualTo(expected);
      }
    }
    assertThat(more).as("linked").isGreaterThan(40);
    assertThat(less).as("some of it hidden").isGreaterThan(10);
  }

  private List<String> everything(Caller caller, String patient) {
    List<String> found = new ArrayList<>();
    String cursor = null;
    do {
      SearchResult page =
          server.store.everything(
              caller,
              patient,
              parameters(
                  "_count=3" + (cursor == null ? "" : "&" + SearchEngine.CURSOR + "=" + cursor)));
      for (SearchResult.Entry entry : page.entries()) {
        if (entry.isMatch()) {
          found.add(entry.resource().type() + "/" + entry.resource().id());
        }
      }
      cursor = page.next();
    } while (cursor != null);
    assertThat(found).doesNotHaveDuplicates();
    return found;
  }

  private static String id(String reference) {
    return reference.startsWith("Patient/") ? reference.substring("Patient/".length()) : "";
  }

  @Test
  void aRecordIsFoundByTheNumberOfAnySource() {
    region(3);
    link(patients.get(0), patients.get(1), false);
    assertThat(pages(Callers.ROOT, "Observation?patient.identifier=urn:n-" + run + "|1"))
        .hasSize(6);
    assertThat(pages(Callers.ROOT, "Observation?patient.identifier=urn:n-" + run + "|2"))
        .hasSize(3);
    assertThat(pages(Callers.ROOT, "Observation?patient.name=张小1&_count=500"))
        .as("a name is a search among Patients, not a record")
        .filteredOn(resources::containsKey)
        .hasSize(3);
    assertThat(pages(Callers.ROOT, "Patient?identifier=urn:n-" + run + "|1"))
        .as("Patients themselves stay as they are")
        .containsExactly("Patient/" + patients.get(1));
    assertThat(pages(Callers.ROOT, "Patient?_id=" + patients.get(1))).hasSize(1);
    assertThat(pages(Callers.ROOT, "Patient?link=Patient/" + patients.get(1))).isEmpty();
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> search(Callers.ROOT, "Observation?patient=x&_linked=maybe"));
  }

  @Test
  void nobodyLearnsOfALinkToAPatientThatItDoesNotSee() {
    region(4);
    String ours = patients.get(0);
    String hidden = patients.get(1);
    // Whoever is of "here" sees Observations of both, since "here" wrote some of each.
    List<String> before = pages(here, "Observation?patient=" + ours);
    List<String> hiddenBefore = pages(here, "Observation?patient=" + hidden);
    assertThat(before).hasSize(3);
    assertThat(hiddenBefore).hasSize(1);
    link(ours, hidden, true);
    assertThat(pages(here, "Observation?patient=" + ours)).isEqualTo(before);
    assertThat(pages(here, "Observation?patient=" + hidden)).isEqualTo(hiddenBefore);
    assertThat(pages(here, "Patient/" + ours + "/*")).noneMatch(r -> r.equals("Patient/" + hidden));
    String alsoOurs = patients.get(2);
    link(ours, alsoOurs, true);
    assertThat(pages(here, "Observation?patient=" + ours)).hasSize(6);
    assertThat(pages(Callers.ROOT, "Observation?patient=" + ours)).hasSize(9);
  }

  @Test
  void thePlatformItselfMeansThePatientThatItNames() {
    region(2);
    link(patients.get(0), patients.get(1), true);
    assertThat(pages(Callers.ROOT, "Observation?patient=" + patients.get(0))).hasSize(6);
    assertThat(pages(Caller.platform("test"), "Observation?patient=" + patients.get(0))).hasSize(3);
  }

  @Test
  void aConditionalWriteMeansThePatientThatItNames() {
    region(2);
    link(patients.get(0), patients.get(1), true);
    var reply = server.send(Callers.ROOT, "DELETE", "Flag?patient=" + patients.get(0), null);
    assertThat(reply.status()).as(reply.text()).isBetween(200, 204);
    assertThat(pages(Callers.ROOT, "Flag?patient=" + patients.get(0)))
        .containsExactlyElementsOf(
            expected(Callers.ROOT, Set.of(patients.get(1)), "Flag", "subject", ANY));
  }

  // ---- residents

  @Test
  void aResidentSeesOtherRecordsByCertainLinksOnlyAndUntilTheyAreTakenBack() {
    region(4);
    String own = patients.get(0);
    Caller resident = Callers.resident(own);
    assertThat(pages(resident, "Observation?patient=" + own)).hasSize(3);
    link(own, patients.get(1), false);
    assertThat(pages(resident, "Observation?patient=" + own)).as("likely").hasSize(3);
    assertThat(sees(resident, "Patient/" + patients.get(1))).isFalse();
    link(own, patients.get(1), true);
    link(patients.get(1), patients.get(2), true);
    link(patients.get(2), patients.get(3), false);
    assertThat(pages(resident, "Observation?patient=" + own)).as("certain").hasSize(9);
    assertThat(sees(resident, "Patient/" + patients.get(2))).isTrue();
    assertThat(everything(resident, own))
        .contains("Patient/" + patients.get(2))
        .doesNotContain("Patient/" + patients.get(3));
    var app = Callers.with(resident, "patient/*.rs");
    assertThat(pages(app, "Observation?patient=" + own)).hasSize(9);
    assertThat(server.get(resident, "Patient/" + patients.get(1) + "/_history").status())
        .isEqualTo(200);
    var created =
        server.post(
            resident,
            GuardedServer.tree(
                "{'resourceType':'Observation','status':'final','code':{'text':'x'},'subject':{'reference':'Patient/%s'}}"
                    .formatted(patients.get(1))));
    assertThat(created.status()).as("writes are about the own Patient").isEqualTo(403);
    unlink(own, patients.get(1));
    assertThat(pages(resident, "Observation?patient=" + own)).as("taken back").hasSize(3);
    assertThat(sees(resident, "Patient/" + patients.get(1))).isFalse();
    assertThat(sees(resident, "Patient/" + patients.get(2))).isFalse();
  }

  @Test
  void whatAnInstitutionSaysOfAnothersPatientShowsNoResidentAnything() {
    region(2);
    Caller resident = Callers.resident(patients.get(0));
    ObjectNode patient =
        (ObjectNode)
            Json.MAPPER.readTree(
                server.store.read(Callers.ROOT, "Patient", patients.get(1)).content());
    ObjectNode link = patient.withArray("link").addObject();
    link.putObject("other").put("reference", "Patient/" + patients.get(0));
    link.put("type", "replaced-by");
    assertThat(server.send(there, "PUT", "Patient/" + patients.get(1), patient.toString()).status())
        .isEqualTo(200);
    assertThat(pages(Callers.ROOT, "Observation?patient=" + patients.get(0))).hasSize(6);
    assertThat(pages(resident, "Observation?patient=" + patients.get(0))).hasSize(3);
  }
}
