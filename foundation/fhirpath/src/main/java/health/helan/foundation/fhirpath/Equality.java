package health.helan.foundation.fhirpath;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What {@code =}, {@code ~}, {@code <} and the set operations mean by the same. */
final class Equality {
  private Equality() {}

  /** {@code =} of two collections: null where either is empty or an item leaves it open. */
  static @Nullable Boolean equal(Env env, Coll a, Coll b) {
    if (a.isEmpty() || b.isEmpty()) {
      return null;
    }
    if (a.size() != b.size()) {
      return false;
    }
    env.charge(a.size());
    boolean open = false;
    for (int i = 0; i < a.size(); i++) {
      Boolean same = equal(a.get(i), b.get(i));
      if (same == null) {
        open = true;
      } else if (!same) {
        return false;
      }
    }
    return open ? null : true;
  }

  /** {@code =} of two items: null where precision, time zones or units leave it open. */
  static @Nullable Boolean equal(Node a, Node b) {
    if (a == b) {
      return true;
    }
    Object x = a.system();
    Object y = b.system();
    if (x == null || y == null) {
      return x == y && a.type == b.type && sameTree(a, b);
    }
    return switch (x) {
      case String s -> y instanceof String t ? s.equals(t) : (Boolean) false;
      case Boolean p -> p.equals(y);
      case Integer i when y instanceof Integer j -> i.intValue() == j;
      case Moment m -> y instanceof Moment n ? zero(m, n) : (Boolean) false;
      case Quantity q -> {
        Quantity other = asQuantity(y);
        if (other == null) {
          yield false;
        }
        Integer comparison = q.compare(other);
        yield comparison == null ? null : comparison == 0;
      }
      default -> {
        if (y instanceof Quantity q) {
          Quantity mine = asQuantity(x);
          Integer comparison = mine == null ? null : mine.compare(q);
          yield mine == null ? (Boolean) false : comparison == null ? null : comparison == 0;
        }
        BigDecimal left = asDecimal(x);
        BigDecimal right = asDecimal(y);
        yield left != null && right != null && left.compareTo(right) == 0;
      }
    };
  }

  private static @Nullable Boolean zero(Moment a, Moment b) {
    if (!a.comparableTo(b)) {
      return false;
    }
    Integer comparison = a.compare(b);
    return comparison == null ? null : comparison == 0;
  }

  static @Nullable BigDecimal asDecimal(@Nullable Object value) {
    return switch (value) {
      case BigDecimal d -> d;
      case Integer i -> BigDecimal.valueOf(i);
      case null, default -> null;
    };
  }

  static @Nullable Quantity asQuantity(@Nullable Object value) {
    if (value instanceof Quantity q) {
      return q;
    }
    BigDecimal number = asDecimal(value);
    return number == null ? null : Quantity.ofUcum(number, "1");
  }

  private static boolean sameTree(Node a, Node b) {
    return a.content() instanceof TypeInfo
        ? a.content() == b.content()
        : sameJson(a.json(), b.json()) && sameJson(a.shadow(), b.shadow());
  }

  private static boolean sameJson(@Nullable JsonNode a, @Nullable JsonNode b) {
    if (a == b) {
      return true;
    }
    if (a == null || b == null || a.size() != b.size()) {
      return false;
    }
    if (a.isNumber() && b.isNumber()) {
      return Node.decimal(a.decimalValue()).compareTo(Node.decimal(b.decimalValue())) == 0;
    }
    if (a.isObject() && b.isObject()) {
      for (Map.Entry<String, JsonNode> property : a.properties()) {
        JsonNode other = b.get(property.getKey());
        if (other == null || !sameJson(property.getValue(), other)) {
          return false;
        }
      }
      return true;
    }
    if (a.isArray() && b.isArray()) {
      for (int i = 0; i < a.size(); i++) {
        if (!sameJson(a.get(i), b.get(i))) {
          return false;
        }
      }
      return true;
    }
    return a.equals(b);
  }

  /** {@code ~} of two collections: order does not matter, and two empty ones are alike. */
  static boolean equivalent(Env env, Coll a, Coll b) {
    int n = a.size();
    if (n != b.size()) {
      return false;
    }
    if (n == 1) {
      return equivalent(a.get(0), b.get(0));
    }
    var taken = new boolean[n];
    for (int i = 0; i < n; i++) {
      env.charge(n);
      int match = -1;
      for (int j = 0; j < n && match < 0; j++) {
        if (!taken[j] && equivalent(a.get(i), b.get(j))) {
          match = j;
        }
      }
      if (match < 0) {
        return false;
      }
      taken[match] = true;
    }
    return true;
  }

  static boolean equivalent(Node a, Node b) {
    if (a == b) {
      return true;
    }
    Object x = a.system();
    Object y = b.system();
    if (x == null || y == null) {
      return x == y && alikeJson(a.json(), b.json());
    }
    return switch (x) {
      case String s -> y instanceof String t && normal(s).equals(normal(t));
      case Boolean p -> p.equals(y);
      case Moment m -> y instanceof Moment n && m.equivalent(n);
      default -> {
        if (x instanceof Quantity || y instanceof Quantity) {
          Quantity left = asQuantity(x);
          Quantity right = asQuantity(y);
          yield left != null && right != null && left.equivalent(right);
        }
        BigDecimal left = asDecimal(x);
        BigDecimal right = asDecimal(y);
        yield left != null && right != null && Quantity.Numbers.equivalent(left, right);
      }
    };
  }

