/**
 * Assembles edge nodes (前置机). At the centre: where nodes deliver, how they are registered, watched
 * and shown. At a node ({@code ./helan edge}): its key, its forwarder, and what is closed there.
 */
@ApplicationModule(
    displayName = "前置机装配",
    allowedDependencies = {
      "app.access",
      "app.links",
      "app.start",
      "foundation.gateway",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.app",
      "foundation.trust.crypto",
      "foundation.trust.oversight"
    })
@NullMarked
package health.helan.app.edge;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
