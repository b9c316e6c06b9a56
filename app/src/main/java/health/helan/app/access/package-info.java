/**
 * Who may in: sign-in of people (pages), apps and systems (OAuth 2.1, OpenID Connect, SMART App
 * Launch 2.x by Spring Authorization Server), the operator token. {@link
 * health.helan.app.access.AccessFilter} turns what a request brings into a {@link
 * health.helan.foundation.store.Caller}; every path is closed unless that class names it. What is
 * behind it, without HTTP, is {@link health.helan.foundation.trust.account} and {@link
 * health.helan.foundation.trust.app}.
 */
@ApplicationModule(
    displayName = "访问控制",
    allowedDependencies = {
      "app.start",
      "demo",
      "foundation.registry",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.account",
      "foundation.trust.app",
      "foundation.trust.policy"
    })
@NullMarked
package health.helan.app.access;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
