package health.helan.foundation.trust.policy;

import static health.helan.foundation.trust.policy.Callers.ROOT;
import static health.helan.foundation.trust.policy.GuardedServer.tree;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Caller;
import health.helan.foundation.trust.policy.GuardedServer.Reply;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes that meet what is hidden are answered as if it had never been there; the few that cannot
 * be are answered alike whatever it is. And the ways around the front door.
 */
class SideDoorTests {
  private final GuardedServer server = GuardedServer.get();
  private final String run = UUID.randomUUID().toString().substring(0, 8);
  private final Caller ours = Callers.system("h1-" + run);
  private final Caller theirs = Callers.system("h2-" + run);
  private final Caller doctor = Callers.practitioner("d1-" + run, "h1-" + run);
  private final String patient =
      server.created(
          theirs,
          "{'resourceType':'Patient','identifier':[{'system':'urn:n','value':'%s'}]}"
              .formatted(run));
  private final Caller stranger = Callers.resident("nobody-" + run);

  private String observation(String id) {
    return tree("{'resourceType':'Observation','id':'%s','status':'final','code':{'text':'x'},'identifier':[{'system':'urn:o','value':'%s'}],'subject':{'reference':'Patient/%s'},'performer':[{'reference':'Patient/nobody-%s'}]}"
            .formatted(id, run, patient, run))
        .toString();
  }

  private void hidden(String id) {
    assertThat(server.send(theirs, "PUT", "Observation/" + id, observation(id)).status())
        .isEqualTo(201);
  }

  private static String shape(Reply reply, String id) {
    return reply.status()
        + " "
        + reply.http().headers().firstValue("ETag").orElse("-")
        + reply.http().headers().firstValue("Last-Modified").orElse("-")
        + reply.http().headers().firstValue("Location").orElse("-")
        + reply.text().replace(id, "ID");
  }

  private static final String PATCH = "[{\"op\":\"add\",\"path\":\"/language\",\"value\":\"zh\"}]";

