package health.helan.foundation.fhirpath;

import health.helan.foundation.fhirpath.TypeInfo.Member;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The expressions that find their way through a tree: the hot part of search indexing. */
final class Paths {
  private Paths() {}

  static final class This extends Expr {
    static final This INSTANCE = new This();

    private This() {}

    @Override
    Coll eval(Env env, Coll focus) {
      return focus;
    }
  }

  static final class Constant extends Expr {
    final Coll value;

    Constant(Coll value) {
      this.value = value;
    }

    @Override
    Coll eval(Env env, Coll focus) {
      return value;
    }
  }

  /** {@code Patient} at the start of a path: the resource itself, if it is one. */
  static final class Guard extends Expr {
    private final TypeInfo type;

    Guard(TypeInfo type) {
      this.type = type;
    }

    @Override
    Coll eval(Env env, Coll focus) {
      return focus instanceof Node node && node.type.isA(type) ? focus : Many.EMPTY;
    }
  }

  /** The elements of one name. */
  static final class Step extends Expr {
    private final Expr source;
    final String name;

    /** The last type met and its element: mostly there is only one. Racy, and may be. */
    private @Nullable Seen seen;

    private record Seen(TypeInfo type, @Nullable Member member) {}

    Step(Expr source, String name, @Nullable TypeInfo expected) {
      this.source = source;
      this.name = name;
      if (expected != null) {
        seen = new Seen(expected, expected.member(name));
      }
    }

    @Override
    Coll eval(Env env, Coll focus) {
      Coll from = source.eval(env, focus);
      if (from instanceof Node node) {
        return children(node);
      }
      int n = from.size();
      Many out = null;
      Coll first = Many.EMPTY;
      for (int i = 0; i < n; i++) {
        Coll found = children(from.get(i));
        if (found.isEmpty()) {
          continue;
        }
        if (out != null) {
          out.addAll(found);
        } else if (first.isEmpty()) {
          first = found;
        } else {
          out = new Many(Math.max(n, first.size() + found.size()));
          out.addAll(first);
          out.addAll(found);
        }
      }
      return out == null ? first : out;
    }

    @Override
    boolean any(Env env, Coll focus) {
      Coll from = source.eval(env, focus);
      for (int i = 0, n = from.size(); i < n; i++) {
        Node node = from.get(i);
        Member member = member(node);
        if (member == null ? !children(node).isEmpty() : node.hasChild(member)) {
          return true;
        }
      }
      return false;
    }

    boolean isOfThis() {
      return source == This.INSTANCE;
    }

    /**
     * This step with the choices that are of a type alone, so that {@code value as Quantity} looks
     * at one property; null where nothing is known of the source.
     */
    @Nullable Expr narrowedTo(TypeInfo type) {
      Seen expected = seen;
      if (expected == null || expected.member == null || expected.member.slots().length < 2) {
        return null;
      }
      var slots =
          Arrays.stream(expected.member.slots())
              .filter(slot -> OfType.matches(slot.type(), type))
              .toArray(TypeInfo.Slot[]::new);
      if (slots.length != 1) {
        return null;
      }
      return new Choice(
          source,
          expected.type,
          new Member(name, slots, Map.of(slots[0].json(), slots[0])),
          new OfType(new Step(This.INSTANCE, name, null), type, false));
    }

    private @Nullable Member member(Node node) {
      Seen last = seen;
      if (last == null || last.type != node.type) {
        last = new Seen(node.type, node.type.member(name));
        seen = last;
      }
      return last.member;
    }

    private Coll children(Node node) {
      Member member = member(node);
      return member == null ? special(node) : node.children(member);
    }

    private Coll special(Node node) {
      if (node.type == TypeInfo.CLASS_INFO && node.content() instanceof TypeInfo described) {
        return switch (name) {
          case "namespace" -> Node.of(described.system ? "System" : "FHIR");
          case "name" -> Node.of(described.name);
          case "baseType" ->
              Node.of(described.base == null ? "System.Any" : described.base.qualifiedName());
          default -> Many.EMPTY;
        };
      }
      if (node.isPrimitive() && name.equals("value") && !node.type.system) {
        Node value = Functions.systemNode(node);
        return value == null ? Many.EMPTY : value;
      }
      TypeInfo.Slot choice = node.type.slot(name);
      if (choice != null) {
        throw new FhirPathException(
            FhirPathException.Kind.SEMANTIC, Compiler.choiceMessage(name, choice));
      }
      return Many.EMPTY;
    }
  }

