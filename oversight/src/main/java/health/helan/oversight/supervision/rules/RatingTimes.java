package health.helan.oversight.supervision.rules;

import java.time.Duration;

/**
 * How long a rating is waited for.
 *
 * @param first after the end of what is rated, for the rating
 * @param change after the rating, for changing it
 */
public record RatingTimes(Duration first, Duration change) {}
