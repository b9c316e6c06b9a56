/**
 * Assembles the internet pharmacy: review of prescriptions and its decision support services,
 * circulation, delivery; pharmacies of the demo region to try.
 */
@ApplicationModule(
    displayName = "互联网医药装配",
    allowedDependencies = {
      "app.access",
      "app.start",
      "care.visit",
      "demo",
      "foundation.registry",
      "foundation.store",
      "foundation.trust.account",
      "foundation.trust.crypto",
      "foundation.trust.signature",
      "pharmacy.circulation",
      "pharmacy.dispense",
      "pharmacy.knowledge",
      "pharmacy.review"
    })
@NullMarked
package health.helan.app.pharmacy;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
