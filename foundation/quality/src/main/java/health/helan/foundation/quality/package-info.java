/**
 * How good the records are that institutions send: rules as data, judged behind the change log and
 * on demand; findings with a life of their own; scores by institution, data set and day; the yearly
 * report. Answers 002#1, 003#16 and 004#11 of the plans (数据质量评估). Resources: any; MeasureReport for
 * the report, Task for notices. States and steps: {@link
 * health.helan.foundation.quality.findings.FindingStep}. Scores and findings:
 * docs/guide/quality.md.
 */
@ApplicationModule(
    displayName = "数据质量",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {
      "foundation.definitions",
      "foundation.fhirpath",
      "foundation.rest",
      "foundation.store"
    })
@NullMarked
package health.helan.foundation.quality;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
