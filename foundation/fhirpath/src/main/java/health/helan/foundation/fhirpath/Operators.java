package health.helan.foundation.fhirpath;

import health.helan.foundation.fhirpath.Compiler.Typed;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What stands between terms: arithmetic, comparison, logic, membership; and {@code iif}. */
final class Operators {
  /** N1 asks for 28 digits at least. */
  static final MathContext PRECISION = new MathContext(34, RoundingMode.HALF_UP);

  private Operators() {}

  static final class IndexVariable extends Expr {
    @Override
    Coll eval(Env env, Coll focus) {
      return env.index < 0 ? Many.EMPTY : Node.of(env.index);
    }
  }

  static final class Total extends Expr {
    @Override
    Coll eval(Env env, Coll focus) {
      return env.total;
    }
  }

  static final class Variable extends Expr {
    private final String name;

    Variable(String name) {
      this.name = name;
    }

    @Override
    Coll eval(Env env, Coll focus) {
      Coll set = env.context.variable(name);
      if (set != null) {
        return set;
      }
      Node start = env.start;
      Node found =
          start == null
              ? null
              : switch (name) {
                case "context" -> start;
                case "resource" -> start.resourceNode();
                case "rootResource" -> start.rootResourceNode();
                default -> null;
              };
      if (found != null) {
        return found;
      }
      if (name.equals("resource") || name.equals("rootResource")) {
        return Many.EMPTY;
      }
      throw new FhirPathException(
          FhirPathException.Kind.SEMANTIC, "The variable %" + name + " is not set");
    }
  }

  static final class At extends Expr {
    private final Expr source;
    private final Expr index;

    At(Expr source, Expr index) {
      this.source = source;
      this.index = index;
    }

    @Override
    Coll eval(Env env, Coll focus) {
      Coll from = source.eval(env, focus);
      Integer position = Functions.integer(index.eval(env, focus), "An index");
      return position == null || position < 0 || position >= from.size()
          ? Many.EMPTY
          : from.get(position);
    }
  }

  static final class Sign extends Expr {
    private final Expr operand;
    private final boolean negative;

    Sign(Expr operand, boolean negative) {
      this.operand = operand;
      this.negative = negative;
    }

    @Override
    Coll eval(Env env, Coll focus) {
      Node item = single(operand.eval(env, focus), negative ? "-" : "+");
      if (item == null) {
        return Many.EMPTY;
      }
      return switch (item.system()) {
        case Integer i -> !negative ? item : i == Integer.MIN_VALUE ? Many.EMPTY : Node.of(-i);
        case BigDecimal d -> negative ? Node.of(d.negate()) : item;
        case Quantity q -> negative ? Node.of(q.withValue(q.value().negate())) : item;
        case null, default ->
            throw FhirPathException.evaluation("A " + item.typeName() + " takes no sign");
      };
    }
  }

  static final class If extends Expr {
    private final Expr source;
    private final Expr criterion;
    private final Expr then;
    private final Expr otherwise;

    If(Expr source, Expr criterion, Expr then, Expr otherwise) {
      this.source = source;
      this.criterion = criterion;
      this.then = then;
      this.otherwise = otherwise;
    }

    @Override
    Coll eval(Env env, Coll focus) {
      Coll item = source.eval(env, focus);
      if (item.size() > 1) {
        throw FhirPathException.evaluation("iif() takes one item, not " + item.size());
      }
      return criterion.test(env, item) == TRUE ? then.eval(env, item) : otherwise.eval(env, item);
    }
  }

  /** The one item; null if there is none. */
  static @Nullable Node single(Coll value, String what) {
    if (value instanceof Node node) {
      return node;
    }
    if (value.isEmpty()) {
      return null;
    }
    if (value.size() > 1) {
      throw FhirPathException.evaluation("'" + what + "' takes one item, not " + value.size());
    }
    return value.get(0);
  }

  static Typed binary(String operator, Typed left, Typed right, Ast.Binary ast) {
    Expr a = left.expr();
    Expr b = right.expr();
    Expr expr =
        switch (operator) {
          case "=" -> textEquals(a, b, new Equal(a, b, false), false);
          case "!=" -> textEquals(a, b, new Equal(a, b, true), true);
          case "~" -> new Equivalent(a, b, true);
          case "!~" -> new Equivalent(a, b, false);
          case "<", ">", "<=", ">=" -> new Order(a, b, operator);
          case "and" -> new And(a, b);
          case "or" -> new Or(a, b);
          case "xor" -> new Xor(a, b);
          case "implies" -> new Implies(a, b);
          case "in" -> new In(a, b, "in");
          case "contains" -> new In(b, a, "contains");
          case "+", "-", "*", "/", "div", "mod", "&" -> new Arithmetic(a, b, operator);
          default -> throw new IllegalStateException(operator);
        };
    boolean truth = !(expr instanceof Arithmetic);
    return new Typed(expr, truth ? List.of(TypeInfo.BOOLEAN) : null);
  }

