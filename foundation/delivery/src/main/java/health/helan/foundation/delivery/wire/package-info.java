/** Requests to other systems, in networks that the operator allows and nowhere else. */
@ApplicationModule(
    displayName = "对外请求",
    allowedDependencies = {})
@NullMarked
package health.helan.foundation.delivery.wire;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
