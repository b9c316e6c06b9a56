package health.helan.oversight.clearing;

import java.time.Instant;
import java.util.function.Consumer;

/**
 * What we say happened with a counterpart: the door by which capabilities that move money come into
 * the reconciliation. Its lines add up to what the counterpart's account in the ledger moved by
 * them, dated as the ledger dates them.
 */
public interface OwnBook {
  /** Whether it speaks for a counterpart; the first that does is asked. */
  boolean concerns(Counterpart counterpart);

  /**
   * Tells each line once, whatever the order; a day may have millions.
   *
   * @param from the earliest
   * @param before all are earlier
   */
  void entries(Counterpart counterpart, Instant from, Instant before, Consumer<Entry> into);
}
