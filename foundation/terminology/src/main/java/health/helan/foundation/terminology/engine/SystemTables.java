package health.helan.foundation.terminology.engine;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.sql.CopyBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the concepts of a code system. They are numbered along a tree, so that all below a concept
 * have the numbers that follow it; a concept with several parents lies below the first, and the
 * others stand in {@code term_parent} (docs/adr/0051).
 */
final class SystemTables {
  private static final int ROWS = 2_000;
  private static final String CONCEPTS =
      "term_concept (system, nr, last, parent, flags, code, folded, display, definition, search,"
          + " extra, grams)";
  private static final String PARENTS = "term_parent (system, nr, parent)";
  private static final String PROPERTIES = "term_property (system, property, value, nr)";

  private final Map<String, Draft> drafts = new LinkedHashMap<>();

  void add(Draft draft) {
    Draft before = drafts.putIfAbsent(draft.code, draft);
    if (before != null) {
      before.parents.addAll(draft.parents); // Nested in two places: two parents.
    }
  }

  /** The concepts of a CodeSystem, nested as they are. */
  void addNested(JsonNode concepts, boolean isHierarchy) {
    record Open(JsonNode concept, @Nullable String parent) {}
    Deque<Open> open = new ArrayDeque<>();
    Deque<Open> level = new ArrayDeque<>();
    concepts.forEach(concept -> level.addLast(new Open(concept, null)));
    while (!level.isEmpty()) {
      open.addFirst(level.removeLast());
    }
    Open next;
    while ((next = open.pollFirst()) != null) {
      Draft draft = Draft.of(next.concept);
      if (draft.code.isEmpty()) {
        throw new Refusal(Refusal.Kind.INVALID, "terms.concept-without-code");
      }
      if (next.parent != null && isHierarchy) {
        var parents = List.copyOf(draft.parents);
        draft.parents.clear();
        draft.parents.add(next.parent);
        draft.parents.addAll(parents);
      }
      if (!isHierarchy) {
        draft.parents.clear();
      }
      for (JsonNode child : next.concept.path("concept")) {
        level.addLast(new Open(child, draft.code));
      }
      while (!level.isEmpty()) {
        open.addFirst(level.removeLast());
      }
      add(draft);
    }
  }

  int size() {
    return drafts.size();
  }

  /** Numbers all, and writes them under a key that nothing has been written under. */
  void write(Connection connection, long key) throws SQLException {
    Map<String, List<String>> children = new LinkedHashMap<>();
    List<String> roots = new ArrayList<>();
    for (Draft draft : drafts.values()) {
      draft.parents.removeIf(parent -> parent.equals(draft.code) || !drafts.containsKey(parent));
      if (draft.parents.isEmpty()) {
        roots.add(draft.code);
      } else {
        children
            .computeIfAbsent(draft.parents.iterator().next(), _ -> new ArrayList<>())
            .add(draft.code);
      }
    }
    Map<String, Integer> nrs = new LinkedHashMap<>(drafts.size() * 2);
    int[] last = new int[drafts.size()];
    int[] parent = new int[drafts.size()];
    for (String root : roots) {
      number(root, children, nrs, last, parent);
    }
    for (String code : drafts.keySet()) {
      if (!nrs.containsKey(code)) {
        // A circle of parents: whoever comes first stands above the others.
        number(code, children, nrs, last, parent);
      }
    }
    copy(connection, key, nrs, last, parent);
  }

  private static void number(
      String root,
      Map<String, List<String>> children,
      Map<String, Integer> nrs,
      int[] last,
      int[] parent) {
    record Open(String code, int parent, boolean leaving) {}
    Deque<Open> open = new ArrayDeque<>();
    open.push(new Open(root, -1, false));
    Open next;
    while ((next = open.poll()) != null) {
      if (next.leaving) {
        last[Objects.requireNonNull(nrs.get(next.code))] = nrs.size() - 1;
        continue;
      }
      if (nrs.containsKey(next.code)) {
        continue;
      }
      int nr = nrs.size();
      nrs.put(next.code, nr);
      parent[nr] = next.parent;
      open.push(new Open(next.code, nr, true));
      List<String> below = children.getOrDefault(next.code, List.of());
      for (int i = below.size() - 1; i >= 0; i--) {
        open.push(new Open(below.get(i), nr, false));
      }
    }
  }

  private void copy(
      Connection connection, long key, Map<String, Integer> nrs, int[] last, int[] parent)
      throws SQLException {
    var concepts = new CopyBuffer(12);
    var parents = new CopyBuffer(3);
    var properties = new CopyBuffer(4);
    for (Map.Entry<String, Integer> entry : nrs.entrySet()) {
      Draft draft = Objects.requireNonNull(drafts.get(entry.getKey()));
      int nr = entry.getValue();
      for (String other : draft.parents) {
        int above = Objects.requireNonNull(nrs.get(other));
        if (above != parent[nr]) {
          parents.row().int8(key).int4(nr).int4(above);
        }
      }
      List<String> texts = new ArrayList<>();
      if (!draft.display.isEmpty()) {
        texts.add(draft.display);
      }
      for (JsonNode designation : draft.designations) {
        texts.add(designation.path("value").asString(""));
      }
      for (JsonNode property : draft.properties) {
        String value = Draft.value(property);
        if (value.length() <= 1_000) {
          properties.row().int8(key).text(property.path("code").asString("")).text(value).int4(nr);
        }
      }
      String search = SearchText.of(draft.code, texts);
      ObjectNode extra = draft.extra();
      concepts
          .row()
          .int8(key)
          .int4(nr)
          .int4(last[nr])
          .int4(parent[nr])
          .int2(
              (draft.inactive ? Concept.INACTIVE : 0)
                  | (draft.notSelectable ? Concept.ABSTRACT : 0))
          .text(draft.code)
          .text(fold(draft.code))
          .text(draft.display);
      text(concepts, draft.definition);
      concepts.text(search);
      concepts.raw(extra == null ? null : Json.MAPPER.writeValueAsBytes(extra));
      concepts.int8Array(SearchText.grams(key, search));
      if (concepts.rows() >= ROWS) {
        concepts.send(connection, CONCEPTS);
        concepts = new CopyBuffer(12);
      }
      if (properties.rows() >= ROWS * 10) {
        properties.send(connection, PROPERTIES);
        properties = new CopyBuffer(4);
      }
    }
    send(connection, concepts, CONCEPTS);
    if (!nrs.isEmpty()) {
      // Else the first searches would read what is pending, again and again.
      try (var statement =
          connection.prepareStatement(
              "select gin_clean_pending_list('term_concept_grams'::regclass)")) {
        statement.execute();
      }
    }
    send(connection, parents, PARENTS);
    send(connection, properties, PROPERTIES);
  }

  private static void text(CopyBuffer row, @Nullable String text) {
    if (text == null) {
      row.nothing();
    } else {
      row.text(text);
    }
  }

  private static void send(Connection connection, CopyBuffer rows, String sql) throws SQLException {
    if (rows.rows() > 0) {
      rows.send(connection, sql);
    }
  }

  static String fold(String code) {
    return code.toLowerCase(Locale.ROOT);
  }

  static void delete(Connection connection, long key) throws SQLException {
    for (String sql :
        List.of(
            "delete from term_concept where system = ?",
            "delete from term_parent where system = ?",
            "delete from term_property where system = ?",
            "delete from term_mapping where map = ?")) {
      try (var statement = connection.prepareStatement(sql)) {
        statement.setLong(1, key);
        statement.executeUpdate();
      }
    }
  }
}
