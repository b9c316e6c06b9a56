package health.helan.foundation.trust.policy;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Caller;
import health.helan.foundation.trust.policy.GuardedServer.Reply;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The resident's list of who may see the record. */
class AccessGrantsTests {
  private final GuardedServer server = GuardedServer.get();
  private final String run = UUID.randomUUID().toString().substring(0, 8);
  private final Caller hospital = Callers.system("ha-" + run);
  private final String patient =
      server.created(hospital, "{'resourceType':'Patient','name':[{'text':'张小三'}]}");
  private final Caller resident = Callers.resident(patient);

  private List<JsonNode> grants(Caller caller) {
    Reply reply = server.get(caller, "Patient/" + patient + "/$access-grants");
    assertThat(reply.status()).isEqualTo(200);
    List<JsonNode> grants = new ArrayList<>();
    for (JsonNode parameter : reply.json().path("parameter")) {
      if (parameter.path("name").asString().equals("grant")) {
        grants.add(parameter.path("part"));
      }
    }
    return grants;
  }

  private static String said(JsonNode parts, String name) {
    List<String> values = new ArrayList<>();
    for (JsonNode part : parts) {
      if (part.path("name").asString().equals(name)) {
        part.properties().stream()
            .filter(property -> property.getKey().startsWith("value"))
            .forEach(
                property ->
                    values.add(
                        property.getValue().isObject()
                            ? property.getValue().path("reference").asString()
                                + " "
                                + property.getValue().path("display").asString("")
                            : property.getValue().asString()));
      }
    }
    return String.join(",", values).strip();
  }

  @Test
  void theListSaysWhoFromWhenUntilWhenAndWhy() {
    String doctor =
        server.created(hospital, "{'resourceType':'Practitioner','name':[{'text':'李医生'}]}");
    Instant start = Instant.now().plus(Duration.ofDays(10)).truncatedTo(ChronoUnit.SECONDS);
    String appointment =
        server.created(
            resident,
            """
            {'resourceType':'Appointment','status':'booked','start':'%s','end':'%s','participant':[
              {'status':'accepted','actor':{'reference':'Patient/%s'}},
              {'status':'accepted','actor':{'reference':'Practitioner/%s'}}]}"""
                .formatted(start, start.plusSeconds(900), patient, doctor));
    String encounter =
        server.created(
            hospital,
            """
            {'resourceType':'Encounter','status':'in-progress','class':{'code':'AMB'},
              'subject':{'reference':'Patient/%s'},'serviceProvider':{'reference':'Organization/dept-%s'},
              'participant':[{'individual':{'reference':'Practitioner/%s'}}]}"""
                .formatted(patient, run, doctor));
    String closing =
        server.created(
            resident, Consents.consent(patient, "'type':'deny','securityLabel':[{'code':'HIV'}]"));

    List<JsonNode> grants = grants(resident);
    JsonNode booked = grants.getFirst();
    assertThat(said(booked, "patient")).isEqualTo("Patient/" + patient + " 张小三");
    assertThat(said(booked, "effect")).isEqualTo("opens");
    assertThat(said(booked, "reason")).isEqualTo("appointment");
    assertThat(said(booked, "to")).isEqualTo("Practitioner/" + doctor + " 李医生");
    assertThat(said(booked, "cause")).isEqualTo("Appointment/" + appointment);
    assertThat(said(booked, "since")).isEqualTo(start.minus(Duration.ofDays(1)).toString());
    assertThat(said(booked, "until"))
        .isEqualTo(start.plusSeconds(900).plus(Duration.ofDays(7)).toString());
    assertThat(said(booked, "stands")).isEqualTo("false");
    assertThat(said(booked, "level")).isEqualTo("4");

    assertThat(grants)
        .filteredOn(one -> said(one, "cause").equals("Consent/" + closing))
        .singleElement()
        .satisfies(
            one -> {
              assertThat(said(one, "effect")).isEqualTo("closes");
              assertThat(said(one, "to")).isEmpty();
              assertThat(said(one, "until")).isEmpty();
              assertThat(said(one, "level")).isEmpty();
              assertThat(said(one, "category")).isEqualTo("HIV");
            });
    assertThat(grants)
        .filteredOn(one -> said(one, "cause").equals("Encounter/" + encounter))
        .extracting(one -> said(one, "to") + " | " + said(one, "institution"))
        .containsExactlyInAnyOrder(
            "Practitioner/" + doctor + " 李医生 | Organization/dept-" + run,
            "Organization/dept-" + run + " | ");
    assertThat(grants).hasSize(4);
  }

  @Test
  void whatHasEndedIsNotInTheList() {
    String consent = server.created(resident, Consents.active(patient, "Practitioner/x"));
    assertThat(grants(resident)).hasSize(1);
    ObjectNode withdrawn = (ObjectNode) server.get(resident, "Consent/" + consent).json();
    withdrawn.put("status", "inactive");
    assertThat(server.send(resident, "PUT", "Consent/" + consent, withdrawn.toString()).status())
        .isEqualTo(200);
    assertThat(grants(resident)).isEmpty();
  }

  @Test
  void onlyTheResidentAndThoseWhoActForItSeeTheList() {
    server.created(resident, Consents.active(patient, "Practitioner/treats", "Organization/h"));
    String path = "Patient/" + patient + "/$access-grants";
    assertThat(grants(Callers.resident("another-" + run, patient))).hasSize(2);
    assertThat(grants(Callers.ROOT)).hasSize(2);
    assertThat(server.get(Callers.resident("another-" + run), path).status()).isEqualTo(404);
    for (Caller other :
        List.of(
            Callers.practitioner("treats", "h"),
            hospital,
            Callers.regulator(),
            Callers.operator(),
            Callers.with(resident, "patient/Observation.rs"))) {
      Reply known = server.get(other, path);
      assertThat(known.status()).as(other.subject()).isEqualTo(403);
      Reply unknown = server.get(other, "Patient/nobody/$access-grants");
      assertThat(unknown.status()).isEqualTo(403);
      assertThat(unknown.text()).isEqualTo(known.text());
    }
    assertThat(server.get(resident, "Patient/nobody/$access-grants").status()).isEqualTo(404);
  }
}
