package health.helan.oversight.supervision;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Since when doctors practise. Whoever keeps the registry answers. */
@FunctionalInterface
public interface Practice {
  /**
   * @param practitioner id
   * @return null for one of whom nothing is known
   */
  @Nullable Instant since(String practitioner);
}
