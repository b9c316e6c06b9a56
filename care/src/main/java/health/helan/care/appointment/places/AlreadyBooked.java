package health.helan.care.appointment.places;

/** The resident has these very places already: whoever asked again is shown that booking. */
public final class AlreadyBooked extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final String appointment;

  AlreadyBooked(String appointment) {
    super(null, null, false, false);
    this.appointment = appointment;
  }

  public String appointment() {
    return appointment;
  }
}
