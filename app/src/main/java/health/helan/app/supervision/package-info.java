/** Assembles supervision of care on line: consumer, guard, cases, replay. */
@ApplicationModule(
    displayName = "互联网诊疗监管装配",
    allowedDependencies = {
      "app.access",
      "app.database",
      "app.start",
      "foundation.registry",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.account",
      "foundation.trust.audit",
      "foundation.trust.crypto",
      "foundation.trust.oversight",
      "foundation.trust.signature",
      "oversight.settlement",
      "oversight.supervision"
    })
@NullMarked
package health.helan.app.supervision;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
