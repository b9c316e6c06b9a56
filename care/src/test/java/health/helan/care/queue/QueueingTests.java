package health.helan.care.queue;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.care.queue.QueueServer.Hospital;
import health.helan.care.queue.QueueServer.Person;
import health.helan.care.queue.QueueServer.Reply;
import health.helan.foundation.store.Caller;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The way through the house, over HTTP. */
class QueueingTests {
  private final QueueServer server = QueueServer.get();

  @AfterEach
  void setTheClockBack() {
    server.clock.ahead(Duration.ZERO);
  }

  @Test
  void leadsFromTheDoorToTheEndOfTheVisit() {
    Hospital hospital = server.hospital();
    Person person = server.person("张小三");
    Reply came =
        server.call(
            hospital.clerk(),
            "$queue-check-in",
            "queue",
            hospital.queue(),
            "patient",
            person.patient(),
            "identifier",
            person.number());
    assertThat(came.status()).as(came.body()).isEqualTo(200);
    assertThat(came.ticket("label")).isEqualTo("A001");
    assertThat(came.ticket("state")).isEqualTo("waiting");
    assertThat(came.ticket("before")).isEqualTo("0");
    assertThat(came.ticket("wait-low")).isEmpty(); // Nothing was measured yet.
    String ticket = came.ticket("id");
    String encounter = came.ticket("encounter");
    assertThat(server.read(encounter).path("status").asString()).isEqualTo("arrived");

    Reply triaged =
        server.call(
            hospital.nurse(),
            "$queue-triage",
            "ticket",
            ticket,
            "level",
            "urgent",
            "reason",
            "胸痛 30 分钟");
    assertThat(triaged.ticket("level")).isEqualTo("urgent");
    assertThat(server.read(encounter).path("status").asString()).isEqualTo("triaged");
    assertThat(server.read(encounter).at("/priority/coding/0/code").asString()).isEqualTo("UR");

    assertThat(server.next(hospital.doctor(), hospital, "3 诊室").ticket("id")).isEqualTo(ticket);
    assertThat(server.step(hospital.doctor(), "start", ticket).ticket("state"))
        .isEqualTo("serving");
    assertThat(server.read(encounter).path("status").asString()).isEqualTo("in-progress");
    assertThat(server.read(encounter).at("/participant/0/individual/reference").asString())
        .isEqualTo("Practitioner/" + hospital.doctor().binding().practitioner());
    assertThat(server.step(hospital.doctor(), "finish", ticket).ticket("state"))
        .isEqualTo("served");
    JsonNode end = server.read(encounter);
    assertThat(end.path("status").asString()).isEqualTo("finished");
    assertThat(end.path("period").has("end")).isTrue();

    List<String> steps = steps(encounter);
    assertThat(steps).containsExactlyInAnyOrder("check-in", "triage", "call", "start", "finish");
  }

  /** Codes of the Provenances of an Encounter. */
  private List<String> steps(String encounter) {
    List<String> steps = new ArrayList<>();
    for (JsonNode entry :
        server
            .get(Caller.operator("t"), "Provenance?_count=50&target=" + encounter)
            .json()
            .path("entry")) {
      JsonNode provenance = entry.path("resource");
      assertThat(provenance.at("/agent/0/onBehalfOf/reference").asString())
          .startsWith("Organization/");
      steps.add(provenance.at("/activity/coding/0/code").asString());
    }
    return steps;
  }

  @Test
  void letsABookingArriveAndBeFulfilledWithItsVisit() {
    Hospital hospital = server.hospital();
    Person person = server.person("李四");
    String appointment = server.booking(hospital, person, soon());
    Reply came =
        server.call(
            hospital.clerk(),
            "$queue-check-in",
            "queue",
            hospital.queue(),
            "patient",
            person.patient(),
            "identifier",
            person.number());
    assertThat(came.ticket("appointment")).isEqualTo("Appointment/" + appointment);
    assertThat(status(appointment)).isEqualTo("arrived");
    assertThat(server.read(came.ticket("encounter")).at("/appointment/0/reference").asString())
        .isEqualTo("Appointment/" + appointment);
    String ticket = server.next(hospital.doctor(), hospital, "1 诊室").ticket("id");
    server.step(hospital.doctor(), "start", ticket);
    server.step(hospital.doctor(), "finish", ticket);
    assertThat(status(appointment)).isEqualTo("fulfilled");
  }

