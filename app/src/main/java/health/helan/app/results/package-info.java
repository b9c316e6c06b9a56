/** Assembles results and bills: the consumer that tells of reports, the stream to open pages. */
@ApplicationModule(
    displayName = "结果与清单装配",
    allowedDependencies = {
      "app.access",
      "app.web",
      "care.results",
      "foundation.rest",
      "foundation.store"
    })
@NullMarked
package health.helan.app.results;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
