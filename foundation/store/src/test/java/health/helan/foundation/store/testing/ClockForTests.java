package health.helan.foundation.store.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that goes on, and can be moved both ways. */
public final class ClockForTests extends Clock {
  private volatile Duration ahead = Duration.ZERO;

  /** So much before or behind the machine's. */
  public void ahead(Duration by) {
    ahead = by;
  }

  /** As if it were this time now. */
  public void at(Instant instant) {
    ahead = Duration.between(Instant.now(), instant);
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }

  @Override
  public Instant instant() {
    return Instant.now().plus(ahead);
  }
}
