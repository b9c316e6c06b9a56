package health.helan.foundation.fhirpath;

/**
 * A compiled expression: a tree of objects, each specialised for one operation. Immutable apart
 * from caches that may be lost or doubled without harm.
 */
abstract class Expr {
  /** Answers of {@link #test}. */
  static final int FALSE = 0;

  static final int TRUE = 1;
  static final int UNKNOWN = -1;

  /**
   * @param focus what {@code $this} stands for
   */
  abstract Coll eval(Env env, Coll focus);

  /**
   * The value as a criterion: {@link #TRUE}, {@link #FALSE} or, when empty, {@link #UNKNOWN}. One
   * item that is no boolean counts as true (N1, singleton evaluation).
   *
   * @throws FhirPathException if there is more than one item
   */
  int test(Env env, Coll focus) {
    return truth(eval(env, focus));
  }

  /** Whether there is any item, found as cheaply as can be. */
  boolean any(Env env, Coll focus) {
    return !eval(env, focus).isEmpty();
  }

  static int truth(Coll value) {
    if (value instanceof Node node) {
      if (node == Node.TRUE) {
        return TRUE;
      }
      if (node == Node.FALSE) {
        return FALSE;
      }
      return Boolean.FALSE.equals(node.system()) ? FALSE : TRUE;
    }
    if (value.isEmpty()) {
      return UNKNOWN;
    }
    if (value.size() > 1) {
      throw FhirPathException.evaluation(
          "A single truth value was expected, not " + value.size() + " items");
    }
    return truth(value.get(0));
  }

  static Coll ofTruth(int truth) {
    return truth == TRUE ? Node.TRUE : truth == FALSE ? Node.FALSE : Many.EMPTY;
  }

  /** An expression whose nature is to be true, false or unknown. */
  abstract static class Truth extends Expr {
    @Override
    final Coll eval(Env env, Coll focus) {
      return ofTruth(test(env, focus));
    }

    @Override
    abstract int test(Env env, Coll focus);

    @Override
    boolean any(Env env, Coll focus) {
      return test(env, focus) != UNKNOWN;
    }
  }
}
