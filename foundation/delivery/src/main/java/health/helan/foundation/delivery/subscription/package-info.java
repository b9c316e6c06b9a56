/**
 * Subscriptions (FHIR R4 Subscription with rest-hook and websocket channels; notification Bundles
 * of the Subscriptions R5 Backport IG for who asks for them). A subscription is requested, active,
 * error while its endpoint fails, off when it ended. A consumer of the change log notes what
 * matches, a sender delivers it in order per home, at least once, for as long as it takes. Tables:
 * {@code subscription}, {@code subscription_delivery}, {@code subscription_token}.
 */
@ApplicationModule(
    displayName = "订阅",
    allowedDependencies = {
      "foundation.definitions",
      "foundation.store",
      "foundation.rest",
      "foundation.delivery.agreement",
      "foundation.delivery.kept",
      "foundation.delivery.wire"
    })
@NullMarked
package health.helan.foundation.delivery.subscription;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
