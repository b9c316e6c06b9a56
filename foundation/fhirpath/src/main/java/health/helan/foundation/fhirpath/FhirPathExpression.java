package health.helan.foundation.fhirpath;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A compiled expression. Immutable, for any number of threads. */
public final class FhirPathExpression {
  private final String text;
  private final Expr root;
  private final @Nullable TypeInfo rootType;
  private final boolean needsEnv;

  FhirPathExpression(String text, Expr root, @Nullable TypeInfo rootType, boolean needsEnv) {
    this.text = text;
    this.root = root;
    this.rootType = rootType;
    this.needsEnv = needsEnv;
  }

  /**
   * Evaluates on a resource.
   *
   * @throws FhirPathException if the expression does not suit the data, or takes too many steps
   */
  public List<Node> evaluate(JsonNode resource) {
    return evaluate(Node.resource(resource));
  }

  /** Evaluates on a resource, with variables, a resolver and so on. */
  public List<Node> evaluate(JsonNode resource, EvaluationContext context) {
    return evaluate(Node.resource(resource), context);
  }

  /** Evaluates on a resource or element, such as a result of another expression. */
  public List<Node> evaluate(Node focus) {
    return run(focus, EvaluationContext.DEFAULT).toList();
  }

  public List<Node> evaluate(Node focus, EvaluationContext context) {
    return run(focus, context).toList();
  }

  /**
   * Whether the expression holds, as a filter or invariant asks: empty counts as false, one item
   * that is no boolean as true.
   *
   * @throws FhirPathException also if there is more than one item
   */
  public boolean evaluateBoolean(JsonNode resource) {
    return evaluateBoolean(Node.resource(resource), EvaluationContext.DEFAULT);
  }

  public boolean evaluateBoolean(JsonNode resource, EvaluationContext context) {
    return evaluateBoolean(Node.resource(resource), context);
  }

  public boolean evaluateBoolean(Node focus, EvaluationContext context) {
    try {
      return root.test(env(focus, context), focus) == Expr.TRUE;
    } catch (StackOverflowError tooDeep) {
      throw tooDeep();
    }
  }

  private Coll run(Node focus, EvaluationContext context) {
    try {
      return root.eval(env(focus, context), focus);
    } catch (StackOverflowError tooDeep) {
      throw tooDeep();
    }
  }

  private Env env(Node focus, EvaluationContext context) {
    if (rootType != null && !focus.type.isA(rootType)) {
      throw FhirPathException.evaluation(
          "The expression is compiled for " + rootType.name + ", not for " + focus.typeName());
    }
    return !needsEnv && context == EvaluationContext.DEFAULT ? Env.IDLE : new Env(context, focus);
  }

  /** Regular expressions and very deep trees recurse on the caller's stack. */
  private static FhirPathException tooDeep() {
    return FhirPathException.limit("The evaluation is nested too deeply");
  }

  /** The expression as it was written. */
  @Override
  public String toString() {
    return text;
  }
}
