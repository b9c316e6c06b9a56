/** Assembles visits on line: their services, the socket of their conversations, the watch. */
@ApplicationModule(
    displayName = "互联网诊疗装配",
    allowedDependencies = {
      "app.access",
      "app.start",
      "app.web",
      "care.visit",
      "foundation.registry",
      "foundation.rest",
      "foundation.store",
      "foundation.terminology",
      "foundation.trust.account",
      "foundation.trust.signature"
    })
@NullMarked
package health.helan.app.visit;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