  /** One type of a choice: {@code Observation.value as Quantity} with the type known. */
  static final class Choice extends Expr {
    private final Expr source;
    private final TypeInfo owner;
    private final Member member;
    private final Expr general;

    /**
     * @param owner the type whose element this is
     * @param general what to do with items of other types
     */
    Choice(Expr source, TypeInfo owner, Member member, Expr general) {
      this.source = source;
      this.owner = owner;
      this.member = member;
      this.general = general;
    }

    @Override
    Coll eval(Env env, Coll focus) {
      Coll from = source.eval(env, focus);
      if (from instanceof Node node) {
        return of(env, node);
      }
      int n = from.size();
      if (n == 0) {
        return from;
      }
      var out = new Many(n);
      for (int i = 0; i < n; i++) {
        out.addAll(of(env, from.get(i)));
      }
      return out.done();
    }

    private Coll of(Env env, Node node) {
      return node.type == owner ? node.children(member) : general.eval(env, node);
    }

    @Override
    boolean any(Env env, Coll focus) {
      Coll from = source.eval(env, focus);
      return from instanceof Node node && node.type == owner
          ? node.hasChild(member)
          : !eval(env, focus).isEmpty();
    }
  }

  /** {@code is}: empty for empty, else whether the one item is of the type. */
  static final class Is extends Expr.Truth {
    private final Expr source;
    private final @Nullable TypeInfo type;

    /**
     * @param type null for a System type that does not exist, which nothing is
     */
    Is(Expr source, @Nullable TypeInfo type) {
      this.source = source;
      this.type = type;
    }

    @Override
    int test(Env env, Coll focus) {
      Coll value = source.eval(env, focus);
      if (value.isEmpty()) {
        return UNKNOWN;
      }
      if (value.size() > 1) {
        throw FhirPathException.evaluation("'is' looks at one item, not at " + value.size());
      }
      return type != null && value.get(0).type.isA(type) ? TRUE : FALSE;
    }
  }

  /** {@code as} and {@code ofType}: the items of a type. */
  static final class OfType extends Expr {
    private final Expr source;
    private final TypeInfo type;
    private final boolean single;

    OfType(Expr source, TypeInfo type, boolean single) {
      this.source = source;
      this.type = type;
      this.single = single;
    }

    @Override
    Coll eval(Env env, Coll focus) {
      Coll from = source.eval(env, focus);
      if (from instanceof Node node) {
        return matches(node.type, type) ? node : Many.EMPTY;
      }
      int n = from.size();
      if (n == 0) {
        return from;
      }
      if (single) {
        throw FhirPathException.evaluation(
            "'as' looks at one item, not at " + n + "; ofType() filters many");
      }
      var out = new Many(n);
      for (int i = 0; i < n; i++) {
        if (matches(from.get(i).type, type)) {
          out.add(from.get(i));
        }
      }
      return out.done();
    }

    /** The tests of R4 want a code not to be a string here, though {@code is} says it is one. */
    static boolean matches(TypeInfo found, TypeInfo wanted) {
      return found == wanted || (!wanted.isPrimitive() && found.isA(wanted));
    }
  }

  /** {@code a | b | c} in one, without duplicates. */
  static final class Union extends Expr {
    private final Expr[] operands;

    Union(List<Expr> operands) {
      this.operands = operands.toArray(Expr[]::new);
    }

    @Override
    Coll eval(Env env, Coll focus) {
      Coll first = Many.EMPTY;
      Equality.Distinct out = null;
      for (Expr operand : operands) {
        Coll found = operand.eval(env, focus);
        if (found.isEmpty()) {
          continue;
        }
        if (out == null && first.isEmpty()) {
          first = found;
          continue;
        }
        if (out == null) {
          out = new Equality.Distinct(env, first.size() + found.size());
          out.addAll(first);
        }
        out.addAll(found);
      }
      return out == null ? distinct(env, first) : out.done();
    }

