package health.helan.foundation.store;

import health.helan.foundation.store.validation.Issue;
import java.util.List;

/** A resource that R4 does not allow, with each fault and its place. */
public final class InvalidResource extends Refusal {
  private static final long serialVersionUID = 1L;

  private final transient List<Issue> issues;
  private final String place;

  /**
   * @param place FHIRPath of the resource within the request; its type when it came alone
   */
  public InvalidResource(String place, List<Issue> issues) {
    super(Kind.UNPROCESSABLE, place, "rest.invalid-resource", new Object[] {issues.size()});
    this.issues = List.copyOf(issues);
    this.place = place;
  }

  public List<Issue> issues() {
    return issues;
  }

  /** Where an issue is within the request: {@code Bundle.entry[3].resource.status}. */
  public String placeOf(Issue issue) {
    if (!place.startsWith("Bundle.")) {
      return issue.expression();
    }
    int dot = issue.expression().indexOf('.');
    return place + ".resource" + (dot < 0 ? "" : issue.expression().substring(dot));
  }
}