  private static Expr textEquals(Expr a, Expr b, Expr general, boolean negated) {
    if (a instanceof Paths.Step step
        && step.isOfThis()
        && b instanceof Paths.Constant constant
        && constant.value instanceof Node literal
        && literal.system() instanceof String text) {
      return new Paths.TextEquals(step, text, general, negated);
    }
    return general;
  }

  private static final class Equal extends Expr.Truth {
    private final Expr left;
    private final Expr right;
    private final boolean negated;

    Equal(Expr left, Expr right, boolean negated) {
      this.left = left;
      this.right = right;
      this.negated = negated;
    }

    @Override
    int test(Env env, Coll focus) {
      Boolean same = Equality.equal(env, left.eval(env, focus), right.eval(env, focus));
      return same == null ? UNKNOWN : same != negated ? TRUE : FALSE;
    }
  }

  private static final class Equivalent extends Expr.Truth {
    private final Expr left;
    private final Expr right;
    private final boolean wanted;

    Equivalent(Expr left, Expr right, boolean wanted) {
      this.left = left;
      this.right = right;
      this.wanted = wanted;
    }

    @Override
    int test(Env env, Coll focus) {
      return Equality.equivalent(env, left.eval(env, focus), right.eval(env, focus)) == wanted
          ? TRUE
          : FALSE;
    }
  }

  private static final class Order extends Expr.Truth {
    private final Expr left;
    private final Expr right;
    private final String operator;
    private final boolean less;
    private final boolean orEqual;

    Order(Expr left, Expr right, String operator) {
      this.left = left;
      this.right = right;
      this.operator = operator;
      this.less = operator.startsWith("<");
      this.orEqual = operator.endsWith("=");
    }

    @Override
    int test(Env env, Coll focus) {
      Node a = single(left.eval(env, focus), operator);
      Node b = single(right.eval(env, focus), operator);
      if (a == null || b == null) {
        return UNKNOWN;
      }
      Integer comparison = Equality.compare(a, b);
      if (comparison == null) {
        return UNKNOWN;
      }
      int signum = less ? comparison : -comparison;
      return signum < 0 || (orEqual && signum == 0) ? TRUE : FALSE;
    }
  }

  private static final class And extends Expr.Truth {
    private final Expr left;
    private final Expr right;

    And(Expr left, Expr right) {
      this.left = left;
      this.right = right;
    }

    @Override
    int test(Env env, Coll focus) {
      int a = left.test(env, focus);
      if (a == FALSE) {
        return FALSE;
      }
      int b = right.test(env, focus);
      return b == FALSE ? FALSE : a == TRUE && b == TRUE ? TRUE : UNKNOWN;
    }
  }

  private static final class Or extends Expr.Truth {
    private final Expr left;
    private final Expr right;

    Or(Expr left, Expr right) {
      this.left = left;
      this.right = right;
    }

    @Override
    int test(Env env, Coll focus) {
      int a = left.test(env, focus);
      if (a == TRUE) {
        return TRUE;
      }
      int b = right.test(env, focus);
      return b == TRUE ? TRUE : a == FALSE && b == FALSE ? FALSE : UNKNOWN;
    }
  }

  private static final class Xor extends Expr.Truth {
    private final Expr left;
    private final Expr right;

    Xor(Expr left, Expr right) {
      this.left = left;
      this.right = right;
    }

    @Override
    int test(Env env, Coll focus) {
      int a = left.test(env, focus);
      int b = right.test(env, focus);
      return a == UNKNOWN || b == UNKNOWN ? UNKNOWN : a != b ? TRUE : FALSE;
    }
  }

  private static final class Implies extends Expr.Truth {
    private final Expr left;
    private final Expr right;

    Implies(Expr left, Expr right) {
      this.left = left;
      this.right = right;
    }

    @Override
    int test(Env env, Coll focus) {
      int a = left.test(env, focus);
      if (a == FALSE) {
        return TRUE;
      }
      int b = right.test(env, focus);
      return b == TRUE ? TRUE : a == TRUE ? b : UNKNOWN;
    }
  }

  private static final class In extends Expr.Truth {
    private final Expr item;
    private final Expr collection;
    private final String operator;

    In(Expr item, Expr collection, String operator) {
      this.item = item;
      this.collection = collection;
      this.operator = operator;
    }

    @Override
    int test(Env env, Coll focus) {
      Node wanted = single(item.eval(env, focus), operator);
      if (wanted == null) {
        return UNKNOWN;
      }
      Coll among = collection.eval(env, focus);
      env.charge(among.size());
      for (int i = 0; i < among.size(); i++) {
        if (Boolean.TRUE.equals(Equality.equal(among.get(i), wanted))) {
          return TRUE;
        }
      }
      return FALSE;
    }
  }

