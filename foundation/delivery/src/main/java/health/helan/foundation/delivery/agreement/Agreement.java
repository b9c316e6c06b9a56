package health.helan.foundation.delivery.agreement;

import health.helan.foundation.rest.Query;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What may be delivered. It never changes but by signatures and its end: other words are another
 * agreement.
 *
 * @param giver id of the Organization whose data it is about; empty for the platform as a whole
 * @param receiver id of the Organization that is to have them; empty for a party outside
 * @param receiverName of a party outside; empty for one that is known here
 * @param what {@code Type?criteria}, each of which may be delivered
 * @param purpose code of v3 PurposeOfUse
 * @param givenBy who signed for the giver; empty for nobody yet
 * @param takenBy who signed for the receiver; empty for nobody yet
 * @param endedBy who ended it before its time; empty for nobody
 */
public record Agreement(
    String id,
    String giver,
    String receiver,
    String receiverName,
    List<String> what,
    String purpose,
    Instant since,
    Instant until,
    String proposedBy,
    Instant made,
    String givenBy,
    @Nullable Instant given,
    String takenBy,
    @Nullable Instant taken,
    String endedBy,
    @Nullable Instant ended) {

  /** Where it stands. */
  public enum State {
    /** A signature is wanting. */
    PROPOSED,
    /** Signed, its time has not come. */
    SIGNED,
    /** What it names may be delivered. */
    ACTIVE,
    /** Its time is over. */
    EXPIRED,
    /** Somebody ended it. */
    ENDED
  }

  public State state(Instant now) {
    if (ended != null) {
      return State.ENDED;
    }
    if (!now.isBefore(until)) {
      return State.EXPIRED;
    }
    if (given == null || taken == null) {
      return State.PROPOSED;
    }
    return now.isBefore(since) ? State.SIGNED : State.ACTIVE;
  }

  public boolean isInForce(Instant now) {
    return state(now) == State.ACTIVE;
  }

  /** Types that it names, sorted. */
  public Set<String> types() {
    var types = new TreeSet<String>();
    what.forEach(one -> types.add(type(one)));
    return types;
  }

  static String type(String criterion) {
    int mark = criterion.indexOf('?');
    return mark < 0 ? criterion : criterion.substring(0, mark);
  }

  /** Criteria of a type without the type; a resource that one of them finds is covered. */
  public List<String> queries(String type) {
    List<String> queries = new ArrayList<>();
    for (String one : what) {
      if (type(one).equals(type)) {
        int mark = one.indexOf('?');
        queries.add(mark < 0 ? "" : one.substring(mark + 1));
      }
    }
    return queries;
  }

  /** The same, parsed; empty for a type that it does not name. */
  public List<List<Parameter>> parameters(String type) {
    List<List<Parameter>> all = new ArrayList<>();
    for (String query : queries(type)) {
      all.add(query.isEmpty() ? List.of() : Query.parse(query).parameters());
    }
    return all;
  }
}
