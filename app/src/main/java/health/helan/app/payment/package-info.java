/** Assembles payment: channels, their address, what can be paid for, what the clock does. */
@ApplicationModule(
    displayName = "支付装配",
    allowedDependencies = {
      "app.access",
      "app.start",
      "care.appointment",
      "care.visit",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.account",
      "foundation.trust.crypto",
      "oversight.books",
      "oversight.clearing",
      "oversight.ledger",
      "oversight.payment"
    })
@NullMarked
package health.helan.app.payment;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
