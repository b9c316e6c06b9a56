/**
 * One person, one record: which of the Patients that institutions send are one resident. Answers
 * 002#4 and #10 of the plans (居民主索引). Resources: Patient, Person.
 */
@ApplicationModule(
    displayName = "居民主索引",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {
      "foundation.definitions",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.policy"
    })
@NullMarked
package health.helan.foundation.residents;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
