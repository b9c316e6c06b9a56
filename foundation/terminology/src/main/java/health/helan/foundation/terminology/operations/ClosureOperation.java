package health.helan.foundation.terminology.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.terminology.Terminology;
import health.helan.foundation.terminology.engine.Concepts;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code $closure} (FHIR R4, conceptmap-operation-closure.html): a table of what subsumes what
 * among the codes that a client has, kept here by name and version for each caller. Each element of
 * the answer says that the target is above the source ({@code subsumes}: the target's meaning
 * includes the source's).
 */
final class ClosureOperation implements FhirOperation {
  /** Concepts of one table: each new one is compared with all. */
  private static final int MOST = 20_000;

  /** Tables of one caller. */
  private static final int MOST_TABLES = 100;

  private final Terminology terminology;

  ClosureOperation(Terminology terminology) {
    this.terminology = terminology;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "closure",
        Set.of(Level.SYSTEM),
        Set.of(),
        true,
        "http://hl7.org/fhir/OperationDefinition/ConceptMap-closure");
  }

  private record Member(String system, String code, int version) {}

  /** A table as it stands, and those of its members that the answer is about. */
  private record Table(int version, Set<Member> fresh, List<Member> all) {}

  @Override
  public Answer execute(Call call) {
    call.store().checkMayRead(call.caller(), "CodeSystem");
    In in = new In(call);
    String name = in.need("name");
    if (name.length() > 100) {
      throw In.wrong("name");
    }
    String owner = call.caller().subject();
    Map<String, Set<String>> concepts = concepts(in);
    String since = in.text("version");
    if (since != null && !concepts.isEmpty()) {
      throw new Refusal(Refusal.Kind.INVALID, "terms.closure-adds-or-replays");
    }
    if (since != null && !since.matches("\\d{1,9}")) {
      throw In.wrong("version");
    }
    OffsetDateTime now = terminology.clock().instant().atOffset(ZoneOffset.UTC);
    Table table;
    try (Connection connection = terminology.database().getConnection()) {
      connection.setAutoCommit(false);
      try {
        table =
            concepts.isEmpty() && since == null
                ? begin(connection, name, owner, now)
                : change(connection, name, owner, now, concepts, since);
        connection.commit();
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(map(name, now, table)));
  }

  /** What is to be added, by system; refused if nobody knows it. */
  private Map<String, Set<String>> concepts(In in) {
    Map<String, Set<String>> concepts = new LinkedHashMap<>();
    List<JsonNode> given = in.all("concept");
    if (given.size() > MOST) {
      throw new Refusal(Refusal.Kind.TOO_COSTLY, "terms.too-many", given.size(), MOST);
    }
    for (JsonNode parameter : given) {
      String system = parameter.path("valueCoding").path("system").asString("");
      String code = parameter.path("valueCoding").path("code").asString("");
      if (code.isEmpty() || system.isEmpty()) {
        throw In.wrong("concept");
      }
      concepts.computeIfAbsent(system, _ -> new LinkedHashSet<>()).add(code);
    }
    concepts.forEach(
        (system, codes) -> {
          Map<String, Integer> known = system(system).understood(codes);
          for (String code : codes) {
            if (!known.containsKey(code)) {
              throw new Refusal(Refusal.Kind.NOT_FOUND, "terms.not-in-system", code, system);
            }
          }
        });
    return concepts;
  }

  private Concepts system(String url) {
    return terminology.catalogue().concepts(terminology.catalogue().need("CodeSystem", url, null));
  }

  private static Table begin(Connection connection, String name, String owner, OffsetDateTime now)
      throws SQLException {
    int others = tables(connection, name, owner);
    if (others >= MOST_TABLES) {
      throw new Refusal(Refusal.Kind.TOO_COSTLY, "terms.too-many", others + 1, MOST_TABLES);
    }
    run(connection, "delete from term_closure_concept where name = ? and owner = ?", name, owner);
    run(
        connection,
        "insert into term_closure (name, owner, version, updated) values (?, ?, 0, ?)"
            + " on conflict (name, owner) do update set version = 0, updated = excluded.updated",
        name,
        owner,
        now);
    return new Table(0, Set.of(), List.of());
  }

  private static Table change(
      Connection connection,
      String name,
      String owner,
      OffsetDateTime now,
      Map<String, Set<String>> concepts,
      @Nullable String since)
      throws SQLException {
    int changed =
        run(
            connection,
            "update term_closure set version = version + ?, updated = ? where name = ? and owner = ?",
            concepts.isEmpty() ? 0 : 1,
            now,
            name,
            owner);
    if (changed == 0) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "terms.no-closure", name);
    }
    int version = version(connection, name, owner);
    List<Member> members = members(connection, name, owner);
    Map<String, Set<String>> known = new HashMap<>();
    Set<Member> fresh = new LinkedHashSet<>();
    for (Member member : members) {
      known.computeIfAbsent(member.system, _ -> new HashSet<>()).add(member.code);
      if (since != null && member.version > Integer.parseInt(since)) {
        fresh.add(member);
      }
    }
    concepts.forEach(
        (system, codes) -> {
          for (String code : codes) {
            if (!known.getOrDefault(system, Set.of()).contains(code)) {
              fresh.add(new Member(system, code, version));
            }
          }
        });
    if (since == null) {
      members.addAll(fresh);
      if (members.size() > MOST) {
        throw new Refusal(Refusal.Kind.TOO_COSTLY, "terms.too-many", members.size(), MOST);
      }
      insert(connection, name, owner, fresh);
    }
    return new Table(version, fresh, members);
  }

  private static void insert(Connection connection, String name, String owner, Set<Member> fresh)
      throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "insert into term_closure_concept (name, owner, version, system, code)"
                + " values (?, ?, ?, ?, ?)")) {
      for (Member member : fresh) {
        statement.setString(1, name);
        statement.setString(2, owner);
        statement.setInt(3, member.version);
        statement.setString(4, member.system);
        statement.setString(5, member.code);
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private static int run(Connection connection, String sql, Object... values) throws SQLException {
    try (var statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      return statement.executeUpdate();
    }
  }

  /** Number of the owner's tables of other names. */
  private static int tables(Connection connection, String name, String owner) throws SQLException {
    return number(
        connection, "select count(*) from term_closure where name <> ? and owner = ?", name, owner);
  }

  private static int version(Connection connection, String name, String owner) throws SQLException {
    return number(
        connection, "select version from term_closure where name = ? and owner = ?", name, owner);
  }

  private static int number(Connection connection, String sql, String name, String owner)
      throws SQLException {
    try (var statement = connection.prepareStatement(sql)) {
      statement.setString(1, name);
      statement.setString(2, owner);
      try (var rows = statement.executeQuery()) {
        rows.next();
        return rows.getInt(1);
      }
    }
  }

  private static List<Member> members(Connection connection, String name, String owner)
      throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "select system, code, version from term_closure_concept where name = ? and owner = ?"
                + " order by version, system, code")) {
      statement.setString(1, name);
      statement.setString(2, owner);
      try (var rows = statement.executeQuery()) {
        List<Member> members = new ArrayList<>();
        while (rows.next()) {
          members.add(new Member(rows.getString(1), rows.getString(2), rows.getInt(3)));
        }
        return members;
      }
    }
  }

  /** What is new: pairs with at least one of the fresh ones. */
  private ObjectNode map(String name, OffsetDateTime now, Table table) {
    ObjectNode map = Json.MAPPER.createObjectNode();
    map.put("resourceType", "ConceptMap");
    map.put("id", java.util.UUID.randomUUID().toString());
    map.put("version", Integer.toString(table.version));
    map.put("name", name);
    map.put("status", "active");
    map.put("experimental", true);
    map.put("date", now.toString());
    var systems = new TreeSet<String>();
    table.fresh.forEach(member -> systems.add(member.system));
    for (String system : systems) {
      ArrayNode elements =
          relate(system(system), codes(table.fresh, system), codes(table.all, system));
      if (!elements.isEmpty()) {
        ObjectNode group = map.withArray("group").addObject();
        group.put("source", system).put("target", system);
        group.set("element", elements);
      }
    }
    return map;
  }

  private static Set<String> codes(Collection<Member> members, String system) {
    Set<String> codes = new LinkedHashSet<>();
    for (Member member : members) {
      if (member.system.equals(system)) {
        codes.add(member.code);
      }
    }
    return codes;
  }

  /** A code that the system no longer has is related to nothing. */
  private static ArrayNode relate(Concepts concepts, Set<String> fresh, Set<String> all) {
    Map<String, Integer> numbers = concepts.understood(all);
    Map<Integer, List<String>> codes = new HashMap<>();
    var members = new BitSet();
    var news = new BitSet();
    numbers.forEach(
        (code, nr) -> {
          codes.computeIfAbsent(nr, _ -> new ArrayList<>()).add(code);
          members.set(nr);
          if (fresh.contains(code)) {
            news.set(nr);
          }
        });
    ArrayNode elements = Json.MAPPER.createArrayNode();
    for (String source : all) {
      Integer nr = numbers.get(source);
      if (nr == null) {
        continue;
      }
      BitSet above = concepts.tree().above(nr);
      above.and(fresh.contains(source) ? members : news);
      above.clear(nr);
      ArrayNode targets = Json.MAPPER.createArrayNode();
      above.stream()
          .mapToObj(codes::get)
          .flatMap(List::stream)
          .forEach(code -> targets.addObject().put("code", code).put("equivalence", "subsumes"));
      if (!targets.isEmpty()) {
        elements.addObject().put("code", source).set("target", targets);
      }
    }
    return elements;
  }
}
