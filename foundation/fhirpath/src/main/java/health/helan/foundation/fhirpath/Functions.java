package health.helan.foundation.fhirpath;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** All functions of the language, by name. */
final class Functions {
  static final Map<String, Spec> ALL = new HashMap<>();

  private static final BoundedCache<String, Pattern> PATTERNS = new BoundedCache<>(500);
  private static final Pattern INTEGER_TEXT = Pattern.compile("[+-]?\\d{1,10}");
  private static final Pattern DECIMAL_TEXT = Pattern.compile("[+-]?\\d{1,200}(\\.\\d{1,200})?");

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

  private static Spec add(String name, int min, int max, Result result, Body body) {
    var spec = new Spec(min, max, result, false, false, false, body);
    ALL.put(name, spec);
    return spec;
  }

  private static void addLambda(String name, int min, int max, Result result, Body body) {
    ALL.put(name, add(name, min, max, result, body).asLambda());
  }

  private static void addOrdered(String name, int min, int max, Result result, Body body) {
    ALL.put(name, add(name, min, max, result, body).asOrdered().asLight());
  }

  private static void addLight(String name, int min, int max, Result result, Body body) {
    ALL.put(name, add(name, min, max, result, body).asLight());
  }

  private static final Body COMPILED_APART =
      (_, _, _, _) -> {
        throw new IllegalStateException("compiled to an expression of its own");
      };

  static {
    existence();
    filtering();
    subsetting();
    conversion();
    strings();
    encodings();
    mathematics();
    utility();
    boundaries();
    fhir();
  }

  // ---- Existence

  private static void existence() {
    addLight("empty", 0, 0, Result.BOOLEAN, COMPILED_APART);
    ALL.put("exists", add("exists", 0, 1, Result.BOOLEAN, COMPILED_APART).asLambda().asLight());
    addLambda(
        "all",
        1,
        1,
        Result.BOOLEAN,
        (env, _, in, args) -> {
          boolean[] all = {true};
          eachItem(
              env,
              in,
              item -> {
                all[0] = args[0].test(env, item) == Expr.TRUE;
                return all[0];
              });
          return Node.of(all[0]);
        });
    add("allTrue", 0, 0, Result.BOOLEAN, (_, _, in, _) -> Node.of(count(in, true) == in.size()));
    add("anyTrue", 0, 0, Result.BOOLEAN, (_, _, in, _) -> Node.of(count(in, true) > 0));
    add("allFalse", 0, 0, Result.BOOLEAN, (_, _, in, _) -> Node.of(count(in, false) == in.size()));
    add("anyFalse", 0, 0, Result.BOOLEAN, (_, _, in, _) -> Node.of(count(in, false) > 0));
    add(
        "subsetOf",
        1,
        1,
        Result.BOOLEAN,
        (env, focus, in, args) -> Node.of(contains(env, args[0].eval(env, focus), in)));
    add(
        "supersetOf",
        1,
        1,
        Result.BOOLEAN,
        (env, focus, in, args) -> Node.of(contains(env, in, args[0].eval(env, focus))));
    addLight("count", 0, 0, Result.INTEGER, (_, _, in, _) -> Node.of(in.size()));
    add("distinct", 0, 0, Result.INPUT, (env, _, in, _) -> distinct(env, in).done());
    add(
        "isDistinct",
        0,
        0,
        Result.BOOLEAN,
        (env, _, in, _) -> Node.of(distinct(env, in).size() == in.size()));
    addLight(
        "not",
        0,
        0,
        Result.BOOLEAN,
        (_, _, in, _) ->
            switch (Expr.truth(in)) {
              case Expr.TRUE -> Node.FALSE;
              case Expr.FALSE -> Node.TRUE;
              default -> Coll.EMPTY;
            });
  }

  private static int count(Coll in, boolean wanted) {
    int found = 0;
    for (int i = 0; i < in.size(); i++) {
      if (!(in.get(i).system() instanceof Boolean value)) {
        throw FhirPathException.evaluation(
            "Only booleans are true or false, not a " + in.get(i).typeName());
      }
      if (value == wanted) {
        found++;
      }
    }
    return found;
  }

