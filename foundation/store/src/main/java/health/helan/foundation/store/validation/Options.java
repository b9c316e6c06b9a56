package health.helan.foundation.store.validation;

/**
 * What a caller of {@link Validator} allows.
 *
 * @param conditionalReferences whether {@code Reference.reference} may be {@code Type?query}, as it
 *     may in a transaction before its references are resolved
 * @param maxIssues after so many issues the rest of the resource is not looked at; at least 1
 */
public record Options(boolean conditionalReferences, int maxIssues) {
  /** For a resource as it will be stored. */
  public static final Options STORED = new Options(false, 50);

  /** For the entries of a transaction as they come in. */
  public static final Options TRANSACTION = new Options(true, 50);

  public Options {
    if (maxIssues < 1) {
      throw new IllegalArgumentException("maxIssues must be at least 1, not " + maxIssues);
    }
  }
}
