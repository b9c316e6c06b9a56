package health.helan.care.appointment.operations;

import health.helan.care.appointment.AppointmentStep;
import health.helan.care.appointment.Appointments;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.rest.FhirOperation;
import java.util.ArrayList;
import java.util.List;

/** All operations of booking. */
public final class AppointmentOperations {
  private AppointmentOperations() {}

  public static List<FhirOperation> all(Appointments appointments, Registry registry) {
    List<FhirOperation> all = new ArrayList<>();
    all.add(new FindOperation(appointments, registry));
    all.add(new HoldOperation(appointments));
    all.add(new BookOperation(appointments));
    all.add(new CancelOperation(appointments));
    all.add(new RescheduleOperation(appointments));
    all.add(new ReleaseOperation(appointments.releases()));
    all.add(new JoinOperation(appointments.waiting()));
    all.add(new LineOperation(appointments.waiting()));
    for (AppointmentStep step : AppointmentStep.values()) {
      if (StepOperation.STEPS.contains(step)) {
        all.add(new StepOperation(appointments, step));
      }
    }
    return all;
  }
}
