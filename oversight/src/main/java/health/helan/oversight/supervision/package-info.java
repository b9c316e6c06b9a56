/**
 * Supervision of care on line (互联网诊疗监管, S5): rules as data judge each visit, prescription, handing
 * over and charge, in line before the act is committed or behind the change log; what they hit
 * becomes a case that is warned, rectified, verified or escalated; hits explain the score of each
 * internet hospital. Answers 002#33 and 003#6 of the plans. Resources: Encounter,
 * MedicationRequest, MedicationDispense, ChargeItem as they are written by whoever writes them;
 * Task for a case. States and steps: {@link health.helan.oversight.supervision.CaseStep}. It knows
 * the resources of care and pharmacy, not their programs. {@code docs/adr/0124} to {@code 0126},
 * {@code docs/guide/supervision.md}.
 */
@ApplicationModule(
    displayName = "互联网诊疗监管",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {
      "foundation.definitions",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.account",
      "foundation.trust.erasure",
      "foundation.trust.oversight",
      "foundation.trust.rules"
    })
@NullMarked
package health.helan.oversight.supervision;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
