package health.helan.care.appointment.places;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * A Slot of the pool.
 *
 * @param home of its Schedule
 * @param opens when everybody may book it
 * @param isOpen false once the hospital has closed it
 * @param department id; empty for none
 * @param practitioner id; empty for rooms, machines and beds
 * @param template what a booking takes over from the Schedule: {@code actor, specialty,
 *     serviceType, security}
 */
public record PoolSlot(
    int home,
    String id,
    String schedule,
    Instant start,
    Instant end,
    LocalDate day,
    Instant opens,
    boolean isOpen,
    int capacity,
    long feeFen,
    String institution,
    String department,
    String practitioner,
    List<String> specialties,
    ObjectNode template) {
  /** In which places are taken, always the same: nobody waits for one another crosswise. */
  public static final Comparator<PoolSlot> ORDER =
      Comparator.comparingInt(PoolSlot::home).thenComparing(PoolSlot::id);

  public String reference() {
    return "Slot/" + id;
  }
}
