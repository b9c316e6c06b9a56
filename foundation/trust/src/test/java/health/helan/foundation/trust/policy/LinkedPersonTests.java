package health.helan.foundation.trust.policy;

import static health.helan.foundation.trust.policy.GuardedServer.tree;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.testing.LinksForTests;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** What opens one Patient of a person opens the others, for as long as they are one person. */
class LinkedPersonTests {
  private static final String[] KINDS = {"replaced-by", "replaces", "refer", "seealso"};

  private final GuardedServer server = GuardedServer.get();
  private final String run = UUID.randomUUID().toString().substring(0, 8);
  private final Caller registry = Callers.system("registry-" + run);
  private final Caller elsewhere = Callers.system("elsewhere-" + run);

  private String patient() {
    return server.created(registry, "{'resourceType':'Patient','name':[{'text':'张小三'}]}");
  }

  private String finding(String patient) {
    return server.created(
        elsewhere,
        "{'resourceType':'Observation','status':'final','code':{'text':'x'},'subject':{'reference':'Patient/%s'}}"
            .formatted(patient));
  }

  private void link(String from, Set<String> to, Random random) {
    ObjectNode patient = (ObjectNode) server.get(registry, "Patient/" + from).json();
    patient.remove("link");
    for (String one : to) {
      ObjectNode link = patient.withArray("link").addObject();
      link.putObject("other").put("reference", "Patient/" + one);
      link.put("type", KINDS[random.nextInt(KINDS.length)]);
    }
    var reply = server.send(registry, "PUT", "Patient/" + from, patient.toString());
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
  }

  /** A consent as the test knows it. */
  private record Given(String id, int patient, int practitioner, boolean permits) {}

