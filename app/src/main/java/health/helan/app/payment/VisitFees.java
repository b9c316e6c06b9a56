package health.helan.app.payment;

import health.helan.care.visit.Visits;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import health.helan.oversight.payment.Payables;

/**
 * The fee of a visit on line: the doctor takes it once the fee is there. It goes back whole when
 * the visit ends before the consultation, whoever ends it, and when the doctor refers offline; a
 * visit that was finished keeps it.
 */
final class VisitFees implements Payables {
  private static final String TYPE = "Encounter";

  private final Visits visits;

  VisitFees(Visits visits) {
    this.visits = visits;
  }

  @Override
  public boolean concerns(String type) {
    return type.equals(TYPE);
  }

  @Override
  public Due due(Caller caller, String reference) {
    Visits.Bill bill = visits.bill(caller, Paid.id(reference));
    if (bill == null || !bill.isOpen()) {
      throw Paid.nothingDue();
    }
    return new Due(bill.patient(), bill.institution(), bill.fen(), "互联网复诊费", bill.until());
  }

  @Override
  public Standing standing(String reference) {
    Visits.Bill bill;
    try {
      bill = visits.bill(Paid.PLATFORM, Paid.id(reference));
    } catch (Refusal gone) {
      return Paid.deleted(gone);
    }
    if (bill == null || bill.isOwedBack() || (bill.hasEnded() && !bill.isPaid())) {
      return new Standing.Gone(Paid.ALL, "ended");
    }
    return bill.isPaid() ? new Standing.Kept() : new Standing.Waiting();
  }

  @Override
  public Standing paid(String reference) {
    try {
      visits.settle(Paid.PLATFORM, Paid.id(reference));
    } catch (Refusal refused) {
      if (refused.kind() == Refusal.Kind.TRANSIENT) {
        throw refused;
      }
      // It ended meanwhile: where it stands tells.
    }
    return standing(reference);
  }
}