  private static final class Arithmetic extends Expr {
    private final Expr left;
    private final Expr right;
    private final String operator;

    Arithmetic(Expr left, Expr right, String operator) {
      this.left = left;
      this.right = right;
      this.operator = operator;
    }

    @Override
    Coll eval(Env env, Coll focus) {
      Node a = single(left.eval(env, focus), operator);
      Node b = single(right.eval(env, focus), operator);
      if (operator.equals("&")) {
        String joined = text(a).concat(text(b));
        env.chargeText(joined.length());
        return Node.of(joined);
      }
      if (a == null || b == null) {
        return Many.EMPTY;
      }
      Object x = a.system();
      Object y = b.system();
      if ((x == null && !a.hasValue()) || (y == null && !b.hasValue())) {
        return Many.EMPTY;
      }
      if (x instanceof Moment moment && y instanceof Quantity amount && isSum()) {
        Moment moved =
            moment.plus(
                operator.equals("-") ? amount.value().negate() : amount.value(),
                amount.durationUnit());
        return moved == null ? Many.EMPTY : Node.of(moved);
      }
      if (x instanceof String s && y instanceof String t && operator.equals("+")) {
        env.chargeText((long) s.length() + t.length());
        return Node.of(s + t);
      }
      if (x instanceof Quantity || y instanceof Quantity) {
        return quantities(a, b, Equality.asQuantity(x), Equality.asQuantity(y));
      }
      if (x instanceof Integer i && y instanceof Integer j && !operator.equals("/")) {
        return integers(i, j);
      }
      BigDecimal p = Equality.asDecimal(x);
      BigDecimal q = Equality.asDecimal(y);
      if (p == null || q == null) {
        throw unsuitable(a, b);
      }
      BigDecimal result = decimals(p, q);
      return result == null
          ? Many.EMPTY
          : operator.equals("div") ? integerOrEmpty(result) : Node.of(Node.decimal(result));
    }

    private boolean isSum() {
      return operator.equals("+") || operator.equals("-");
    }

    private FhirPathException unsuitable(Node a, Node b) {
      return FhirPathException.evaluation(
          "'" + operator + "' does not go with " + a.typeName() + " and " + b.typeName());
    }

    private static String text(@Nullable Node node) {
      if (node == null) {
        return "";
      }
      if (!node.isPrimitive()) {
        throw FhirPathException.evaluation("'&' joins texts, not a " + node.typeName());
      }
      String text = node.text();
      return text == null ? "" : text;
    }

    private Coll quantities(Node a, Node b, @Nullable Quantity p, @Nullable Quantity q) {
      if (p == null || q == null) {
        throw unsuitable(a, b);
      }
      Quantity result =
          switch (operator) {
            case "+" -> p.plus(q, 1);
            case "-" -> p.plus(q, -1);
            case "*" -> p.times(q);
            case "/" -> p.dividedBy(q);
            default -> throw unsuitable(a, b);
          };
      return result == null ? Many.EMPTY : Node.of(result.withValue(Node.decimal(result.value())));
    }

    private Coll integers(int i, int j) {
      long result =
          switch (operator) {
            case "+" -> (long) i + j;
            case "-" -> (long) i - j;
            case "*" -> (long) i * j;
            case "div" -> j == 0 ? Long.MAX_VALUE : (long) i / j;
            case "mod" -> j == 0 ? Long.MAX_VALUE : (long) i % j;
            default -> throw new IllegalStateException(operator);
          };
      // An overflow, like a division by zero, has no result (N1, 6.6).
      return result == (int) result ? Node.of((int) result) : Many.EMPTY;
    }

    private @Nullable BigDecimal decimals(BigDecimal p, BigDecimal q) {
      return switch (operator) {
        case "+" -> p.add(q);
        case "-" -> p.subtract(q);
        case "*" -> p.multiply(q);
        case "/" -> q.signum() == 0 ? null : trimmed(p.divide(q, PRECISION));
        case "div" -> q.signum() == 0 ? null : p.divideToIntegralValue(q);
        default -> q.signum() == 0 ? null : p.remainder(q);
      };
    }

    private static BigDecimal trimmed(BigDecimal value) {
      BigDecimal stripped = value.stripTrailingZeros();
      return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }
  }

  /** An integer where it fits one. */
  static Coll integerOrEmpty(BigDecimal value) {
    BigDecimal whole = value.setScale(0, RoundingMode.DOWN);
    return whole.toBigInteger().bitLength() > 31 ? Many.EMPTY : Node.of(whole.intValue());
  }
}