  @Test
  void everyGrantIsForThePersonWhateverIsLinkedAndUnlinked() {
    var random = new Random(47);
    List<String> patients = new ArrayList<>();
    List<String> findings = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      patients.add(patient());
      findings.add(finding(patients.get(i)));
    }
    assertThat(patients.stream().map(id -> id.substring(0, 3)).distinct().count())
        .as("homes")
        .isGreaterThan(1);
    List<Caller> doctors =
        List.of(
            Callers.practitioner("g0-" + run, "h-" + run),
            Callers.practitioner("g1-" + run, "h-" + run));
    Map<Integer, Set<Integer>> links = new LinkedHashMap<>();
    Map<Integer, Set<Integer>> byIndex = new LinkedHashMap<>();
    List<Given> given = new ArrayList<>();
    int seen = 0;
    int hidden = 0;
    int byLink = 0;
    for (int step = 0; step < 60; step++) {
      int p = random.nextInt(patients.size());
      switch (random.nextInt(5)) {
        case 4 -> {
          int other = random.nextInt(patients.size());
          if (other != p) {
            int low = Math.min(p, other);
            int high = Math.max(p, other);
            Set<Integer> to = byIndex.computeIfAbsent(low, _ -> new HashSet<>());
            if (to.remove(high)) {
              LinksForTests.unlink(
                  server.database, server.store, patients.get(low), patients.get(high));
            } else {
              to.add(high);
              LinksForTests.link(
                  server.database,
                  server.store,
                  patients.get(low),
                  patients.get(high),
                  random.nextBoolean());
            }
          }
        }
        case 0, 1 -> {
          Set<Integer> to = links.computeIfAbsent(p, _ -> new HashSet<>());
          int other = random.nextInt(patients.size());
          if (other == p) {
            to.clear();
          } else if (!to.remove(other)) {
            to.add(other);
          }
          link(p, to, patients, random);
        }
        case 2 -> {
          int d = random.nextInt(doctors.size());
          boolean permits = random.nextInt(4) > 0;
          String provision =
              "'type':'%s','actor':[%s]"
                  .formatted(
                      permits ? "permit" : "deny",
                      Consents.actor("Practitioner/g" + d + "-" + run));
          given.add(
              new Given(
                  server.created(
                      Callers.resident(patients.get(p)),
                      Consents.consent(patients.get(p), provision)),
                  p,
                  d,
                  permits));
        }
        default -> {
          if (!given.isEmpty()) {
            Given one = given.remove(random.nextInt(given.size()));
            Caller resident = Callers.resident(patients.get(one.patient));
            ObjectNode consent = (ObjectNode) server.get(resident, "Consent/" + one.id).json();
            consent.put("status", "inactive");
            assertThat(
                    server.send(resident, "PUT", "Consent/" + one.id, consent.toString()).status())
                .isEqualTo(200);
          }
        }
      }
      for (int i = 0; i < patients.size(); i++) {
        Set<Integer> person = person(i, links, byIndex);
        for (int d = 0; d < doctors.size(); d++) {
          int doctor = d;
          var about =
              given.stream()
                  .filter(one -> one.practitioner == doctor && person.contains(one.patient))
                  .toList();
          boolean expected =
              about.stream().anyMatch(Given::permits) && about.stream().allMatch(Given::permits);
          int at = i;
          byLink += expected && about.stream().noneMatch(one -> one.patient == at) ? 1 : 0;
          String where = "step " + step + ", patient " + i + ", doctor " + d;
          assertThat(server.get(doctors.get(d), "Observation/" + findings.get(i)).status())
              .as(where)
              .isEqualTo(expected ? 200 : 404);
          assertThat(
                  server
                      .get(doctors.get(d), "Observation?_linked=false&patient=" + patients.get(i))
                      .json()
                      .path("entry")
                      .size())
              .as(where)
              .isEqualTo(expected ? 1 : 0);
          assertThat(
                  server
                      .get(doctors.get(d), "Observation?patient=" + patients.get(i))
                      .json()
                      .path("entry")
                      .size())
              .as(where + ", the whole person's")
              .isEqualTo(expected ? person.size() : 0);
          seen += expected ? 1 : 0;
          hidden += expected ? 0 : 1;
        }
      }
    }
    assertThat(seen).isGreaterThan(60);
    assertThat(hidden).isGreaterThan(60);
    assertThat(byLink).as("seen by a link alone").isGreaterThan(20);
  }

  private void link(int from, Set<Integer> to, List<String> patients, Random random) {
    var ids = new HashSet<String>();
    to.forEach(one -> ids.add(patients.get(one)));
    link(patients.get(from), ids, random);
  }

  private static Set<Integer> person(
      int start, Map<Integer, Set<Integer>> said, Map<Integer, Set<Integer>> byIndex) {
    var links = new ArrayList<>(said.entrySet());
    links.addAll(byIndex.entrySet());
    Set<Integer> person = new HashSet<>(Set.of(start));
    boolean grew = true;
    while (grew) {
      grew = false;
      for (var entry : links) {
        for (int to : entry.getValue()) {
          if (person.contains(entry.getKey()) != person.contains(to)) {
            person.add(entry.getKey());
            person.add(to);
            grew = true;
          }
        }
      }
    }
    return person;
  }

  @Test
  void aGrantForOnePatientOfAMergedPersonOpensTheOther() {
    String old = patient();
    String now = patient();
    String finding = finding(old);
    link(old, Set.of(now), new Random(1));
    Caller doctor = Callers.practitioner("m-" + run, "h-" + run);
    String encounter =
        server.created(
            elsewhere,
            "{'resourceType':'Encounter','status':'in-progress','class':{'code':'AMB'},'subject':{'reference':'Patient/%s'},'participant':[{'individual':{'reference':'Practitioner/m-%s'}}]}"
                .formatted(now, run));
    assertThat(server.get(doctor, "Observation/" + finding).status()).isEqualTo(200);
    ObjectNode cancelled = (ObjectNode) server.get(elsewhere, "Encounter/" + encounter).json();
    cancelled.put("status", "cancelled");
    server.send(elsewhere, "PUT", "Encounter/" + encounter, cancelled.toString());
    assertThat(server.get(doctor, "Observation/" + finding).status()).isEqualTo(404);
  }

  @Test
  void nobodyOpensARecordByLinkingItToOneThatItTreats() {
    Caller doctor = Callers.practitioner("t-" + run, "registry-" + run);
    String treated = patient();
    String coveted = patient();
    String finding = finding(coveted);
    server.created(Callers.resident(treated), Consents.active(treated, "Practitioner/t-" + run));
    ObjectNode patient = (ObjectNode) server.get(doctor, "Patient/" + treated).json();
    assertThat(patient.toString()).doesNotContain("SUBSETTED");
    patient.put("gender", "male");
    assertThat(server.send(doctor, "PUT", "Patient/" + treated, patient.toString()).status())
        .isEqualTo(200);
    String link = "{'other':{'reference':'%s'},'type':'seealso'}".replace('\'', '"');
    for (String reference :
        new String[] {"Patient/" + coveted, server.base + "/Patient/" + coveted}) {
      ObjectNode linked = patient.deepCopy();
      linked.putArray("link").add(tree(link.formatted(reference)));
      var refused = server.send(doctor, "PUT", "Patient/" + treated, linked.toString());
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.text()).contains("Patient.link");
      assertThat(
              server
                  .send(
                      doctor,
                      "PATCH",
                      "Patient/" + treated,
                      "[{\"op\":\"add\",\"path\":\"/link\",\"value\":[%s]}]"
                          .formatted(link.formatted(reference)),
                      "Content-Type",
                      "application/json-patch+json")
                  .status())
          .isEqualTo(403);
      linked.remove("id");
      assertThat(server.post(doctor, linked).status()).isEqualTo(403);
    }
    assertThat(server.get(doctor, "Observation/" + finding).status()).isEqualTo(404);
  }
}
