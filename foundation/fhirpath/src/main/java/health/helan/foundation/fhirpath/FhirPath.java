package health.helan.foundation.fhirpath;

import org.jspecify.annotations.Nullable;

/**
 * The engine: FHIRPath 2.0 with FHIR R4's additions over JSON trees. Compiled expressions are kept,
 * up to some thousands, so that compiling the same text again costs a look-up.
 *
 * <pre>{@code
 * var phones = FhirPath.compile("telecom.where(system='phone').value", "Patient");
 * for (Node phone : phones.evaluate(patientJson)) { phone.text(); }
 * }</pre>
 *
 * <p>Where R4's practice is milder than the language, so is this engine unless asked to be strict:
 * {@code as} filters many items, as R4's search parameters need; an element that no type has finds
 * nothing.
 */
public final class FhirPath {
  private static final int CACHED = 4_000;
  private static final BoundedCache<Key, FhirPathExpression> CACHE = new BoundedCache<>(CACHED);

  private record Key(String text, @Nullable String rootType, boolean strict) {}

  private FhirPath() {}

  /**
   * Compiles an expression for resources and elements of any type.
   *
   * @throws FhirPathException with line and column if the text is no expression, names a function
   *     or type that does not exist, or is too long or deep
   */
  public static FhirPathExpression compile(String expression) {
    return compile(expression, null, false);
  }

  /**
   * Compiles an expression for one type: choices such as {@code value as Quantity} become a look at
   * one property, and parts of a union that speak of other types vanish.
   *
   * @param rootType a type of R4, or a path such as {@code Observation.component}
   * @throws FhirPathException as {@link #compile(String)}
   */
  public static FhirPathExpression compile(String expression, String rootType) {
    return compile(expression, rootType, false);
  }

  /**
   * Compiles an expression for one type and refuses, in addition, elements that the types on the
   * way do not have, types a value can never be, {@code as} on many items, and functions that rely
   * on the order of {@code children()}: for expressions that people write.
   *
   * @throws FhirPathException as {@link #compile(String)}
   */
  public static FhirPathExpression compileStrict(String expression, String rootType) {
    return compile(expression, rootType, true);
  }

  private static FhirPathExpression compile(
      String expression, @Nullable String rootType, boolean strict) {
    return CACHE.get(
        new Key(expression, rootType, strict),
        key -> Compiler.compile(key.text, typeNamed(key.rootType), key.strict));
  }

  private static @Nullable TypeInfo typeNamed(@Nullable String name) {
    if (name == null) {
      return null;
    }
    TypeInfo type = TypeModel.r4().type(name);
    if (type == null) {
      throw new FhirPathException(FhirPathException.Kind.SEMANTIC, "R4 has no type " + name);
    }
    return type;
  }
}
