/**
 * Intake of what institutions send in formats other than FHIR. A message is kept as it came, read,
 * mapped to a transaction bundle by a declarative file, committed, and only then acknowledged; once
 * each, in order for each patient. Answers 002#6 and #8, 004#11 of the plans (接口改造、数据交换). HL7 v2
 * lies in {@code hl7v2}; another format is one more {@link health.helan.foundation.gateway.Format}
 * in a package beside it. States of a message: {@link health.helan.foundation.gateway.State}.
 */
@ApplicationModule(
    displayName = "数据交换网关",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {
      "foundation.definitions",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.erasure"
    })
@NullMarked
package health.helan.foundation.gateway;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
