package health.helan.pharmacy.circulation;

import health.helan.foundation.store.Beside;
import health.helan.foundation.store.Interaction;
import java.util.List;

/**
 * A step that is about to be taken, for who takes it together with something else in one
 * transaction.
 *
 * @param writes come first in that transaction
 * @param beside rows to write, by the ids of those
 */
public record Joint(List<Interaction> writes, Beside beside) {
  public Joint {
    writes = List.copyOf(writes);
  }
}
