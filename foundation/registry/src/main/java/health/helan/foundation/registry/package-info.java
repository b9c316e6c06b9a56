/**
 * Who may do what where: institutions, departments, services, practitioners, their licences and
 * places of practice. Answers 003#6, 004#16 and 002#38 of the plans (机构、人员、服务注册). Resources:
 * Organization, OrganizationAffiliation, Location, HealthcareService, Practitioner,
 * PractitionerRole.
 */
@ApplicationModule(
    displayName = "机构人员注册",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {
      "foundation.definitions",
      "foundation.rest",
      "foundation.store",
      "foundation.trust"
    })
@NullMarked
package health.helan.foundation.registry;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
