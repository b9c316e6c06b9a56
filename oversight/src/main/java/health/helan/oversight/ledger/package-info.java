/**
 * The double-entry ledger: who owes whom, in whole fen, for settlement, payment and clearing (S1 to
 * S3). One transfer is both sides of an entry, so nothing can be out of balance; nothing is changed
 * or deleted; money can be reserved, then posted or given back, once; the same request again
 * changes nothing. Rows of their own beside the resources ({@code docs/adr/0104}, {@code
 * docs/guide/ledger.md}). For other capabilities of the platform: it has no door of its own and
 * asks nobody who they are.
 */
@ApplicationModule(
    displayName = "复式总账",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {"foundation.store", "foundation.trust.account"})
@NullMarked
package health.helan.oversight.ledger;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
