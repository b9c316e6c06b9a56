package health.helan.care.appointment;

import static health.helan.care.appointment.BookingServer.ROOT;
import static health.helan.care.appointment.BookingServer.appointment;
import static health.helan.care.appointment.BookingServer.id;
import static health.helan.care.appointment.BookingServer.ok;
import static health.helan.care.appointment.BookingServer.resident;
import static health.helan.care.appointment.BookingServer.rule;
import static health.helan.care.appointment.BookingServer.system;
import static health.helan.care.appointment.BookingServer.tomorrow;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.care.appointment.BookingServer.Doctor;
import health.helan.care.appointment.BookingServer.Hospital;
import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What residents, desks and hospitals do with places, over HTTP, and what is refused. */
class BookingTests {
  private static final BookingServer SERVER = BookingServer.get();

  /** Shared: each test has a resident, and mostly a doctor, of its own. */
  private static final Hospital HOSPITAL = SERVER.new Hospital();

  private final String patient = SERVER.patient();
  private final Caller resident = resident(patient);

  @BeforeEach
  void itIsNow() {
    SERVER.clock.ahead(java.time.Duration.ZERO);
  }

  private static Doctor doctor() {
    return HOSPITAL.doctor(rule("08:00:00", "12:00:00", 1));
  }

  private static void isRefused(Reply reply, int status, String said) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    assertThat(reply.said()).contains(said);
  }

  // ------------------------------------------------------------------ the way of a booking

  @Test
  void aResidentFindsHoldsConfirmsMovesAndCancels() {
    Doctor doctor =
        HOSPITAL.doctor(
            rule(
                "08:00:00",
                "12:00:00",
                2,
                ",{'url':'fee','valueMoney':{'value':12.5,'currency':'CNY'}},{'url':'referral-percent','valueUnsignedInt':0}"));
    Reply found =
        SERVER.get(
            resident,
            "Appointment/$find?practitioner=Practitioner/%s&start=%s&end=%s"
                .formatted(doctor.id, tomorrow(), tomorrow().plusDays(1)));
    assertThat(found.json().path("entry")).hasSize(8);
    JsonNode first = found.json().path("entry").path(0).path("resource");
    assertThat(first.path("status").asString()).isEqualTo("proposed");
    assertThat(first.path("minutesDuration").asInt()).isEqualTo(30);
    assertThat(first.path("supportingInformation").path(0).path("reference").asString())
        .isEqualTo("Schedule/" + doctor.schedule);
    assertThat(first.toString()).contains("free-places\",\"valueUnsignedInt\":2", "12.50", "03.04");

    Reply held =
        SERVER.call(
            resident,
            "Appointment/$hold",
            "appointment-reference",
            "Appointment/" + first.path("id").asString());
    JsonNode appointment = appointment(held);
    String id = appointment.path("id").asString();
    assertThat(appointment.path("status").asString()).isEqualTo("pending");
    assertThat(appointment.toString())
        .contains("held-until", "Patient/" + patient, "PractitionerRole/" + doctor.id + "-post");
    assertThat(held.http().headers().firstValue("ETag")).contains("W/\"1\"");

    isRefused(SERVER.call(resident, "Appointment/" + id + "/$book"), 422, "how it is paid");
    Reply booked = SERVER.call(resident, "Appointment/" + id + "/$book", "payment", "counter");
    assertThat(appointment(booked).path("status").asString()).isEqualTo("booked");
    assertThat(booked.text()).doesNotContain("held-until").contains("\"counter\"");

    String other = doctor.slots().get(3);
    Reply moved = SERVER.call(resident, "Appointment/" + id + "/$reschedule", "slot", other);
    assertThat(appointment(moved).path("slot").path(0).path("reference").asString())
        .isEqualTo("Slot/" + other);
    assertThat(free(doctor)).containsExactly(2, 2, 2, 1, 2, 2, 2, 2);

    Reply cancelled = SERVER.call(resident, "Appointment/" + id + "/$cancel");
    assertThat(appointment(cancelled).path("status").asString()).isEqualTo("cancelled");
    assertThat(free(doctor)).containsOnly(2);
    // Not even to the time that it had: it has none any more.
    isRefused(
        SERVER.call(resident, "Appointment/" + id + "/$reschedule", "slot", other),
        422,
        "cancelled");
    assertThat(steps(id)).containsExactlyInAnyOrder("hold", "confirm", "reschedule", "cancel");
  }

  private List<Integer> free(Doctor doctor) {
    List<Integer> free = new ArrayList<>();
    SERVER
        .get(
            resident,
            "Appointment/$find?schedule=%s&start=%s&end=%s&full=true"
                .formatted(doctor.schedule, tomorrow(), tomorrow().plusDays(1)))
        .json()
        .path("entry")
        .forEach(
            one ->
                free.add(
                    one.path("resource")
                        .path("extension")
                        .path(0)
                        .path("valueUnsignedInt")
                        .asInt()));
    return free;
  }

  private static List<String> steps(String appointment) {
    List<String> steps = new ArrayList<>();
    SERVER
        .get(ROOT, "Provenance?target=Appointment/" + appointment)
        .json()
        .path("entry")
        .forEach(
            one ->
                steps.add(
                    one.path("resource")
                        .path("activity")
                        .path("coding")
                        .path(0)
                        .path("code")
                        .asString()));
    return steps;
  }

  @Test
  void aBookingInOneGoOpensTheRecordToTheDoctorFromTheDayBefore() {
    Doctor doctor = doctor();
    Reply before = SERVER.get(doctor.caller, "Patient/" + patient);
    assertThat(before.status()).isEqualTo(404);
    ok(SERVER.book(resident, patient, doctor.slots().getLast()));
    // Tomorrow's visit: at most 36 hours from now. It opens a day before it begins.
    long since =
        SERVER.number(
            "select extract(epoch from since)::bigint from access_grant where grantee = 'Practitioner/%s'"
                .formatted(doctor.id));
    long starts =
        SERVER.number(
            "select extract(epoch from starts)::bigint from booking where practitioner = '%s'"
                .formatted(doctor.id));
    long now = java.time.Instant.now().getEpochSecond();
    assertThat(since)
        .isBetween(Math.max(now - 60, starts - 86_400), Math.max(now + 2, starts - 86_400));
  }

  // ------------------------------------------------------------------ once

  @Test
  void theSameAgainHasTheEffectOfOnce() {
    Doctor doctor = doctor();
    String slot = doctor.slots().getFirst();
    String id = id(SERVER.hold(resident, patient, slot));
    assertThat(id(SERVER.hold(resident, patient, slot))).isEqualTo(id);
    ok(SERVER.call(resident, "Appointment/" + id + "/$book"));
    Reply again = SERVER.call(resident, "Appointment/" + id + "/$book");
    assertThat(again.http().headers().firstValue("ETag")).contains("W/\"2\"");
    assertThat(id(SERVER.book(resident, patient, slot))).isEqualTo(id);
    ok(SERVER.call(resident, "Appointment/" + id + "/$cancel"));
    Reply twice = SERVER.call(resident, "Appointment/" + id + "/$cancel");
    assertThat(twice.http().headers().firstValue("ETag")).contains("W/\"3\"");
    assertThat(steps(id)).hasSize(3);
  }

  @Test
  void aVersionThatIsNotTheOneThatWasSeenIsRefused() {
    Doctor doctor = doctor();
    String id = id(SERVER.hold(resident, patient, doctor.slots().getFirst()));
    String path = "Appointment/" + id + "/$book";
    isRefused(
        SERVER.send(
            resident, "POST", path, "{\"resourceType\":\"Parameters\"}", "If-Match", "W/\"7\""),
        412,
        "");
    assertThat(SERVER.status(id)).isEqualTo("pending");
    ok(
        SERVER.send(
            resident, "POST", path, "{\"resourceType\":\"Parameters\"}", "If-Match", "W/\"1\""));
  }

  // ------------------------------------------------------------------ who may not

  @Test
  void nobodyBooksForSomebodyElse() {
    Doctor doctor = doctor();
    String slot = doctor.slots().getFirst();
    String other = SERVER.patient();
    isRefused(SERVER.hold(resident, other, slot), 403, "");
    // A hospital that has never seen this resident.
    isRefused(SERVER.hold(system("h-elsewhere"), patient, slot), 404, "");
    isRefused(SERVER.hold(ApiForTests.caller(Role.REGULATOR, ""), patient, slot), 403, "");
    isRefused(SERVER.hold(ApiForTests.caller(Role.OPERATOR, ""), patient, slot), 403, "");
    String id = id(SERVER.hold(resident, patient, slot));
    isRefused(SERVER.call(resident(other), "Appointment/" + id + "/$cancel"), 404, "");
    isRefused(SERVER.call(system("h-elsewhere"), "Appointment/" + id + "/$cancel"), 404, "");
    isRefused(SERVER.call(resident, "Appointment/" + id + "/$complete"), 403, "");
    isRefused(SERVER.call(resident, "Appointment/" + id + "/$excuse"), 403, "");
    isRefused(SERVER.call(resident, "Schedule/" + doctor.schedule + "/$release"), 403, "");
    isRefused(
        SERVER.call(system("h-elsewhere"), "Schedule/" + doctor.schedule + "/$release"),
        403,
        "hospital itself");
    assertThat(SERVER.status(id)).isEqualTo("pending");
  }

  @Test
  void aDoctorDoesNotOpenARecordByBookingWithHimself() {
    Doctor doctor = doctor();
    String own =
        SERVER.created(HOSPITAL.system, "{'resourceType':'Patient','name':[{'text':'张小三'}]}");
    isRefused(SERVER.book(doctor.caller, own, doctor.slots().getFirst()), 403, "with themselves");
    Doctor colleague = doctor();
    ok(SERVER.book(colleague.caller, own, doctor.slots().getFirst()));
    // Nor by confirming what somebody else held.
    String held = id(SERVER.hold(HOSPITAL.system, own, colleague.slots().getFirst()));
    isRefused(
        SERVER.call(colleague.caller, "Appointment/" + held + "/$book"), 403, "with themselves");
  }

  @Test
  void noOtherDoorTakesAPlaceOrGivesOneAway() {
    Doctor doctor = doctor();
    List<String> slots = doctor.slots();
    String id = id(SERVER.book(resident, patient, slots.getFirst()));
    ObjectNode mine = (ObjectNode) SERVER.get(resident, "Appointment/" + id).json();
    isRefused(
        SERVER.send(
            resident, "PUT", "Appointment/" + id, mine.put("status", "cancelled").toString()),
        422,
        "operations");
    ObjectNode theirs = (ObjectNode) SERVER.get(HOSPITAL.system, "Appointment/" + id).json();
    isRefused(SERVER.send(HOSPITAL.system, "DELETE", "Appointment/" + id, null), 422, "operations");
    isRefused(
        SERVER.send(
            HOSPITAL.system,
            "PUT",
            "Appointment/" + id,
            theirs.put("status", "fulfilled").toString()),
        422,
        "operations");
    // A remark moves nobody.
    ok(
        SERVER.send(
            HOSPITAL.system,
            "PUT",
            "Appointment/" + id,
            theirs.put("status", "booked").put("comment", "空腹").toString()));
    isRefused(
        SERVER.create(
            HOSPITAL.system,
            """
            {'resourceType':'Appointment','status':'booked','start':'2030-01-01T00:00:00Z','end':'2030-01-01T00:30:00Z',
              'slot':[{'reference':'Slot/%s'}],
              'participant':[{'status':'accepted','actor':{'reference':'Patient/%s'}}]}"""
                .formatted(slots.get(1), patient)),
        422,
        "operations");
    ObjectNode slot = (ObjectNode) SERVER.get(HOSPITAL.system, "Slot/" + slots.get(1)).json();
    isRefused(
        SERVER.send(
            HOSPITAL.system,
            "PUT",
            "Slot/" + slots.get(1),
            slot.put("end", "2031-01-01T00:00:00Z").toString()),
        422,
        "keeps its times");
    assertThat(free(doctor)).startsWith(0, 1);
  }

  // ------------------------------------------------------------------ what is refused

  @Test
  void fullClosedPastAndUnopenedTimesAreRefusedInTheResidentsLanguage() {
    Doctor doctor = doctor();
    List<String> slots = doctor.slots();
    ok(SERVER.book(resident, patient, slots.getFirst()));
    String other = SERVER.patient();
    isRefused(SERVER.hold(resident(other), other, slots.getFirst()), 409, "All places");
    Reply chinese =
        SERVER.send(
            resident(other),
            "POST",
            "Appointment/$hold",
            ApiForTests.parameters("slot", slots.getFirst()).toString(),
            "Accept-Language",
            "zh-CN");
    assertThat(chinese.said()).contains("已约满");

    ObjectNode slot = (ObjectNode) SERVER.get(HOSPITAL.system, "Slot/" + slots.get(1)).json();
    ok(
        SERVER.send(
            HOSPITAL.system,
            "PUT",
            "Slot/" + slots.get(1),
            slot.put("status", "busy-unavailable").toString()));
    isRefused(SERVER.hold(resident(other), other, slots.get(1)), 422, "closed");
    isRefused(SERVER.hold(resident(other), other, "00000000000000000000x"), 404, "");
    isRefused(SERVER.hold(resident(other), other), 400, "slot");
    isRefused(
        SERVER.hold(resident(other), other, slots.get(2), slots.get(2)), 400, "different slots");
    SERVER.clock.ahead(java.time.Duration.ofDays(3));
    isRefused(SERVER.hold(resident(other), other, slots.get(2)), 422, "over");

    SERVER.clock.ahead(java.time.Duration.ZERO);
    // Opens a day before, at a minute before midnight: tomorrow's Slots are made, and not open yet
    // but in the last minute of a day.
    Doctor late =
        HOSPITAL.doctor(
            rule("08:00:00", "09:00:00", 1, ",{'url':'days-ahead','valuePositiveInt':1}")
                .replace("'00:00:00'", "'23:59:00'"));
    assertThat(late.slots()).isEmpty();
    String notYet =
        SERVER.text(
            "select slot from booking_slot where schedule = '%s' and day = '%s' limit 1"
                .formatted(late.schedule, tomorrow()));
    isRefused(SERVER.hold(resident(other), other, notYet), 422, "from ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "start=2026-13-01&end=2026-12-01&schedule=s",
        "start=2026-12-02&end=2026-12-01&schedule=s",
        "start=2026-12-01&end=2027-12-01&schedule=s",
        "start=2026-12-01&schedule=s",
        "start=2026-12-01&end=2026-12-02",
        "start=2026-12-01&end=2026-12-02&schedule=s&near=north",
        "start=2026-12-01&end=2026-12-02&schedule=s&fee=-1",
        "start=2026-12-01&end=2026-12-02&schedule=s&after=x",
        "start=2026-12-01&end=2026-12-02&schedule=s&visit-type=check-up",
        "start=2026-12-01&end=2026-12-02&schedule=s&specialty=http://elsewhere%7C1"
      })
  void whatFindDoesNotUnderstandItRefuses(String query) {
    Reply reply = SERVER.get(resident, "Appointment/$find?" + query);
    assertThat(reply.status()).isBetween(400, 403);
    assertThat(reply.said()).isNotBlank();
  }

  @Test
  void findNarrowsByHospitalDepartmentDoctorFeeAndPage() {
    Hospital hospital = SERVER.new Hospital();
    Doctor one = hospital.doctor(rule("08:00:00", "10:00:00", 1));
    Doctor two =
        hospital.doctor(
            rule(
                "08:00:00",
                "10:00:00",
                1,
                ",{'url':'referral-percent','valueUnsignedInt':0},{'url':'fee','valueMoney':{'value':100,'currency':'CNY'}}"));
    String day = "&start=" + tomorrow() + "&end=" + tomorrow().plusDays(1);
    assertThat(entries("organization=Organization/" + hospital.id + day)).hasSize(8);
    assertThat(entries("organization=" + hospital.department + day)).hasSize(8);
    assertThat(entries("organization=" + hospital.id + "&fee=50" + day)).hasSize(4);
    assertThat(entries("practitioner=" + two.id + day)).hasSize(4);
    assertThat(entries("practitioner=" + one.id + "," + two.id + day)).hasSize(8);
    assertThat(entries("organization=" + hospital.id + "&specialty=03" + day)).hasSize(8);
    assertThat(entries("organization=" + hospital.id + "&specialty=05" + day)).isEmpty();
    Reply page =
        SERVER.get(resident, "Appointment/$find?organization=" + hospital.id + "&_count=5" + day);
    assertThat(page.json().path("entry")).hasSize(5);
    String next = page.json().path("link").path(0).path("url").asString();
    Reply rest = SERVER.get(resident, next.substring(next.indexOf("Appointment/")));
    assertThat(rest.json().path("entry")).hasSize(3);
  }

  private List<JsonNode> entries(String query) {
    Reply reply = SERVER.get(resident, "Appointment/$find?" + query);
    ok(reply);
    List<JsonNode> entries = new ArrayList<>();
    reply.json().path("entry").forEach(entries::add);
    return entries;
  }

  @Test
  void residentsHaveLimitsThatACounterHasNot() {
    Doctor doctor = doctor();
    Doctor second = doctor();
    Doctor third = doctor();
    List<String> slots = doctor.slots();
    ok(SERVER.book(resident, patient, slots.getFirst()));
    isRefused(SERVER.hold(resident, patient, slots.get(1)), 422, "with this doctor");
    ok(SERVER.book(resident, patient, second.slots().get(2)));
    isRefused(
        SERVER.hold(resident, patient, third.slots().get(3)), 422, "2 bookings at this hospital");
    Hospital elsewhere = SERVER.new Hospital();
    ok(
        SERVER.book(
            resident,
            patient,
            elsewhere.doctor(rule("13:00:00", "14:00:00", 1)).slots().getFirst()));
    Hospital another = SERVER.new Hospital();
    isRefused(
        SERVER.hold(
            resident, patient, another.doctor(rule("15:00:00", "16:00:00", 1)).slots().getFirst()),
        422,
        "3 bookings on that day");
    // Its bookings make it the hospital's patient only for who treats it; the desk finds it by its
    // card.
    ok(SERVER.book(ROOT, patient, third.slots().get(3)));
  }

  @Test
  void whoHoldsAndLetsGoAgainAndAgainMustWait() {
    Doctor doctor = doctor();
    for (int i = 0; i < 3; i++) {
      String id = id(SERVER.hold(resident, patient, doctor.slots().get(i)));
      ok(SERVER.call(resident, "Appointment/" + id + "/$cancel"));
    }
    isRefused(SERVER.hold(resident, patient, doctor.slots().getFirst()), 422, "3 times");
  }

  @Test
  void anAccountThatAsksTooFastIsSlowedDown() {
    Doctor doctor = doctor();
    Reply last = null;
    for (int i = 0; i < 21; i++) {
      last = SERVER.hold(resident, patient, doctor.slots().getFirst());
    }
    isRefused(java.util.Objects.requireNonNull(last), 429, "Too many");
  }

  // ------------------------------------------------------------------ several at once

  @Test
  void aDoctorARoomAndAMachineAreBookedTogetherOrNotAtAll() {
    Doctor surgeon = doctor();
    List<String> room = SERVER.slotsOf(HOSPITAL.place("手术间 1", rule("08:00:00", "12:00:00", 1)));
    List<String> machine = SERVER.slotsOf(HOSPITAL.place("C 臂机", rule("08:00:00", "12:00:00", 1)));
    String first = surgeon.slots().getFirst();
    JsonNode booked =
        appointment(SERVER.book(resident, patient, first, room.getFirst(), machine.getFirst()));
    assertThat(booked.path("slot")).hasSize(3);
    assertThat(booked.path("participant").toString()).contains("手术间 1", "C 臂机", "王医生");

    String other = SERVER.patient();
    isRefused(
        SERVER.hold(resident(other), other, surgeon.slots().get(1), room.getFirst()), 409, "taken");
    assertThat(free(surgeon)).startsWith(0, 1);
    ok(SERVER.call(resident, "Appointment/" + booked.path("id").asString() + "/$cancel"));
    ok(SERVER.hold(resident(other), other, first, room.getFirst(), machine.getFirst()));
  }

  // ------------------------------------------------------------------ referrals

  @Test
  void whatIsHeldBackGoesToWhoIsReferredUntilItOpensToAll() {
    Doctor doctor =
        HOSPITAL.doctor(
            rule(
                "08:00:00",
                "08:30:00",
                4,
                ",{'url':'referral-percent','valueUnsignedInt':25},{'url':'referral-hours','valueUnsignedInt':1}"));
    String slot = doctor.slots().getFirst();
    for (int i = 0; i < 3; i++) {
      String one = SERVER.patient();
      ok(SERVER.book(resident(one), one, slot));
    }
    isRefused(SERVER.hold(resident, patient, slot), 409, "taken");
    String referred =
        SERVER.created(HOSPITAL.system, "{'resourceType':'Patient','name':[{'text':'李小四'}]}");
    String referral =
        SERVER.created(
            HOSPITAL.system,
            """
            {'resourceType':'ServiceRequest','status':'active','intent':'order','code':{'text':'上转'},
              'subject':{'reference':'Patient/%s'}}"""
                .formatted(referred));
    isRefused(
        SERVER.call(resident, "Appointment/$hold", "slot", slot, "referral", referral),
        403,
        "held back");
    String stranger =
        SERVER.created(HOSPITAL.system, "{'resourceType':'Patient','name':[{'text':'王小五'}]}");
    isRefused(
        SERVER.call(
            HOSPITAL.system,
            "Appointment/$hold",
            "slot",
            slot,
            "referral",
            referral,
            "patient",
            stranger),
        422,
        "no active referral");
    ok(
        SERVER.call(
            HOSPITAL.system,
            "Appointment/$book",
            "slot",
            slot,
            "referral",
            referral,
            "patient",
            referred));
    isRefused(SERVER.hold(resident, patient, slot), 409, "taken");
  }
}
