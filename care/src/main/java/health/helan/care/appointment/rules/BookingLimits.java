package health.helan.care.appointment.rules;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one resident may book: against touts (号贩子), and for those who come. One region's rules,
 * {@code docs/guide/booking.md}. They hold for what residents book themselves; a counter that has
 * the resident before it may go beyond.
 *
 * @param sameDoctorADay open bookings with one doctor on one day
 * @param sameInstitutionADay open bookings at one institution on one day
 * @param sameDay open bookings on one day, anywhere
 * @param open open bookings at all
 * @param lapsesADay holds that lapsed or were cancelled before they were confirmed, on one day
 * @param noShows so many missed visits within {@code noShowsWithin} suspend booking, until the
 *     oldest of them is past it
 */
public record BookingLimits(
    int sameDoctorADay,
    int sameInstitutionADay,
    int sameDay,
    int open,
    int lapsesADay,
    int noShows,
    Duration noShowsWithin) {
  public static final BookingLimits DEFAULT =
      new BookingLimits(1, 2, 3, 8, 3, 3, Duration.ofDays(90));

  /** What became of a booking, as the rules see it. */
  public enum Fate {
    OPEN,
    /** A hold that nobody confirmed. */
    LAPSED,
    MISSED,
    OVER
  }

  /**
   * A booking of the resident.
   *
   * @param practitioner id; empty for rooms and machines
   * @param at when it was made; of one that was missed, when it was to be
   */
  public record Booking(
      Fate fate, LocalDate day, String practitioner, String institution, Instant at) {}

  /** What the rules say. */
  public sealed interface Verdict {
    record Pass() implements Verdict {}

    /**
     * @param messageKey told to the resident; {@code arguments} fill it, in order
     */
    record Refuse(String messageKey, List<Object> arguments) implements Verdict {}
  }

  private static final Verdict PASS = new Verdict.Pass();

  /**
   * May the resident have this one too?
   *
   * @param before the resident's other bookings, of all Patients that are this person
   */
  public Verdict judge(List<Booking> before, Booking wanted, Instant now) {
    Instant since = now.minus(noShowsWithin);
    long missed =
        before.stream().filter(one -> one.fate == Fate.MISSED && one.at.isAfter(since)).count();
    if (missed >= noShows) {
      return refuse("appointment.too-many-no-shows", noShows, noShowsWithin.toDays());
    }
    Instant yesterday = now.minus(Duration.ofDays(1));
    long lapsed =
        before.stream().filter(one -> one.fate == Fate.LAPSED && one.at.isAfter(yesterday)).count();
    if (lapsed >= lapsesADay) {
      return refuse("appointment.too-many-lapses", lapsesADay);
    }
    List<Booking> standing = before.stream().filter(one -> one.fate == Fate.OPEN).toList();
    if (standing.size() >= open) {
      return refuse("appointment.too-many-open", open);
    }
    List<Booking> thatDay = standing.stream().filter(one -> one.day.equals(wanted.day)).toList();
    if (thatDay.size() >= sameDay) {
      return refuse("appointment.too-many-that-day", sameDay);
    }
    if (count(thatDay, null, wanted.institution) >= sameInstitutionADay) {
      return refuse("appointment.too-many-there", sameInstitutionADay);
    }
    if (!wanted.practitioner.isEmpty()
        && count(thatDay, wanted.practitioner, wanted.institution) >= sameDoctorADay) {
      return refuse("appointment.too-many-with-doctor", sameDoctorADay);
    }
    return PASS;
  }

  private static long count(
      List<Booking> bookings, @Nullable String practitioner, String institution) {
    return bookings.stream()
        .filter(one -> one.institution.equals(institution))
        .filter(one -> practitioner == null || one.practitioner.equals(practitioner))
        .count();
  }

  private static Verdict refuse(String key, Object... arguments) {
    return new Verdict.Refuse(key, List.of(arguments));
  }
}
