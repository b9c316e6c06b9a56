package health.helan.foundation.gateway;

import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/**
 * What else is to be said of a resource that a message would become, before it is written: the
 * place for rules of data quality in a rehearsal, beside what the store itself checks. Its issues
 * have the code {@code business-rule}, by which pages tell them from what would be refused.
 */
@FunctionalInterface
public interface QualityLook {
  /** Says nothing. */
  QualityLook NONE = (_, _, _, _) -> {};

  /**
   * @param feed it came by
   * @param outcome an OperationOutcome to which issues are added
   */
  void look(Feed feed, ObjectNode resource, Locale language, ObjectNode outcome);
}
