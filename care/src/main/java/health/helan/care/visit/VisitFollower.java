package health.helan.care.visit;

import health.helan.care.visit.rules.OnlineDrugs;
import health.helan.care.visit.rules.Verdict;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Purges;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.WriteFollower;
import health.helan.foundation.store.index.Digests;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a write of anybody may do to visits on line. Their resources are written by steps only, and
 * kept as long as they must be; a prescription in a visit names no drug that is excluded; and the
 * row that lists and conversations ask follows the Encounter.
 */
public final class VisitFollower implements WriteFollower {
  /** Written by the operations of a visit alone. */
  private static final Set<String> BY_STEPS =
      Set.of("Encounter", "Consent", "Composition", "Media", "Binary");

  /** Others may go on with them: a laboratory with an order, a clinic with a diagnosis. */
  private static final Set<String> KEPT = Set.of("Condition", "ServiceRequest");

  private static final String PRESCRIPTION = "MedicationRequest";

  /** Tells what a visit costs. */
  private static final String PLACE = "PractitionerRole";

  private final Digests digests;
  private final OnlineDrugs drugs;
  private final Clock clock;

  /**
   * @param drugs which are never prescribed on line
   */
  public VisitFollower(Digests digests, OnlineDrugs drugs, Clock clock) {
    this.digests = digests;
    this.drugs = drugs;
    this.clock = clock;
  }

  @Override
  public boolean concerns(String type) {
    return BY_STEPS.contains(type)
        || KEPT.contains(type)
        || type.equals(PRESCRIPTION)
        || type.equals(PLACE);
  }

  @Override
  public void check(Caller caller, Followed written) {
    ObjectNode before = written.before();
    ObjectNode after = written.after();
    if (written.type().equals(PLACE)) {
      Fee.check(after);
      return;
    }
    Kept kept = Kept.of(before);
    if (after == null) {
      if (kept != null && before != null && !Purges.isErasing(caller)) {
        kept.mayGo(before, clock.instant()); // For everybody: the root too.
      }
      return;
    }
    if (kept != null && Kept.of(after) != kept) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "visit.tag-stays", written.type());
    }
    boolean isOurs = kept != null || Kept.of(after) != null || Visit.is(before) || Visit.is(after);
    if (isOurs && !caller.isRoot() && BY_STEPS.contains(written.type())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "visit.by-steps", written.type());
    }
  }

  @Override
  public void follow(Connection transaction, List<Followed> written, Instant at) {
    throw new IllegalStateException("who writes is known");
  }

  @Override
  public void follow(Connection transaction, Caller caller, List<Followed> written, Instant at)
      throws SQLException {
    for (Followed one : written) {
      ObjectNode after = one.after();
      if (one.type().equals(PRESCRIPTION) && after != null) {
        prescription(transaction, after);
      }
      if (Visit.is(after) && after != null) {
        Visit visit = Visit.of(after);
        if (visit.state() != null) {
          VisitTable.follow(
              transaction,
              news(one.before(), visit),
              one.home(),
              one.id(),
              visit,
              digests.reference("Patient", visit.patient()),
              caller.institution(),
              at);
        }
      }
    }
  }

  private static VisitTable.News news(@Nullable ObjectNode before, Visit after) {
    if (before == null) {
      return VisitTable.News.NEW;
    }
    Visit was = Visit.of(before);
    return was.state() != after.state() || was.isPaid() != after.isPaid()
        ? VisitTable.News.ENTERED
        : VisitTable.News.NONE;
  }

  private void prescription(Connection transaction, JsonNode request) throws SQLException {
    String encounter = Visit.idOf(request.path("encounter"), "Encounter");
    if (!Ids.isAssigned(encounter) || !(drugs.judge(request) instanceof Verdict.Refuse refusal)) {
      return;
    }
    if (VisitTable.isThere(transaction, encounter)) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE,
          "MedicationRequest.medication",
          refusal.messageKey(),
          refusal.arguments().toArray());
    }
  }
}
