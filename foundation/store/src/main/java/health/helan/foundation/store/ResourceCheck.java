package health.helan.foundation.store;

import health.helan.foundation.store.validation.Issue;
import health.helan.foundation.store.validation.Options;
import health.helan.foundation.store.validation.Validator;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Inline validation of what is to be written. */
interface ResourceCheck {
  /**
   * @param place FHIRPath of the resource within the request ({@code Bundle.entry[3]}), or its type
   * @throws InvalidResource naming each fault
   */
  void check(ObjectNode resource, String place);

  /** For benchmarks that switch validation off, as the peer does. */
  ResourceCheck NONE = (_, _) -> {};

  /** Structure, types, cardinality, required bindings, references: R4 itself. */
  ResourceCheck R4 =
      (resource, place) -> {
        List<Issue> issues = Validator.get().validate(resource, Options.STORED);
        if (!issues.isEmpty()
            && issues.stream().anyMatch(issue -> issue.severity() == Issue.Severity.ERROR)) {
          throw new InvalidResource(place, issues);
        }
      };
}
