package health.helan.foundation.fhirpath;

/**
 * The one exception this engine throws: an expression that cannot be read, does not fit its types,
 * fails on the data it meets, or asks for more work than allowed. Messages speak of the expression
 * and of types, never of values in the resource.
 */
public final class FhirPathException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What kind of fault. */
  public enum Kind {
    /** The text is not FHIRPath. */
    SYNTAX,
    /** The text is FHIRPath, but names a function, type or element that does not exist. */
    SEMANTIC,
    /** The expression does not suit the data, such as {@code single()} on two items. */
    EVALUATION,
    /** The expression is too long, too deep or too costly. */
    LIMIT
  }

  private final Kind kind;
  private final int line;
  private final int column;

  FhirPathException(Kind kind, String message) {
    this(kind, message, 0, 0);
  }

  FhirPathException(Kind kind, String message, int line, int column) {
    super(line > 0 ? message + " (line " + line + ", column " + column + ")" : message);
    this.kind = kind;
    this.line = line;
    this.column = column;
  }

  static FhirPathException evaluation(String message) {
    return new FhirPathException(Kind.EVALUATION, message);
  }

  static FhirPathException limit(String message) {
    return new FhirPathException(Kind.LIMIT, message);
  }

  public Kind kind() {
    return kind;
  }

  /** Line in the expression, from 1; 0 where the fault has no place. */
  public int line() {
    return line;
  }

  /** Column in the expression, from 1; 0 where the fault has no place. */
  public int column() {
    return column;
  }
}
