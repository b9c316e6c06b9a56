package health.helan.demo.place;

import static health.helan.demo.fhir.Fhir.*;

import health.helan.demo.chance.Dice;
import health.helan.demo.fhir.BundleBuilder;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalDateTime;
import tools.jackson.databind.node.ObjectNode;

/** Doctors' consultation hours for the weeks ahead: a Schedule each, and Slots to book. */
public final class Rota {
  private static final int DAYS_AHEAD = 21;
  private static final int[] HOURS = {8, 10, 14, 16};
  private static final int SLOT_MINUTES = 30;

  private Rota() {}

  /**
   * Schedules and slots of all doctors of {@code institution}; empty for one that books no visits.
   */
  public static BundleBuilder write(Institution institution, LocalDate asOf, Dice dice) {
    var bundle = new BundleBuilder("transaction");
    if (!books(institution)) {
      return bundle;
    }
    for (Staff staff : institution.staff()) {
      boolean consults =
          staff.profession() == Staff.Profession.DOCTOR
              && staff.department() != Department.EMERGENCY
              && staff.department() != Department.LABORATORY;
      if (consults) {
        bundle.put(schedule(institution, staff, asOf));
        // A doctor consults on about half of the days and is on the wards on the others.
        for (int day = 1; day <= DAYS_AHEAD; day++) {
          LocalDate date = asOf.plusDays(day);
          if (!isWeekend(date) && dice.chance(0.5)) {
            for (int hour : HOURS) {
              bundle.put(slot(staff, date.atTime(hour, dice.chance(0.5) ? 0 : 30), dice));
            }
          }
        }
      }
    }
    return bundle;
  }

  /** Whether residents can book visits there. */
  public static boolean books(Institution institution) {
    return institution.kind().seesResidents()
        && institution.kind() != InstitutionKind.VILLAGE_CLINIC;
  }

  private static boolean isWeekend(LocalDate date) {
    return date.getDayOfWeek() == DayOfWeek.SATURDAY || date.getDayOfWeek() == DayOfWeek.SUNDAY;
  }

  private static ObjectNode schedule(Institution institution, Staff staff, LocalDate asOf) {
    ObjectNode schedule = resource("Schedule").put("id", staff.scheduleId());
    schedule.put("active", true);
    schedule.set("specialty", array(InstitutionRecords.specialty(staff.department())));
    schedule.set(
        "actor",
        array(
            reference(staff.reference(), staff.name().text()),
            reference("PractitionerRole/" + staff.roleId()),
            reference("Location/" + institution.locationId(), institution.name())));
    schedule.set("planningHorizon", period(asOf.plusDays(1), asOf.plusDays(DAYS_AHEAD)));
    return schedule;
  }

  private static ObjectNode slot(Staff staff, LocalDateTime start, Dice dice) {
    String time = start.toString().replaceAll("[-:T]", "");
    ObjectNode slot = resource("Slot").put("id", staff.id() + "-slot-" + time);
    slot.set("specialty", array(InstitutionRecords.specialty(staff.department())));
    slot.set("schedule", reference("Schedule/" + staff.scheduleId()));
    slot.put("status", dice.chance(0.85) ? "free" : "busy");
    slot.put("start", instant(start));
    return slot.put("end", instant(start.plusMinutes(SLOT_MINUTES)));
  }
}
