package health.helan.demo.clinical;

import static health.helan.demo.fhir.Fhir.*;

import health.helan.demo.chance.Dice;
import health.helan.demo.fhir.BundleBuilder;
import health.helan.demo.fhir.Code;
import health.helan.demo.fhir.Systems;
import health.helan.demo.people.Household;
import health.helan.demo.people.Person;
import health.helan.demo.people.Population;
import health.helan.demo.place.Department;
import health.helan.demo.place.Institution;
import health.helan.demo.place.Network;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.EnumMap;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/**
 * A resident's record while it is being written: who, where, from when until when, and the dice.
 */
final class Chart {
  private static final ObjectNode ACTIVE =
      concept(null, new Code(Systems.CONDITION_CLINICAL, "active", "Active"));
  private static final ObjectNode RESOLVED =
      concept(null, new Code(Systems.CONDITION_CLINICAL, "resolved", "Resolved"));
  private static final ObjectNode CONFIRMED =
      concept(null, new Code(Systems.CONDITION_VERIFICATION, "confirmed", "Confirmed"));
  private static final ObjectNode PROBLEM =
      concept(null, new Code(Systems.CONDITION_CATEGORY, "problem-list-item", "Problem List Item"));

  private final Household home;
  private final Person person;
  private final LocalDate from;
  private final LocalDate until;
  private final BundleBuilder bundle;
  private final Dice dice;
  private final Ailments ailments;
  private final Body body;
  private final ObjectNode subject;
  private final Map<Chronic, String> conditions = new EnumMap<>(Chronic.class);

  Chart(Household home, Person person, LocalDate asOf, BundleBuilder bundle, Dice dice) {
    this.home = home;
    this.person = person;
    this.bundle = bundle;
    this.dice = dice;
    LocalDate death = person.death();
    this.until = death == null ? asOf : death;
    LocalDate begin = asOf.minusYears(Population.YEARS);
    this.from = person.birth().isAfter(begin) ? person.birth() : begin;
    this.ailments = Ailments.of(person, until, dice.fork(1));
    this.body = new Body(person, ailments, dice.fork(2));
    this.subject = reference(person.url());
  }

  Person person() {
    return person;
  }

  Household home() {
    return home;
  }

  Network network() {
    return home.network();
  }

  Dice dice() {
    return dice;
  }

  Ailments ailments() {
    return ailments;
  }

  Body body() {
    return body;
  }

  /** The first day that is told. */
  LocalDate from() {
    return from;
  }

  /** The day of death, or the day on which all records end; nothing happens on it or later. */
  LocalDate until() {
    return until;
  }

  /** Whether something that happens on {@code day} belongs to the record. */
  boolean covers(LocalDate day) {
    return !day.isBefore(from) && day.isBefore(until);
  }

  /** Reference to the Patient. Shared; not to be changed. */
  ObjectNode subject() {
    return subject;
  }

  /** Adds a resource and returns its {@code urn:uuid:}. */
  String add(ObjectNode resource) {
    String url = dice.urnUuid();
    bundle.post(url, resource);
    return url;
  }

  /** As {@link #add}, for a resource whose URL others know already. */
  void add(String url, ObjectNode resource) {
    bundle.post(url, resource);
  }

  /** {@code day}, or the Monday after a weekend. */
  static LocalDate workday(LocalDate day) {
    return day.getDayOfWeek() == DayOfWeek.SATURDAY
        ? day.plusDays(2)
        : day.getDayOfWeek() == DayOfWeek.SUNDAY ? day.plusDays(1) : day;
  }

  /** A minute of the consultation hours of {@code day}: 8:00 to 11:30 or 14:30 to 17:30. */
  LocalDateTime officeHour(LocalDate day) {
    int minute = dice.below(390);
    return day.atTime(8, 0).plusMinutes(minute < 210 ? minute : minute + 180);
  }

  /** A consultation. */
  Visit outpatient(Institution at, Department department, LocalDate day, String reason) {
    return new Visit(
        this, Visit.Kind.OUTPATIENT, at, department, officeHour(day), dice.between(10, 35), reason);
  }

  /** The Condition on the problem list, written when it is first asked for. */
  String condition(Chronic chronic) {
    String known = conditions.get(chronic);
    if (known != null) {
      return known;
    }
    LocalDate onset = ailments.onset(chronic);
    if (onset == null) {
      throw new IllegalArgumentException("resident " + person.index() + " has no " + chronic);
    }
    ObjectNode condition = resource("Condition");
    condition.set("clinicalStatus", ACTIVE);
    condition.set("verificationStatus", CONFIRMED);
    condition.set("category", array(PROBLEM));
    condition.set("code", chronic.diagnosis().concept());
    condition.set("subject", subject);
    condition.put("onsetDateTime", onset.toString());
    condition.put("recordedDate", onset.toString());
    String url = add(condition);
    conditions.put(chronic, url);
    return url;
  }

  /**
   * A diagnosis made at a visit.
   *
   * @param days how long it lasted; 0 if it lasts on
   */
  String diagnosis(Diagnosis diagnosis, Visit visit, int days) {
    LocalDate day = visit.day();
    LocalDate over = day.plusDays(days);
    boolean resolved = days > 0 && !over.isAfter(until);
    ObjectNode condition = resource("Condition");
    condition.set("clinicalStatus", resolved ? RESOLVED : ACTIVE);
    condition.set("verificationStatus", CONFIRMED);
    condition.set("category", array(Visit.ENCOUNTER_DIAGNOSIS));
    condition.set("code", diagnosis.concept());
    condition.set("subject", subject);
    condition.set("encounter", visit.encounter());
    condition.put("onsetDateTime", day.toString());
    if (resolved) {
      condition.put("abatementDateTime", over.toString());
    }
    condition.put("recordedDate", instant(visit.start()));
    return add(condition);
  }
}
