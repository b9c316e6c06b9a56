/**
 * Booking of what the region has to offer at a time: visits, examinations, beds. Answers 预约诊疗 (M1).
 * Resources: Schedule, Slot, Appointment.
 */
@ApplicationModule(
    displayName = "预约挂号",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {"foundation.definitions", "foundation.rest", "foundation.store"})
@NullMarked
package health.helan.care.appointment;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
