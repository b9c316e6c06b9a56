/**
 * Visits on line: eligibility, consent, conversation, notes. Answers 互联网诊疗 (M4). Resources:
 * Encounter, Consent, Communication, Composition.
 */
@ApplicationModule(
    displayName = "互联网诊疗",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {"foundation.definitions", "foundation.rest", "foundation.store"})
@NullMarked
package health.helan.care.visit;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
