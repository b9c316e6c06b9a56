package health.helan.foundation.fhirpath;

import static health.helan.foundation.fhirpath.Functions.ALL;
import static health.helan.foundation.fhirpath.Functions.COMPILED_APART;
import static health.helan.foundation.fhirpath.Functions.add;
import static health.helan.foundation.fhirpath.Functions.orEmpty;
import static health.helan.foundation.fhirpath.Functions.string;

import health.helan.foundation.fhirpath.Functions.Result;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code toInteger()}, {@code convertsToQuantity()} and their like; {@code iif()}. */
final class ConversionFunctions {
  private static final Pattern INTEGER_TEXT = Pattern.compile("[+-]?\\d{1,10}");
  private static final Pattern DECIMAL_TEXT = Pattern.compile("[+-]?\\d{1,200}(\\.\\d{1,200})?");

  private ConversionFunctions() {}

  static void register() {
    conversion();
  }

  private static void conversion() {
    ALL.put("iif", add("iif", 2, 3, Result.OPEN, COMPILED_APART).asLambda().asLight());
    convert("Boolean", ConversionFunctions::toBoolean);
    convert("Integer", ConversionFunctions::toInteger);
    convert("Decimal", ConversionFunctions::toDecimal);
    convert("Date", value -> toMoment(value, Moment.Kind.DATE));
    convert("DateTime", value -> toMoment(value, Moment.Kind.DATETIME));
    convert("Time", value -> toMoment(value, Moment.Kind.TIME));
    add("toString", 0, 0, Result.STRING, (_, _, in, _) -> orEmpty(toText(in, "toString()")));
    add(
        "convertsToString",
        0,
        0,
        Result.BOOLEAN,
        (_, _, in, _) -> in.isEmpty() ? in : Node.of(toText(in, "convertsToString()") != null));
    add(
        "toQuantity",
        0,
        1,
        Result.OPEN,
        (env, focus, in, args) -> orEmpty(toQuantity(env, focus, in, args)));
    add(
        "convertsToQuantity",
        0,
        1,
        Result.BOOLEAN,
        (env, focus, in, args) ->
            in.isEmpty() ? in : Node.of(toQuantity(env, focus, in, args) != null));
  }

  private static void convert(String type, Function<Object, @Nullable Node> conversion) {
    add(
        "to" + type,
        0,
        0,
        Result.OPEN,
        (_, _, in, _) -> orEmpty(converted(in, "to" + type + "()", conversion)));
    add(
        "convertsTo" + type,
        0,
        0,
        Result.BOOLEAN,
        (_, _, in, _) ->
            in.isEmpty()
                ? in
                : Node.of(converted(in, "convertsTo" + type + "()", conversion) != null));
  }

  private static @Nullable Node converted(
      Coll in, String what, Function<Object, @Nullable Node> conversion) {
    Node item = Operators.single(in, what);
    Object value = item == null ? null : item.system();
    return value == null ? null : conversion.apply(value);
  }

  private static @Nullable Node toBoolean(Object value) {
    return switch (value) {
      case Boolean b -> Node.of(b.booleanValue());
      case Integer i when i == 1 -> Node.TRUE;
      case Integer i when i == 0 -> Node.FALSE;
      case BigDecimal d when d.compareTo(BigDecimal.ONE) == 0 -> Node.TRUE;
      case BigDecimal d when d.signum() == 0 -> Node.FALSE;
      case String s ->
          switch (s.toLowerCase(Locale.ROOT)) {
            case "true", "t", "yes", "y", "1", "1.0" -> Node.TRUE;
            case "false", "f", "no", "n", "0", "0.0" -> Node.FALSE;
            default -> null;
          };
      default -> null;
    };
  }

  private static @Nullable Node toInteger(Object value) {
    return switch (value) {
      case Integer i -> Node.of(i.intValue());
      case Boolean b -> Node.of(b ? 1 : 0);
      case String s when INTEGER_TEXT.matcher(s).matches() -> {
        long number = Long.parseLong(s);
        yield number == (int) number ? Node.of((int) number) : null;
      }
      default -> null;
    };
  }

  private static @Nullable Node toDecimal(Object value) {
    return switch (value) {
      case BigDecimal d -> Node.of(d);
      case Integer i -> Node.of(BigDecimal.valueOf(i));
      case Boolean b -> Node.of(b ? BigDecimal.ONE : BigDecimal.ZERO);
      case String s when DECIMAL_TEXT.matcher(s).matches() -> Node.of(new BigDecimal(s));
      default -> null;
    };
  }

  private static @Nullable Node toMoment(Object value, Moment.Kind kind) {
    Moment moment =
        switch (value) {
          case Moment m when m.kind == kind -> m;
          case Moment m when kind == Moment.Kind.DATE && m.kind == Moment.Kind.DATETIME ->
              m.toDate();
          case Moment m when kind == Moment.Kind.DATETIME && m.kind == Moment.Kind.DATE ->
              m.toDateTime();
          case String s -> Moment.parse(s, kind);
          default -> null;
        };
    return moment == null ? null : Node.of(moment);
  }

  private static @Nullable Node toText(Coll in, String what) {
    Node item = Operators.single(in, what);
    if (item == null) {
      return null;
    }
    Object value = item.system();
    if (value instanceof Quantity quantity) {
      return Node.of(quantity.toString());
    }
    String text = item.isPrimitive() ? item.text() : null;
    return text == null || value == null ? null : Node.of(text);
  }

  private static @Nullable Node toQuantity(Env env, Coll focus, Coll in, Expr[] args) {
    Quantity quantity = null;
    Node item = Operators.single(in, "toQuantity()");
    Object value = item == null ? null : item.system();
    if (value instanceof String s) {
      quantity = Quantity.parse(s);
    } else if (value instanceof Boolean b) {
      quantity = Quantity.ofUcum(b ? new BigDecimal("1.0") : new BigDecimal("0.0"), "1");
    } else {
      quantity = Equality.asQuantity(value);
    }
    if (quantity == null || args.length == 0) {
      return quantity == null ? null : Node.of(quantity);
    }
    String unit = string(args[0].eval(env, focus), "toQuantity()");
    if (unit == null) {
      return null;
    }
    if (unit.equals(quantity.unit())) {
      return Node.of(quantity);
    }
    BigDecimal converted = Ucum.convert(quantity.value(), quantity.unit(), unit);
    return converted == null ? null : Node.of(Quantity.ofUcum(converted, unit));
  }
}
