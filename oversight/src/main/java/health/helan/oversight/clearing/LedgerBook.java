package health.helan.oversight.clearing;

import health.helan.oversight.ledger.Account;
import health.helan.oversight.ledger.AccountKind;
import health.helan.oversight.ledger.Ledger;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * What the ledger alone says of a counterpart whose capability has no book of its own: each
 * transfer between it and an institution, known by its intent (the bill).
 */
public final class LedgerBook implements OwnBook {
  private final Ledger ledger;

  public LedgerBook(Ledger ledger) {
    this.ledger = ledger;
  }

  @Override
  public boolean concerns(Counterpart counterpart) {
    return true;
  }

  @Override
  public void entries(Counterpart counterpart, Instant from, Instant before, Consumer<Entry> into) {
    UUID own = counterpart.account().id();
    Map<UUID, String> institutions = new HashMap<>();
    for (String owner : ledger.owners(AccountKind.INSTITUTION)) {
      institutions.put(Account.of(AccountKind.INSTITUTION, owner).id(), owner);
    }
    ledger.each(
        counterpart.account(),
        from,
        before,
        one -> {
          boolean isPayment = one.debit().equals(own);
          String institution = institutions.get(isPayment ? one.credit() : one.debit());
          // What is moved between it and a bank is clearing's own; what is set aside has not moved.
          if (one.posted() > 0 && institution != null && !Cases.isOwn(one.step())) {
            into.accept(
                new Entry(
                    isPayment ? Flow.PAYMENT : Flow.REFUND,
                    one.intent(),
                    one.intent(),
                    institution,
                    isPayment ? one.posted() : -one.posted(),
                    one.at()));
          }
        });
  }
}
