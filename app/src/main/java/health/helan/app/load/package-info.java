/**
 * Loads: {@code helan load} feeds files into a running platform over its public API, the demo
 * region goes the same way, and {@code $loads} shows what is under way.
 */
@ApplicationModule(
    displayName = "数据导入",
    allowedDependencies = {
      "app.start",
      "foundation.rest",
      "foundation.store",
      "foundation.terminology",
      "demo"
    })
@NullMarked
package health.helan.app.load;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