  private String status(String appointment) {
    return server.read("Appointment/" + appointment).path("status").asString();
  }

  /** A time today, in Beijing, whatever time it is. */
  private Instant soon() {
    Instant now = server.queues.now();
    LocalTime time = now.atZone(Queues.BEIJING).toLocalTime();
    return time.isAfter(LocalTime.of(23, 20)) ? now.minusSeconds(60) : now.plusSeconds(600);
  }

  @Test
  void callsWhoIsUrgentFirstThenInOrderOfArrival() {
    Hospital hospital = server.hospital();
    List<String> tickets = new ArrayList<>();
    for (String name : List.of("甲一", "乙二", "丙三")) {
      tickets.add(server.checkIn(hospital, server.person(name)));
    }
    server.call(
        hospital.nurse(),
        "$queue-triage",
        "ticket",
        tickets.get(2),
        "level",
        "emergency",
        "reason",
        "呼吸困难");
    assertThat(server.line(hospital).each("waiting", "label"))
        .containsExactly("A003", "A001", "A002");
    assertThat(server.line(hospital).each("waiting", "before")).containsExactly("0", "1", "2");
    assertThat(server.next(hospital.doctor(), hospital, "1 诊室").ticket("label")).isEqualTo("A003");
  }

  @Test
  void callsTheSameOneAgainForWhoLostTheAnswer() {
    Hospital hospital = server.hospital();
    server.checkIn(hospital, server.person("甲一"));
    server.checkIn(hospital, server.person("乙二"));
    String first = server.next(hospital.doctor(), hospital, "1 诊室").ticket("id");
    assertThat(server.next(hospital.doctor(), hospital, "1 诊室").ticket("id")).isEqualTo(first);
    assertThat(server.next(hospital.doctor(), hospital, "2 诊室").ticket("id")).isNotEqualTo(first);
  }

  @Test
  void putsWhoMissedTheCallBehindSoManyOthersAndTellsThem() {
    Hospital hospital = server.hospital();
    Person late = server.person("迟到者");
    String missed = server.checkIn(hospital, late);
    for (int i = 0; i < 5; i++) {
      server.checkIn(hospital, server.person("其他" + i));
    }
    assertThat(server.next(hospital.doctor(), hospital, "1 诊室").ticket("id")).isEqualTo(missed);
    assertThat(server.step(hospital.doctor(), "miss", missed).ticket("state")).isEqualTo("missed");
    assertThat(server.line(hospital).each("waiting", "label"))
        .containsExactly("A002", "A003", "A004", "A001", "A005", "A006");
    assertThat(messages(late)).anyMatch(text -> text.contains("已过号"));
    for (int i = 0; i < 3; i++) {
      String other = server.next(hospital.doctor(), hospital, "1 诊室").ticket("id");
      assertThat(other).isNotEqualTo(missed);
      server.step(hospital.doctor(), "start", other);
      server.step(hospital.doctor(), "finish", other);
    }
    assertThat(server.next(hospital.doctor(), hospital, "1 诊室").ticket("id")).isEqualTo(missed);
  }

  @Test
  void leavesWhoMissedTooManyCallsToTheDesk() {
    Hospital hospital = server.hospital();
    String ticket = server.checkIn(hospital, server.person("甲一"));
    for (int i = 0; i < 3; i++) {
      assertThat(server.next(hospital.doctor(), hospital, "1 诊室").ticket("id")).isEqualTo(ticket);
      server.step(hospital.doctor(), "miss", ticket);
    }
    assertThat(server.next(hospital.doctor(), hospital, "1 诊室").status()).isEqualTo(404);
    assertThat(server.line(hospital).each("missed", "id")).containsExactly(ticket);
    assertThat(server.step(hospital.nurse(), "return", ticket).ticket("state"))
        .isEqualTo("waiting");
    assertThat(server.next(hospital.doctor(), hospital, "1 诊室").ticket("id")).isEqualTo(ticket);
  }

