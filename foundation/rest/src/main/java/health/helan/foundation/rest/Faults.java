package health.helan.foundation.rest;

import health.helan.foundation.store.Refusal;
import java.util.List;

/** Several reasons not to carry out a request; answered with the status of the first. */
public final class Faults extends Refusal {
  private static final long serialVersionUID = 1L;

  private final transient List<Refusal> faults;

  /**
   * @param faults at least one
   */
  public Faults(List<Refusal> faults) {
    super(
        faults.getFirst().kind(),
        faults.getFirst().expression(),
        faults.getFirst().messageKey(),
        faults.getFirst().arguments().toArray());
    this.faults = List.copyOf(faults);
  }

  public List<Refusal> all() {
    return faults;
  }
}
