package health.helan.foundation.fhirpath;

import health.helan.foundation.fhirpath.FhirPathException.Kind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns what was read into objects to evaluate, choosing the specialised ones where the shape
 * allows, and follows the types as far as they are known.
 */
final class Compiler {
  private final String text;
  private final TypeModel model = TypeModel.r4();
  private final boolean strict;
  private boolean needsEnv;
  private int lambdaDepth;

  /** An expression and the types its items may have; null where they are not known. */
  record Typed(Expr expr, @Nullable List<TypeInfo> types) {}

  private Compiler(String text, boolean strict) {
    this.text = text;
    this.strict = strict;
  }

  /**
   * @param root the type of the focus; null to leave it open
   * @param strict refuse elements that the types do not have, and reliance on an order that is not
   *     defined
   */
  static FhirPathExpression compile(String text, @Nullable TypeInfo root, boolean strict) {
    var compiler = new Compiler(text, strict);
    try {
      var compiled = compiler.compile(Parser.parse(text), root == null ? null : List.of(root));
      return new FhirPathExpression(text, compiled.expr, root, compiler.needsEnv);
    } catch (StackOverflowError tooDeep) {
      // The parser's limits should prevent this; on a thread with a small stack they may not.
      throw FhirPathException.limit("The expression is nested too deeply");
    }
  }

  static String choiceMessage(String name, TypeInfo.Slot choice) {
    return "'"
        + name
        + "' is a name of JSON; FHIRPath calls the element '"
        + choice.name()
        + "', here as "
        + choice.name()
        + ".ofType("
        + choice.type().name
        + ")";
  }

  private FhirPathException fault(Ast ast, String message) {
    return Lexer.fault(Kind.SEMANTIC, text, ast.at(), message);
  }

  private Typed compile(Ast ast, @Nullable List<TypeInfo> focus) {
    return switch (ast) {
      case Ast.Literal literal ->
          literal.value() == null
              ? new Typed(new Paths.Constant(Many.EMPTY), List.of())
              : new Typed(new Paths.Constant(literal.value()), List.of(literal.value().type));
      case Ast.Special special -> special(special, focus);
      case Ast.Variable variable -> variable(variable);
      case Ast.Member member -> member(member, focus);
      case Ast.Index index -> {
        orderMatters(index, index.source());
        Typed source = compile(index.source(), focus);
        Expr position = compile(index.index(), focus).expr;
        yield new Typed(new Operators.At(source.expr, position), source.types);
      }
      case Ast.Sign sign -> {
        Typed operand = compile(sign.operand(), focus);
        yield new Typed(new Operators.Sign(operand.expr, sign.negative()), operand.types);
      }
      case Ast.Binary binary -> binary(binary, focus);
      case Ast.Typed typed -> typed(typed, focus);
      case Ast.Call call -> call(call, focus);
    };
  }

  private Typed special(Ast.Special special, @Nullable List<TypeInfo> focus) {
    return switch (special.name()) {
      case "this" -> new Typed(Paths.This.INSTANCE, focus);
      case "index" -> {
        needsEnv = true;
        yield new Typed(new Operators.IndexVariable(), List.of(TypeInfo.INTEGER));
      }
      default -> {
        needsEnv = true;
        yield new Typed(new Operators.Total(), null);
      }
    };
  }

  private Typed variable(Ast.Variable variable) {
    String name = variable.name();
    String constant =
        switch (name) {
          case "ucum" -> "http://unitsofmeasure.org";
          case "sct" -> "http://snomed.info/sct";
          case "loinc" -> "http://loinc.org";
          default ->
              name.startsWith("vs-")
                  ? "http://hl7.org/fhir/ValueSet/" + name.substring(3)
                  : name.startsWith("ext-")
                      ? "http://hl7.org/fhir/StructureDefinition/" + name.substring(4)
                      : null;
        };
    if (constant != null) {
      return new Typed(new Paths.Constant(Node.of(constant)), List.of(TypeInfo.STRING));
    }
    needsEnv = true;
    return new Typed(new Operators.Variable(name), null);
  }

