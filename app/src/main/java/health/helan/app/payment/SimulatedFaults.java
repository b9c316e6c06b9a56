package health.helan.app.payment;

import health.helan.app.start.StartRefused;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What simulated payers and channels do wrong in a platform that is shown or taught: of each
 * hundred things that they are asked or tell, so many go wrong, each in one of the ways that they
 * know. {@code HELAN_SIMULATED_FAULTS}, 0 to 100; nothing by default.
 */
public final class SimulatedFaults {
  private static final String NAME = "HELAN_SIMULATED_FAULTS";

  private SimulatedFaults() {}

  /**
   * @param none what nothing wrong is called
   * @param all it and what can go wrong
   */
  public static <F> Function<String, F> of(F none, F[] all) {
    return of(percent(System.getenv(NAME)), none, all);
  }

  static <F> Function<String, F> of(int percent, F none, F[] all) {
    return _ -> {
      ThreadLocalRandom random = ThreadLocalRandom.current();
      return random.nextInt(100) < percent ? all[random.nextInt(all.length)] : none;
    };
  }

  /**
   * @throws StartRefused for what is no number from 0 to 100
   */
  static int percent(@Nullable String text) {
    if (text == null || text.isBlank()) {
      return 0;
    }
    if (!text.strip().matches("[0-9]{1,2}|100")) {
      throw new StartRefused(
          NAME + " 应为 0 到 100 的整数。", NAME + " takes a whole number from 0 to 100.");
    }
    return Integer.parseInt(text.strip());
  }
}
