/**
 * Rules that are data: versions that a region writes over what comes with the platform, drafted,
 * tried, brought into force by somebody else than who wrote them, retired. What a rule says and
 * judges is its room's; the room's table has the columns that {@link
 * health.helan.foundation.trust.rules.RuleVersions} names.
 */
@ApplicationModule(
    displayName = "规则版本",
    allowedDependencies = {"foundation.store", "foundation.trust.account"})
@NullMarked
package health.helan.foundation.trust.rules;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
