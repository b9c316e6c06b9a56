/**
 * How an institution comes to the platform (F3; 002#6 and #8, 004#12 of the plans: 接口改造、平台接入): it
 * applies, tries out in a sandbox against a check list that is made from what it applied for, is
 * certified, goes live, is suspended. States: {@link health.helan.foundation.onboarding.State};
 * what leads from one to another, and who may take it: {@link
 * health.helan.foundation.onboarding.Step}. Not resources: an application is a journal of acts,
 * like accounts and feeds; the Organization that comes of it is one. What integrators download lies
 * in {@code kit}.
 */
@ApplicationModule(
    displayName = "机构接入",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {
      "foundation.definitions",
      "foundation.gateway",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.account",
      "foundation.trust.app"
    })
@NullMarked
package health.helan.foundation.onboarding;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
