/**
 * Circulation of prescriptions (处方流转): an effective prescription gets a signed code that is used
 * once; the resident chooses by price, distance or way where to take it; one pharmacy at a time
 * holds it, dispenses all or a part, and nothing is ever dispensed twice. Answers R2. Resources:
 * MedicationRequest, MedicationDispense, Provenance; states and steps: {@link
 * health.helan.pharmacy.circulation.CirculationStep}, in one row a prescription (docs/adr/0116).
 * Stock and prices lie in tables of the pharmacy's own (docs/adr/0117). {@code
 * docs/guide/dispensing.md}.
 */
@ApplicationModule(
    displayName = "处方流转",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {
      "foundation.registry",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.account",
      "foundation.trust.crypto",
      "foundation.trust.erasure",
      "foundation.trust.policy",
      "pharmacy.knowledge",
      "pharmacy.review"
    })
@NullMarked
package health.helan.pharmacy.circulation;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