  private Typed member(Ast.Member member, @Nullable List<TypeInfo> focus) {
    String name = member.name();
    Typed source;
    if (member.source() == null) {
      TypeInfo named = Character.isUpperCase(name.charAt(0)) ? model.type(name) : null;
      if (named != null) {
        return guard(member, named, focus);
      }
      source = new Typed(Paths.This.INSTANCE, focus);
    } else {
      source = compile(member.source(), focus);
    }
    List<TypeInfo> known = source.types;
    if (known == null) {
      return new Typed(new Paths.Step(source.expr, name, null), null);
    }
    boolean open = false;
    TypeInfo having = null;
    var types = new LinkedHashSet<TypeInfo>();
    for (TypeInfo type : known) {
      if (type.isAbstract) {
        open = true;
        continue;
      }
      var element = type.member(name);
      if (element != null) {
        having = type;
        for (var slot : element.slots()) {
          types.add(slot.type());
        }
      } else if (type == TypeInfo.CLASS_INFO || (type.isPrimitive() && name.equals("value"))) {
        open = true;
      } else if (type.slot(name) instanceof TypeInfo.Slot choice) {
        throw fault(member, choiceMessage(name, choice));
      }
    }
    if (strict && !open && having == null && !known.isEmpty()) {
      throw fault(member, known.getFirst().name + " has no element '" + name + "'");
    }
    return new Typed(new Paths.Step(source.expr, name, having), open ? null : List.copyOf(types));
  }

  private Typed guard(Ast.Member member, TypeInfo named, @Nullable List<TypeInfo> focus) {
    if (focus == null || focus.stream().anyMatch(type -> type.isAbstract)) {
      return new Typed(
          new Paths.Guard(named), named.isAbstract || named.isResource() ? oneOf(named) : null);
    }
    if (focus.stream().anyMatch(type -> type.isA(named))) {
      return new Typed(
          focus.size() == 1 ? Paths.This.INSTANCE : new Paths.Guard(named),
          focus.stream().filter(type -> type.isA(named)).toList());
    }
    if (strict && !focus.isEmpty()) {
      throw fault(
          member,
          "'" + named.name + "' cannot start here, where a " + focus.getFirst().name + " is");
    }
    return new Typed(new Paths.Constant(Many.EMPTY), List.of());
  }

  private static @Nullable List<TypeInfo> oneOf(TypeInfo type) {
    return type.isAbstract ? null : List.of(type);
  }

  private static @Nullable List<TypeInfo> either(
      @Nullable List<TypeInfo> a, @Nullable List<TypeInfo> b) {
    if (a == null || b == null) {
      return null;
    }
    Set<TypeInfo> both = new LinkedHashSet<>(a);
    both.addAll(b);
    return List.copyOf(both);
  }

  private Typed binary(Ast.Binary binary, @Nullable List<TypeInfo> focus) {
    if (binary.operator().equals("|")) {
      return union(binary, focus);
    }
    Typed left = compile(binary.left(), focus);
    Typed right = compile(binary.right(), focus);
    return Operators.binary(binary.operator(), left, right, binary);
  }

  private Typed union(Ast.Binary binary, @Nullable List<TypeInfo> focus) {
    var operands = new ArrayList<Ast>();
    Ast left = binary;
    while (left instanceof Ast.Binary b && b.operator().equals("|")) {
      operands.addFirst(b.right());
      left = b.left();
    }
    operands.addFirst(left);
    var compiled = new ArrayList<Expr>();
    List<TypeInfo> types = List.of();
    for (Ast operand : operands) {
      Typed typed = compile(operand, focus);
      types = types == null ? null : either(types, typed.types);
      // What cannot be true of the root type this was compiled for costs nothing later.
      if (!(typed.expr instanceof Paths.Constant constant && constant.value.isEmpty())) {
        compiled.add(typed.expr);
      }
    }
    return new Typed(new Paths.Union(compiled), types);
  }

