/**
 * From the door to the room: check-in, triage desk, queue, call. Answers 预约诊疗 (M1). Resources:
 * Appointment, Encounter, Task.
 */
@ApplicationModule(
    displayName = "候诊叫号",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {"foundation.definitions", "foundation.rest", "foundation.store"})
@NullMarked
package health.helan.care.queue;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
