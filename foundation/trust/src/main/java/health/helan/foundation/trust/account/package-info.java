/**
 * Accounts of people and their sign-in: passwords, second factor, throttling, sessions, history.
 * Knows nothing of HTTP. An account is pending → verified → active → locked ({@link
 * health.helan.foundation.trust.account.Account.State}); 003#3 of the plans (real-name accounts).
 */
@ApplicationModule(
    displayName = "账户",
    allowedDependencies = {"foundation.store"})
@NullMarked
package health.helan.foundation.trust.account;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