  private Reply write(Caller caller, String method, String id, String... headers) {
    if (method.equals("PATCH")) {
      String[] all = java.util.Arrays.copyOf(headers, headers.length + 2);
      all[headers.length] = "Content-Type";
      all[headers.length + 1] = "application/json-patch+json";
      return server.send(caller, "PATCH", "Observation/" + id, PATCH, all);
    }
    return server.send(
        caller,
        method,
        "Observation/" + id,
        method.equals("DELETE") ? null : observation(id),
        headers);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUT", "PATCH", "DELETE"})
  void aHiddenRowIsAnsweredAsNoneAtAll(String method) {
    for (Caller caller : List.of(doctor, ours)) {
      for (String[] headers :
          new String[][] {{}, {"If-Match", "W/\"1\""}, {"If-Match", "W/\"7\""}}) {
        String there = "a-" + run + "-" + UUID.randomUUID().toString().substring(0, 8);
        String gone = "b-" + run + "-" + UUID.randomUUID().toString().substring(0, 8);
        String never = "c-" + run + "-" + UUID.randomUUID().toString().substring(0, 8);
        hidden(there);
        hidden(gone);
        assertThat(server.send(theirs, "DELETE", "Observation/" + gone, null).status())
            .isEqualTo(204);
        String answer = shape(write(caller, method, there, headers), there);
        assertThat(shape(write(caller, method, gone, headers), gone)).isEqualTo(answer);
        if (caller == ours && method.equals("PUT") && headers.length == 0) {
          // The exception: who may choose ids learns that one is taken, and nothing more.
          assertThat(answer).startsWith("409 ");
          continue;
        }
        assertThat(shape(write(caller, method, never, headers), never)).isEqualTo(answer);
        assertThat(server.get(ROOT, "Observation/" + there).json().has("language")).isFalse();
      }
    }
  }

  @Test
  void aDeletionSeenIsToldAndOneHiddenIsNot() {
    hidden("s-" + run);
    server.send(theirs, "DELETE", "Observation/s-" + run, null);
    assertThat(server.get(theirs, "Observation/s-" + run).status()).isEqualTo(410);
    assertThat(server.get(doctor, "Observation/s-" + run).status()).isEqualTo(404);
    assertThat(write(theirs, "PUT", "s-" + run).status()).isEqualTo(201);
  }

  @Test
  void aConditionalCreateFindsAndWaitsForNothingHidden() {
    hidden("k-" + run);
    ObjectNode body = tree(observation("x"));
    body.remove("id");
    for (int i = 0; i < 2; i++) {
      Reply made =
          server.send(
              ours,
              "POST",
              "Observation",
              body.toString(),
              "If-None-Exist",
              "identifier=urn:o%7C" + run);
      // The own first one is found by the second, the hidden one by neither.
      assertThat(made.status()).as(made.text()).isEqualTo(i == 0 ? 201 : 200);
    }
    Reply updated =
        server.send(
            Callers.system("h3-" + run),
            "PUT",
            "Observation?identifier=urn:o%7C" + run,
            body.toString());
    assertThat(updated.status()).isEqualTo(201);
    assertThat(
            server
                .send(doctor, "DELETE", "Observation?identifier=urn:o%7Cno-" + run, null)
                .status())
        .isEqualTo(204);
  }

  @Test
  void residentsDoNotMeetInEachOthersConditions() {
    for (String who : List.of("p1-" + run, "p2-" + run)) {
      Reply made =
          server.send(
              Callers.resident(who),
              "POST",
              "Observation",
              tree("{'resourceType':'Observation','status':'final','code':{'text':'x'},'identifier':[{'value':'same-%s'}],'subject':{'reference':'Patient/%s'},'performer':[{'reference':'Patient/%s'}]}"
                      .formatted(run, who, who))
                  .toString(),
              "If-None-Exist",
              "identifier=same-" + run);
      assertThat(made.status()).as(made.text()).isEqualTo(201);
    }
  }

  @Test
  void aConditionalReferenceResolvesToNothingHidden() {
    ObjectNode bundle =
        tree(
            """
            {'resourceType':'Bundle','type':'transaction','entry':[{'request':{'method':'POST','url':'Condition'},
            'resource':{'resourceType':'Condition','code':{'text':'x'},'subject':{'reference':'Patient?identifier=urn:n|%s'}}}]}"""
                .formatted(run));
    assertThat(server.send(ours, "POST", "", bundle.toString()).status()).isEqualTo(422);
    assertThat(server.send(theirs, "POST", "", bundle.toString()).status()).isEqualTo(200);
  }

  @Test
  void anAnswerKeptForARepeatIsNotGivenToAnother() {
    ObjectNode device =
        tree(
            "{'resourceType':'Bundle','type':'transaction','entry':[{'request':{'method':'POST','url':'Device'},'resource':{'resourceType':'Device'}}]}");
    Reply first = server.send(ours, "POST", "", device.toString(), "X-Request-Id", "same-" + run);
    Reply again = server.send(ours, "POST", "", device.toString(), "X-Request-Id", "same-" + run);
    Reply another =
        server.send(theirs, "POST", "", device.toString(), "X-Request-Id", "same-" + run);
    assertThat(location(again)).isEqualTo(location(first)).isNotEmpty();
    assertThat(location(another)).isNotEqualTo(location(first)).isNotEmpty();
  }

  private static String location(Reply reply) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.json().path("entry").path(0).path("response").path("location").asString("");
  }

  @Test
  void aBatchGetsNoFurtherThanItsEntriesWould() {
    hidden("t-" + run);
    ObjectNode bundle =
        tree(
            """
            {'resourceType':'Bundle','type':'batch','entry':[
            {'request':{'method':'GET','url':'Observation/t-%1$s'}},
            {'request':{'method':'GET','url':'Observation?_id=t-%1$s'}},
            {'request':{'method':'GET','url':'Observation/t-%1$s/_history'}},
            {'request':{'method':'GET','url':'Patient/%2$s/$everything'}}]}"""
                .formatted(run, patient));
    Reply reply = server.send(doctor, "POST", "", bundle.toString());
    assertThat(reply.text()).doesNotContain("urn:o", "urn:n");
    assertThat(server.send(theirs, "POST", "", bundle.toString()).text())
        .contains("urn:o", "urn:n");
  }

