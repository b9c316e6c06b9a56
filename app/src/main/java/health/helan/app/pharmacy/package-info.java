/** Assembles the internet pharmacy: review of prescriptions, and its decision support services. */
@ApplicationModule(
    displayName = "互联网医药装配",
    allowedDependencies = {
      "app.start",
      "care.visit",
      "foundation.registry",
      "foundation.store",
      "foundation.trust.account",
      "foundation.trust.signature",
      "pharmacy.knowledge",
      "pharmacy.review"
    })
@NullMarked
package health.helan.app.pharmacy;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
