package health.helan.foundation.store.search;

import health.helan.foundation.store.sql.SqlText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A condition on the rows of a resource table, which stands under the alias {@code r}. */
sealed interface Predicate {
  /** True for every row, or for none. */
  record Constant(boolean value) implements Predicate {}

  /** The row has at least one of these tokens. */
  record Token(long[] any) implements Predicate {
    @Override
    public boolean equals(Object other) {
      return other instanceof Token token && Arrays.equals(any, token.any);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(any);
    }

    @Override
    public String toString() {
      return Arrays.toString(any);
    }
  }

  /** The row is one of these patients'. */
  record OfPatients(long[] patients) implements Predicate {
    @Override
    public boolean equals(Object other) {
      return other instanceof OfPatients of && Arrays.equals(patients, of.patients);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(patients);
    }

    @Override
    public String toString() {
      return Arrays.toString(patients);
    }
  }

  /** SQL of its own; null counts as false. */
  record Raw(SqlText sql) implements Predicate {}

  /** Holds for some thousand rows at most, whatever the statistics say: one patient's. */
  record Few(Predicate predicate) implements Predicate {}

  /** Looked at row by row: not by an index of its own. */
  record Checked(Predicate predicate) implements Predicate {}

  /** All hold. */
  record And(List<Predicate> all) implements Predicate {}

  /** One at least holds. */
  record Or(List<Predicate> any) implements Predicate {}

  /** It does not hold. */
  record Not(Predicate not) implements Predicate {}

  /** More patients than these are hardly one person's. */
  int ONE_PERSON = 50;

  Predicate TRUE = new Constant(true);
  Predicate FALSE = new Constant(false);

  static Predicate token(long... any) {
    return any.length == 0 ? FALSE : new Token(any);
  }

  static Predicate raw(String sql, Object... values) {
    return new Raw(new SqlText().add(sql, values));
  }

  static Predicate and(List<Predicate> all) {
    List<Predicate> flat = new ArrayList<>();
    for (Predicate one : all) {
      switch (one) {
        case Constant constant -> {
          if (!constant.value) {
            return FALSE;
          }
        }
        case And and -> flat.addAll(and.all);
        default -> flat.add(one);
      }
    }
    return flat.isEmpty() ? TRUE : flat.size() == 1 ? flat.get(0) : new And(flat);
  }

  static Predicate and(Predicate... all) {
    return and(List.of(all));
  }

  static Predicate or(List<Predicate> any) {
    List<Predicate> flat = new ArrayList<>();
    List<long[]> tokens = new ArrayList<>();
    for (Predicate one : any) {
      switch (one) {
        case Constant constant -> {
          if (constant.value) {
            return TRUE;
          }
        }
        case Token token -> tokens.add(token.any);
        case Or or -> {
          for (Predicate inner : or.any) {
            if (inner instanceof Token token) {
              tokens.add(token.any);
            } else {
              flat.add(inner);
            }
          }
        }
        default -> flat.add(one);
      }
    }
    if (!tokens.isEmpty()) {
      flat.add(0, new Token(tokens.stream().flatMapToLong(Arrays::stream).distinct().toArray()));
    }
    return flat.isEmpty() ? FALSE : flat.size() == 1 ? flat.get(0) : new Or(flat);
  }

  static Predicate or(Predicate... any) {
    return or(List.of(any));
  }

  static Predicate not(Predicate predicate) {
    return switch (predicate) {
      case Constant constant -> constant.value ? FALSE : TRUE;
      case Not not -> not.not;
      default -> new Not(predicate);
    };
  }

  static boolean isFew(Predicate predicate) {
    return switch (predicate) {
      case Few _ -> true;
      case And and -> and.all.stream().anyMatch(Predicate::isFew);
      default -> false;
    };
  }

  /**
   * Few, and no index has them in any order: found by tokens, or the rows of several records of one
   * person.
   */
  static boolean isFewUnordered(Predicate predicate) {
    return switch (predicate) {
      case Few few ->
          switch (few.predicate) {
            case Raw _ -> false;
            case OfPatients of -> of.patients.length > 1 && of.patients.length <= ONE_PERSON;
            default -> true;
          };
      case And and -> and.all.stream().anyMatch(Predicate::isFewUnordered);
      default -> false;
    };
  }

  /** Appends {@code " and <condition>"}; nothing for one that always holds. */
  static void append(SqlText sql, Predicate predicate) {
    if (predicate.equals(TRUE)) {
      return;
    }
    List<Predicate> all =
        (predicate instanceof And and ? and.all : List.of(predicate))
            .stream().map(one -> one instanceof Few few ? few.predicate : one).toList();
    // Tokens that must all be there go into one array: one scan of the GIN index.
    long[] single =
        all.stream()
            .filter(p -> p instanceof Token token && token.any.length == 1)
            .flatMapToLong(p -> Arrays.stream(((Token) p).any))
            .distinct()
            .toArray();
    if (single.length > 0) {
      sql.add(" and r.tokens @> ?::bigint[]", (Object) single);
    }
    for (Predicate one : all) {
      if (one instanceof Token token && token.any.length == 1) {
        continue;
      }
      sql.add(" and ");
      render(sql, one);
    }
  }

  private static void render(SqlText sql, Predicate predicate) {
    switch (predicate) {
      case Constant constant -> sql.add(constant.value ? "true" : "false");
      case Token token -> sql.add("r.tokens && ?::bigint[]", (Object) token.any);
      case OfPatients of -> {
        if (of.patients.length == 1) {
          sql.add("(r.patient = ?)", of.patients[0]);
        } else {
          sql.add("(r.patient = any(?::bigint[]))", (Object) of.patients);
        }
      }
      case Raw raw -> sql.add("(").add(raw.sql).add(")");
      case Few few -> render(sql, few.predicate);
      case Checked checked -> {
        // PostgreSQL uses no index for what stands under "is true".
        sql.add("(");
        render(sql, checked.predicate);
        sql.add(") is true");
      }
      case And and -> joined(sql, and.all, " and ");
      case Or or -> joined(sql, or.any, " or ");
      case Not not -> {
        sql.add("(");
        render(sql, not.not);
        sql.add(") is not true");
      }
    }
  }

  private static void joined(SqlText sql, List<Predicate> predicates, String between) {
    sql.add("(");
    for (int i = 0; i < predicates.size(); i++) {
      if (i > 0) {
        sql.add(between);
      }
      render(sql, predicates.get(i));
    }
    sql.add(")");
  }
}
