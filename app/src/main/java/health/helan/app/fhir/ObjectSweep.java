package health.helan.app.fhir;

import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.objects.ObjectKey;
import health.helan.foundation.store.objects.ObjectOwner;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.store.objects.Swept;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Erases objects that no version of a resource speaks of, and no other owner. Instances that share
 * a store may sweep at once: erasing twice has the effect of once.
 */
final class ObjectSweep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ObjectSweep.class);

  /** The start of the platform is busy enough. */
  private static final Duration FIRST = Duration.ofMinutes(10);

  /** Longer than any upload takes, and the transaction after it. */
  private static final Duration OLD = Duration.ofDays(2);

  private final ObjectStore objects;
  private final RecordStore store;
  private final List<ObjectOwner> others;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("object-sweep").daemon().factory());

  /**
   * @param others who else keeps objects
   */
  ObjectSweep(ObjectStore objects, RecordStore store, List<ObjectOwner> others, Duration every) {
    this.objects = objects;
    this.store = store;
    this.others = List.copyOf(others);
    var unused =
        thread.scheduleWithFixedDelay(
            this::sweep, FIRST.toSeconds(), every.toSeconds(), TimeUnit.SECONDS);
  }

  private Set<ObjectKey> referenced(Set<ObjectKey> objects) {
    Set<ObjectKey> all = new HashSet<>(store.referenced(objects));
    others.forEach(owner -> all.addAll(owner.referenced(objects)));
    return all;
  }

  private void sweep() {
    try {
      Swept swept = objects.sweep(Instant.now().minus(OLD), this::referenced);
      LOG.info(
          "Swept {} cut uploads and {} objects without a resource",
          swept.unfinished(),
          swept.unreferenced());
    } catch (IOException | Refusal e) {
      LOG.warn("The sweep of the object store failed; the next one is due tomorrow", e);
    } catch (RuntimeException e) {
      // The scheduler would drop the task without a word.
      LOG.error("The sweep of the object store failed", e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
