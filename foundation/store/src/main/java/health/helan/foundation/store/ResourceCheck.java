package health.helan.foundation.store;

import tools.jackson.databind.node.ObjectNode;

/** Inline validation of what is to be written. */
public interface ResourceCheck {
  /**
   * @param place FHIRPath of the resource within the request ({@code Bundle.entry[3]}), or its type
   * @throws Refusal naming each fault
   */
  void check(ObjectNode resource, String place);

  /** For benchmarks that switch validation off, as the peer does. */
  ResourceCheck NONE = (_, _) -> {};
}
