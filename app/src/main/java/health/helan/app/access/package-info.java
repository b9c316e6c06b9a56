/**
 * Who may in, until sign-in is built: holders of the operator token. See {@link
 * health.helan.app.access.AccessFilter} for the few paths that are open.
 */
@ApplicationModule(
    displayName = "访问控制",
    allowedDependencies = {"app.start", "foundation.rest", "foundation.store"})
@NullMarked
package health.helan.app.access;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
