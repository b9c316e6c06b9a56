/**
 * Who may see and do what: the declared rules of each role ({@link
 * health.helan.foundation.trust.policy.Roles}), their compilation into SQL, the grants that open a
 * record for a time, masking, and emergency access. {@code docs/guide/access.md}.
 */
@ApplicationModule(
    displayName = "访问策略",
    allowedDependencies = {
      "foundation.definitions",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.consent"
    })
@NullMarked
package health.helan.foundation.trust.policy;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
