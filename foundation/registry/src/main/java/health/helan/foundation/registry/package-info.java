/**
 * Who may do what where: institutions, departments, services, practitioners, their licences and
 * places of practice. Answers 003#6, 004#16 and 002#38 of the plans (机构、人员、服务注册). Resources:
 * Organization, OrganizationAffiliation, Location, HealthcareService, Practitioner,
 * PractitionerRole. States and steps: {@link health.helan.foundation.registry.LicenceStep} of
 * licences, {@link health.helan.foundation.registry.SiteStep} of places of practice. {@code
 * docs/guide/registry.md}, {@code docs/adr/0084} and {@code 0085}.
 */
@ApplicationModule(
    displayName = "机构人员注册",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {
      "foundation.definitions",
      "foundation.gateway",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.account"
    })
@NullMarked
package health.helan.foundation.registry;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
