package health.helan.care.queue;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the queue asks of booking: the steps of an Appointment that happen at the door and in the
 * room. Each is taken in the queue's own transaction, so that nobody is in line whose booking says
 * otherwise. Booking's own state machine takes this place where the platform is assembled.
 */
public interface Bookings {
  /** Steps of a booking. */
  enum Step {
    /** 报到: booked to arrived. */
    CHECK_IN,
    /** 就诊完成: arrived to fulfilled. */
    COMPLETE,
    /** 退号: arrived to cancelled. */
    LEAVE
  }

  /**
   * What a step makes of an Appointment.
   *
   * @param caller who takes it, for whom the queue has decided that it may
   * @return changes the tree and gives it back, or throws a Refusal BUSINESS_RULE naming the state
   */
  UnaryOperator<ObjectNode> take(Caller caller, Step step);

  /**
   * Writes a step, so that what booking keeps of the Appointment follows in the same transaction.
   *
   * @param appointment id
   * @param patient id of the Patient
   */
  default <T> T during(
      Step step, String appointment, String patient, Instant now, Supplier<T> write) {
    return write.get();
  }

  /** By the codes of FHIR R4 {@code Appointment.status} alone. */
  Bookings BY_STATUS =
      new Bookings() {
        @Override
        public UnaryOperator<ObjectNode> take(Caller caller, Step step) {
          return appointment -> {
            String from = step == Step.CHECK_IN ? "booked" : "arrived";
            String status = appointment.path("status").asString("");
            if (!status.equals(from)) {
              throw new Refusal(
                  Refusal.Kind.BUSINESS_RULE,
                  "queue.appointment-state",
                  step.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                  status);
            }
            return appointment.put(
                "status",
                switch (step) {
                  case CHECK_IN -> "arrived";
                  case COMPLETE -> "fulfilled";
                  case LEAVE -> "cancelled";
                });
          };
        }
      };
}