  private Typed typed(Ast.Typed ast, @Nullable List<TypeInfo> focus) {
    TypeInfo type = typeNamed(ast);
    if (ast.operator().equals("is")
        && type != null
        && ast.source() instanceof Ast.Call resolve
        && resolve.name().equals("resolve")
        && resolve.arguments().isEmpty()
        && type.isResource()) {
      Expr references =
          resolve.source() == null ? Paths.This.INSTANCE : compile(resolve.source(), focus).expr;
      return new Typed(new Paths.ResolvesTo(references, type), List.of(TypeInfo.BOOLEAN));
    }
    Typed source =
        ast.source() == null ? new Typed(Paths.This.INSTANCE, focus) : compile(ast.source(), focus);
    if (ast.operator().equals("is")) {
      return new Typed(new Paths.Is(source.expr, type), List.of(TypeInfo.BOOLEAN));
    }
    if (type == null) {
      throw fault(ast, "There is no type System." + ast.type());
    }
    if (strict
        && source.types != null
        && !source.types.isEmpty()
        && source.types.stream().noneMatch(t -> t.isAbstract || t.isA(type) || type.isA(t))) {
      throw fault(ast, "The value can never be a " + type.name);
    }
    Expr narrowed =
        !strict && choice(source, type) instanceof Expr direct
            ? direct
            : new Paths.OfType(source.expr, type, strict && ast.operator().equals("as"));
    return new Typed(narrowed, oneOf(type));
  }

  /** {@code value as Quantity} where the root is bound: the property valueQuantity, no more. */
  private static @Nullable Expr choice(Typed source, TypeInfo type) {
    return source.expr instanceof Paths.Step step && source.types != null
        ? step.narrowedTo(type)
        : null;
  }

  /** Null for a System type that does not exist. */
  private @Nullable TypeInfo typeNamed(Ast.Typed ast) {
    String name = ast.type();
    String namespace = ast.namespace();
    if ("System".equals(namespace)) {
      return TypeInfo.SYSTEM.get(name);
    }
    if (namespace != null && !namespace.equals("FHIR")) {
      // Observation.component, said with a dot.
      TypeInfo backbone = model.type(namespace + "." + name);
      if (backbone == null) {
        throw fault(ast, "There is no type " + namespace + "." + name);
      }
      return backbone;
    }
    TypeInfo type = model.type(name);
    if (type == null && namespace == null) {
      type = TypeInfo.SYSTEM.get(name);
    }
    if (type == null) {
      throw fault(ast, "R4 has no type " + name);
    }
    return type;
  }

  private void orderMatters(Ast place, @Nullable Ast source) {
    if (strict
        && source instanceof Ast.Call call
        && (call.name().equals("children") || call.name().equals("descendants"))) {
      throw fault(place, call.name() + "() has no order that could be relied on");
    }
  }