  private static Equality.Distinct distinct(Env env, Coll items) {
    var out = new Equality.Distinct(env, items.size());
    out.addAll(items);
    return out;
  }

  private static boolean contains(Env env, Coll whole, Coll part) {
    var set = distinct(env, whole);
    for (int i = 0; i < part.size(); i++) {
      if (!set.has(part.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Goes through the items with {@code $index} set, until told to stop. */
  private static void eachItem(Env env, Coll in, Function<Node, Boolean> body) {
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

  // ---- Filtering and projection

  private static void filtering() {
    ALL.put("where", add("where", 1, 1, Result.INPUT, COMPILED_APART).asLambda().asLight());
    addLambda(
        "select",
        1,
        1,
        Result.ARGUMENT,
        (env, _, in, args) -> {
          var out = new Many(in.size());
          eachItem(
              env,
              in,
              item -> {
                Coll found = args[0].eval(env, item);
                env.charge(found.size());
                out.addAll(found);
                return true;
              });
          return out.done();
        });
    addLambda(
        "repeat",
        1,
        1,
        Result.OPEN,
        (env, _, in, args) -> {
          var out = new Equality.Distinct(env, in.size());
          Coll round = in;
          while (!round.isEmpty()) {
            var next = new Many(round.size());
            eachItem(
                env,
                round,
                item -> {
                  Coll found = args[0].eval(env, item);
                  env.charge(found.size());
                  for (int i = 0; i < found.size(); i++) {
                    if (out.add(found.get(i))) {
                      next.add(found.get(i));
                    }
                  }
                  return true;
                });
            round = next;
          }
          return out.done();
        });
    add(
        "children",
        0,
        0,
        Result.OPEN,
        (env, _, in, _) -> {
          var out = new Many(8);
          for (int i = 0; i < in.size(); i++) {
            in.get(i).addChildren(out);
          }
          env.charge(out.size());
          return out.done();
        });
    add(
        "descendants",
        0,
        0,
        Result.OPEN,
        (env, _, in, _) -> {
          var out = new Many(64);
          for (int i = 0; i < in.size(); i++) {
            addDescendants(env, in.get(i), out);
          }
          return out.done();
        });
  }

  private static void addDescendants(Env env, Node node, Many out) {
    var children = new Many(8);
    node.addChildren(children);
    env.charge(children.size());
    for (int i = 0; i < children.size(); i++) {
      out.add(children.get(i));
      addDescendants(env, children.get(i), out);
    }
  }

  // ---- Subsetting and combining

  private static void subsetting() {
    addOrdered("first", 0, 0, Result.INPUT, (_, _, in, _) -> in.isEmpty() ? in : in.get(0));
    addOrdered(
        "last", 0, 0, Result.INPUT, (_, _, in, _) -> in.isEmpty() ? in : in.get(in.size() - 1));
    addOrdered("tail", 0, 0, Result.INPUT, (_, _, in, _) -> slice(in, 1, in.size()));
    addLight(
        "single",
        0,
        0,
        Result.INPUT,
        (_, _, in, _) -> {
          if (in.size() > 1) {
            throw FhirPathException.evaluation("single() found " + in.size() + " items");
          }
          return in;
        });
    addOrdered(
        "skip",
        1,
        1,
        Result.INPUT,
        (env, focus, in, args) -> {
          Integer n = integer(args[0].eval(env, focus), "skip()");
          return n == null ? Coll.EMPTY : slice(in, Math.max(0, n), in.size());
        });
    addOrdered(
        "take",
        1,
        1,
        Result.INPUT,
        (env, focus, in, args) -> {
          Integer n = integer(args[0].eval(env, focus), "take()");
          return n == null ? Coll.EMPTY : slice(in, 0, Math.min(n, in.size()));
        });
    add(
        "intersect",
        1,
        1,
        Result.INPUT,
        (env, focus, in, args) -> {
          var other = distinct(env, args[0].eval(env, focus));
          var out = new Equality.Distinct(env, in.size());
          for (int i = 0; i < in.size(); i++) {
            if (other.has(in.get(i))) {
              out.add(in.get(i));
            }
          }
          return out.done();
        });
    add(
        "exclude",
        1,
        1,
        Result.INPUT,
        (env, focus, in, args) -> {
          var other = distinct(env, args[0].eval(env, focus));
          var out = new Many(in.size());
          for (int i = 0; i < in.size(); i++) {
            if (!other.has(in.get(i))) {
              out.add(in.get(i));
            }
          }
          return out.done();
        });
    add(
        "union",
        1,
        1,
        Result.BOTH,
        (env, focus, in, args) -> {
          var out = distinct(env, in);
          out.addAll(args[0].eval(env, focus));
          return out.done();
        });
    add(
        "combine",
        1,
        1,
        Result.BOTH,
        (env, focus, in, args) -> {
          Coll all = Coll.concat(in, args[0].eval(env, focus));
          env.charge(all.size());
          return all;
        });
  }

  private static Coll slice(Coll in, int from, int to) {
    if (from >= to) {
      return Coll.EMPTY;
    }
    if (from == 0 && to == in.size()) {
      return in;
    }
    var out = new Many(to - from);
    for (int i = from; i < to; i++) {
      out.add(in.get(i));
    }
    return out.done();
  }

  // ---- Conversion

  private static void conversion() {
    ALL.put("iif", add("iif", 2, 3, Result.OPEN, COMPILED_APART).asLambda().asLight());
    convert("Boolean", Functions::toBoolean);
    convert("Integer", Functions::toInteger);
    convert("Decimal", Functions::toDecimal);
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

  private static Coll orEmpty(@Nullable Node node) {
    return node == null ? Coll.EMPTY : node;
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

  // ---- Strings

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

  private interface OnText {
    Coll apply(Env env, String text, String argument);
  }

  private static void onText(String name, Result result, OnText body) {
    add(
        name,
        1,
        1,
        result,
        (env, focus, in, args) -> {
          String text = string(in, name + "()");
          String argument = string(args[0].eval(env, focus), name + "()");
          return text == null || argument == null ? Coll.EMPTY : body.apply(env, text, argument);
        });
  }

  private static void ofText(String name, Result result, Function<String, Node> body) {
    add(
        name,
        0,
        0,
        result,
        (_, _, in, _) -> {
          String text = string(in, name + "()");
          return text == null ? Coll.EMPTY : body.apply(text);
        });
  }

  private static void strings() {
    onText("indexOf", Result.INTEGER, (_, text, part) -> Node.of(text.indexOf(part)));
    onText("startsWith", Result.BOOLEAN, (_, text, part) -> Node.of(text.startsWith(part)));
    onText("endsWith", Result.BOOLEAN, (_, text, part) -> Node.of(text.endsWith(part)));
    onText("contains", Result.BOOLEAN, (_, text, part) -> Node.of(text.contains(part)));
    ofText("upper", Result.STRING, text -> Node.of(text.toUpperCase(Locale.ROOT)));
    ofText("lower", Result.STRING, text -> Node.of(text.toLowerCase(Locale.ROOT)));
    ofText("trim", Result.STRING, text -> Node.of(text.strip()));
    ofText("length", Result.INTEGER, text -> Node.of(text.length()));
    add(
        "substring",
        1,
        2,
        Result.STRING,
        (env, focus, in, args) -> {
          String text = string(in, "substring()");
          Integer start = integer(args[0].eval(env, focus), "substring()");
          if (text == null || start == null || start < 0 || start >= text.length()) {
            return Coll.EMPTY;
          }
          Integer length =
              args.length > 1 ? integer(args[1].eval(env, focus), "substring()") : null;
          int end =
              length == null
                  ? text.length()
                  : (int) Math.min(text.length(), (long) start + Math.max(0, length));
          return Node.of(text.substring(start, end));
        });
    add(
        "replace",
        2,
        2,
        Result.STRING,
        (env, focus, in, args) -> {
          String text = string(in, "replace()");
          String part = string(args[0].eval(env, focus), "replace()");
          String by = string(args[1].eval(env, focus), "replace()");
          if (text == null || part == null || by == null) {
            return Coll.EMPTY;
          }
          long times = part.isEmpty() ? text.length() + 1L : text.length() / part.length();
          if (times * by.length() + text.length() > Env.MAX_TEXT) {
            times = occurrences(text, part);
          }
          env.chargeText(text.length() + times * by.length());
          return Node.of(text.replace(part, by));
        });
    onText(
        "matches",
        Result.BOOLEAN,
        (env, text, regex) ->
            Node.of(pattern(regex).matcher(new CountedText(env, text, 0, text.length())).find()));
    onText(
        "matchesFull",
        Result.BOOLEAN,
        (env, text, regex) ->
            Node.of(
                pattern(regex).matcher(new CountedText(env, text, 0, text.length())).matches()));
    add(
        "replaceMatches",
        2,
        2,
        Result.STRING,
        (env, focus, in, args) -> {
          String text = string(in, "replaceMatches()");
          String regex = string(args[0].eval(env, focus), "replaceMatches()");
          String by = string(args[1].eval(env, focus), "replaceMatches()");
          if (text == null || regex == null || by == null) {
            return Coll.EMPTY;
          }
          return Node.of(regex.isEmpty() ? text : replaceMatches(env, text, regex, by));
        });
    add(
        "toChars",
        0,
        0,
        Result.STRING,
        (env, _, in, _) -> {
          String text = string(in, "toChars()");
          if (text == null) {
            return Coll.EMPTY;
          }
          env.charge(text.length());
          var out = new Many(text.length());
          text.codePoints().forEach(c -> out.add(Node.of(Character.toString(c))));
          return out.done();
        });
    onText(
        "split",
        Result.STRING,
        (env, text, separator) -> {
          var out = new Many(8);
          for (String part : text.split(Pattern.quote(separator), -1)) {
            out.add(Node.of(part));
          }
          env.charge(out.size());
          return out.done();
        });
    add(
        "join",
        0,
        1,
        Result.STRING,
        (env, focus, in, args) -> {
          String separator = args.length == 0 ? "" : string(args[0].eval(env, focus), "join()");
          if (in.isEmpty()) {
            return in;
          }
          var out = new StringBuilder();
          for (int i = 0; i < in.size(); i++) {
            String part = string(in.get(i), "join()");
            if (i > 0 && separator != null) {
              out.append(separator);
            }
            if (part != null) {
              out.append(part);
            }
            env.chargeText(out.length());
          }
          return Node.of(out.toString());
        });
  }

  private static long occurrences(String text, String part) {
    if (part.isEmpty()) {
      return text.length() + 1L;
    }
    long found = 0;
    for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
      found++;
    }
    return found;
  }

  private static Pattern pattern(String regex) {
    try {
      return PATTERNS.get(regex, text -> Pattern.compile(text, Pattern.DOTALL));
    } catch (PatternSyntaxException e) {
      throw FhirPathException.evaluation("The regular expression is not valid");
    }
  }

  private static String replaceMatches(Env env, String text, String regex, String by) {
    var matcher = pattern(regex).matcher(new CountedText(env, text, 0, text.length()));
    var out = new StringBuilder();
    try {
      while (matcher.find()) {
        matcher.appendReplacement(out, by);
        env.chargeText(out.length());
      }
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw FhirPathException.evaluation("The replacement names a group that does not exist");
    }
    return matcher.appendTail(out).toString();
  }

  /**
   * Text that charges for every character the matcher reads, so that a pattern which backtracks
   * without end runs out of steps.
   */
  private record CountedText(Env env, String text, int start, int end) implements CharSequence {
    @Override
    public int length() {
      return end - start;
    }

    @Override
    public char charAt(int index) {
      env.charge(1);
      return text.charAt(start + index);
    }

    @Override
    public CharSequence subSequence(int from, int to) {
      return new CountedText(env, text, start + from, start + to);
    }

    @Override
    public String toString() {
      return text.substring(start, end);
    }
  }

  private static void encodings() {
    onText("encode", Result.STRING, (_, text, how) -> encode(text, how));
    onText("decode", Result.STRING, (_, text, how) -> decode(text, how));
    onText(
        "escape",
        Result.STRING,
        (_, text, how) ->
            switch (how) {
              case "html" -> Node.of(Escapes.html(text));
              case "json" -> Node.of(Escapes.json(text));
              default -> Coll.EMPTY;
            });
    onText(
        "unescape",
        Result.STRING,
        (_, text, how) ->
            switch (how) {
              case "html" -> Node.of(Escapes.fromHtml(text));
              case "json" -> Node.of(Escapes.fromJson(text));
              default -> Coll.EMPTY;
            });
  }

  private static Coll encode(String text, String how) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return switch (how) {
      case "base64" -> Node.of(Base64.getEncoder().encodeToString(bytes));
      case "urlbase64" -> Node.of(Base64.getUrlEncoder().encodeToString(bytes));
      case "hex" -> Node.of(HexFormat.of().formatHex(bytes));
      default -> Coll.EMPTY;
    };
  }

  private static Coll decode(String text, String how) {
    try {
      byte[] bytes =
          switch (how) {
            case "base64" -> Base64.getDecoder().decode(text);
            case "urlbase64" -> Base64.getUrlDecoder().decode(text);
            case "hex" -> HexFormat.of().parseHex(text);
            default -> null;
          };
      return bytes == null ? Coll.EMPTY : Node.of(new String(bytes, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw FhirPathException.evaluation("The text is not in the encoding " + how);
    }
  }

  // ---- Mathematics

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
              case null -> Coll.EMPTY;
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
          return result == null ? Coll.EMPTY : Node.of(result);
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
    BigDecimal rounded = new BigDecimal(value).round(new java.math.MathContext(15));
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
                    .sqrt(new java.math.MathContext(17))
                    .setScale(
                        Math.max(
                            1,
                            value.sqrt(new java.math.MathContext(17)).stripTrailingZeros().scale()),
                        RoundingMode.HALF_UP));
    add(
        "abs",
        0,
        0,
        Result.INPUT,
        (_, _, in, _) ->
            switch (number(in, "abs()")) {
              case Integer i -> i == Integer.MIN_VALUE ? Coll.EMPTY : Node.of(Math.abs(i));
              case BigDecimal d -> Node.of(d.abs());
              case Quantity q -> Node.of(q.withValue(q.value().abs()));
              case null, default -> Coll.EMPTY;
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
            return Coll.EMPTY;
          }
          BigDecimal result =
              ofDouble(Math.log(value.doubleValue()) / Math.log(base.doubleValue()));
          return result == null ? Coll.EMPTY : Node.of(result);
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
            return Coll.EMPTY;
          }
          if (digits < 0 || digits > 100) {
            throw FhirPathException.evaluation("round() takes 0 to 100 digits");
          }
          return switch (value) {
            case Integer i -> Node.of(BigDecimal.valueOf(i));
            case BigDecimal d -> Node.of(d.setScale(digits, RoundingMode.HALF_UP));
            case Quantity q ->
                Node.of(q.withValue(q.value().setScale(digits, RoundingMode.HALF_UP)));
            default -> Coll.EMPTY;
          };
        });
  }

  private static Coll power(@Nullable Object base, @Nullable Object exponent) {
    BigDecimal b = Equality.asDecimal(base);
    BigDecimal e = Equality.asDecimal(exponent);
    if (b == null || e == null) {
      return Coll.EMPTY;
    }
    double rough = Math.pow(b.doubleValue(), e.doubleValue());
    if (!Double.isFinite(rough)) {
      return Coll.EMPTY;
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
    return result == null ? Coll.EMPTY : Node.of(result);
  }

  // ---- Utility

  private static void utility() {
    add("now", 0, 0, Result.OPEN, (env, _, _, _) -> Node.of(Moment.now(env.now())));
    add("today", 0, 0, Result.OPEN, (env, _, _, _) -> Node.of(Moment.today(env.now())));
    add("timeOfDay", 0, 0, Result.OPEN, (env, _, _, _) -> Node.of(Moment.timeOfDay(env.now())));
    addLambda(
        "trace",
        1,
        2,
        Result.INPUT,
        (env, focus, in, args) -> {
          String name = string(args[0].eval(env, focus), "trace()");
          var sink = env.context.traceSink();
          if (sink != null && name != null) {
            if (args.length == 1) {
              sink.trace(name, in.toList());
            } else {
              var projected = new ArrayList<Node>();
              eachItem(env, in, item -> projected.addAll(args[1].eval(env, item).toList()) || true);
              sink.trace(name, List.copyOf(projected));
            }
          }
          return in;
        });
    addLambda(
        "aggregate",
        1,
        2,
        Result.OPEN,
        (env, focus, in, args) -> {
          Coll outer = env.total;
          env.total = args.length > 1 ? args[1].eval(env, focus) : Coll.EMPTY;
          eachItem(
              env,
              in,
              item -> {
                env.total = args[0].eval(env, item);
                env.charge(env.total.size());
                return true;
              });
          Coll result = env.total;
          env.total = outer;
          return result;
        });
    add(
        "type",
        0,
        0,
        Result.OPEN,
        (_, _, in, _) -> {
          var out = new Many(in.size());
          for (int i = 0; i < in.size(); i++) {
            out.add(Node.classInfo(in.get(i).type));
          }
          return out.done();
        });
    // Compiled where their argument is read as a type; named here for a clear message.
    add("comparable", 1, 1, Result.BOOLEAN, Functions::comparable);
  }

  private static Coll comparable(Env env, Coll focus, Coll in, Expr[] args) {
    Node a = Operators.single(in, "comparable()");
    Node b = Operators.single(args[0].eval(env, focus), "comparable()");
    if (a == null || b == null) {
      return Coll.EMPTY;
    }
    Quantity p = Equality.asQuantity(a.system());
    Quantity q = Equality.asQuantity(b.system());
    return Node.of(p != null && q != null && p.comparable(q));
  }

  private static void boundaries() {
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
            case null, default -> Coll.EMPTY;
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
            : Coll.EMPTY;
      }
      case Moment m -> {
        Moment moment = m.boundary(high, digits);
        yield moment == null ? Coll.EMPTY : Node.of(moment);
      }
      case null, default -> Coll.EMPTY;
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

  // ---- FHIR's additions

  private static void fhir() {
    addLight("extension", 1, 1, Result.EXTENSION, Functions::extension);
    addLight(
        "hasValue",
        0,
        0,
        Result.BOOLEAN,
        (_, _, in, _) ->
            Node.of(in.size() == 1 && in.get(0).isPrimitive() && in.get(0).hasValue()));
    addLight(
        "getValue",
        0,
        0,
        Result.OPEN,
        (_, _, in, _) ->
            in.size() == 1 && in.get(0).isPrimitive()
                ? orEmpty(systemNode(in.get(0)))
                : Coll.EMPTY);
    add(
        "resolve",
        0,
        0,
        Result.OPEN,
        (env, _, in, _) -> {
          var out = new Many(in.size());
          for (int i = 0; i < in.size(); i++) {
            Node resolved = References.resolve(env, in.get(i));
            if (resolved != null) {
              out.add(resolved);
            }
          }
          return out.done();
        });
    add("memberOf", 1, 1, Result.BOOLEAN, Functions::memberOf);
    add("subsumes", 1, 1, Result.BOOLEAN, (e, f, in, a) -> subsumes(e, in, a[0].eval(e, f)));
    add("subsumedBy", 1, 1, Result.BOOLEAN, (e, f, in, a) -> subsumes(e, a[0].eval(e, f), in));
    add("conformsTo", 1, 1, Result.BOOLEAN, Functions::conformsTo);
    add("checkModifiers", 0, 20, Result.INPUT, Functions::checkModifiers);
    add(
        "htmlChecks",
        0,
        0,
        Result.BOOLEAN,
        (_, _, in, _) -> {
          Node item = Operators.single(in, "htmlChecks()");
          String text = item == null ? null : item.text();
          return text == null ? Coll.EMPTY : Node.of(Xhtml.isNarrative(text));
        });
    refused("elementDefinition", 0, "which needs the profile in use; read it by other means");
    refused("slice", 2, "which needs a profile's slicing; filter with where() instead");
  }

  private static void refused(String name, int arguments, String why) {
    add(
        name,
        arguments,
        arguments,
        Result.OPEN,
        (_, _, _, _) -> {
          throw new FhirPathException(
              FhirPathException.Kind.SEMANTIC, name + "() is not offered here, " + why);
        });
  }

  private static Coll extension(Env env, Coll focus, Coll in, Expr[] args) {
    String url = string(args[0].eval(env, focus), "extension()");
    if (url == null) {
      return Coll.EMPTY;
    }
    var out = new Many(0);
    for (int i = 0; i < in.size(); i++) {
      Node item = in.get(i);
      var member = item.type.member("extension");
      Coll extensions = member == null ? Coll.EMPTY : item.children(member);
      for (int j = 0; j < extensions.size(); j++) {
        if (extensions.get(j).json() instanceof JsonNode json
            && json.get("url") instanceof JsonNode found
            && found.isString()
            && found.stringValue().equals(url)) {
          out.add(extensions.get(j));
        }
      }
    }
    return out.done();
  }

  private static Coll memberOf(Env env, Coll focus, Coll in, Expr[] args) {
    Node item = Operators.single(in, "memberOf()");
    String url = string(args[0].eval(env, focus), "memberOf()");
    if (item == null || url == null) {
      return Coll.EMPTY;
    }
    var terminology = env.context.terminology();
    if (terminology != null) {
      Boolean member = terminology.memberOf(item, url);
      return member == null ? Coll.EMPTY : Node.of(member.booleanValue());
    }
    int version = url.indexOf('|');
    var codes = TypeModel.r4().definitions().codes(version < 0 ? url : url.substring(0, version));
    if (codes == null) {
      throw FhirPathException.evaluation(
          "memberOf() needs a terminology for this value set, and none is set");
    }
    return Node.of(isCoded(item, codes));
  }

  private static boolean isCoded(Node item, java.util.Set<String> codes) {
    if (item.system() instanceof String code) {
      return codes.contains(code);
    }
    if (!(item.json() instanceof JsonNode json)) {
      return false;
    }
    if (json.get("coding") instanceof JsonNode codings) {
      for (JsonNode coding : codings) {
        if (isCoding(coding, codes)) {
          return true;
        }
      }
      return false;
    }
    return isCoding(json, codes);
  }

  private static boolean isCoding(JsonNode coding, java.util.Set<String> codes) {
    return coding.get("system") instanceof JsonNode system
        && coding.get("code") instanceof JsonNode code
        && codes.contains(system.asString() + "|" + code.asString());
  }

  private static Coll subsumes(Env env, Coll general, Coll special) {
    Node a = Operators.single(general, "subsumes()");
    Node b = Operators.single(special, "subsumes()");
    if (a == null || b == null) {
      return Coll.EMPTY;
    }
    var terminology = env.context.terminology();
    if (terminology == null) {
      throw FhirPathException.evaluation("subsumes() needs a terminology, and none is set");
    }
    Boolean answer = terminology.subsumes(a, b);
    return answer == null ? Coll.EMPTY : Node.of(answer.booleanValue());
  }

  private static Coll conformsTo(Env env, Coll focus, Coll in, Expr[] args) {
    Node item = Operators.single(in, "conformsTo()");
    String url = string(args[0].eval(env, focus), "conformsTo()");
    if (item == null || url == null) {
      return Coll.EMPTY;
    }
    String base = "http://hl7.org/fhir/StructureDefinition/";
    TypeInfo type = url.startsWith(base) ? TypeModel.r4().type(url.substring(base.length())) : null;
    if (type != null) {
      return Node.of(item.type.isA(type));
    }
    var conformance = env.context.conformance();
    Boolean answer = conformance == null ? null : conformance.conformsTo(item, url);
    if (answer == null) {
      throw FhirPathException.evaluation("conformsTo() does not know this profile");
    }
    return Node.of(answer.booleanValue());
  }

  private static Coll checkModifiers(Env env, Coll focus, Coll in, Expr[] args) {
    var allowed = new ArrayList<String>();
    for (Expr arg : args) {
      String url = string(arg.eval(env, focus), "checkModifiers()");
      if (url != null) {
        allowed.add(url);
      }
    }
    for (int i = 0; i < in.size(); i++) {
      if (in.get(i).json() instanceof JsonNode json
          && json.get("modifierExtension") instanceof JsonNode extensions) {
        for (JsonNode extension : extensions) {
          JsonNode url = extension.get("url");
          if (url == null || !url.isString() || !allowed.contains(url.stringValue())) {
            throw FhirPathException.evaluation(
                "A " + in.get(i).typeName() + " carries a modifier extension that is not allowed");
          }
        }
      }
    }
    return in;
  }
}
