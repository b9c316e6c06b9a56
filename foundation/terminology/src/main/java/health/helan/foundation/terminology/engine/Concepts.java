package health.helan.foundation.terminology.engine;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.store.sql.SqlText;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The concepts of one version of a code system. */
public final class Concepts {
  private static final String COLUMNS =
      "select nr, code, display, definition, flags, extra from term_concept where system = ?";

  /** Time that a regular expression may take over all concepts, in milliseconds. */
  private static final int LONGEST_MS = 3_000;

  private final Catalogue catalogue;
  private final Header header;
  private final int size;
  private volatile @Nullable Tree tree;

  Concepts(Catalogue catalogue, Header header, int size, @Nullable Tree tree) {
    this.catalogue = catalogue;
    this.header = header;
    this.size = size;
    this.tree = tree;
  }

  public Header header() {
    return header;
  }

  public int size() {
    return size;
  }

  /** The CodeSystem without its concepts. */
  public ObjectNode body() {
    return catalogue.body(header);
  }

  /** Whether it has all codes: what it does not have is then no code of the system. */
  public boolean isComplete() {
    return body().path("content").asString("complete").equals("complete");
  }

  private boolean isCaseSensitive() {
    return body().path("caseSensitive").asBoolean(true);
  }

  @Nullable Tree treeIfThere() {
    return tree;
  }

  public Tree tree() {
    Tree known = tree;
    if (known == null) {
      known = ask(connection -> Tree.load(connection, header.key(), size));
      tree = known;
    }
    return known;
  }

  private interface Question<T extends @Nullable Object> {
    T ask(Connection connection) throws SQLException;
  }

