package health.helan.care.appointment;

import static health.helan.care.appointment.BookingServer.id;
import static health.helan.care.appointment.BookingServer.ok;
import static health.helan.care.appointment.BookingServer.resident;
import static health.helan.care.appointment.BookingServer.rule;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.care.appointment.BookingServer.Doctor;
import health.helan.care.appointment.BookingServer.Hospital;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What happens to bookings by the clock alone. */
class BookingByTheClockTests {
  private static final BookingServer SERVER = BookingServer.get();
  private static final Hospital HOSPITAL = SERVER.new Hospital();

  private final String patient = SERVER.patient();
  private final Caller resident = resident(patient);
  private final Doctor doctor = HOSPITAL.doctor(rule("08:00:00", "12:00:00", 1));

  @AfterEach
  void itIsNow() {
    SERVER.clock.ahead(Duration.ZERO);
  }

  @Test
  void aHoldThatNobodyConfirmsIsGivenBack() {
    String slot = doctor.slots().getFirst();
    String id = id(SERVER.hold(resident, patient, slot));
    SERVER.appointments.lapse();
    assertThat(SERVER.status(id)).isEqualTo("pending");
    SERVER.clock.ahead(Duration.ofMinutes(16));
    Reply late = SERVER.call(resident, "Appointment/" + id + "/$book");
    assertThat(late.status()).isEqualTo(422);
    assertThat(late.said()).contains("given back");
    SERVER.appointments.lapse();
    assertThat(SERVER.status(id)).isEqualTo("cancelled");
    String other = SERVER.patient();
    ok(SERVER.hold(resident(other), other, slot));
    assertThat(SERVER.call(resident, "Appointment/" + id + "/$book").said()).contains("cancelled");
  }

  @Test
  void aConfirmedOneStays() {
    String id = id(SERVER.hold(resident, patient, doctor.slots().getFirst()));
    ok(SERVER.call(resident, "Appointment/" + id + "/$book"));
    SERVER.clock.ahead(Duration.ofMinutes(16));
    SERVER.appointments.lapse();
    assertThat(SERVER.status(id)).isEqualTo("booked");
    Reply early = SERVER.call(HOSPITAL.system, "Appointment/" + id + "/$miss");
    assertThat(early.said()).contains("still to come");
  }

  @Test
  void whoDoesNotComeThreeTimesMustWaitUntilSomebodyExcusesIt() {
    ok(SERVER.book(resident, patient, doctor.slots().getFirst()));
    Doctor second = HOSPITAL.doctor(rule("08:00:00", "12:00:00", 1));
    ok(SERVER.book(resident, patient, second.slots().get(1)));
    Hospital elsewhere = SERVER.new Hospital();
    Doctor third = elsewhere.doctor(rule("08:00:00", "12:00:00", 1));
    String last = id(SERVER.book(resident, patient, third.slots().get(2)));
    SERVER.appointments.miss();
    assertThat(SERVER.status(last)).isEqualTo("booked");
    SERVER.clock.ahead(Duration.ofDays(2));
    Reply tooLate = SERVER.call(resident, "Appointment/" + last + "/$cancel");
    assertThat(tooLate.said()).contains("has begun");
    SERVER.appointments.miss();
    assertThat(SERVER.status(last)).isEqualTo("noshow");
    doctor.release();
    String next =
        SERVER.text(
            "select slot from booking_slot where schedule = '%s' and day = '%s' limit 1"
                .formatted(doctor.schedule, BookingServer.tomorrow().plusDays(3)));
    Reply suspended = SERVER.hold(resident, patient, next);
    assertThat(suspended.status()).isEqualTo(422);
    assertThat(suspended.said()).contains("3 visits were missed within 90 days");

    ok(SERVER.call(elsewhere.system, "Appointment/" + last + "/$excuse", "reason", "停电改约"));
    ok(SERVER.hold(resident, patient, next));
  }

  @Test
  void theStatusOfASlotFollowsItsPlaces() {
    String slot = doctor.slots().getFirst();
    String id = id(SERVER.book(resident, patient, slot));
    SERVER.appointments.releases().showTouched();
    assertThat(SERVER.get(resident, "Slot/" + slot).json().path("status").asString())
        .isEqualTo("busy");
    ok(SERVER.call(resident, "Appointment/" + id + "/$cancel"));
    SERVER.appointments.releases().showAll();
    assertThat(SERVER.get(resident, "Slot/" + slot).json().path("status").asString())
        .isEqualTo("free");
  }

