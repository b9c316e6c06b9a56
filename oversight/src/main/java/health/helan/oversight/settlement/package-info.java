/**
 * One-stop settlement (一站式即时结算, S1): a resident's open charges are priced by the day of service,
 * shared by rules that are data over basic insurance, serious-illness insurance, medical
 * assistance, poverty cover, finance subsidy, commercial insurance and own money, asked of each
 * payer once, booked in the ledger, paid, reversed, settled anew. Resources: Claim, ClaimResponse,
 * ExplanationOfBenefit, ChargeItem, Coverage, Account. States and steps: {@link
 * health.helan.oversight.settlement.SettlementStep}. {@code docs/adr/0119} to {@code 0121}, {@code
 * docs/guide/settlement.md}. DIP and DRG, which are between a bureau and a hospital, are not here.
 */
@ApplicationModule(
    displayName = "一站式结算",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {
      "foundation.definitions",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.account",
      "foundation.trust.rules",
      "oversight.books",
      "oversight.credit",
      "oversight.ledger",
      "oversight.payment"
    })
@NullMarked
package health.helan.oversight.settlement;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
