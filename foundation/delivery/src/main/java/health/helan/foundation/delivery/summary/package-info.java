/**
 * A resident's record in brief for care elsewhere: {@code Patient/[id]/$summary} of the
 * International Patient Summary IG. A document made when it is asked for, from what the caller
 * sees; it has no state and no tables.
 */
@ApplicationModule(
    displayName = "患者摘要",
    allowedDependencies = {"foundation.store", "foundation.rest"})
@NullMarked
package health.helan.foundation.delivery.summary;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
