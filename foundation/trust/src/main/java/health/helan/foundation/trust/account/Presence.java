package health.helan.foundation.trust.account;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * That who acts is there in person: asked by acts that nobody at a screen left open may do in
 * another's name. A token says who signed in, hours ago; the proof of its session says when the
 * person was last there. Thread-safe.
 */
public final class Presence {
  /** Where nothing else is set: a morning of visits is not a morning of codes. */
  public static final Duration USUAL = Duration.ofMinutes(30);

  private final Function<String, @Nullable Instant> proved;
  private final Duration within;
  private final Clock clock;

  /**
   * @param proved when the person of a session last proved to be it ({@link Sessions#proved});
   *     asked each time, so that a proof counts on all instances at once
   * @param within how old a proof may be
   */
  public Presence(Function<String, @Nullable Instant> proved, Duration within, Clock clock) {
    this.proved = proved;
    this.within = within;
    this.clock = clock;
  }

  public Duration within() {
    return within;
  }

  /**
   * @throws Refusal PROOF where the last proof is older, or the caller has no session: an app that
   *     goes on without its owner, a system
   */
  public void check(Caller caller) {
    if (!isProved(caller.binding().session())) {
      throw new Refusal(Refusal.Kind.PROOF, "access.prove-again", within.toMinutes());
    }
  }

  /** Whether the person of a session proved to be it of late; never for an empty id. */
  public boolean isProved(String session) {
    Instant last = session.isEmpty() ? null : proved.apply(session);
    return last != null && !last.plus(within).isBefore(clock.instant());
  }
}
