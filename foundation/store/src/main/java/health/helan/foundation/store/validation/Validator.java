package health.helan.foundation.store.validation;

import health.helan.foundation.definitions.R4;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Checks resources of FHIR R4 (4.0.1) as JSON trees: known type and properties, shapes of the JSON
 * format (no empty values, lists where elements repeat, {@code _name} beside primitives), the forms
 * of the primitive types with real dates, cardinality, choices, required bindings that can be
 * enumerated, ext-1 and ele-1, the form of references, the types they may point to and that {@code
 * #id} stands in {@code contained} (ref-1), contained and bundled resources.
 *
 * <p>Not checked: profiles, other invariants, extensible and weaker bindings, the inside of
 * narratives, whether the target of a reference exists. Thread-safe.
 */
public final class Validator {
  private static final class Instance {
    static final Validator VALIDATOR = new Validator(R4.get());

    private Instance() {}
  }

  private final TypeChecker.Linked linked;

  private Validator(R4 r4) {
    linked = new TypeChecker.Linked(r4);
  }

  /** The one instance; the first call compiles the checkers (some tens of milliseconds). */
  public static Validator get() {
    return Instance.VALIDATOR;
  }

  /**
   * Checks a resource. Never throws; what is no resource at all is an issue too.
   *
   * @return what is wrong, in the order it stands in the resource; empty if nothing
   */
  public List<Issue> validate(@Nullable JsonNode resource, Options options) {
    var run = new Run(options);
    if (resource == null || !resource.isObject()) {
      run.fault("structure", "resource.no-object");
      return run.issues;
    }
    TypeChecker checker = linked.ofResource(resource, run);
    if (checker != null) {
      run.start(resource.get("resourceType").stringValue());
      run.container = resource;
      checker.check(resource, linked, run);
    }
    return run.issues;
  }
}
