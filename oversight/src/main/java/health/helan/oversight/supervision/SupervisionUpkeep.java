package health.helan.oversight.supervision;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the clock does: answers and rectifications that are overdue. Several instances may. */
public final class SupervisionUpkeep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SupervisionUpkeep.class);

  private final Supervision supervision;
  private final Cases cases;
  private final Complaints complaints;
  private final ScheduledExecutorService schedule =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("supervision-upkeep-", 0).factory());

  public SupervisionUpkeep(Supervision supervision, Cases cases, Complaints complaints) {
    this.supervision = supervision;
    this.cases = cases;
    this.complaints = complaints;
  }

  public void start() {
    var unused = schedule.scheduleWithFixedDelay(this::once, 1, 1, TimeUnit.MINUTES);
  }

  private void once() {
    try {
      supervision.tend();
      int escalated = cases.tend();
      if (escalated > 0) {
        LOG.info("{} cases of supervision escalated: not answered in time", escalated);
      }
      int complained = complaints.tend();
      if (complained > 0) {
        LOG.info("{} complaints escalated: not answered in time", complained);
      }
    } catch (RuntimeException e) {
      // The next round tries again.
      LOG.warn("Supervision could not look through what is due", e);
    }
  }

  @Override
  public void close() {
    schedule.shutdownNow();
  }
}
