/**
 * Treat first, pay later (先诊疗后付费, S2): a limit granted by rule, of which the own money of settled
 * bills is a use until it is repaid or overdue. {@code docs/adr/0121}, {@code
 * docs/guide/settlement.md}.
 */
@ApplicationModule(
    displayName = "先诊疗后付费",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {"foundation.store", "foundation.trust.account"})
@NullMarked
package health.helan.oversight.credit;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
