package health.helan.foundation.fhirpath;

import static health.helan.foundation.fhirpath.Functions.add;
import static health.helan.foundation.fhirpath.Functions.integer;
import static health.helan.foundation.fhirpath.Functions.orEmpty;

import health.helan.foundation.fhirpath.Functions.Result;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Arithmetic functions, boundaries and precision. */
final class MathFunctions {
  private MathFunctions() {}

  static void register() {
    mathematics();
    boundaries();
  }

  private static @Nullable Object number(Coll in, String what) {
    Node item = Operators.single(in, what);
    if (item == null) {
      return null;
    }
    Object value = item.system();
    if (value instanceof Integer || value instanceof BigDecimal || value instanceof Quantity) {
      return value;
    }
    if (!item.hasValue()) {
      return null;
    }
    throw FhirPathException.evaluation(what + " takes a number, not a " + item.typeName());
  }

  private static void whole(String name, RoundingMode mode) {
    add(
        name,
        0,
        0,
        Result.INTEGER,
        (_, _, in, _) ->
            switch (number(in, name + "()")) {
              case Integer i -> Node.of(i.intValue());
              case BigDecimal d -> Operators.integerOrEmpty(d.setScale(0, mode));
              case null -> Many.EMPTY;
              default ->
                  throw FhirPathException.evaluation(name + "() takes a number, not a quantity");
            });
  }

  private static void real(String name, Function<BigDecimal, @Nullable BigDecimal> body) {
    add(
        name,
        0,
        0,
        Result.OPEN,
        (_, _, in, _) -> {
          BigDecimal value = decimal(in, name + "()");
          BigDecimal result = value == null ? null : body.apply(value);
          return result == null ? Many.EMPTY : Node.of(result);
        });
  }

  private static @Nullable BigDecimal decimal(Coll in, String what) {
    Object value = number(in, what);
    if (value instanceof Quantity) {
      throw FhirPathException.evaluation(what + " takes a number, not a quantity");
    }
    return Equality.asDecimal(value);
  }

