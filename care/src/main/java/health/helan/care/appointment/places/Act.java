package health.helan.care.appointment.places;

import health.helan.care.appointment.AppointmentStep;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the service is about to write, for the rows that follow from it. Bound while it writes
 * ({@link Places#during}); whatever else is written to a booking of the pool is refused.
 */
public sealed interface Act {
  /**
   * A step of a booking.
   *
   * @param patient id of the Patient
   * @param slots that it has afterwards, in {@link PoolSlot#ORDER}; null where they stay
   * @param heldUntil of one that waits to be confirmed
   * @param isReferral it may take what is held back
   * @param isLimited the rules for residents hold
   * @param now the moment of the act
   * @param waiting where it stands in line; null for who does not
   */
  record Step(
      AppointmentStep step,
      String patient,
      @Nullable List<PoolSlot> slots,
      @Nullable Instant heldUntil,
      boolean isReferral,
      boolean isLimited,
      Instant now,
      @Nullable Waiting waiting)
      implements Act {}

  /**
   * A line: for a Schedule on a day.
   *
   * @param home of the Schedule
   * @param over when the day is
   */
  record Waiting(
      int home,
      String schedule,
      LocalDate day,
      Instant over,
      String practitioner,
      String institution) {}

  /**
   * Slots come into the pool.
   *
   * @param slots as they are to be, without ids: by the time they begin
   */
  record Release(List<Released> slots) implements Act {}

  /**
   * @param heldBack its places, by number from 1: true for those of referrals
   * @param opensHeldBack when these open to everybody
   */
  record Released(PoolSlot slot, List<Boolean> heldBack, Instant opensHeldBack) {}

  /** The Slot's status says what its places say. */
  record Shown(boolean isFull) implements Act {}
}
