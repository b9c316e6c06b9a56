package health.helan.foundation.quality.checks;

/** What a rule asks of a record. Thread-safe. */
public interface Check {

  /**
   * @throws health.helan.foundation.fhirpath.FhirPathException when an expression does not suit the
   *     record
   */
  Verdict of(Subject subject, Around around);

  /** Whether the answer can change while the record stays as it is. */
  default boolean looksElsewhere() {
    return false;
  }
}