  /** A double's 15 certain digits; null for infinities and what is no number. */
  private static @Nullable BigDecimal ofDouble(double value) {
    if (!Double.isFinite(value)) {
      return null;
    }
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(15));
    rounded = rounded.stripTrailingZeros();
    return rounded.scale() < 1 ? rounded.setScale(1) : rounded;
  }

  private static void mathematics() {
    whole("ceiling", RoundingMode.CEILING);
    whole("floor", RoundingMode.FLOOR);
    whole("truncate", RoundingMode.DOWN);
    real("exp", value -> ofDouble(Math.exp(value.doubleValue())));
    real("ln", value -> value.signum() <= 0 ? null : ofDouble(Math.log(value.doubleValue())));
    real(
        "sqrt",
        value ->
            value.signum() < 0
                ? null
                : value
                    .sqrt(new MathContext(17))
                    .setScale(
                        Math.max(1, value.sqrt(new MathContext(17)).stripTrailingZeros().scale()),
                        RoundingMode.HALF_UP));
    add(
        "abs",
        0,
        0,
        Result.INPUT,
        (_, _, in, _) ->
            switch (number(in, "abs()")) {
              case Integer i -> i == Integer.MIN_VALUE ? Many.EMPTY : Node.of(Math.abs(i));
              case BigDecimal d -> Node.of(d.abs());
              case Quantity q -> Node.of(q.withValue(q.value().abs()));
              case null, default -> Many.EMPTY;
            });
    add(
        "log",
        1,
        1,
        Result.OPEN,
        (env, focus, in, args) -> {
          BigDecimal value = decimal(in, "log()");
          BigDecimal base = decimal(args[0].eval(env, focus), "log()");
          if (value == null || base == null || value.signum() <= 0 || base.signum() <= 0) {
            return Many.EMPTY;
          }
          BigDecimal result =
              ofDouble(Math.log(value.doubleValue()) / Math.log(base.doubleValue()));
          return result == null ? Many.EMPTY : Node.of(result);
        });
    add(
        "power",
        1,
        1,
        Result.OPEN,
        (env, focus, in, args) -> {
          Object base = number(in, "power()");
          Object exponent = number(args[0].eval(env, focus), "power()");
          return power(base, exponent);
        });
    add(
        "round",
        0,
        1,
        Result.OPEN,
        (env, focus, in, args) -> {
          Object value = number(in, "round()");
          Integer digits =
              args.length == 0 ? (Integer) 0 : integer(args[0].eval(env, focus), "round()");
          if (value == null || digits == null) {
            return Many.EMPTY;
          }
          if (digits < 0 || digits > 100) {
            throw FhirPathException.evaluation("round() takes 0 to 100 digits");
          }
          return switch (value) {
            case Integer i -> Node.of(BigDecimal.valueOf(i));
            case BigDecimal d -> Node.of(d.setScale(digits, RoundingMode.HALF_UP));
            case Quantity q ->
                Node.of(q.withValue(q.value().setScale(digits, RoundingMode.HALF_UP)));
            default -> Many.EMPTY;
          };
        });
  }

  private static Coll power(@Nullable Object base, @Nullable Object exponent) {
    BigDecimal b = Equality.asDecimal(base);
    BigDecimal e = Equality.asDecimal(exponent);
    if (b == null || e == null) {
      return Many.EMPTY;
    }
    double rough = Math.pow(b.doubleValue(), e.doubleValue());
    if (!Double.isFinite(rough)) {
      return Many.EMPTY;
    }
    boolean exact = e.signum() >= 0 && e.stripTrailingZeros().scale() <= 0 && e.intValue() <= 1000;
    if (exact && (long) b.precision() * e.intValue() <= 400) {
      BigDecimal result = Node.decimal(b.pow(e.intValue()));
      if (base instanceof Integer && exponent instanceof Integer) {
        return Operators.integerOrEmpty(result);
      }
      return Node.of(result);
    }
    BigDecimal result = ofDouble(rough);
    return result == null ? Many.EMPTY : Node.of(result);
  }

  private static Coll comparable(Env env, Coll focus, Coll in, Expr[] args) {
    Node a = Operators.single(in, "comparable()");
    Node b = Operators.single(args[0].eval(env, focus), "comparable()");
    if (a == null || b == null) {
      return Many.EMPTY;
    }
    Quantity p = Equality.asQuantity(a.system());
    Quantity q = Equality.asQuantity(b.system());
    return Node.of(p != null && q != null && p.comparable(q));
  }

  private static void boundaries() {
    add("comparable", 1, 1, Result.BOOLEAN, MathFunctions::comparable);
    add("lowBoundary", 0, 1, Result.OPEN, (e, focus, in, a) -> boundary(e, focus, in, a, false));
    add("highBoundary", 0, 1, Result.OPEN, (e, focus, in, a) -> boundary(e, focus, in, a, true));
    add(
        "precision",
        0,
        0,
        Result.INTEGER,
        (_, _, in, _) -> {
          Node item = Operators.single(in, "precision()");
          return switch (item == null ? null : item.system()) {
            case BigDecimal d -> Node.of(Math.max(0, d.scale()));
            case Integer _ -> Node.of(0);
            case Moment m -> Node.of(m.precision());
            case null, default -> Many.EMPTY;
          };
        });
  }

  private static Coll boundary(Env env, Coll focus, Coll in, Expr[] args, boolean high) {
    Node item = Operators.single(in, high ? "highBoundary()" : "lowBoundary()");
    Integer digits = args.length == 0 ? null : integer(args[0].eval(env, focus), "A boundary");
    return switch (item == null ? null : item.system()) {
      case Integer i -> orEmpty(decimalBoundary(BigDecimal.valueOf(i), digits, high));
      case BigDecimal d -> orEmpty(decimalBoundary(d, digits, high));
      case Quantity q -> {
        Node value = decimalBoundary(q.value(), digits, high);
        yield value != null && value.system() instanceof BigDecimal d
            ? Node.of(q.withValue(d))
            : Many.EMPTY;
      }
      case Moment m -> {
        Moment moment = m.boundary(high, digits);
        yield moment == null ? Many.EMPTY : Node.of(moment);
      }
      case null, default -> Many.EMPTY;
    };
  }

  /** Half a unit of the last place down or up, seen at so many decimals (8 unless told). */
  private static @Nullable Node decimalBoundary(
      BigDecimal value, @Nullable Integer digits, boolean high) {
    int scale = digits == null ? 8 : digits;
    if (scale < 0 || scale > 28) {
      return null;
    }
    BigDecimal half = BigDecimal.valueOf(5, Math.max(0, value.scale()) + 1);
    BigDecimal edge = high ? value.add(half) : value.subtract(half);
    return Node.of(edge.setScale(scale, high ? RoundingMode.CEILING : RoundingMode.FLOOR));
  }
}
