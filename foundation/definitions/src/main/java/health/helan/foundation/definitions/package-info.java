@ApplicationModule(
    displayName = "FHIR 定义",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {})
@NullMarked
package health.helan.foundation.definitions;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
