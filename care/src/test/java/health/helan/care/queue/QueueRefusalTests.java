package health.helan.care.queue;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.care.queue.QueueServer.Hospital;
import health.helan.care.queue.QueueServer.Person;
import health.helan.care.queue.QueueServer.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Who may not, and what is not to be had, over HTTP; and what residents and screens get. */
class QueueRefusalTests {
  private final QueueServer server = QueueServer.get();

  @AfterEach
  void setTheClockBack() {
    server.clock.ahead(Duration.ZERO);
  }

  @Test
  void staffOfOtherHouseholdsFindsNeitherQueueNorTicket() {
    Hospital hospital = server.hospital();
    Caller stranger = QueueServer.staff("org-elsewhere", "doctor-elsewhere");
    String ticket = server.checkIn(hospital, server.person("张小三"));
    String line = "$queue-line?queue=" + hospital.queue();
    assertThat(server.get(stranger, line).status()).isEqualTo(404);
    assertThat(server.get(stranger, line).sentence()).isEqualTo("There is no such queue.");
    assertThat(server.next(stranger, hospital, "1").status()).isEqualTo(404);
    for (String step : List.of("miss", "return", "start", "finish", "leave")) {
      Reply reply = server.step(stranger, step, ticket);
      assertThat(reply.status()).as(step).isEqualTo(404);
      assertThat(reply.sentence()).isEqualTo("There is no such ticket.");
    }
    assertThat(server.call(stranger, "$queue-call", "ticket", ticket, "place", "1").status())
        .isEqualTo(404);
    assertThat(server.get(stranger, "$queues").all("queue")).isEmpty();
    assertThat(
            server.call(stranger, "$queue-set", "queue", hospital.queue(), "name", "别家的").status())
        .isEqualTo(404);
  }

  @Test
  void rolesWithoutQueuesAreRefused() {
    Hospital hospital = server.hospital();
    Person person = server.person("张小三");
    String ticket = server.checkIn(hospital, person);
    Caller operator = QueueServer.caller(Role.OPERATOR, "", Binding.NONE);
    Caller regulator = QueueServer.caller(Role.REGULATOR, "", Binding.NONE);
    for (Caller caller : List.of(operator, regulator)) {
      assertThat(server.get(caller, "$queues").status()).isEqualTo(403);
      assertThat(server.get(caller, "$queue-line?queue=" + hospital.queue()).status())
          .isEqualTo(403);
      assertThat(server.next(caller, hospital, "1").status()).isEqualTo(403);
      assertThat(server.step(caller, "leave", ticket).status()).isEqualTo(403);
      assertThat(server.call(caller, "$queue-screen", "name", "x").status()).isEqualTo(403);
    }
    assertThat(server.get(person.self(), "$queue-line?queue=" + hospital.queue()).status())
        .isEqualTo(403);
    assertThat(server.next(person.self(), hospital, "1").status()).isEqualTo(403);
    assertThat(server.step(hospital.system(), "start", ticket).status()).isEqualTo(403);
    assertThat(
            server
                .call(
                    hospital.system(),
                    "$queue-triage",
                    "ticket",
                    ticket,
                    "level",
                    "urgent",
                    "reason",
                    "x")
                .status())
        .isEqualTo(403);
  }

  @Test
  void aResidentSeesAndEndsTheOwnTicketOnly() {
    Hospital hospital = server.hospital();
    Person first = server.person("甲一");
    Person second = server.person("乙二");
    server.checkIn(hospital, first);
    String ticket = server.checkIn(hospital, second);
    Reply own = server.get(second.self(), "Patient/" + second.patient() + "/$queue-tickets");
    assertThat(own.ticket("label")).isEqualTo("A002");
    assertThat(own.ticket("before")).isEqualTo("1");
    assertThat(own.ticket("level")).isEmpty();
    assertThat(own.body()).doesNotContain(first.patient());
    assertThat(server.get(first.self(), "Patient/" + second.patient() + "/$queue-tickets").status())
        .isEqualTo(404);
    assertThat(server.step(first.self(), "leave", ticket).status()).isEqualTo(404);
    assertThat(server.step(second.self(), "leave", ticket).ticket("state")).isEqualTo("left");
    assertThat(
            server
                .get(hospital.clerk(), "Patient/" + second.patient() + "/$queue-tickets")
                .status())
        .isEqualTo(403);
  }

