package health.helan.foundation.store;

import java.util.List;

/** Search criteria of a conditional interaction or reference, and what they match. */
final class Condition {
  private final String type;
  private final String criteria;
  private List<Keyed> found = List.of();

  /**
   * @param criteria the query as sent, percent-encoded, without {@code ?}
   */
  Condition(String type, String criteria) {
    this.type = type;
    this.criteria = criteria;
  }

  String type() {
    return type;
  }

  String criteria() {
    return criteria;
  }

  /** None, one, or at least two. */
  List<Keyed> found() {
    return found;
  }

  void found(List<Keyed> found) {
    this.found = found;
  }
}
