package health.helan.app.queue;

import health.helan.care.appointment.AppointmentState;
import health.helan.care.appointment.AppointmentStep;
import health.helan.care.appointment.Appointments;
import health.helan.care.appointment.places.Act;
import health.helan.care.appointment.places.Places;
import health.helan.care.queue.Bookings;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.RecordStore;
import java.time.Instant;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ObjectNode;

/**
 * The steps of bookings at the door and in the room, by booking's own state machine; the places of
 * one of the pool follow in the same transaction. A hospital's own Appointment has none.
 */
final class BookingSteps implements Bookings {
  private final Appointments appointments;
  private final RecordStore store;

  BookingSteps(Appointments appointments, RecordStore store) {
    this.appointments = appointments;
    this.store = store;
  }

  private static AppointmentStep of(Step step) {
    return switch (step) {
      case CHECK_IN -> AppointmentStep.CHECK_IN;
      case COMPLETE -> AppointmentStep.COMPLETE;
      case LEAVE -> AppointmentStep.LEAVE;
    };
  }

  @Override
  public UnaryOperator<ObjectNode> take(Caller caller, Step step) {
    return appointment -> {
      AppointmentState state = AppointmentState.of(appointment.path("status").asString(""));
      // On the caller's behalf: the queue has decided who may, also a resident at the door.
      return appointment.put("status", of(step).take(caller.asPlatform(), state).code());
    };
  }

  @Override
  public <T> T during(
      Step step, String appointment, String patient, Instant now, Supplier<T> write) {
    return appointments.pool().booking(store, appointment) == null
        ? write.get()
        : Places.during(
            new Act.Step(of(step), patient, null, null, false, false, now, null), write);
  }
}
