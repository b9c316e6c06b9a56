/**
 * Booking of what the region has to offer at a time: visits, examinations, beds, day surgery.
 * Answers 预约诊疗 (M1): all places of a hospital in one regional pool, opened by rule, a share held
 * back for referrals; held, confirmed, moved, cancelled, never sold twice. Resources: Schedule,
 * Slot, Appointment. States and steps: {@link health.helan.care.appointment.AppointmentStep}. Who
 * gets a place is decided by rows beside the resources ({@code docs/adr/0088}). Sources: FHIR R4;
 * IHE ITI Scheduling 1.0.0 (deviations: {@code docs/guide/booking.md}).
 */
@ApplicationModule(
    displayName = "预约挂号",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {
      "foundation.definitions",
      "foundation.registry",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.account",
      "foundation.trust.erasure"
    })
@NullMarked
package health.helan.care.appointment;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
