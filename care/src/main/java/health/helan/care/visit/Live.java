package health.helan.care.visit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells those who listen that something of a visit has changed: at once where this instance changed
 * it, within a second where another did, which one look at the rows of all visits that are listened
 * to finds out. What has changed they read themselves, so that a hint that is lost or comes twice
 * does no harm.
 */
final class Live implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Live.class);
  private static final Duration EVERY = Duration.ofSeconds(1);

  private final VisitTable table;
  private final Map<String, CopyOnWriteArrayList<Runnable>> listeners = new ConcurrentHashMap<>();
  private Map<String, VisitTable.Row> seen = Map.of();
  private final ScheduledExecutorService schedule =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("visit-live-", 0).factory());

  Live(VisitTable table) {
    this.table = table;
    var unused =
        schedule.scheduleWithFixedDelay(
            this::look, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * @param listener called on any thread; returns at once
   */
  void listen(String visit, Runnable listener) {
    listeners.compute(
        visit,
        (_, all) -> {
          var list = all == null ? new CopyOnWriteArrayList<Runnable>() : all;
          list.add(listener);
          return list;
        });
  }

  void leave(String visit, Runnable listener) {
    listeners.computeIfPresent(
        visit,
        (_, all) -> {
          all.remove(listener);
          return all.isEmpty() ? null : all;
        });
  }

  void changed(String visit) {
    List<Runnable> all = listeners.get(visit);
    if (all != null) {
      all.forEach(Runnable::run);
    }
  }

  private void look() {
    try {
      Set<String> open = Set.copyOf(listeners.keySet());
      if (open.isEmpty()) {
        seen = Map.of();
        return;
      }
      Map<String, VisitTable.Row> now = table.glance(open);
      List<String> changed = new ArrayList<>();
      now.forEach(
          (id, row) -> {
            VisitTable.Row before = seen.get(id);
            if (before == null
                || before.last() != row.last()
                || before.signals() != row.signals()
                || before.state() != row.state()
                || !before.marks().equals(row.marks())) {
              changed.add(id);
            }
          });
      seen = new HashMap<>(now);
      changed.forEach(this::changed);
    } catch (RuntimeException e) {
      // The next look tells; what this instance itself writes is told without it.
      LOG.warn("Open visits could not be looked at", e);
    }
  }

  @Override
  public void close() {
    schedule.shutdownNow();
  }
}
