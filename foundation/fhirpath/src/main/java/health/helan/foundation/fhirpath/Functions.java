package health.helan.foundation.fhirpath;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** All functions of the language, by name; and what those who implement them share. */
final class Functions {
  static final Map<String, Spec> ALL = new HashMap<>();

  private Functions() {}

  /** What a function does with its input. */
  @FunctionalInterface
  interface Body {
    /**
     * @param focus {@code $this} outside, under which arguments that are no lambdas are evaluated
     * @param in the items before the dot
     */
    Coll apply(Env env, Coll focus, Coll in, Expr[] arguments);
  }

  /** How the types of the result follow. */
  enum Result {
    INPUT,
    ARGUMENT,
    BOTH,
    EXTENSION,
    BOOLEAN,
    STRING,
    INTEGER,
    OPEN
  }

  /**
   * @param lambda whether arguments are evaluated per item of the input
   * @param ordered whether the result depends on the order of the input
   * @param light whether it can do without an environment: no surroundings, no great cost
   */
  record Spec(
      int min, int max, Result result, boolean lambda, boolean ordered, boolean light, Body body) {
    Spec asLambda() {
      return new Spec(min, max, result, true, ordered, light, body);
    }

    Spec asOrdered() {
      return new Spec(min, max, result, lambda, true, light, body);
    }

    Spec asLight() {
      return new Spec(min, max, result, lambda, ordered, true, body);
    }
  }

  static final class Invocation extends Expr {
    private final Expr source;
    private final Body body;
    private final Expr[] arguments;

    Invocation(Expr source, Body body, Expr[] arguments) {
      this.source = source;
      this.body = body;
      this.arguments = arguments;
    }

    @Override
    Coll eval(Env env, Coll focus) {
      Coll in = source.eval(env, focus);
      env.charge(1 + in.size());
      return body.apply(env, focus, in, arguments);
    }
  }

  static Spec add(String name, int min, int max, Result result, Body body) {
    var spec = new Spec(min, max, result, false, false, false, body);
    ALL.put(name, spec);
    return spec;
  }

  static void addLambda(String name, int min, int max, Result result, Body body) {
    ALL.put(name, add(name, min, max, result, body).asLambda());
  }

  static void addOrdered(String name, int min, int max, Result result, Body body) {
    ALL.put(name, add(name, min, max, result, body).asOrdered().asLight());
  }

  static void addLight(String name, int min, int max, Result result, Body body) {
    ALL.put(name, add(name, min, max, result, body).asLight());
  }

  static final Body COMPILED_APART =
      (_, _, _, _) -> {
        throw new IllegalStateException("compiled to an expression of its own");
      };

  static {
    CollectionFunctions.register();
    ConversionFunctions.register();
    TextFunctions.register();
    MathFunctions.register();
    FhirFunctions.register();
  }

  /** Goes through the items with {@code $index} set, until told to stop. */
  static void eachItem(Env env, Coll in, Function<Node, Boolean> body) {
    int outer = env.index;
    for (int i = 0; i < in.size(); i++) {
      env.charge(1);
      env.index = i;
      if (!body.apply(in.get(i))) {
        break;
      }
    }
    env.index = outer;
  }

  static Coll orEmpty(@Nullable Node node) {
    return node == null ? Many.EMPTY : node;
  }

  /** The value of a FHIR primitive as a System value; null where there is none. */
  static @Nullable Node systemNode(Node node) {
    return switch (node.system()) {
      case Boolean b -> Node.of(b.booleanValue());
      case Integer i -> Node.of(i.intValue());
      case BigDecimal d -> Node.of(d);
      case String s -> Node.of(s);
      case Moment m -> Node.of(m);
      case Quantity q -> Node.of(q);
      case null, default -> null;
    };
  }

  /** The one text; null if there is none. */
  static @Nullable String string(Coll value, String what) {
    Node item = Operators.single(value, what);
    if (item == null) {
      return null;
    }
    Object system = item.system();
    if (system instanceof String text) {
      return text;
    }
    // FHIR's profiles apply the functions of strings to dates and numbers of a resource.
    if (item.isPrimitive() && !item.type.system) {
      return item.text();
    }
    throw FhirPathException.evaluation(what + " takes a string, not a " + item.typeName());
  }

  static @Nullable Integer integer(Coll value, String what) {
    Node item = Operators.single(value, what);
    if (item == null) {
      return null;
    }
    if (item.system() instanceof Integer number) {
      return number;
    }
    throw FhirPathException.evaluation(what + " takes an integer, not a " + item.typeName());
  }
}
