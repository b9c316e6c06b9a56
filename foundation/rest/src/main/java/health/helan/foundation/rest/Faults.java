package health.helan.foundation.rest;

import health.helan.foundation.store.Refusal;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A resource with faults, each with its place. */
public final class Faults extends Refusal {
  private static final long serialVersionUID = 1L;

  private final transient List<Fault> faults;

  public Faults(List<Fault> faults) {
    super(Kind.UNPROCESSABLE, "rest.invalid-resource", faults.size());
    this.faults = List.copyOf(faults);
  }

  public List<Fault> faults() {
    return faults;
  }

  /** One fault. */
  public interface Fault {
    /** fatal, error, warning or information. */
    String severity();

    /** FHIR issue type. */
    String code();

    /** FHIRPath of the place; null for the whole. */
    @Nullable String expression();

    String text(Locale language);
  }
}