  // ---- bytes

  @Test
  void bytesFollowThePatientTheyBelongTo() {
    Reply made =
        server.send(
            theirs,
            "POST",
            "Binary",
            "a secret report",
            "Content-Type",
            "text/plain",
            "X-Security-Context",
            "Patient/" + patient);
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    String path = "Binary/" + made.id();
    Caller owner = Callers.resident(patient);
    assertThat(bytes(owner, path).text()).isEqualTo("a secret report");
    assertThat(bytes(theirs, path).status()).isEqualTo(200);
    for (Caller other : List.of(stranger, doctor, ours, Callers.regulator(), Callers.operator())) {
      assertThat(bytes(other, path).status()).isEqualTo(404);
      assertThat(bytes(other, path + "/_history/1").status()).isEqualTo(404);
    }
    server.created(owner, Consents.active(patient, "Organization/h1-" + run));
    assertThat(bytes(doctor, path).status()).isEqualTo(200);
    assertThat(server.send(stranger, "POST", "Binary", "x", "Content-Type", "text/plain").status())
        .isEqualTo(403);
  }

  private Reply bytes(Caller caller, String path) {
    return server.send(caller, "GET", path, null, "Accept", "text/plain");
  }

  // ---- scopes

  @Test
  void scopesNarrowTheRole() {
    Caller resident = Callers.resident(patient);
    hidden("u-" + run);
    String row = "Observation/u-" + run;
    String search = "Observation?_id=u-" + run;
    Caller reads = Callers.with(resident, "patient/Observation.r");
    Caller searches = Callers.with(resident, "patient/Observation.s");
    Caller all = Callers.with(resident, "patient/*.cruds");
    Caller old = Callers.with(resident, "patient/Observation.read");
    Caller granular =
        Callers.with(resident, "patient/Observation.rs?category=laboratory", "patient/Patient.r");
    Caller wrong = Callers.with(resident, "system/*.cruds", "patient/Observation.sr", "openid");
    assertThat(server.get(reads, row).status()).isEqualTo(200);
    assertThat(server.get(reads, search).status()).isEqualTo(403);
    assertThat(server.get(searches, row).status()).isEqualTo(403);
    assertThat(server.get(searches, search).status()).isEqualTo(200);
    assertThat(server.get(all, row).status()).isEqualTo(200);
    assertThat(server.get(old, row).status()).isEqualTo(200);
    assertThat(server.get(old, search).status()).isEqualTo(200);
    assertThat(server.get(granular, row).status()).isEqualTo(403);
    assertThat(server.get(granular, "Patient/" + patient).status()).isEqualTo(200);
    assertThat(server.get(wrong, row).status()).isEqualTo(403);
    assertThat(server.get(reads, "Patient/" + patient).status()).isEqualTo(403);
    // Neither by an include, nor by a chain, nor as an entry of everything.
    assertThat(server.get(searches, search + "&_include=Observation:patient").text())
        .doesNotContain("urn:n");
    assertThat(
            server
                .get(searches, search + "&subject:Patient.identifier=urn:n%7C" + run)
                .json()
                .path("entry"))
        .isEmpty();
    assertThat(server.get(old, "_history?_count=500").text()).doesNotContain("urn:n");
    assertThat(server.get(old, "?_lastUpdated=ge2020&_count=500").text()).doesNotContain("urn:n");
    // A practitioner's app launched for one patient sees that one.
    server.created(resident, Consents.active(patient, "Organization/h1-" + run));
    assertThat(server.get(doctor, row).status()).isEqualTo(200);
    assertThat(server.get(Callers.with(doctor, "patient/*.rs"), row).status()).isEqualTo(404);
    assertThat(server.get(Callers.with(doctor, "user/*.rs"), row).status()).isEqualTo(200);
  }

