/**
 * Proof of who did what: a row per request in hash chains (SM3) whose heads are sealed together
 * (SM2), verified by anyone who has an export and the platform's certificate, and answered as FHIR
 * R4 AuditEvent. Answers 002#33 and 004#18 of the plans (全过程留痕、可追溯). States of a row: appended,
 * sealed, exported, verified. The forms of rows and seals stand in {@link
 * health.helan.foundation.trust.audit.AuditRow} and {@link
 * health.helan.foundation.trust.audit.Seal}.
 */
@ApplicationModule(
    displayName = "审计",
    allowedDependencies = {
      "foundation.store",
      "foundation.rest",
      "foundation.trust.crypto",
      "foundation.trust.erasure"
    })
@NullMarked
package health.helan.foundation.trust.audit;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