  @Test
  void whatIsReleasedTwiceIsThereOnce() {
    int slots = doctor.slots().size();
    Reply again = doctor.release();
    assertThat(again.value("made")).isEqualTo("0");
    assertThat(doctor.slots()).hasSize(slots);
    new Upkeep(SERVER.appointments, SERVER.store, SERVER.database).release();
    assertThat(doctor.slots()).hasSize(slots);
  }

  @Test
  void anErasedResidentGivesBackWhatWasBookedAndIsCountedNoMore() {
    String slot = doctor.slots().getFirst();
    String id = id(SERVER.book(resident, patient, slot));
    long subject = SERVER.store.parameters().digests().reference("Patient", patient);
    SERVER.appointments.erase(subject);
    assertThat(SERVER.number("select count(*) from booking where appointment = '%s'".formatted(id)))
        .isZero();
    String other = SERVER.patient();
    ok(SERVER.book(resident(other), other, slot));
  }

  // ------------------------------------------------------------------ waiting

  private static Reply join(Caller caller, String patient, Doctor doctor) {
    return SERVER.call(
        caller,
        "Appointment/$join",
        "patient",
        patient,
        "schedule",
        doctor.schedule,
        "day",
        BookingServer.tomorrow().toString());
  }

  @Test
  void whatIsGivenBackIsHeldForTheNextInLineAndForNobodyElse() {
    Doctor full = HOSPITAL.doctor(rule("08:00:00", "08:30:00", 1));
    String slot = full.slots().getFirst();
    Reply early = join(resident, patient, full);
    assertThat(early.said()).contains("free places");
    String first = SERVER.patient();
    String taken = id(SERVER.book(resident(first), first, slot));

    String waiting = id(join(resident, patient, full));
    assertThat(SERVER.status(waiting)).isEqualTo("waitlist");
    assertThat(id(join(resident, patient, full))).isEqualTo(waiting);
    String second = SERVER.patient();
    String alsoWaiting = id(join(resident(second), second, full));
    assertThat(
            SERVER.get(resident(second), "Appointment/" + alsoWaiting + "/$line").value("before"))
        .isEqualTo("1");

    ok(SERVER.call(resident(first), "Appointment/" + taken + "/$cancel"));
    String passer = SERVER.patient();
    assertThat(SERVER.hold(resident(passer), passer, slot).status()).isEqualTo(409);
    SERVER.appointments.waiting().offer();
    assertThat(SERVER.status(waiting)).isEqualTo("pending");
    assertThat(SERVER.status(alsoWaiting)).isEqualTo("waitlist");
    assertThat(SERVER.get(resident, "Communication?subject=Patient/" + patient).text())
        .contains("候补", "Practitioner/" + full.id);

    // Who lets the offer pass loses it to the next.
    SERVER.clock.ahead(Duration.ofMinutes(61));
    SERVER.appointments.lapse();
    assertThat(SERVER.status(waiting)).isEqualTo("cancelled");
    SERVER.appointments.waiting().offer();
    assertThat(SERVER.status(alsoWaiting)).isEqualTo("pending");
    ok(SERVER.call(resident(second), "Appointment/" + alsoWaiting + "/$book"));
    ok(SERVER.call(resident(second), "Appointment/" + alsoWaiting + "/$cancel"));
    // Nobody waits any more: everybody may.
    SERVER.appointments.waiting().offer();
    ok(SERVER.hold(resident(passer), passer, slot));
  }

  @Test
  void aLineEndsWithItsDay() {
    Doctor full = HOSPITAL.doctor(rule("08:00:00", "08:30:00", 1));
    String first = SERVER.patient();
    ok(SERVER.book(resident(first), first, full.slots().getFirst()));
    String waiting = id(join(resident, patient, full));
    SERVER.clock.ahead(Duration.ofDays(2));
    SERVER.appointments.lapse();
    assertThat(SERVER.status(waiting)).isEqualTo("cancelled");
    assertThat(join(resident, patient, full).said()).contains("no waiting list");
  }

  @Test
  void residentsAreRemindedOnceOfWhatComes() {
    ok(SERVER.book(resident, patient, doctor.slots().getLast()));
    SERVER.clock.ahead(
        Duration.between(
            java.time.Instant.now(),
            BookingServer.tomorrow()
                .atTime(11, 0)
                .atZone(health.helan.care.appointment.rules.ReleaseRule.BEIJING)
                .toInstant()));
    SERVER.appointments.notices().remind();
    SERVER.appointments.notices().remind();
    assertThat(
            SERVER.get(resident, "Communication?subject=Patient/" + patient).json().path("entry"))
        .hasSize(1);
  }
}
