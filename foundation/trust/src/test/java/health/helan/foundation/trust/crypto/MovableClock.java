package health.helan.foundation.trust.crypto;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that a test turns. */
final class MovableClock extends Clock {
  private volatile Instant now = Instant.parse("2026-11-25T08:00:00Z");

  void turn(Duration by) {
    now = now.plus(by);
  }

  void at(Instant moment) {
    now = moment;
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
