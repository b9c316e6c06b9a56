package health.helan.foundation.gateway;

import java.time.Duration;

/**
 * How the gateway works.
 *
 * @param inFlight most messages that are taken at once; beyond, MLLP stops reading and HTTP answers
 *     503
 * @param working most that are mapped and committed at once, each with a database connection
 * @param patience after which an instance takes over what another left in front of its own message
 * @param keep how long settled messages are kept
 * @param refresh how often feeds are read anew
 * @param sweep how often left-behind messages and those whose time is over are looked for
 */
public record Settings(
    int inFlight, int working, Duration patience, Duration keep, Duration refresh, Duration sweep) {
  public static final Settings DEFAULT =
      new Settings(
          64,
          8,
          Duration.ofSeconds(5),
          Duration.ofDays(30),
          Duration.ofSeconds(2),
          Duration.ofSeconds(5));
}