  private <T extends @Nullable Object> T ask(Question<T> question) {
    try (Connection connection = catalogue.database().getConnection()) {
      return question.ask(connection);
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private static Concept concept(ResultSet rows) throws SQLException {
    short flags = rows.getShort(5);
    return new Concept(
        rows.getInt(1),
        rows.getString(2),
        rows.getString(3),
        rows.getString(4),
        (flags & Concept.INACTIVE) == 0,
        (flags & Concept.ABSTRACT) != 0,
        Concept.extra(rows.getString(6)));
  }

  private List<Concept> concepts(SqlText sql) {
    return ask(
        connection -> {
          List<Concept> found = new ArrayList<>();
          try (var statement = sql.prepare(connection);
              var rows = statement.executeQuery()) {
            while (rows.next()) {
              found.add(concept(rows));
            }
          }
          return found;
        });
  }

  /** Null when the system has no such code. Letters' case counts where the system says so. */
  public @Nullable Concept find(String code) {
    List<Concept> found = concepts(sql().add(" and code = ?", code));
    if (found.isEmpty() && !isCaseSensitive()) {
      found = concepts(sql().add(" and folded = ? order by nr limit 1", SystemTables.fold(code)));
    }
    return found.isEmpty() ? null : found.getFirst();
  }

  /** Numbers by code; what the system does not have is left out. */
  public Map<String, Integer> numbers(Collection<String> codes) {
    return numbers("code", codes);
  }

  /** The same by the codes as they were given: letters' case counts where the system says so. */
  public Map<String, Integer> understood(Collection<String> codes) {
    Map<String, Integer> numbers = numbers(codes);
    if (numbers.size() < codes.size() && !isCaseSensitive()) {
      Map<String, Integer> folded =
          numbers("folded", codes.stream().map(SystemTables::fold).distinct().toList());
      for (String code : codes) {
        Integer nr = folded.get(SystemTables.fold(code));
        if (nr != null) {
          numbers.putIfAbsent(code, nr);
        }
      }
    }
    return numbers;
  }

  private Map<String, Integer> numbers(String column, Collection<String> codes) {
    SqlText sql =
        new SqlText()
            .add("select " + column + ", nr from term_concept where system = ?", header.key())
            .add(" and " + column + " = any(")
            .addArray(codes, "text")
            .add(") order by nr");
    return ask(
        connection -> {
          Map<String, Integer> numbers = new HashMap<>();
          try (var statement = sql.prepare(connection);
              var rows = statement.executeQuery()) {
            while (rows.next()) {
              numbers.putIfAbsent(rows.getString(1), rows.getInt(2));
            }
          }
          return numbers;
        });
  }

  /** By number. */
  public Map<Integer, Concept> byNumber(Collection<Integer> numbers) {
    Map<Integer, Concept> found = new TreeMap<>();
    concepts(sql().add(" and nr = any(").addArray(numbers, "integer").add(")"))
        .forEach(concept -> found.put(concept.nr(), concept));
    return found;
  }

  /** Codes of a set, in the order of the system. */
  public List<String> codes(BitSet set, int most) {
    if (set.cardinality() > most) {
      throw new Refusal(Refusal.Kind.TOO_COSTLY, "terms.too-many", set.cardinality(), most);
    }
    SqlText sql =
        new SqlText()
            .add("select code from term_concept where system = ?", header.key())
            .add(" and nr = any(")
            .addArray(set.stream().boxed().toList(), "integer")
            .add(") order by nr");
    return ask(
        connection -> {
          List<String> codes = new ArrayList<>();
          try (var statement = sql.prepare(connection);
              var rows = statement.executeQuery()) {
            while (rows.next()) {
              codes.add(rows.getString(1));
            }
          }
          return codes;
        });
  }

  private SqlText sql() {
    return new SqlText().add(COLUMNS, header.key());
  }

  private BitSet bits(SqlText sql) {
    return ask(
        connection -> {
          var bits = new BitSet(size);
          try (var statement = sql.prepare(connection);
              var rows = statement.executeQuery()) {
            while (rows.next()) {
              bits.set(rows.getInt(1));
            }
          }
          return bits;
        });
  }

  /** Those whose texts, code or first letters hold all words of a text. */
  public BitSet holding(String text) {
    String normal = SearchText.normal(text);
    long[] grams = SearchText.asked(header.key(), normal);
    if (grams.length == 0) {
      return tree().all();
    }
    var sql =
        new SqlText()
            .add(
                "select nr from term_concept where system = ? and grams @> ?::bigint[]",
                header.key(),
                grams);
    for (String word : normal.split(" ")) {
      // One piece alone is found by its digest: no second look at thousands of texts.
      if (!SearchText.isOnePiece(word)) {
        sql.add(" and strpos(search, ?) > 0", word);
      }
    }
    return bits(sql);
  }

  /** Those that share a piece with a text, whatever else they hold. */
  List<Concept> sharing(String text) {
    String normal = SearchText.normal(text);
    long[] grams = SearchText.asked(header.key(), normal);
    return grams.length == 0 ? List.of() : concepts(sql().add(" and grams && ?::bigint[]", grams));
  }

  /** Those with a property of this value. */
  BitSet having(String property, String value) {
    return switch (property) {
      case "code", "concept" -> {
        Concept concept = find(value);
        var bits = new BitSet(size);
        if (concept != null) {
          bits.set(concept.nr());
        }
        yield bits;
      }
      case "display" ->
          bits(
              new SqlText()
                  .add(
                      "select nr from term_concept where system = ? and display = ?",
                      header.key(),
                      value));
      case "inactive" -> {
        BitSet bits = (BitSet) tree().inactive().clone();
        if (!value.equals("true")) {
          bits.flip(0, size);
        }
        yield bits;
      }
      case "notSelectable", "abstract" -> {
        BitSet bits = (BitSet) tree().notSelectable().clone();
        if (!value.equals("true")) {
          bits.flip(0, size);
        }
        yield bits;
      }
      case "parent" -> {
        Concept concept = find(value);
        var bits = new BitSet(size);
        if (concept != null) {
          tree().children(concept.nr()).forEach(bits::set);
        }
        yield bits;
      }
      case "child" -> {
        Concept concept = find(value);
        var bits = new BitSet(size);
        if (concept != null) {
          tree().parents(concept.nr()).forEach(bits::set);
        }
        yield bits;
      }
      default ->
          bits(
              new SqlText()
                  .add(
                      "select nr from term_property where system = ? and property = ?"
                          + " and left(value, 200) = left(?, 200) and value = ?",
                      header.key(),
                      property,
                      value,
                      value));
    };
  }

  /** Those that have a property at all. */
  BitSet having(String property) {
    return switch (property) {
      case "parent" -> {
        var bits = new BitSet(size);
        for (int nr = 0; nr < size; nr++) {
          bits.set(nr, !tree().parents(nr).isEmpty());
        }
        yield bits;
      }
      case "child" -> {
        BitSet bits = tree().leaves();
        bits.flip(0, size);
        yield bits;
      }
      case "code", "concept", "display", "inactive" -> tree().all();
      default ->
          bits(
              new SqlText()
                  .add(
                      "select nr from term_property where system = ? and property = ?",
                      header.key(),
                      property));
    };
  }

  /** Those of which a property matches a regular expression as a whole (FHIR R4: "regex"). */
  BitSet matching(String property, String expression) {
    checkRegex(expression);
    String whole = "^(" + expression + ")$";
    String sql =
        switch (property) {
          case "code", "concept" -> "select nr from term_concept where system = ? and code ~ ?";
          case "display" -> "select nr from term_concept where system = ? and display ~ ?";
          default -> "select nr from term_property where system = ? and property = ? and value ~ ?";
        };
    return ask(
        connection -> {
          connection.setAutoCommit(false);
          try (var limit = connection.createStatement()) {
            limit.execute("set local statement_timeout = " + LONGEST_MS);
            var bits = new BitSet(size);
            try (var statement = connection.prepareStatement(sql)) {
              int i = 1;
              statement.setLong(i++, header.key());
              if (sql.contains("property = ?")) {
                statement.setString(i++, property);
              }
              statement.setString(i, whole);
              try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                  bits.set(rows.getInt(1));
                }
              }
            } catch (SQLException e) {
              if ("2201B".equals(e.getSQLState())) {
                throw badRegex(expression);
              }
              throw e;
            }
            return bits;
          } finally {
            connection.rollback();
            connection.setAutoCommit(true);
          }
        });
  }

  private static void checkRegex(String expression) {
    try {
      if (expression.length() > 500) {
        throw badRegex(expression);
      }
      java.util.regex.Pattern.compile(expression);
    } catch (PatternSyntaxException e) {
      throw badRegex(expression);
    }
  }

  private static Refusal badRegex(String expression) {
    return new Refusal(
        Refusal.Kind.INVALID,
        "terms.bad-regex",
        expression.length() > 100 ? expression.substring(0, 100) : expression);
  }

  /**
   * {@code equivalent, subsumes, subsumed-by, not-subsumed}: FHIR R4, concept-subsumption-outcome.
   */
  public String subsumption(Concept a, Concept b) {
    if (a.nr() == b.nr()) {
      return "equivalent";
    }
    if (tree().below(a.nr()).get(b.nr())) {
      return "subsumes";
    }
    return tree().below(b.nr()).get(a.nr()) ? "subsumed-by" : "not-subsumed";
  }
}