  @Test
  void tellsWhoIsNearOnce() {
    Hospital hospital = server.hospital();
    List<Person> people = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      people.add(server.person("候诊" + i));
      server.checkIn(hospital, people.getLast());
    }
    Person last = people.getLast();
    assertThat(messages(last)).isEmpty();
    for (int i = 0; i < 3; i++) {
      String one = server.next(hospital.doctor(), hospital, i + " 诊室").ticket("id");
      server.step(hospital.doctor(), "start", one);
    }
    assertThat(messages(last)).hasSize(1);
    assertThat(messages(last).getFirst()).contains("A006").contains("快到了").contains("is near");
  }

  private List<String> messages(Person person) {
    List<String> texts = new ArrayList<>();
    for (JsonNode entry :
        server
            .get(person.self(), "Communication?subject=Patient/" + person.patient())
            .json()
            .path("entry")) {
      texts.add(entry.at("/resource/payload/0/contentString").asString());
    }
    return texts;
  }

  @Test
  void saysARangeOnceEnoughVisitsWereMeasured() {
    Hospital hospital = server.hospital();
    for (int i = 0; i < 9; i++) {
      server.checkIn(hospital, server.person("候诊" + i));
    }
    for (int i = 0; i < Estimate.ENOUGH; i++) {
      String one = server.next(hospital.doctor(), hospital, "1 诊室").ticket("id");
      server.step(hospital.doctor(), "start", one);
      server.clock.ahead(Duration.ofMinutes(6L * (i + 1)));
      assertThat(server.line(hospital).each("waiting", "wait-high")).allMatch(String::isEmpty);
      server.step(hospital.doctor(), "finish", one);
    }
    Reply line = server.line(hospital);
    // Three wait before the last, of six minutes each.
    assertThat(line.each("waiting", "wait-low").getLast()).isEqualTo("15");
    assertThat(line.each("waiting", "wait-high").getLast()).isEqualTo("20");
  }

  @Test
  void movesSomebodyToAnotherDepartmentWithLevelAndRecord() {
    Hospital hospital = server.hospital();
    Person person = server.person("张小三");
    String ticket = server.checkIn(hospital, person);
    server.call(
        hospital.nurse(), "$queue-triage", "ticket", ticket, "level", "priority", "reason", "孕妇");
    Caller ophthalmologist =
        QueueServer.staff(hospital.id(), "eye-" + hospital.id(), hospital.other());
    assertThat(server.get(ophthalmologist, "Patient/" + person.patient()).status()).isEqualTo(404);
    Reply moved =
        server.call(
            hospital.nurse(), "$queue-move", "ticket", ticket, "queue", hospital.otherQueue());
    assertThat(moved.ticket("label")).isEqualTo("B001");
    assertThat(moved.ticket("level")).isEqualTo("priority");
    assertThat(server.line(hospital).all("waiting")).isEmpty();
    assertThat(server.get(ophthalmologist, "Patient/" + person.patient()).status()).isEqualTo(200);
    assertThat(server.get(hospital.doctor(), "Patient/" + person.patient()).status())
        .isEqualTo(404);
    Reply back = server.step(hospital.nurse(), "leave", ticket);
    assertThat(back.status()).isEqualTo(422);
    assertThat(back.sentence()).contains("moved").contains("leave");
  }

  @Test
  void opensTheRecordToTheDepartmentAndNobodyElse() {
    Hospital hospital = server.hospital();
    Person person = server.person("张小三");
    assertThat(server.get(hospital.doctor(), "Patient/" + person.patient()).status())
        .isEqualTo(404);
    server.checkIn(hospital, person);
    assertThat(
            server.get(hospital.doctor(), "Patient/" + person.patient()).json().at("/name/0/text"))
        .hasToString("\"张小三\"");
    assertThat(server.get(hospital.clerk(), "Patient/" + person.patient()).status()).isEqualTo(404);
    // The doctor sees the whole name in the line, the triage desk a masked one.
    assertThat(server.get(hospital.doctor(), "$queue-line?queue=" + hospital.queue()).body())
        .contains("张小三");
    assertThat(server.line(hospital).body()).contains("张*三").doesNotContain("张小三");
  }

  @Test
  void giveTwoCallersAtOnceNeverTheSamePerson() throws Exception {
    Hospital hospital = server.hospital();
    int people = 24;
    for (int i = 0; i < people; i++) {
      server.checkIn(hospital, server.person("候诊" + i));
    }
    var called = new HashSet<String>();
    int answered = 0;
    // Half of them as if on another instance, which shares nothing but the database.
    var elsewhere = new Queues(server.queues.parts());
    try (var threads = Executors.newFixedThreadPool(8)) {
      List<Callable<String>> calls = new ArrayList<>();
      for (int i = 0; i < people; i++) {
        String place = i + " 诊室";
        Queues instance = i % 2 == 0 ? server.queues : elsewhere;
        calls.add(() -> instance.callNext(hospital.doctor(), hospital.queue(), place).id());
      }
      for (Future<String> one : threads.invokeAll(calls)) {
        called.add(one.get());
        answered++;
      }
    }
    assertThat(answered).isEqualTo(people);
    assertThat(called).hasSize(people);
    assertThat(server.next(hospital.doctor(), hospital, "再来一位").status()).isEqualTo(404);
  }

  @Test
  void giveEverybodyANumberOfTheirOwnWhenManyComeAtOnce() throws Exception {
    Hospital hospital = server.hospital();
    List<Person> people = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      people.add(server.person("同时" + i));
    }
    try (var threads = Executors.newFixedThreadPool(8)) {
      List<Callable<String>> arrivals = new ArrayList<>();
      for (Person person : people) {
        arrivals.add(() -> server.checkIn(hospital, person));
        arrivals.add(
            () -> {
              // Twice at once at two desks.
              Reply again =
                  server.call(
                      hospital.clerk(),
                      "$queue-check-in",
                      "queue",
                      hospital.queue(),
                      "patient",
                      person.patient(),
                      "identifier",
                      person.number());
              return "" + again.status();
            });
      }
      for (Future<String> one : threads.invokeAll(arrivals)) {
        try {
          one.get();
        } catch (java.util.concurrent.ExecutionException e) {
          assertThat(e).hasMessageContaining("409");
        }
      }
    }
    List<String> labels = server.line(hospital).each("waiting", "label");
    assertThat(labels).hasSize(16).doesNotHaveDuplicates();
    // What was refused left nothing: no Encounter without a ticket.
    for (Person person : people) {
      assertThat(
              server
                  .get(
                      Caller.operator("t"),
                      "Encounter?_summary=count&patient=Patient/" + person.patient())
                  .json()
                  .path("total")
                  .asInt())
          .isEqualTo(1);
    }
  }

  @Test
  void endsYesterdaysTicketsByItself() {
    Hospital hospital = server.hospital();
    String ticket = server.checkIn(hospital, server.person("甲一"));
    server.clock.ahead(Queues.LONGEST.plusMinutes(5));
    Reply late = server.call(hospital.doctor(), "$queue-call", "ticket", ticket, "place", "1");
    assertThat(late.status()).isEqualTo(422);
    server.queues.upkeep();
    assertThat(server.state(ticket)).isEqualTo(State.LEFT);
    server.clock.ahead(Duration.ofDays(9));
    server.queues.upkeep();
    assertThat(server.queues.table.ticket(ticket)).isNull();
  }

  @Test
  void keepsNothingOfTheResidentInTheClear() {
    Hospital hospital = server.hospital();
    Person person = server.person("欧阳明珠");
    server.checkIn(hospital, person);
    assertThat(
            server.number(
                "select count(*) from visit_queue_ticket t where position(convert_to('欧', 'UTF8') in content) > 0"
                    + " or cast(t as text) like '%"
                    + person.patient()
                    + "%'"))
        .isZero();
    server.queues.erase(server.store.purges().subject(person.patient()));
    assertThat(server.line(hospital).all("waiting")).isEmpty();
  }
}
