/**
 * Review of prescriptions for the region (区域审方): a doctor's signed prescription is screened by
 * rules that are data, goes to a pharmacist with a deadline, and counts only once reviewed; what
 * was reviewed is sampled and commented on afterwards (处方点评). Answers R1. Resources:
 * MedicationRequest, Task, DetectedIssue, Provenance. Rules: {@link
 * health.helan.pharmacy.review.rules.Kind}. Nothing here writes a prescription, and nothing counts
 * prescriptions by doctor. {@code docs/guide/prescription-review.md}.
 */
@ApplicationModule(
    displayName = "区域审方",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {
      "foundation.definitions",
      "foundation.registry",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.account",
      "foundation.trust.policy",
      "foundation.trust.rules",
      "foundation.trust.signature",
      "pharmacy.knowledge"
    })
@NullMarked
package health.helan.pharmacy.review;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