  @Test
  void aSystemWithoutAnInstitutionOwnsNothing() {
    String loaded = server.created(ROOT, "{'resourceType':'Patient','name':[{'text':'x'}]}");
    Caller homeless = Callers.system("");
    assertThat(server.get(homeless, "Patient/" + loaded).status()).isEqualTo(404);
    assertThat(server.post(homeless, tree("{'resourceType':'Patient'}")).status()).isEqualTo(403);
  }

  @Test
  void operationsOfThePlatformAreForThoseWhoKeepIt() {
    for (Caller caller : List.of(stranger, doctor, ours)) {
      assertThat(server.get(caller, "$statistics").status()).isEqualTo(403);
    }
    assertThat(server.get(Callers.regulator(), "$statistics").status()).isEqualTo(200);
    for (Caller caller : List.of(stranger, doctor, ours, Callers.regulator())) {
      assertThat(server.get(caller, "$reindex-progress").status()).isEqualTo(403);
      assertThat(server.send(caller, "POST", "Basic/$reindex", null).status()).isEqualTo(403);
    }
    assertThat(server.get(Callers.operator(), "$reindex-progress").status()).isEqualTo(200);
  }

  @Test
  void labelsAreAddedAndNotTakenAway() {
    String id =
        server.created(
            ours,
            "{'resourceType':'Device','meta':{'security':[{'system':'http://terminology.hl7.org/CodeSystem/v3-Confidentiality','code':'R'}]}}");
    ObjectNode body = (ObjectNode) server.get(ours, "Device/" + id).json();
    ObjectNode less = body.deepCopy();
    less.withObject("meta").remove("security");
    assertThat(server.send(ours, "PUT", "Device/" + id, less.toString()).status()).isEqualTo(403);
    String meta =
        "{'resourceType':'Parameters','parameter':[{'name':'meta','valueMeta':{'security':[{'system':'http://terminology.hl7.org/CodeSystem/v3-Confidentiality','code':'%s'}]}}]}";
    assertThat(
            server
                .send(
                    ours,
                    "POST",
                    "Device/" + id + "/$meta-delete",
                    tree(meta.formatted("R")).toString())
                .status())
        .isEqualTo(403);
    assertThat(
            server
                .send(
                    ours,
                    "POST",
                    "Device/" + id + "/$meta-add",
                    tree(meta.formatted("V")).toString())
                .status())
        .isEqualTo(200);
  }

  @Test
  void whatAnOperatorWritesIsAboutNobody() {
    Caller operator = Callers.operator();
    assertThat(
            server
                .post(
                    operator,
                    tree(
                        "{'resourceType':'Organization','name':'x','contained':[{'resourceType':'Patient','id':'p'}]}"))
                .status())
        .isEqualTo(403);
    assertThat(server.post(operator, tree("{'resourceType':'Organization','name':'x'}")).status())
        .isEqualTo(201);
  }

  @Test
  void aResidentBooksAndCancelsButDoesNotArriveByItself() {
    Caller resident = Callers.resident(patient);
    String booking =
        "{'resourceType':'Appointment','status':'%s','participant':[{'status':'accepted','actor':{'reference':'Patient/%s'}}]}";
    assertThat(server.post(resident, tree(booking.formatted("arrived", patient))).status())
        .isEqualTo(403);
    assertThat(server.post(resident, tree(booking.formatted("booked", "another"))).status())
        .isEqualTo(403);
    String entered = server.created(theirs, booking.formatted("booked", patient));
    ObjectNode body = (ObjectNode) server.get(resident, "Appointment/" + entered).json();
    assertThat(
            server
                .send(
                    resident,
                    "PUT",
                    "Appointment/" + entered,
                    body.put("status", "pending").toString())
                .status())
        .isEqualTo(403);
    assertThat(
            server
                .send(
                    resident,
                    "PUT",
                    "Appointment/" + entered,
                    body.put("status", "cancelled").toString())
                .status())
        .isEqualTo(200);
    // It stays the institution's.
    assertThat(server.get(theirs, "Appointment/" + entered).text()).contains("cancelled");
  }
}
