package health.helan.demo.place;

import static health.helan.demo.fhir.Fhir.*;

import health.helan.demo.chance.Dice;
import health.helan.demo.fhir.BundleBuilder;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * Doctors' consultation hours: a Schedule each, that says by which rule its Slots are released; the
 * platform makes them.
 */
public final class Rota {
  private static final int DAYS_AHEAD = 180;
  private static final String[] WORKDAYS = {"mon", "tue", "wed", "thu", "fri"};
  private static final String RULE = "https://helan.health/fhir/StructureDefinition/booking-rule";

  private Rota() {}

  /** Schedules of all doctors of {@code institution}; empty for one that books no visits. */
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
        bundle.put(schedule(institution, staff, asOf, dice));
      }
    }
    return bundle;
  }

  /** Whether residents can book visits there. */
  public static boolean books(Institution institution) {
    return institution.kind().seesResidents()
        && institution.kind() != InstitutionKind.VILLAGE_CLINIC;
  }

  private static ObjectNode schedule(
      Institution institution, Staff staff, LocalDate asOf, Dice dice) {
    ObjectNode schedule = resource("Schedule").put("id", staff.scheduleId());
    schedule.set("extension", array(rule(dice)));
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

  /** A doctor consults on about half of the days and is on the wards on the others. */
  private static ObjectNode rule(Dice dice) {
    List<String> days = new ArrayList<>();
    for (String day : WORKDAYS) {
      if (dice.chance(0.5)) {
        days.add(day);
      }
    }
    if (days.isEmpty()) {
      days.add(WORKDAYS[0]);
    }
    int capacity = dice.chance(0.5) ? 2 : 4;
    int fee = dice.chance(0.3) ? 30 : 12;
    ObjectNode rule = extension(RULE);
    rule.set(
        "extension",
        array(
            session(days, "08:00:00", "11:30:00", capacity),
            session(days, "14:00:00", "17:00:00", capacity),
            extension("days-ahead").put("valuePositiveInt", 7),
            extension("release-at").put("valueTime", "08:00:00"),
            extension("referral-percent").put("valueUnsignedInt", 15),
            fee(fee)));
    return rule;
  }

  private static ObjectNode fee(int yuan) {
    ObjectNode fee = extension("fee");
    fee.putObject("valueMoney").put("value", yuan).put("currency", "CNY");
    return fee;
  }

  private static ObjectNode session(List<String> days, String from, String to, int capacity) {
    ObjectNode session = extension("session");
    var parts = session.putArray("extension");
    days.forEach(day -> parts.add(extension("day").put("valueCode", day)));
    parts.add(extension("from").put("valueTime", from));
    parts.add(extension("to").put("valueTime", to));
    parts.add(extension("capacity").put("valuePositiveInt", capacity));
    return session;
  }

  private static ObjectNode extension(String url) {
    return object().put("url", url);
  }
}
