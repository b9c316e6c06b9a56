/**
 * Looking over the shoulder of who looks at records: what happened to one record or one encounter
 * from end to end ({@code $trace}), a replay of an encounter whose every line can be checked
 * ({@link health.helan.foundation.trust.oversight.Replays}), and alerts on unusual access, computed
 * from the rows of the audit. Answers 002#33 (全过程监管) and 003#15 (安全事件处置) of the plans. States of an
 * alert: {@link health.helan.foundation.trust.oversight.AlertState}. Tables: {@code trace_inquiry},
 * {@code caller_hour}, {@code alert}, {@code alert_watch}.
 */
@ApplicationModule(
    displayName = "监督",
    allowedDependencies = {
      "foundation.definitions",
      "foundation.store",
      "foundation.rest",
      "foundation.trust.audit",
      "foundation.trust.crypto",
      "foundation.trust.policy",
      "foundation.trust.signature"
    })
@NullMarked
package health.helan.foundation.trust.oversight;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
