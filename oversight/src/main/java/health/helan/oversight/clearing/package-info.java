/**
 * Reconciliation and clearing (S3): what payers, channels and institutions say of a day, matched
 * with what we say; differences that become cases; days that close and cannot be altered; what each
 * owes each of a month. Answers 002#31 of the plans. No resources: money lies in rows beside them
 * ({@code docs/adr/0122}, {@code docs/adr/0123}, {@code docs/guide/reconciliation.md}). States and
 * steps: {@link health.helan.oversight.clearing.CaseStep}, {@link
 * health.helan.oversight.clearing.MonthStep}. What we say comes from other capabilities ({@link
 * health.helan.oversight.clearing.OwnBook}).
 */
@ApplicationModule(
    displayName = "对账与清算",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {
      "foundation.rest",
      "foundation.store",
      "foundation.trust.account",
      "foundation.trust.crypto",
      "oversight.books",
      "oversight.ledger",
      "oversight.payment"
    })
@NullMarked
package health.helan.oversight.clearing;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
