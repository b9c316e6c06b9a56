/**
 * Assembles the audit: the sink of the API, the AuditEvents it serves, what is refused before it
 * reaches the API, and the commands {@code helan verify} and {@code helan audit-export}.
 */
@ApplicationModule(
    displayName = "审计装配",
    allowedDependencies = {
      "app.start",
      "app.database",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.audit",
      "foundation.trust.crypto",
      "foundation.trust.erasure",
      "foundation.trust.oversight",
      "oversight.clearing",
      "oversight.ledger"
    })
@NullMarked
package health.helan.app.audit;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
