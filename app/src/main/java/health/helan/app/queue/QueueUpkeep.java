package health.helan.app.queue;

import health.helan.care.queue.Queues;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends tickets that were forgotten and takes out old ones. Several instances may do it at once. */
final class QueueUpkeep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(QueueUpkeep.class);
  private static final int EVERY_MINUTES = 10;

  private final Queues queues;
  private final ScheduledExecutorService schedule =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("queue-upkeep-", 0).factory());

  QueueUpkeep(Queues queues) {
    this.queues = queues;
  }

  void start() {
    var unused =
        schedule.scheduleWithFixedDelay(
            () -> {
              try {
                int ended = queues.upkeep();
                if (ended > 0) {
                  LOG.info("{} forgotten tickets ended", ended);
                }
              } catch (RuntimeException e) {
                // The next round tries again; nothing waits for it.
                LOG.warn("The upkeep of queues failed", e);
              }
            },
            1,
            EVERY_MINUTES,
            TimeUnit.MINUTES);
  }

  @Override
  public void close() {
    schedule.shutdownNow();
  }
}
