/** Assembles the provider registry: who may do what where. */
@ApplicationModule(
    displayName = "机构人员注册装配",
    allowedDependencies = {
      "app.access",
      "app.start",
      "foundation.registry",
      "foundation.rest",
      "foundation.store"
    })
@NullMarked
package health.helan.app.registry;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
