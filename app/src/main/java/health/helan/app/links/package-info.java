/**
 * Health of the network links to institutions: the address of each active Endpoint is tried at
 * intervals, and its state kept, shown by {@code $link-health}, in metrics and on the console.
 * Answers 002#3 and 004#10 of the plans (private network of the region). Off until the operator
 * names the networks that may be probed; see {@link health.helan.app.links.ProbedNetworks} for why.
 * States: {@link health.helan.app.links.LinkState}.
 */
@ApplicationModule(
    displayName = "链路监测",
    allowedDependencies = {"app.start", "foundation.rest", "foundation.store"})
@NullMarked
package health.helan.app.links;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
