package health.helan.pharmacy.knowledge;

import health.helan.foundation.store.Refusal;
import java.util.List;

/** A knowledge base that is not taken: the first fault as a sentence, and all of them in a list. */
public final class KnowledgeRefused extends Refusal {
  private static final long serialVersionUID = 1L;

  private final transient List<Fault> faults;

  KnowledgeRefused(List<Fault> faults) {
    super(
        Kind.INVALID,
        faults.getFirst().place(),
        faults.getFirst().key(),
        arguments(faults.getFirst()));
    this.faults = List.copyOf(faults);
  }

  private static Object[] arguments(Fault fault) {
    return fault.arguments().toArray();
  }

  public List<Fault> faults() {
    return faults;
  }
}
