/**
 * Apps and systems that call the platform: their registration, SMART App Launch 2.x scopes, what
 * was granted to them, launch contexts, the server's signing key. Knows nothing of HTTP; the OAuth
 * protocol is Spring Authorization Server's, in the application.
 */
@ApplicationModule(
    displayName = "应用接入",
    allowedDependencies = {"foundation.store", "foundation.trust.account"})
@NullMarked
package health.helan.foundation.trust.app;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
