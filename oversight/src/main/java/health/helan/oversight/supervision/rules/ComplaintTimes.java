package health.helan.oversight.supervision.rules;

import java.time.Duration;

/**
 * How long a complaint waits.
 *
 * @param answer for the institution's answer, before it goes to the regulator
 * @param accept for the resident's objection to an answer, before it is over
 */
public record ComplaintTimes(Duration answer, Duration accept) {}
