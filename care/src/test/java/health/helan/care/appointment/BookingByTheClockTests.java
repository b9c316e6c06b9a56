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
            "select slot from booking_slot where schedule = '%s' order by starts desc limit 1"
                .formatted(doctor.schedule));
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
    SERVER.appointments.showTouched();
    assertThat(SERVER.get(resident, "Slot/" + slot).json().path("status").asString())
        .isEqualTo("busy");
    ok(SERVER.call(resident, "Appointment/" + id + "/$cancel"));
    SERVER.appointments.showAll();
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
}
