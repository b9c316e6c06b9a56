/** Assembles delivery: bulk export. */
@ApplicationModule(
    displayName = "交付装配",
    allowedDependencies = {
      "app.database",
      "app.start",
      "foundation.delivery.export",
      "foundation.rest",
      "foundation.store"
    })
@NullMarked
package health.helan.app.delivery;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