  private static String normal(String text) {
    return text.strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT);
  }

  private static boolean alikeJson(@Nullable JsonNode a, @Nullable JsonNode b) {
    if (a == b) {
      return true;
    }
    if (a == null || b == null || a.size() != b.size()) {
      return false;
    }
    if (a.isNumber() && b.isNumber()) {
      return Quantity.Numbers.equivalent(
          Node.decimal(a.decimalValue()), Node.decimal(b.decimalValue()));
    }
    if (a.isString() && b.isString()) {
      return normal(a.stringValue()).equals(normal(b.stringValue()));
    }
    if (a.isObject() && b.isObject()) {
      for (Map.Entry<String, JsonNode> property : a.properties()) {
        JsonNode other = b.get(property.getKey());
        if (other == null || !alikeJson(property.getValue(), other)) {
          return false;
        }
      }
      return true;
    }
    if (a.isArray() && b.isArray()) {
      var taken = new boolean[b.size()];
      for (JsonNode item : a) {
        int match = -1;
        for (int j = 0; j < b.size() && match < 0; j++) {
          if (!taken[j] && alikeJson(item, b.get(j))) {
            match = j;
          }
        }
        if (match < 0) {
          return false;
        }
        taken[match] = true;
      }
      return true;
    }
    return a.equals(b);
  }

  /**
   * {@code <} and its kin: negative, zero, positive, or null where it stays open.
   *
   * @throws FhirPathException for types without an order, or of two different kinds
   */
  static @Nullable Integer compare(Node a, Node b) {
    Object x = a.system();
    Object y = b.system();
    if (x == null || y == null) {
      if (!a.hasValue() || !b.hasValue()) {
        return null;
      }
      throw notComparable(a, b);
    }
    if (x instanceof String s && y instanceof String t) {
      return s.compareTo(t);
    }
    if (x instanceof Moment m && y instanceof Moment n && m.comparableTo(n)) {
      return m.compare(n);
    }
    BigDecimal left = asDecimal(x);
    BigDecimal right = asDecimal(y);
    if (left != null && right != null) {
      return left.compareTo(right);
    }
    Quantity p = asQuantity(x);
    Quantity q = asQuantity(y);
    if (p != null && q != null) {
      return p.compare(q);
    }
    throw notComparable(a, b);
  }

  private static FhirPathException notComparable(Node a, Node b) {
    return FhirPathException.evaluation(
        "There is no order between " + a.typeName() + " and " + b.typeName());
  }

  /** A hash that is the same for items that may be equal. */
  private static int looseHash(Node node) {
    Object value = node.system();
    return switch (value) {
      case null -> {
        JsonNode json = node.json();
        // Numbers equal 1 = 1.0, so only the shape of a tree can enter its hash.
        yield json == null ? 3 : json.isObject() ? objectHash(json) : json.size() + 5;
      }
      case String s -> s.hashCode();
      case Boolean b -> b.hashCode();
      case Moment m -> m.looseHash();
      case Quantity _ -> 7;
      default -> {
        BigDecimal number = asDecimal(value);
        // A number may equal a quantity of unit 1, but a set seldom mixes the two.
        yield number == null ? 11 : number.stripTrailingZeros().hashCode();
      }
    };
  }

  private static int objectHash(JsonNode json) {
    int hash = 0;
    for (Map.Entry<String, JsonNode> property : json.properties()) {
      JsonNode value = property.getValue();
      hash += property.getKey().hashCode() ^ (value.isString() ? value.hashCode() : value.size());
    }
    return hash;
  }

  /** Items gathered without duplicates, in the order of their first appearance. */
  static final class Distinct {
    private static final int FEW = 8;
    private final Env env;
    private final Many items;
    private @Nullable Map<Integer, Many> byHash;

    Distinct(Env env, int capacity) {
      this.env = env;
      this.items = new Many(capacity);
    }

    /** Whether the item was new. */
    boolean add(Node node) {
      var index = byHash;
      if (index == null) {
        if (contains(items, node)) {
          return false;
        }
        items.add(node);
        if (items.size() > FEW) {
          index = new HashMap<>();
          for (int i = 0; i < items.size(); i++) {
            Node item = items.get(i);
            index.computeIfAbsent(looseHash(item), _ -> new Many(1)).add(item);
          }
          byHash = index;
        }
        return true;
      }
      Many bucket = index.computeIfAbsent(looseHash(node), _ -> new Many(1));
      if (contains(bucket, node)) {
        return false;
      }
      bucket.add(node);
      items.add(node);
      return true;
    }

    void addAll(Coll nodes) {
      for (int i = 0, n = nodes.size(); i < n; i++) {
        add(nodes.get(i));
      }
    }

    boolean has(Node node) {
      var index = byHash;
      if (index == null) {
        return contains(items, node);
      }
      Many bucket = index.get(looseHash(node));
      return bucket != null && contains(bucket, node);
    }

    private boolean contains(Many among, Node node) {
      int n = among.size();
      env.charge(n);
      for (int i = 0; i < n; i++) {
        if (Boolean.TRUE.equals(equal(among.get(i), node))) {
          return true;
        }
      }
      return false;
    }

    int size() {
      return items.size();
    }

    Coll done() {
      return items.done();
    }
  }
}
