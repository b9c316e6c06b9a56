/**
 * From the door to the room: check-in by card, number or telephone, triage desk, queue with
 * priorities, call, screen in the hall. Answers 002#15 and 004#2 of the plans (预约诊疗, 候诊叫号; M1).
 * Resources: Appointment, Encounter, Communication, Provenance. A ticket is a row of the
 * department's and no resource (docs/adr/0091): where it stands says {@link
 * health.helan.care.queue.State}, what leads from one to another, and who may take it, {@link
 * health.helan.care.queue.Step}. In which order people are called, and what is claimed of the wait,
 * stands in docs/adr/0092.
 */
@ApplicationModule(
    displayName = "候诊叫号",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {
      "foundation.definitions",
      "foundation.residents.card",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.account",
      "foundation.trust.erasure",
      "foundation.trust.policy"
    })
@NullMarked
package health.helan.care.queue;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
