package health.helan.care.appointment;

import static health.helan.care.appointment.BookingServer.id;
import static health.helan.care.appointment.BookingServer.ok;
import static health.helan.care.appointment.BookingServer.practitioner;
import static health.helan.care.appointment.BookingServer.resident;
import static health.helan.care.appointment.BookingServer.rule;
import static health.helan.care.appointment.BookingServer.tomorrow;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.care.appointment.BookingServer.Doctor;
import health.helan.care.appointment.BookingServer.Hospital;
import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** How the pool fills, as who oversees it and the hospital itself are told over HTTP. */
class BookingFiguresTests {
  private static final BookingServer SERVER = BookingServer.get();
  private static final Caller OPERATOR = ApiForTests.caller(Role.OPERATOR, "");
  private static final Caller REGULATOR = ApiForTests.caller(Role.REGULATOR, "");

  /** 16 places a day, 4 of them for referrals as long as they have not begun. */
  private static final String RULE =
      rule(
          "08:00:00",
          "12:00:00",
          2,
          ",{'url':'referral-percent','valueUnsignedInt':25},{'url':'referral-hours','valueUnsignedInt':0},"
              + "{'url':'fee','valueMoney':{'value':12.5,'currency':'CNY'}}");

  private final Hospital hospital = SERVER.new Hospital();

  @BeforeEach
  void itIsNow() {
    SERVER.clock.ahead(Duration.ZERO);
  }

  private static Reply figures(Caller caller, String query) {
    Reply reply = SERVER.get(caller, "$booking-figures?days=10" + query);
    ok(reply);
    return reply;
  }

  private String ofHospital() {
    return "&institution=Organization/" + hospital.id;
  }

  private String ofDepartment() {
    return ofHospital() + "&department=Organization/" + hospital.department;
  }

  /** The group about {@code reference}. */
  private static JsonNode about(Reply reply, String group, String reference) {
    return reply.all(group).stream()
        .filter(one -> ApiForTests.part(one, "reference").equals(reference))
        .findFirst()
        .orElseThrow(() -> new AssertionError(reply.text()));
  }

  /** What is counted of a day: names and numbers. */
  private static Map<String, Integer> day(JsonNode group, LocalDate day) {
    var counts = new TreeMap<String, Integer>();
    for (JsonNode part : group.path("part")) {
      if (part.path("name").asString("").equals("day")
          && ApiForTests.part(part, "date").equals(day.toString())) {
        for (JsonNode one : part.path("part")) {
          if (one.has("valueInteger")) {
            counts.put(one.path("name").asString(""), one.path("valueInteger").asInt());
          }
        }
      }
    }
    return counts;
  }

  private static Reply join(String patient, Doctor doctor) {
    return SERVER.call(
        resident(patient),
        "Appointment/$join",
        "patient",
        patient,
        "schedule",
        doctor.schedule,
        "day",
        tomorrow().toString());
  }

  // ------------------------------------------------------------------ what is counted

  @Test
  void theRegionTheHospitalTheDepartmentAndTheDoctorAreCountedAlike() {
    Doctor doctor = hospital.doctor(RULE);
    List<String> slots = doctor.slots();
    String held = SERVER.patient();
    ok(SERVER.hold(resident(held), held, slots.get(0)));
    String booked = SERVER.patient();
    String appointment =
        id(
            SERVER.call(
                resident(booked),
                "Appointment/$book",
                "patient",
                "Patient/" + booked,
                "slot",
                "Slot/" + slots.get(1),
                "payment",
                "counter"));
    Map<String, Integer> expected =
        Map.of(
            "slots",
            8,
            "places",
            16,
            "opened",
            16,
            "held",
            1,
            "booked",
            1,
            "left",
            10,
            "referral",
            4,
            "reserved",
            4);
    Reply region = figures(REGULATOR, "");
    assertThat(day(about(region, "institution", "Organization/" + hospital.id), tomorrow()))
        .isEqualTo(expected);
    assertThat(about(region, "institution", "Organization/" + hospital.id).toString())
        .contains("第一人民医院");
    Reply ofHospital = figures(OPERATOR, ofHospital());
    assertThat(
            day(about(ofHospital, "department", "Organization/" + hospital.department), tomorrow()))
        .isEqualTo(expected);
    Reply ofDepartment = figures(hospital.system, ofDepartment());
    JsonNode schedule = about(ofDepartment, "schedule", "Schedule/" + doctor.schedule);
    assertThat(day(schedule, tomorrow())).isEqualTo(expected);
    assertThat(schedule.toString()).contains("Practitioner/" + doctor.id, "王医生");
    // The eighth day is made, and nobody may book it yet.
    assertThat(day(schedule, tomorrow().plusDays(7)))
        .isEqualTo(Map.of("slots", 8, "places", 16, "referral", 4, "reserved", 4));

    Reply ofDay =
        figures(
            practitioner(doctor.id, hospital.id),
            "&schedule=Schedule/" + doctor.schedule + "&day=" + tomorrow());
    assertThat(ofDay.all("slot")).hasSize(8);
    assertThat(ofDay.values("slot", "places")).containsOnly("2");
    assertThat(ofDay.values("slot", "taken").subList(0, 3)).containsExactly("1", "1", "");
    for (Reply reply : List.of(region, ofHospital, ofDepartment, ofDay)) {
      assertThat(reply.text()).doesNotContain(held, booked, appointment, "Patient", "Appointment");
    }
  }

