/** Assembles settlement: prices, rules, payers, credit, what the clock does. */
@ApplicationModule(
    displayName = "结算装配",
    allowedDependencies = {
      "app.access",
      "app.start",
      "demo",
      "foundation.store",
      "foundation.trust.account",
      "oversight.books",
      "oversight.credit",
      "oversight.ledger",
      "oversight.payment",
      "oversight.settlement",
      "pharmacy.circulation"
    })
@NullMarked
package health.helan.app.settlement;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
