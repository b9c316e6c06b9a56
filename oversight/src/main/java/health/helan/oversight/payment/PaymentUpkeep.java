package health.helan.oversight.payment;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings orders on by the clock. Several instances may: each step is taken once. */
public final class PaymentUpkeep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PaymentUpkeep.class);
  private static final Duration OFTEN = Duration.ofSeconds(1);

  private final Payments payments;
  private final ScheduledExecutorService schedule =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("payment-upkeep-", 0).factory());

  public PaymentUpkeep(Payments payments) {
    this.payments = payments;
  }

  public void start() {
    var unused =
        schedule.scheduleWithFixedDelay(
            () -> {
              try {
                var looked = payments.tendDue();
              } catch (RuntimeException e) {
                // The next round tries again.
                LOG.warn("Orders could not be looked at", e);
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
