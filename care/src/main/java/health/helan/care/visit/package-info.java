/**
 * Visits on line (互联网诊疗): a resident who was diagnosed before applies to a doctor, is found
 * eligible by rules, consents with a signature, talks with the doctor in text and pictures, and
 * gets a signed note, orders, or the word to come in person. Answers M4 (互联网医院). Resources:
 * Encounter (class {@code VR}), Consent, Composition, Condition, ServiceRequest, Media, Binary,
 * Provenance. States and steps: {@link health.helan.care.visit.VisitStep}; rules: {@link
 * health.helan.care.visit.rules.EligibilityRule}; the conversation is a table of its own
 * (docs/adr/0093); how long what is kept: {@link health.helan.care.visit.Kept}. {@code
 * docs/guide/online-visit.md}.
 */
@ApplicationModule(
    displayName = "互联网诊疗",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {
      "foundation.definitions",
      "foundation.registry",
      "foundation.rest",
      "foundation.store",
      "foundation.terminology",
      "foundation.trust.account",
      "foundation.trust.erasure",
      "foundation.trust.policy",
      "foundation.trust.signature"
    })
@NullMarked
package health.helan.care.visit;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
