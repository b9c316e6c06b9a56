/** Assembles delivery: agreements, bulk export, subscriptions, uploads, document exchange. */
@ApplicationModule(
    displayName = "交付装配",
    allowedDependencies = {
      "app.links",
      "app.start",
      "app.web",
      "foundation.delivery.agreement",
      "foundation.delivery.bulkimport",
      "foundation.delivery.export",
      "foundation.delivery.mhd",
      "foundation.delivery.subscription",
      "foundation.delivery.summary",
      "foundation.delivery.upload",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.app"
    })
@NullMarked
package health.helan.app.delivery;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
