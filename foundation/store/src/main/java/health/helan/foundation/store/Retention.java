package health.helan.foundation.store;

import java.time.Duration;

/**
 * How long the store keeps what it needs for a while only. Versions of resources are no part of
 * this: they stay.
 *
 * @param answers of requests with an idempotency key; a repeat after that is a request like any
 *     other
 * @param changes in the change log; kept longer while a consumer has not taken them
 * @param every time between two looks
 */
public record Retention(Duration answers, Duration changes, Duration every) {
  public static final Retention DEFAULT =
      new Retention(Duration.ofDays(7), Duration.ofDays(30), Duration.ofHours(1));

  public Retention {
    if (answers.isNegative() || changes.isNegative() || !every.isPositive()) {
      throw new IllegalArgumentException("times to keep are not negative");
    }
  }
}
