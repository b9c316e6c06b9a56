package health.helan.app.start;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What simulated payers and channels do wrong in a platform that is shown or taught: of each
 * hundred things that they are asked or tell, so many meet one of the faults that they know; some
 * faults change nothing of some acts, as a notification that comes twice of a question. {@code
 * HELAN_SIMULATED_FAULTS}, 0 to 100; nothing by default.
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

  public static <F> Function<String, F> of(int percent, F none, F[] all) {
    List<F> wrong = Stream.of(all).filter(one -> !one.equals(none)).toList();
    return _ -> {
      ThreadLocalRandom random = ThreadLocalRandom.current();
      return random.nextInt(100) < percent ? wrong.get(random.nextInt(wrong.size())) : none;
    };
  }

  /**
   * @throws StartRefused for what is no number from 0 to 100
   */
  public static int percent(@Nullable String text) {
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
