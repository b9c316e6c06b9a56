/**
 * The ledger's door for finance officers and operators: balances and movements of institutions,
 * payers, channels, banks; never a resident's. {@code docs/guide/ledger.md}.
 */
@ApplicationModule(
    displayName = "账务查询",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {
      "foundation.rest",
      "foundation.store",
      "foundation.trust.account",
      "oversight.ledger"
    })
@NullMarked
package health.helan.oversight.books;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
