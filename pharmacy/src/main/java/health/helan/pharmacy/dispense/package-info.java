/**
 * Dispensed drugs on their way home (药品配送): packed, picked up, carried, handed over at the right
 * door or brought back; cold chain, identity at the door, proof. Answers R3. Resources:
 * SupplyDelivery, Task, DocumentReference, Provenance; states and steps: {@link
 * health.helan.pharmacy.dispense.ParcelStep}, in one row a parcel (docs/adr/0118). {@code
 * docs/guide/dispensing.md}.
 */
@ApplicationModule(
    displayName = "药品配送",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {
      "foundation.rest",
      "foundation.store",
      "foundation.trust.account",
      "foundation.trust.erasure",
      "foundation.trust.policy",
      "pharmacy.circulation",
      "pharmacy.review"
    })
@NullMarked
package health.helan.pharmacy.dispense;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
