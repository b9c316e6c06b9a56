package health.helan.care.results;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.changes.Change;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Tells open pages that there is news for somebody, usually within a second, on whatever instance
 * it was written. What it is they read themselves: a hint that is lost or comes twice does no harm,
 * and opens nothing.
 */
public final class NoticeHub {
  private static final String NAME = "open-notices";

  private final RecordStore store;

  /** By digest of the Patient. */
  private final Map<Long, List<Runnable>> listeners = new ConcurrentHashMap<>();

  public NoticeHub(RecordStore store) throws SQLException {
    this.store = store;
    store.changes().follow(NAME, Set.of("Communication"), this::changed);
  }

  /** A page that listens. */
  public interface Listening extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * @param caller a resident: hears of itself and those it acts for, and of their other records
   *     that are certainly the same person
   * @param news called on any thread; returns at once
   * @throws Refusal FORBIDDEN for anybody else
   */
  public Listening listen(Caller caller, Runnable news) {
    store.checkMayOperate(caller, "notices");
    if (caller.binding().patients().isEmpty()) {
      // The root may do anything, and is nobody whom anything is told.
      throw new Refusal(Refusal.Kind.FORBIDDEN, "store.may-not-operate", "notices");
    }
    Set<Long> digests = digests(store.persons().seen(caller, caller.binding().patients()));
    for (Long digest : digests) {
      listeners.compute(
          digest,
          (_, there) -> {
            List<Runnable> all = there == null ? new CopyOnWriteArrayList<>() : there;
            all.add(news);
            return all;
          });
    }
    return () -> {
      for (Long digest : digests) {
        listeners.computeIfPresent(
            digest,
            (_, all) -> {
              all.remove(news);
              return all.isEmpty() ? null : all;
            });
      }
    };
  }

  private Set<Long> digests(Collection<String> patients) {
    Set<Long> digests = new HashSet<>();
    for (String patient : patients) {
      digests.add(store.parameters().digests().reference("Patient", patient));
    }
    return digests;
  }

  private void changed(List<Change> changes) {
    Set<Runnable> concerned = new HashSet<>();
    for (Change change : changes) {
      if (change.patient() != null) {
        concerned.addAll(listeners.getOrDefault(change.patient(), List.of()));
      }
    }
    concerned.forEach(Runnable::run);
  }
}
