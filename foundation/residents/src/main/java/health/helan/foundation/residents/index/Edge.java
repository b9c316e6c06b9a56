package health.helan.foundation.residents.index;

import health.helan.foundation.residents.match.Comparison;
import health.helan.foundation.residents.match.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * A pair of records as one piece of work sees it: as it stood, and as it becomes. Not thread-safe.
 */
final class Edge {
  final long low;
  final long high;
  final int lowHome;
  final int highHome;

  Verdict verdict = Verdict.DIFFERENT;
  float weight;
  boolean found;
  Ruling ruling = Ruling.NONE;
  Verdict verdictWhenRuled = Verdict.DIFFERENT;
  Status status = Status.NOTHING;
  Reason reason = Reason.NONE;

  /** Linked by people, or by a valid number that both bear. */
  boolean certain;

  /** Of this piece of work; null when it did not compare them. */
  @Nullable Comparison comparison;

  private @Nullable Stored stored;

  private record Stored(
      Verdict verdict,
      float weight,
      boolean found,
      Ruling ruling,
      Verdict verdictWhenRuled,
      Status status,
      Reason reason,
      boolean certain) {}

  Edge(long a, int aHome, long b, int bHome) {
    boolean inOrder = a < b;
    low = inOrder ? a : b;
    high = inOrder ? b : a;
    lowHome = inOrder ? aHome : bHome;
    highHome = inOrder ? bHome : aHome;
  }

  private Stored now() {
    return new Stored(verdict, weight, found, ruling, verdictWhenRuled, status, reason, certain);
  }

  /** Says that it stands in the table as it is now. */
  void isStored() {
    stored = now();
  }

  boolean wasStored() {
    return stored != null;
  }

  boolean isChanged() {
    return !now().equals(stored);
  }

  Status before() {
    return stored == null ? Status.NOTHING : stored.status;
  }

  Reason reasonBefore() {
    return stored == null ? Reason.NONE : stored.reason;
  }

  boolean wasCertain() {
    return stored != null && stored.certain;
  }

  /** People have to look at it. */
  boolean isForPeople() {
    return status == Status.REVIEW || reason == Reason.CHANGED;
  }

  boolean wasForPeople() {
    return before() == Status.REVIEW || reasonBefore() == Reason.CHANGED;
  }

  Pair pair() {
    return new Pair(low, high);
  }

  long other(long record) {
    return record == low ? high : low;
  }

  void compared(Comparison with) {
    comparison = with;
    verdict = with.verdict();
    weight = (float) with.weight();
  }

  /** Nothing that anybody has to know of it. */
  boolean isNothing() {
    return ruling == Ruling.NONE && (!found || verdict == Verdict.DIFFERENT);
  }

  /** It may join two records, if nothing is against it. */
  boolean joins() {
    return ruling == Ruling.SAME || ruling == Ruling.NONE && found && verdict == Verdict.SAME;
  }
}
