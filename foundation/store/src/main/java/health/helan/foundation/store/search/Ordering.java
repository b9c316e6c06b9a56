package health.helan.foundation.store.search;

import static health.helan.foundation.store.search.ParameterPredicates.invalid;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.index.Moments;
import health.helan.foundation.store.index.Parameter;
import health.helan.foundation.store.index.TypeIndex;
import health.helan.foundation.store.sql.SqlText;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/**
 * Order of an answer and where its pages begin. After the keys asked for come home, type and id, so
 * that the order is total; a row without a value counts as less than any with one. A page begins
 * behind the last row of the one before: a row that does not change is on exactly one page.
 */
final class Ordering {
  private enum Kind {
    TEXT,
    LONG,
    NUMBER,
    TIME
  }

  private record Key(String sql, boolean descending, Kind kind, boolean alwaysThere) {}

  private final List<Key> keys;

  private Ordering(List<Key> keys) {
    this.keys = keys;
  }

  /** Where a page ended. Keys: String, Long (also times, in microseconds), BigDecimal or null. */
  record Position(int unit, int home, String type, String id, List<@Nullable Object> keys) {}

  boolean isEmpty() {
    return keys.isEmpty();
  }

  int size() {
    return keys.size();
  }

  /**
   * @param sort value of {@code _sort}; null for none
   * @throws Criteria.UnknownParameter when the type has no such parameter
   */
  static Ordering of(TypeIndex type, @Nullable String sort) {
    if (sort == null || sort.isEmpty()) {
      return new Ordering(List.of());
    }
    List<Key> keys = new ArrayList<>();
    for (String one : sort.split(",", -1)) {
      boolean descending = one.startsWith("-");
      String code = descending ? one.substring(1) : one;
      if (keys.size() == 10) {
        throw new Refusal(Refusal.Kind.TOO_COSTLY, "search.too-many-values", "_sort");
      }
      keys.add(key(type, code, descending));
    }
    return new Ordering(keys);
  }

