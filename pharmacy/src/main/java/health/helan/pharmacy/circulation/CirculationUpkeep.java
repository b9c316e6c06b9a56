package health.helan.pharmacy.circulation;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets go and ends by the clock. Several instances may: each step is taken once. */
public final class CirculationUpkeep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CirculationUpkeep.class);
  private static final Duration OFTEN = Duration.ofSeconds(30);

  private final Circulations circulations;
  private final ScheduledExecutorService schedule =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("circulation-upkeep-", 0).factory());

  public CirculationUpkeep(Circulations circulations) {
    this.circulations = circulations;
  }

  public void start() {
    var unused =
        schedule.scheduleWithFixedDelay(
            () -> {
              try {
                var tended = circulations.tend();
              } catch (RuntimeException e) {
                // The next round tries again.
                LOG.warn("Prescriptions under way could not be looked at", e);
              }
            },
            OFTEN.toMillis(),
            OFTEN.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    schedule.shutdownNow();
  }
}
