/**
 * Assembles oversight: traces of records, alerts on unusual access with their gauge, and the quota
 * of requests and bytes that each institution or system has.
 */
@ApplicationModule(
    displayName = "监督装配",
    allowedDependencies = {
      "app.access",
      "app.database",
      "app.start",
      "app.web",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.audit",
      "foundation.trust.oversight"
    })
@NullMarked
package health.helan.app.oversight;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