    private static Coll distinct(Env env, Coll items) {
      if (items.size() < 2) {
        return items;
      }
      var out = new Equality.Distinct(env, items.size());
      out.addAll(items);
      return out.done();
    }

    @Override
    boolean any(Env env, Coll focus) {
      for (Expr operand : operands) {
        if (operand.any(env, focus)) {
          return true;
        }
      }
      return false;
    }
  }

  static final class Where extends Expr {
    private final Expr source;
    private final Expr criterion;
    private final boolean indexed;

    /**
     * @param indexed whether the criterion speaks of {@code $index}
     */
    Where(Expr source, Expr criterion, boolean indexed) {
      this.source = source;
      this.criterion = criterion;
      this.indexed = indexed;
    }

    @Override
    Coll eval(Env env, Coll focus) {
      Coll from = source.eval(env, focus);
      int n = from.size();
      if (n == 0) {
        return from;
      }
      env.charge(n);
      int outer = env.index;
      Coll first = Many.EMPTY;
      Many out = null;
      for (int i = 0; i < n; i++) {
        if (indexed) {
          env.index = i;
        }
        Node item = from.get(i);
        if (criterion.test(env, item) != TRUE) {
          continue;
        }
        if (out != null) {
          out.add(item);
        } else if (first.isEmpty()) {
          first = item;
        } else {
          out = new Many(n);
          out.addAll(first);
          out.add(item);
        }
      }
      if (indexed) {
        env.index = outer;
      }
      return out == null ? first : out;
    }
  }

  static final class Exists extends Expr.Truth {
    private final Expr source;
    private final boolean wanted;

    /**
     * @param wanted true for {@code exists()}, false for {@code empty()}
     */
    Exists(Expr source, boolean wanted) {
      this.source = source;
      this.wanted = wanted;
    }

    @Override
    int test(Env env, Coll focus) {
      return source.any(env, focus) == wanted ? TRUE : FALSE;
    }
  }

  /** {@code system = 'phone'}: an element of the focus compared with a text, without any Node. */
  static final class TextEquals extends Expr.Truth {
    private final Step step;
    private final String text;
    private final Expr general;
    private final boolean negated;

    TextEquals(Step step, String text, Expr general, boolean negated) {
      this.step = step;
      this.text = text;
      this.general = general;
      this.negated = negated;
    }

    @Override
    int test(Env env, Coll focus) {
      if (focus instanceof Node node && node.content() instanceof JsonNode json) {
        Member member = step.member(node);
        if (member != null
            && member.slots().length == 1
            && member.slots()[0].type().reading == TypeInfo.Reading.STRING) {
          JsonNode value = json.get(member.slots()[0].json());
          if (value == null && !json.has(member.slots()[0].shadow())) {
            return UNKNOWN;
          }
          if (value != null && value.isString()) {
            return value.stringValue().equals(text) != negated ? TRUE : FALSE;
          }
        }
      }
      return general.test(env, focus);
    }
  }

  /** {@code resolve() is Patient}, mostly told from the reference alone. */
  static final class ResolvesTo extends Expr.Truth {
    private final Expr source;
    private final TypeInfo type;

    ResolvesTo(Expr source, TypeInfo type) {
      this.source = source;
      this.type = type;
    }

    @Override
    int test(Env env, Coll focus) {
      Coll from = source.eval(env, focus);
      int resolved = 0;
      int answer = UNKNOWN;
      for (int i = 0, n = from.size(); i < n; i++) {
        TypeInfo target = References.targetType(env, from.get(i));
        if (target != null) {
          resolved++;
          answer = target.isA(type) ? TRUE : FALSE;
        }
      }
      if (resolved > 1) {
        throw FhirPathException.evaluation("'is' looks at one item, not at " + resolved);
      }
      return answer;
    }
  }
}