  private static Key key(TypeIndex type, String code, boolean descending) {
    if (code.equals("_id")) {
      return new Key("r.id", descending, Kind.TEXT, true);
    }
    if (code.equals("_lastUpdated")) {
      return new Key("r.updated", descending, Kind.TIME, true);
    }
    Parameter p = type.searchable().get(code);
    if (p == null) {
      throw new Criteria.UnknownParameter(type.type(), code);
    }
    if (p.isPrincipalDate()) {
      return new Key("r.date_lo", descending, Kind.TIME, false);
    }
    List<Parameter> all = new ArrayList<>();
    if (p.isIndexed()) {
      all.add(p);
    }
    for (String part : p.parts()) {
      all.add(ParameterPredicates.part(type, part));
    }
    if (all.isEmpty() || all.stream().anyMatch(one -> one.isHidden() || one.isPrincipalDate())) {
      throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "search.cannot-sort", code);
    }
    Kind kind =
        switch (p.type()) {
          case STRING, TOKEN, URI -> Kind.TEXT;
          case DATE -> Kind.LONG;
          case NUMBER, QUANTITY -> Kind.NUMBER;
          default -> throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "search.cannot-sort", code);
        };
    List<String> each = new ArrayList<>();
    for (Parameter one : all) {
      each.add(value(one, descending));
    }
    String sql =
        each.size() == 1
            ? each.get(0)
            : (descending ? "greatest(" : "least(") + String.join(", ", each) + ")";
    return new Key(
        kind == Kind.TEXT ? "(" + sql + ") collate \"C\"" : sql, descending, kind, false);
  }

  /** The least value for ascending order, the greatest for descending. */
  private static String value(Parameter p, boolean descending) {
    String values = "r.vals -> '" + p.code() + "'";
    int end = descending && p.type() != Parameter.Type.TOKEN ? -1 : 0;
    return switch (p.type()) {
      case DATE -> "(" + values + " -> " + end + " ->> 0)::bigint";
      case NUMBER -> "(" + values + " ->> " + end + ")::numeric";
      case QUANTITY -> {
        String one = values + " -> " + end + " ->> ";
        yield "coalesce(" + one + "'c', " + one + "'m', " + one + "'v', " + one + "'l')::numeric";
      }
      case TOKEN ->
          p.isScalar()
              ? "r.vals ->> '" + p.code() + "'"
              : "case jsonb_typeof(" + values + ") when 'array' then " + values + " ->> 0 end";
      default -> values + " ->> " + end;
    };
  }

  /** Appends {@code , key1, key2} for the select list. */
  void columns(SqlText sql) {
    for (Key key : keys) {
      sql.add(", ").add(key.sql);
    }
  }

  /**
   * @param last key columns of the table behind the sort keys
   * @param sorted true to sort what was found, even where an index has the order
   */
  void orderBy(SqlText sql, String last, boolean sorted) {
    sql.add(" order by ");
    for (Key key : keys) {
      // An index on the column does not serve this expression.
      sql.add(sorted && key.kind == Kind.TIME ? "(" + key.sql + " + interval '0')" : key.sql);
      if (key.alwaysThere) {
        sql.add(key.descending ? " desc, " : ", ");
      } else {
        sql.add(key.descending ? " desc nulls last, " : " nulls first, ");
      }
    }
    sql.add(last);
  }

  /** Reads the keys of the current row, the first of them in {@code column}. */
  List<@Nullable Object> read(ResultSet rows, int column) throws SQLException {
    List<@Nullable Object> values = new ArrayList<>(keys.size());
    for (int i = 0; i < keys.size(); i++) {
      switch (keys.get(i).kind) {
        case TEXT -> values.add(rows.getString(column + i));
        case LONG -> {
          long value = rows.getLong(column + i);
          values.add(rows.wasNull() ? null : (Object) value);
        }
        case NUMBER -> values.add(rows.getBigDecimal(column + i));
        case TIME -> {
          OffsetDateTime time = rows.getObject(column + i, OffsetDateTime.class);
          values.add(
              time == null
                  ? null
                  : (Object) (time.toEpochSecond() * 1_000_000 + time.getNano() / 1000));
        }
      }
    }
    return values;
  }

  /**
   * Appends {@code " and …"}: rows behind a position.
   *
   * @param unit which of the tables asked one after the other this statement is for
   */
  void after(SqlText sql, Position from, int unit, boolean shared) {
    sql.add(" and ");
    if (!keys.isEmpty()) {
      Key first = keys.get(0);
      Object value = bind(first, from.keys.get(0));
      if (value != null && (first.alwaysThere || !first.descending)) {
        // Implied by what follows; it gives the index scan its start.
        sql.add(first.sql).add(first.descending ? " <= ?" : " >= ?", value).add(" and ");
      }
    }
    for (int i = 0; i < keys.size(); i++) {
      Key key = keys.get(i);
      Object value = bind(key, from.keys.get(i));
      if (value == null) {
        sql.add("(").add(key.descending ? "false" : key.sql + " is not null");
        sql.add(" or (").add(key.sql).add(" is null and ");
      } else {
        sql.add("(").add(key.sql).add(key.descending ? " < ?" : " > ?", value);
        if (key.descending && !key.alwaysThere) {
          sql.add(" or ").add(key.sql).add(" is null");
        }
        sql.add(" or (").add(key.sql).add(" = ? and ", value);
      }
    }
    if (unit < from.unit) {
      sql.add("false");
    } else if (unit > from.unit) {
      sql.add("true");
    } else if (shared) {
      sql.add("(r.home, r.type, r.id) > (?, ?, ?)", from.home, from.type, from.id);
    } else {
      sql.add("(r.home, r.id) > (?, ?)", from.home, from.id);
    }
    sql.add("))".repeat(keys.size()));
  }

  private static @Nullable Object bind(Key key, @Nullable Object value) {
    return value != null && key.kind == Kind.TIME
        ? ParameterPredicates.instant((Long) value)
        : value;
  }

  /** Order of rows of different tables, which the database did not put in order. */
  int compare(Position a, Position b) {
    for (int i = 0; i < keys.size(); i++) {
      int order = compare(a.keys.get(i), b.keys.get(i));
      if (order != 0) {
        return keys.get(i).descending ? -order : order;
      }
    }
    if (a.unit != b.unit) {
      return Integer.compare(a.unit, b.unit);
    }
    if (a.home != b.home) {
      return Integer.compare(a.home, b.home);
    }
    int byType = a.type.compareTo(b.type);
    return byType != 0 ? byType : a.id.compareTo(b.id);
  }

  private static int compare(@Nullable Object a, @Nullable Object b) {
    if (a == null || b == null) {
      return a == b ? 0 : a == null ? -1 : 1;
    }
    return switch (a) {
      case String text -> java.util.Arrays.compareUnsigned(utf8(text), utf8((String) b));
      case Long number -> Long.compare(number, (Long) b);
      case BigDecimal number -> number.compareTo((BigDecimal) b);
      default -> throw new IllegalStateException(a.getClass().getName());
    };
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  // ---- cursors

  /**
   * @param search digest of the search it belongs to
   */
  static String cursor(Position position, long search) {
    ArrayNode parts = Json.MAPPER.createArrayNode();
    parts.add(Long.toHexString(search));
    parts.add(position.unit).add(position.home).add(position.type).add(position.id);
    for (Object key : position.keys) {
      switch (key) {
        case null -> parts.addNull();
        case String text -> parts.add(text);
        case Long number -> parts.add(number);
        case BigDecimal number -> parts.add(number);
        default -> throw new IllegalStateException(key.getClass().getName());
      }
    }
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(parts.toString().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * @throws Refusal when it is not a cursor of this search
   */
  Position position(String cursor, long search) {
    JsonNode parts;
    try {
      parts = Json.MAPPER.readTree(Base64.getUrlDecoder().decode(cursor));
    } catch (IllegalArgumentException | JacksonException e) {
      throw invalid("search.cursor-wrong");
    }
    if (!parts.isArray()
        || parts.size() != 5 + keys.size()
        || !parts.get(0).isString()
        || !parts.get(0).stringValue().equals(Long.toHexString(search))
        || !parts.get(1).isInt()
        || !parts.get(2).isInt()
        || !isText(parts.get(3))
        || !isText(parts.get(4))) {
      throw invalid("search.cursor-wrong");
    }
    List<@Nullable Object> values = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      JsonNode value = parts.get(5 + i);
      Kind kind = keys.get(i).kind;
      if (value.isNull()) {
        values.add(null);
      } else if (kind == Kind.TEXT && isText(value)) {
        values.add(value.stringValue());
      } else if (kind == Kind.NUMBER && value.isNumber()) {
        values.add(value.decimalValue());
      } else if (kind != Kind.TEXT
          && kind != Kind.NUMBER
          && value.isIntegralNumber()
          && value.canConvertToLong()
          && (kind != Kind.TIME
              || value.longValue() >= Moments.FIRST && value.longValue() <= Moments.LAST)) {
        values.add(value.longValue());
      } else {
        throw invalid("search.cursor-wrong");
      }
    }
    return new Position(
        parts.get(1).intValue(),
        parts.get(2).intValue(),
        parts.get(3).stringValue(),
        parts.get(4).stringValue(),
        values);
  }

  private static boolean isText(JsonNode node) {
    return node.isString() && node.stringValue().indexOf(0) < 0;
  }
}
