package health.helan.foundation.fhirpath;

import static health.helan.foundation.fhirpath.Functions.ALL;
import static health.helan.foundation.fhirpath.Functions.COMPILED_APART;
import static health.helan.foundation.fhirpath.Functions.add;
import static health.helan.foundation.fhirpath.Functions.addLambda;
import static health.helan.foundation.fhirpath.Functions.addLight;
import static health.helan.foundation.fhirpath.Functions.addOrdered;
import static health.helan.foundation.fhirpath.Functions.eachItem;
import static health.helan.foundation.fhirpath.Functions.integer;
import static health.helan.foundation.fhirpath.Functions.string;

import health.helan.foundation.fhirpath.Functions.Result;
import java.util.ArrayList;
import java.util.List;

/** Functions on collections as such: whether, which, how many; and the utilities. */
final class CollectionFunctions {
  private CollectionFunctions() {}

  static void register() {
    existence();
    filtering();
    subsetting();
    utility();
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
              default -> Many.EMPTY;
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
          return n == null ? Many.EMPTY : slice(in, Math.max(0, n), in.size());
        });
    addOrdered(
        "take",
        1,
        1,
        Result.INPUT,
        (env, focus, in, args) -> {
          Integer n = integer(args[0].eval(env, focus), "take()");
          return n == null ? Many.EMPTY : slice(in, 0, Math.min(n, in.size()));
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
      return Many.EMPTY;
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
              eachItem(
                  env,
                  in,
                  item -> {
                    projected.addAll(args[1].eval(env, item).toList());
                    return true;
                  });
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
          env.total = args.length > 1 ? args[1].eval(env, focus) : Many.EMPTY;
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
  }
}
