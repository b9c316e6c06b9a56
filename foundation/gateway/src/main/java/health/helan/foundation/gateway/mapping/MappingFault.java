package health.helan.foundation.gateway.mapping;

import health.helan.foundation.store.Refusal;

/** A mapping file that cannot be used; says where and why. */
public final class MappingFault extends Refusal {
  private static final long serialVersionUID = 1L;

  /**
   * @param what the place or words that are wrong
   */
  public MappingFault(String mapping, String what) {
    super(Kind.VALUE, "gateway.mapping-fault", mapping, what);
  }
}
