package health.helan.care.appointment.operations;

import health.helan.care.appointment.AppointmentStep;
import health.helan.care.appointment.Appointments;
import health.helan.care.appointment.places.PoolFigures;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.rest.FhirOperation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** All operations of booking. */
public final class AppointmentOperations {
  private AppointmentOperations() {}

  /** Figures that others have asked for are shown for so long at least. */
  private static final Duration SHOWN_FOR = Duration.ofSeconds(5);

  public static List<FhirOperation> all(Appointments appointments, Registry registry) {
    return all(appointments, registry, SHOWN_FOR);
  }

  /**
   * @param shownFor how long figures are shown at least before they are counted again
   */
  public static List<FhirOperation> all(
      Appointments appointments, Registry registry, Duration shownFor) {
    List<FhirOperation> all = new ArrayList<>();
    all.add(new FindOperation(appointments, registry));
    all.add(new HoldOperation(appointments));
    all.add(new BookOperation(appointments));
    all.add(new CancelOperation(appointments));
    all.add(new RescheduleOperation(appointments));
    all.add(new ReleaseOperation(appointments.releases()));
    all.add(new JoinOperation(appointments.waiting()));
    all.add(new LineOperation(appointments.waiting()));
    all.add(
        new FiguresOperation(
            new PoolFigures(registry.database()), registry, appointments::now, shownFor));
    for (AppointmentStep step : AppointmentStep.values()) {
      if (StepOperation.STEPS.contains(step)) {
        all.add(new StepOperation(appointments, step));
      }
    }
    return all;
  }
}
