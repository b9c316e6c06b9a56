package health.helan.foundation.delivery.kept;

import health.helan.foundation.store.Caller;
import org.jspecify.annotations.Nullable;

/** What is left of what somebody was allowed who asked for something that goes on. */
public interface Standing {
  /**
   * The caller as it would be let in today: never with more than it had then. Null for one that
   * would not be let in.
   */
  @Nullable Caller now(Caller kept);
}
