/** Who asked for what leaves later. */
@ApplicationModule(displayName = "委托人", allowedDependencies = "foundation.store")
@NullMarked
package health.helan.foundation.delivery.kept;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
