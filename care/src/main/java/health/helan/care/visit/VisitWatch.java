package health.helan.care.visit;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends visits that nobody goes on with. Several instances may look: each visit ends once, by
 * whichever comes first.
 */
public final class VisitWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(VisitWatch.class);
  private static final Duration EVERY = Duration.ofMinutes(5);

  private final Visits visits;
  private final ScheduledExecutorService schedule =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("visit-watch-", 0).factory());

  public VisitWatch(Visits visits) {
    this.visits = visits;
  }

  public void start() {
    var unused =
        schedule.scheduleWithFixedDelay(
            () -> {
              try {
                int ended = visits.lapse();
                if (ended > 0) {
                  LOG.info("{} visits lapsed", ended);
                }
              } catch (RuntimeException e) {
                // The next round tries again.
                LOG.warn("Visits could not be looked through", e);
              }
            },
            1,
            EVERY.toMinutes(),
            TimeUnit.MINUTES);
  }

  @Override
  public void close() {
    schedule.shutdownNow();
  }
}
