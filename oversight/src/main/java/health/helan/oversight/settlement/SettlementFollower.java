package health.helan.oversight.settlement;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.WriteFollower;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * What nobody but the steps of settlement writes: its Claims, explanations, answers and Accounts;
 * and, while they are in a settlement that counts, its charges. Another part of the platform may
 * take such a charge back (it becomes {@code aborted}): the settlement then gives it back.
 */
public final class SettlementFollower implements WriteFollower {
  private static final Set<String> PAPERS =
      Set.of("Claim", "ClaimResponse", "ExplanationOfBenefit", "Account");

  @Override
  public boolean concerns(String type) {
    return PAPERS.contains(type) || type.equals("ChargeItem");
  }

  @Override
  public void check(Caller caller, Followed written) {
    if (PAPERS.contains(written.type())
        && !caller.isRoot()
        && (SettlementPapers.isOurs(written.before())
            || SettlementPapers.isOurs(written.after()))) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "settlement.by-steps");
    }
  }

  @Override
  public void follow(Connection transaction, List<Followed> written, Instant at) {
    throw new IllegalStateException("who writes is known");
  }

  @Override
  public void follow(Connection transaction, Caller caller, List<Followed> written, Instant at)
      throws SQLException {
    if (caller.isRoot()) {
      if (!caller.subject().equals(Settlements.PLATFORM.subject())) {
        takenBack(transaction, written, at);
      }
      return;
    }
    for (Followed one : written) {
      if (one.type().equals("ChargeItem")
          && one.before() != null
          && SettlementTable.isTaken(transaction, one.home(), one.id())) {
        throw new Refusal(Refusal.Kind.CONFLICT, "settlement.charge-settled");
      }
    }
  }

  private static void takenBack(Connection transaction, List<Followed> written, Instant at)
      throws SQLException {
    for (Followed one : written) {
      if (one.type().equals("ChargeItem")
          && one.before() != null
          && one.after() != null
          && one.after().path("status").asString("").equals("aborted")) {
        SettlementTable.comesBack(transaction, one.home(), one.id(), at);
      }
    }
  }
}
