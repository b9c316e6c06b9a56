/** Assembles onboarding: the sandbox and its doors, made-up residents, operations, the kit. */
@ApplicationModule(
    displayName = "机构接入装配",
    allowedDependencies = {
      "app.access",
      "app.database",
      "app.gateway",
      "app.start",
      "demo",
      "foundation.gateway",
      "foundation.onboarding",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.account",
      "foundation.trust.app",
      "foundation.trust.audit",
      "foundation.trust.policy"
    })
@NullMarked
package health.helan.app.onboarding;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