  private Typed call(Ast.Call call, @Nullable List<TypeInfo> focus) {
    var spec = Functions.ALL.get(call.name());
    if (spec == null) {
      throw fault(call, "There is no function " + call.name() + "()");
    }
    int n = call.arguments().size();
    if (n < spec.min() || n > spec.max()) {
      throw fault(
          call,
          String.format(
                  Locale.ROOT,
                  "%s() takes %s, not %d",
                  call.name(),
                  spec.min() == spec.max() ? spec.min() : spec.min() + " to " + spec.max(),
                  n)
              + (n == 1 ? " argument" : " arguments"));
    }
    if (spec.ordered()) {
      orderMatters(call, call.source());
    }
    Typed source =
        call.source() == null
            ? new Typed(Paths.This.INSTANCE, focus)
            : compile(call.source(), focus);
    if (!spec.light()) {
      needsEnv = true;
    }
    return switch (call.name()) {
      case "where" -> {
        Typed criterion = lambda(call.arguments().getFirst(), source.types);
        yield new Typed(where(source.expr, criterion.expr, call), source.types);
      }
      case "exists" -> {
        Expr items = source.expr;
        if (n == 1) {
          items = where(items, lambda(call.arguments().getFirst(), source.types).expr, call);
        }
        yield new Typed(new Paths.Exists(items, true), List.of(TypeInfo.BOOLEAN));
      }
      case "empty" -> new Typed(new Paths.Exists(source.expr, false), List.of(TypeInfo.BOOLEAN));
      case "iif" -> iif(call, source);
      default -> {
        var arguments = new Expr[n];
        List<TypeInfo> argumentTypes = List.of();
        for (int i = 0; i < n; i++) {
          boolean lambda = spec.lambda() && !(call.name().equals("trace") && i == 0);
          boolean initial = call.name().equals("aggregate") && i == 1;
          // What repeat() meets after the first round may be of any type.
          List<TypeInfo> itemTypes = call.name().equals("repeat") ? null : source.types;
          Typed argument =
              lambda && !initial
                  ? lambda(call.arguments().get(i), itemTypes)
                  : compile(call.arguments().get(i), focus);
          arguments[i] = argument.expr;
          argumentTypes = argumentTypes == null ? null : either(argumentTypes, argument.types);
        }
        List<TypeInfo> types =
            switch (spec.result()) {
              case INPUT -> source.types;
              case ARGUMENT -> argumentTypes;
              case BOTH -> either(source.types, argumentTypes);
              case EXTENSION -> List.of(model.require("Extension"));
              case OPEN -> null;
              case BOOLEAN -> List.of(TypeInfo.BOOLEAN);
              case STRING -> List.of(TypeInfo.STRING);
              case INTEGER -> List.of(TypeInfo.INTEGER);
            };
        yield new Typed(new Functions.Invocation(source.expr, spec.body(), arguments), types);
      }
    };
  }

  private Expr where(Expr source, Expr criterion, Ast.Call call) {
    return new Paths.Where(source, criterion, mentionsIndex(call.arguments().getFirst()));
  }

  private Typed lambda(Ast body, @Nullable List<TypeInfo> itemTypes) {
    // Loops within loops may take exponential time: these go by the step budget.
    if (lambdaDepth > 0) {
      needsEnv = true;
    }
    lambdaDepth++;
    Typed compiled = compile(body, itemTypes);
    lambdaDepth--;
    return compiled;
  }

  private Typed iif(Ast.Call call, Typed source) {
    Typed criterion = compile(call.arguments().getFirst(), source.types);
    if (strict
        && criterion.types != null
        && !criterion.types.isEmpty()
        && criterion.types.stream().allMatch(t -> t.reading != TypeInfo.Reading.BOOLEAN)) {
      throw fault(call, "The criterion of iif() is no boolean");
    }
    Typed then = compile(call.arguments().get(1), source.types);
    Typed otherwise =
        call.arguments().size() > 2
            ? compile(call.arguments().get(2), source.types)
            : new Typed(new Paths.Constant(Many.EMPTY), List.of());
    return new Typed(
        new Operators.If(source.expr, criterion.expr, then.expr, otherwise.expr),
        either(then.types, otherwise.types));
  }

  private static boolean mentionsIndex(@Nullable Ast ast) {
    return switch (ast) {
      case null -> false;
      case Ast.Special special -> special.name().equals("index");
      case Ast.Member member -> mentionsIndex(member.source());
      case Ast.Call call ->
          mentionsIndex(call.source())
              || call.arguments().stream().anyMatch(Compiler::mentionsIndex);
      case Ast.Index index -> mentionsIndex(index.source()) || mentionsIndex(index.index());
      case Ast.Sign sign -> mentionsIndex(sign.operand());
      case Ast.Binary binary -> mentionsIndex(binary.left()) || mentionsIndex(binary.right());
      case Ast.Typed typed -> mentionsIndex(typed.source());
      case Ast.Literal _, Ast.Variable _ -> false;
    };
  }
}
