/**
 * How the region does at this moment, institution by institution: {@code $region-figures}, behind
 * the console's map. Asks the rooms for their counts; keeps nothing, and knows of no resident.
 */
@ApplicationModule(
    displayName = "区域态势装配",
    allowedDependencies = {
      "care.appointment",
      "care.queue",
      "care.visit",
      "foundation.gateway",
      "foundation.registry",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.account",
      "foundation.trust.oversight"
    })
@NullMarked
package health.helan.app.region;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
