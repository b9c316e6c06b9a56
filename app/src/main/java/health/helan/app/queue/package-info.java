/** Assembles queues: their operations, the door for screens in halls, the upkeep; the demo's. */
@ApplicationModule(
    displayName = "候诊叫号装配",
    allowedDependencies = {
      "app.access",
      "app.web",
      "care.appointment",
      "care.queue",
      "foundation.residents.card",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.account"
    })
@NullMarked
package health.helan.app.queue;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
