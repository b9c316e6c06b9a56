package health.helan.foundation.store.objects;

import java.util.Set;

/** Whoever keeps objects that no resource speaks of: their sweep must spare them. */
@FunctionalInterface
public interface ObjectOwner {
  /** Those of some objects, at most 1,000, that are still in use. */
  Set<ObjectKey> referenced(Set<ObjectKey> objects);
}