  @Test
  void whoWaitsAndWhatIsClosedStandApart() {
    Doctor full = hospital.doctor(rule("08:00:00", "08:30:00", 1));
    String first = SERVER.patient();
    String taken = id(SERVER.book(resident(first), first, full.slots().getFirst()));
    String second = SERVER.patient();
    ok(join(second, full));
    var counts =
        day(
            about(figures(OPERATOR, ofDepartment()), "schedule", "Schedule/" + full.schedule),
            tomorrow());
    assertThat(counts)
        .isEqualTo(Map.of("slots", 1, "places", 1, "opened", 1, "booked", 1, "waiting", 1));
    ok(SERVER.call(resident(first), "Appointment/" + taken + "/$cancel"));
    assertThat(
            day(
                about(figures(OPERATOR, ""), "institution", "Organization/" + hospital.id),
                tomorrow()))
        .isEqualTo(Map.of("slots", 1, "places", 1, "opened", 1, "kept", 1, "waiting", 1));

    Doctor away = hospital.doctor(rule("09:00:00", "09:30:00", 3));
    String slot = away.slots().getFirst();
    ObjectNodes.close(hospital.system, slot);
    assertThat(
            day(
                about(figures(OPERATOR, ofDepartment()), "schedule", "Schedule/" + away.schedule),
                tomorrow()))
        .isEqualTo(Map.of("closed", 3));
  }

  /** Changes of resources as hospitals make them. */
  private static final class ObjectNodes {
    private ObjectNodes() {}

    static void close(Caller system, String slot) {
      var resource =
          (tools.jackson.databind.node.ObjectNode) SERVER.get(system, "Slot/" + slot).json();
      resource.put("status", "busy-unavailable");
      ok(SERVER.send(system, "PUT", "Slot/" + slot, resource.toString()));
    }
  }

