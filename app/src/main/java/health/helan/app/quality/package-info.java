/** Assembles data quality: what is judged behind the change log, and its operations. */
@ApplicationModule(
    displayName = "数据质量装配",
    allowedDependencies = {
      "app.start",
      "foundation.quality",
      "foundation.rest",
      "foundation.store",
      "foundation.terminology"
    })
@NullMarked
package health.helan.app.quality;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
