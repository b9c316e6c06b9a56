package health.helan.foundation.store;

/** Type and id of a resource, and the home its rows are in. */
public record Keyed(String type, String id, int home) implements Comparable<Keyed> {
  @Override
  public int compareTo(Keyed other) {
    int byHome = Integer.compare(home, other.home);
    if (byHome != 0) {
      return byHome;
    }
    int byType = type.compareTo(other.type);
    return byType != 0 ? byType : id.compareTo(other.id);
  }

  /** {@code Type/id}. */
  public String reference() {
    return type + "/" + id;
  }
}
