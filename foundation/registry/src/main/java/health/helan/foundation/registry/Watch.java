package health.helan.foundation.registry;

import health.helan.foundation.store.RecordStore;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Marks licences whose period is over, soon after midnight. Several instances may: each licence is
 * marked once, by whoever comes first.
 */
public final class Watch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
  private static final Duration EVERY = Duration.ofMinutes(1);

  private final Registry registry;
  private final RecordStore store;
  private final ScheduledExecutorService schedule =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("registry-watch-", 0).factory());

  public Watch(Registry registry, RecordStore store) {
    this.registry = registry;
    this.store = store;
  }

  public void start() {
    var unused1 =
        schedule.schedule(
            () -> {
              try {
                long made = registry.makeOnce(store);
                if (made > 0) {
                  LOG.info("The registry took in {} resources from before it was there", made);
                }
              } catch (RuntimeException e) {
                LOG.warn("The registry could not take in what was there; the next start tries", e);
              }
            },
            0,
            TimeUnit.MILLISECONDS);
    var unused2 =
        schedule.scheduleWithFixedDelay(
            () -> {
              try {
                int marked = registry.expire(store);
                if (marked > 0) {
                  LOG.info("{} licences expired", marked);
                }
              } catch (RuntimeException e) {
                // The next round tries again; acts are checked against the period itself.
                LOG.warn("Licences could not be marked as expired", e);
              }
            },
            0,
            EVERY.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    schedule.shutdownNow();
  }
}
