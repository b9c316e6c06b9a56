package health.helan.oversight.settlement;

import health.helan.oversight.credit.Credits;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings settlements and credits on by the clock. Several instances may: each step is taken once.
 */
public final class SettlementUpkeep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SettlementUpkeep.class);
  private static final Duration OFTEN = Duration.ofSeconds(1);

  private final Settlements settlements;
  private final Credits credits;
  private final ScheduledExecutorService schedule =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("settlement-upkeep-", 0).factory());

  public SettlementUpkeep(Settlements settlements, Credits credits) {
    this.settlements = settlements;
    this.credits = credits;
  }

  public void start() {
    var unused =
        schedule.scheduleWithFixedDelay(
            () -> {
              try {
                var looked = settlements.tendDue();
                var missed = credits.tendDue();
              } catch (RuntimeException e) {
                // The next round tries again.
                LOG.warn("Settlements could not be looked at", e);
              }
            },
            0,
            OFTEN.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    schedule.shutdownNow();
  }
}
