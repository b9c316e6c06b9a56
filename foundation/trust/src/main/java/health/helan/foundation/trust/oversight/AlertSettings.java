package health.helan.foundation.trust.oversight;

import java.time.Duration;

/**
 * From where on access is unusual. All counts are of one caller in one hour of the clock (Beijing);
 * residents are counted anew every look, so a resident who is read all through an hour may count
 * several times.
 *
 * @param residents of residents read, above this always
 * @param timesUsual and from a quarter of {@code residents} on, above so many times the caller's
 *     own average of the last 28 days
 * @param refusals of requests refused with 401, 403 or 404
 * @param nightResidents of residents read between 23 and 5 o'clock by a practitioner who was seen
 *     in fewer than 4 nights of the last 28 days
 * @param emergencyHours hours after which an emergency access must be justified
 * @param every pause between two looks
 * @param settled rows younger than this may still be on their way
 */
public record AlertSettings(
    int residents,
    int timesUsual,
    int refusals,
    int nightResidents,
    int emergencyHours,
    Duration every,
    Duration settled) {
  public static final AlertSettings DEFAULT =
      new AlertSettings(200, 5, 50, 20, 24, Duration.ofMinutes(5), Duration.ofMinutes(1));
}