  @Test
  void aWrongNumberIsAnsweredAsNobody() {
    Hospital hospital = server.hospital();
    Person person = server.person("张小三");
    Reply wrong =
        server.call(
            hospital.clerk(),
            "$queue-check-in",
            "queue",
            hospital.queue(),
            "patient",
            person.patient(),
            "identifier",
            "640104198503079999");
    Reply nobody =
        server.call(
            hospital.clerk(),
            "$queue-check-in",
            "queue",
            hospital.queue(),
            "patient",
            "nobody",
            "identifier",
            "640104198503079999");
    assertThat(wrong.status()).isEqualTo(404);
    assertThat(nobody.status()).isEqualTo(404);
    assertThat(wrong.sentence().replace(person.patient(), "nobody")).isEqualTo(nobody.sentence());
    assertThat(server.line(hospital).all("waiting")).isEmpty();
  }

  @Test
  void byANumberAloneNobodyOpensARecordToTheOwnDepartment() {
    Hospital hospital = server.hospital();
    Person person = server.person("张小三");
    String[] arrival = {
      "queue", hospital.queue(), "patient", person.patient(), "identifier", person.number()
    };
    Reply refused = server.call(hospital.doctor(), "$queue-check-in", arrival);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.sentence()).contains("own department");
    assertThat(server.get(hospital.doctor(), "Patient/" + person.patient()).status())
        .isEqualTo(404);
    // A booking is the resident's own act: with it the same desk may.
    server.booking(hospital, person, Instant.now());
    assertThat(server.call(hospital.doctor(), "$queue-check-in", arrival).status()).isEqualTo(200);
  }

  @Test
  void nobodyMovesAnybodyToTheOwnDepartment() {
    Hospital hospital = server.hospital();
    String ticket = server.checkIn(hospital, server.person("张小三"));
    Caller ophthalmologist =
        QueueServer.staff(hospital.id(), "eye-" + hospital.id(), hospital.other());
    Reply refused =
        server.call(
            ophthalmologist, "$queue-move", "ticket", ticket, "queue", hospital.otherQueue());
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.sentence()).contains("own department");
    // Nor does a doctor begin with whose record is not open to the own department.
    server.call(ophthalmologist, "$queue-call", "ticket", ticket, "place", "9 诊室");
    assertThat(server.step(ophthalmologist, "start", ticket).status()).isEqualTo(403);
    assertThat(server.state(ticket)).isEqualTo(State.CALLED);
  }

  @Test
  void whoseLicenceDoesNotHoldNeitherTriagesNorBegins() {
    Hospital hospital = server.hospital();
    String ticket = server.checkIn(hospital, server.person("张小三"));
    Caller unlicensed =
        QueueServer.staff(hospital.id(), QueueServer.UNLICENSED, hospital.department());
    assertThat(triage(unlicensed, ticket).status()).isEqualTo(422);
    server.next(unlicensed, hospital, "1 诊室");
    assertThat(server.step(unlicensed, "start", ticket).status()).isEqualTo(422);
    assertThat(server.state(ticket)).isEqualTo(State.CALLED);
  }

  @Test
  void howUrgentSomebodyIsDoctorsAndNursesSay() {
    Hospital hospital = server.hospital();
    String ticket = server.checkIn(hospital, server.person("张小三"));
    Reply refused =
        triage(
            QueueServer.staff(hospital.id(), QueueServer.PHARMACIST, hospital.department()),
            ticket);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.sentence()).contains("doctors and nurses");
    assertThat(server.line(hospital).each("waiting", "level")).containsExactly("routine");
    assertThat(triage(hospital.nurse(), ticket).ticket("level")).isEqualTo("urgent");
  }

  @Test
  void whatALicenceDoesNotAllowIsNotOffered() {
    Hospital hospital = server.hospital();
    server.checkIn(hospital, server.person("张小三"));
    Caller pharmacist =
        QueueServer.staff(hospital.id(), QueueServer.PHARMACIST, hospital.department());
    Caller unlicensed =
        QueueServer.staff(hospital.id(), QueueServer.UNLICENSED, hospital.department());
    assertThat(offered(hospital.nurse(), hospital, "waiting")).contains("triage", "call", "leave");
    assertThat(offered(pharmacist, hospital, "waiting")).contains("call").doesNotContain("triage");
    assertThat(offered(unlicensed, hospital, "waiting")).contains("call").doesNotContain("triage");

    server.next(hospital.doctor(), hospital, "1 诊室");
    assertThat(offered(hospital.doctor(), hospital, "called")).contains("start", "miss");
    assertThat(offered(pharmacist, hospital, "called")).contains("start");
    assertThat(offered(unlicensed, hospital, "called")).contains("miss").doesNotContain("start");
    // A system acts for whoever it has signed in, and is asked nothing of a licence.
    assertThat(offered(QueueServer.system(hospital.id()), hospital, "called")).contains("miss");
  }

  /** Steps that the line offers with its first ticket of this kind. */
  private List<String> offered(Caller caller, Hospital hospital, String kind) {
    Reply line = server.get(caller, "$queue-line?queue=" + hospital.queue());
    List<String> steps = new ArrayList<>();
    for (JsonNode part : line.all(kind).getFirst()) {
      if (part.path("name").asString("").equals("may")) {
        steps.add(part.path("valueCode").asString(""));
      }
    }
    return steps;
  }

  private Reply triage(Caller caller, String ticket) {
    return server.call(
        caller, "$queue-triage", "ticket", ticket, "level", "urgent", "reason", "胸痛");
  }

  @Test
  void whatIsMissingOrWrongIsSaidInTheCallersLanguage() {
    Hospital hospital = server.hospital();
    String ticket = server.checkIn(hospital, server.person("张小三"));
    Reply level =
        server.call(
            hospital.nurse(), "$queue-triage", "ticket", ticket, "level", "soon", "reason", "x");
    assertThat(level.status()).isEqualTo(400);
    assertThat(level.sentence()).contains("emergency");
    Reply chinese =
        server.send(
            hospital.nurse(), "POST", "$queue-call", "{\"resourceType\":\"Parameters\"}", "zh-CN");
    assertThat(chinese.status()).isEqualTo(400);
    assertThat(chinese.sentence()).isEqualTo("缺少参数 place。");
    assertThat(
            server
                .call(hospital.system(), "$queue-set", "department", hospital.id(), "name", "全院")
                .status())
        .isEqualTo(422);
    server.call(hospital.system(), "$queue-set", "queue", hospital.queue(), "state", "closed");
    Person late = server.person("来晚了");
    assertThat(
            server
                .call(
                    hospital.clerk(),
                    "$queue-check-in",
                    "queue",
                    hospital.queue(),
                    "patient",
                    late.patient(),
                    "identifier",
                    late.number())
                .sentence())
        .isEqualTo("This queue is closed.");
  }

  // ------------------------------------------------------------------ card, telephone, screen

  private String code(Person person) {
    server.call(
        person.self(), "Patient/" + person.patient() + "/$health-card-step", "step", "apply");
    Reply reply = server.call(person.self(), "Patient/" + person.patient() + "/$health-code");
    assertThat(reply.status()).as(reply.body()).isEqualTo(200);
    return QueueServer.text(reply.json().path("parameter"), "code");
  }

  @Test
  void byACodeOfTheCardTheDepartmentsOwnDeskChecksIn() {
    Hospital hospital = server.hospital();
    Person person = server.person("张小三");
    String terminal = "kiosk-" + hospital.id();
    assertThat(
            server
                .call(
                    hospital.system(),
                    "$card-terminal",
                    "id",
                    terminal,
                    "name",
                    "分诊台",
                    "scenes",
                    "check-in",
                    "attended",
                    "true")
                .status())
        .isEqualTo(200);
    String code = code(person);
    Reply came =
        server.call(
            hospital.doctor(),
            "$queue-check-in",
            "queue",
            hospital.queue(),
            "terminal",
            terminal,
            "code",
            code);
    assertThat(came.status()).as(came.body()).isEqualTo(200);
    assertThat(came.ticket("patient")).isEqualTo("Patient/" + person.patient());
    assertThat(server.get(hospital.doctor(), "Patient/" + person.patient()).status())
        .isEqualTo(200);
    Reply again =
        server.call(
            hospital.doctor(),
            "$queue-check-in",
            "queue",
            hospital.otherQueue(),
            "terminal",
            terminal,
            "code",
            code);
    assertThat(again.status()).isEqualTo(409); // Spent.
  }

  @Test
  void byTelephoneWhoIsBookedChecksInWithTheCodeOnTheScreen() {
    Hospital hospital = server.hospital();
    Person person = server.person("张小三");
    Screens.Screen screen = server.screen(hospital, "");
    String door = server.queues.screens().door(screen);
    String[] arrival = {"patient", person.patient(), "door", door};
    Reply without = server.call(person.self(), "$queue-check-in", arrival);
    assertThat(without.status()).isEqualTo(422);
    assertThat(without.sentence()).contains("booking");
    String appointment = server.booking(hospital, person, Instant.now());
    Person other = server.person("别人");
    assertThat(server.call(other.self(), "$queue-check-in", arrival).status()).isEqualTo(404);
    Reply came = server.call(person.self(), "$queue-check-in", arrival);
    assertThat(came.status()).as(came.body()).isEqualTo(200);
    assertThat(came.ticket("label")).isEqualTo("A001");
    assertThat(server.read("Appointment/" + appointment).path("status").asString())
        .isEqualTo("arrived");
  }

  @Test
  void aDoorCodeIsNotGuessedNorKept() {
    Hospital hospital = server.hospital();
    Person person = server.person("张小三");
    server.booking(hospital, person, Instant.now());
    Screens.Screen screen = server.screen(hospital, "");
    String door = server.queues.screens().door(screen);
    server.clock.ahead(Duration.ofMinutes(3));
    Reply old =
        server.call(person.self(), "$queue-check-in", "patient", person.patient(), "door", door);
    assertThat(old.status()).isEqualTo(422);
    assertThat(old.sentence()).contains("code on the screen");
    for (int i = 1; i < Screens.WRONG; i++) {
      server.call(person.self(), "$queue-check-in", "patient", person.patient(), "door", "no");
    }
    assertThat(
            server
                .call(
                    person.self(),
                    "$queue-check-in",
                    "patient",
                    person.patient(),
                    "door",
                    server.queues.screens().door(screen))
                .status())
        .isEqualTo(429);
  }

  @Test
  void aScreenShowsNumbersMaskedNamesAndRoomsAndNothingElse() {
    Hospital hospital = server.hospital();
    Person inside = server.person("欧阳明珠");
    Person waiting = server.person("张小三");
    server.checkIn(hospital, inside);
    String second = server.checkIn(hospital, waiting);
    server.call(
        hospital.nurse(), "$queue-triage", "ticket", second, "level", "routine", "reason", "复查血糖");
    server.next(hospital.doctor(), hospital, "3 诊室");
    var hall = new Hall(server.queues);
    Reply made =
        server.call(hospital.nurse(), "$queue-screen", "name", "二楼大厅", "queues", hospital.queue());
    String token = QueueServer.text(made.json().path("parameter"), "token");
    Screens.Screen screen = Objects.requireNonNull(hall.screen(token));
    ObjectNode shown = hall.shown(screen);
    assertThat(shown.path("queues")).hasSize(1);
    assertThat(shown.at("/queues/0/called/0/label").asString()).isEqualTo("A001");
    assertThat(shown.at("/queues/0/called/0/name").asString()).isEqualTo("欧**珠");
    assertThat(shown.at("/queues/0/called/0/to").asString()).isEqualTo("3 诊室");
    assertThat(shown.at("/queues/0/next/0/name").asString()).isEqualTo("张*三");
    assertThat(shown.toString())
        .doesNotContain(inside.patient(), inside.number(), "明珠", "小三", "血糖", "routine");
    // Switched off, its token opens nothing; of other houses nobody switches it.
    Caller stranger = QueueServer.staff("org-elsewhere", "doctor-elsewhere");
    assertThat(
            server
                .call(stranger, "$queue-screen", "screen", screen.id(), "state", "suspended")
                .status())
        .isEqualTo(404);
    assertThat(
            server
                .call(
                    hospital.nurse(), "$queue-screen", "screen", screen.id(), "state", "suspended")
                .status())
        .isEqualTo(200);
    assertThat(hall.screen(token)).isNull();
    assertThat(hall.screen("hqs_guessed")).isNull();
    assertThat(
            server
                .call(stranger, "$queue-screen", "name", "偷看", "queues", hospital.queue())
                .status())
        .isEqualTo(404);
  }

  @Test
  void everyCallLeavesATraceWithWhoseTicketItWas() {
    Hospital hospital = server.hospital();
    Person person = server.person("张小三");
    server.checkIn(hospital, person);
    server.audited.clear();
    server.line(hospital);
    long digest = server.store.purges().subject(person.patient());
    assertThat(server.audited)
        .anySatisfy(
            request -> {
              assertThat(request.operation()).isEqualTo("queue-line");
              assertThat(request.subjects()).contains(digest);
            });
    server.audited.clear();
    server.next(QueueServer.staff("org-elsewhere", "x"), hospital, "1");
    assertThat(server.audited).anyMatch(request -> request.status() == 404);
  }

  @Test
  void aTokenNarrowedToOtherTypesCallsNothingHere() {
    Hospital hospital = server.hospital();
    Caller narrowed =
        QueueServer.caller(
            Role.PRACTITIONER,
            hospital.id(),
            new Binding("n", Set.of(), Set.of(), Set.of("user/Observation.rs")));
    assertThat(server.get(narrowed, "$queues").status()).isEqualTo(403);
    assertThat(server.next(narrowed, hospital, "1").status()).isEqualTo(403);
  }
}
