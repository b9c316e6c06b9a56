/** Assembles booking: places, the service, what the clock does. */
@ApplicationModule(
    displayName = "预约挂号装配",
    allowedDependencies = {
      "app.start",
      "care.appointment",
      "foundation.registry",
      "foundation.store"
    })
@NullMarked
package health.helan.app.appointment;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
