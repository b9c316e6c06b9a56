/**
 * Paying for what the platform has to offer, by whatever channel (S2): an order for each thing to
 * pay, of the amount that the thing itself says; asked of a channel, paid once, delivered, given
 * back in part or whole. Whatever the channel does (late, twice, never, an answer lost), no money
 * is taken twice and none is lost: what is about to be asked is written first, what is in doubt is
 * asked again, every movement is booked in the ledger. Resource: Invoice. States and steps: {@link
 * health.helan.oversight.payment.OrderStep}. {@code docs/adr/0105}, {@code docs/guide/payment.md}.
 * What can be paid for, other capabilities say ({@link health.helan.oversight.payment.Payables}).
 */
@ApplicationModule(
    displayName = "支付",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {
      "foundation.definitions",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.account",
      "foundation.trust.erasure",
      "oversight.ledger"
    })
@NullMarked
package health.helan.oversight.payment;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
