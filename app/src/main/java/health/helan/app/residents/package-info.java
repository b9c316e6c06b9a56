/** Assembles the resident index: what links records behind the change log, and its operations. */
@ApplicationModule(
    displayName = "居民主索引装配",
    allowedDependencies = {
      "app.start",
      "foundation.residents",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.erasure"
    })
@NullMarked
package health.helan.app.residents;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
