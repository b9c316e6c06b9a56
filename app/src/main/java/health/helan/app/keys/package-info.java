/** Opens the key vault and assembles what works with its keys: encryption at rest, certificates. */
@ApplicationModule(
    displayName = "密钥装配",
    allowedDependencies = {
      "app.database",
      "app.start",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.crypto",
      "foundation.trust.erasure"
    })
@NullMarked
package health.helan.app.keys;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