  @Test
  void thoseWhoCameAndThoseWhoDidNotAreCountedOfDaysPast() {
    Doctor doctor = hospital.doctor(rule("08:00:00", "12:00:00", 1));
    List<String> slots = doctor.slots();
    List<String> bookings = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      String patient = SERVER.patient();
      bookings.add(id(SERVER.book(resident(patient), patient, slots.get(i))));
    }
    // As the check-in at the door leaves it.
    SERVER.number(
        "with u as (update booking set state = 'arrived' where appointment = '%s' returning 1) select count(*) from u"
            .formatted(bookings.getFirst()));
    SERVER.clock.ahead(Duration.ofDays(3));
    SERVER.appointments.miss();
    ok(
        SERVER.call(
            hospital.system, "Appointment/" + bookings.getLast() + "/$excuse", "reason", "停电"));
    for (Reply reply :
        List.of(
            figures(REGULATOR, ""),
            figures(hospital.system, ""),
            figures(hospital.system, ofDepartment()))) {
      JsonNode one =
          reply
              .json()
              .path("parameter")
              .valueStream()
              .filter(
                  parameter ->
                      List.of(
                              "Organization/" + hospital.id,
                              "Organization/" + hospital.department,
                              "Schedule/" + doctor.schedule)
                          .contains(ApiForTests.part(parameter, "reference")))
              .findFirst()
              .orElseThrow(() -> new AssertionError(reply.text()));
      assertThat(ApiForTests.part(one, "seen")).isEqualTo("1");
      assertThat(ApiForTests.part(one, "missed")).isEqualTo("1");
    }
  }

  @Test
  void schedulesThatOpenNothingAreNamedWithTheReason() {
    hospital.doctor(RULE);
    String none = schedule("");
    String broken =
        schedule(
            "{'url':'%s','extension':[{'url':'days-ahead','valueUnsignedInt':7}]}"
                .formatted(rules()));
    String elsewhere =
        schedule(RULE, "'planningHorizon':{'start':'" + tomorrow().plusDays(60) + "'},");
    String refused = schedule(RULE);
    String inactive = schedule("", "'active':false,");
    Reply reply = figures(OPERATOR, ofHospital());
    var why = new TreeMap<String, String>();
    for (JsonNode one : reply.all("unreleased")) {
      why.put(ApiForTests.part(one, "schedule"), ApiForTests.part(one, "why"));
    }
    assertThat(why)
        .isEqualTo(
            new TreeMap<>(
                Map.of(
                    "Schedule/" + none, "no-rule",
                    "Schedule/" + broken, "bad-rule",
                    "Schedule/" + elsewhere, "nothing-planned",
                    "Schedule/" + refused, "refused")));
    assertThat(reply.value("unreleased-schedules")).isEqualTo("4");
    assertThat(reply.text()).doesNotContain(inactive);
    assertThat(figures(OPERATOR, "").all("unreleased"))
        .anySatisfy(
            one -> {
              assertThat(ApiForTests.part(one, "institution"))
                  .isEqualTo("Organization/" + hospital.id);
              assertThat(ApiForTests.part(one, "schedules")).isEqualTo("4");
            });
  }

  private static String rules() {
    return health.helan.care.appointment.rules.ReleaseRule.URL;
  }

  /** Of a doctor without a post, so that nothing comes of it. */
  private String schedule(String rule, String... more) {
    return SERVER.created(
        hospital.system,
        "{'resourceType':'Schedule',%s'extension':[%s],'actor':[{'reference':'PractitionerRole/nobody','display':'李医生'}]}"
            .formatted(String.join("", more), rule)
            .replace("'extension':[],", ""));
  }

  // ------------------------------------------------------------------ who is refused

  @Test
  void staffSeesTheOwnInstitutionAlone() {
    Hospital other = SERVER.new Hospital();
    other.doctor(RULE);
    Caller nurse = practitioner("nurse", hospital.id);
    for (Caller caller : List.of(hospital.system, nurse)) {
      Reply refused = SERVER.get(caller, "$booking-figures?institution=Organization/" + other.id);
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.said()).isEqualTo("Only figures of the own institution are shown.");
      assertThat(figures(caller, "").text()).doesNotContain(other.id);
      assertThat(figures(caller, "&department=Organization/" + other.department).all("schedule"))
          .isEmpty();
    }
    Doctor theirs = other.doctor(RULE);
    assertThat(
            figures(nurse, "&schedule=Schedule/" + theirs.schedule + "&day=" + tomorrow())
                .all("slot"))
        .isEmpty();
    assertThat(SERVER.get(practitioner("guest", ""), "$booking-figures").status()).isEqualTo(403);
  }

  @Test
  void residentsAreRefused() {
    String patient = SERVER.patient();
    Reply reply = SERVER.get(resident(patient), "$booking-figures");
    assertThat(reply.status()).isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource({
    "days=32, days",
    "days=none, days",
    "department=Organization/d, institution",
    "schedule=Schedule/s&day=soon, day",
    "day=2026-11-26, schedule",
    "institution=Organization/a%20b, institution",
    "patient=Patient/1, patient"
  })
  void whatMakesNoSenseIsRefusedAndNamed(String query, String named) {
    Reply reply = SERVER.get(OPERATOR, "$booking-figures?" + query);
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.said()).contains(named);
  }
}
