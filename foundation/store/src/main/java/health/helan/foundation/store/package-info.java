@ApplicationModule(
    displayName = "记录库",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {"foundation.definitions", "foundation.fhirpath"})
@NullMarked
package health.helan.foundation.store;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
