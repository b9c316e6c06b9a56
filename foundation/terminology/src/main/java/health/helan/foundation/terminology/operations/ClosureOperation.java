package health.helan.foundation.terminology.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.terminology.Terminology;
import health.helan.foundation.terminology.engine.Concept;
import health.helan.foundation.terminology.engine.Concepts;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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

  @Override
  public Answer execute(Call call) {
    call.store().checkMayRead(call.caller(), "CodeSystem");
    In in = new In(call);
    String name = in.need("name");
    if (name.length() > 100) {
      throw In.wrong("name");
    }
    String owner = call.caller().subject();
    List<JsonNode> concepts = new ArrayList<>();
    for (JsonNode parameter : in.all("concept")) {
      concepts.add(parameter.path("valueCoding"));
    }
    String since = in.text("version");
    if (since != null && !concepts.isEmpty()) {
      throw new Refusal(Refusal.Kind.INVALID, "terms.closure-adds-or-replays");
    }
    if (since != null && !since.matches("\\d{1,9}")) {
      throw In.wrong("version");
    }
    try (Connection connection = terminology.database().getConnection()) {
      connection.setAutoCommit(false);
      try {
        ObjectNode answer = change(connection, name, owner, concepts, since);
        connection.commit();
        return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private ObjectNode change(
      Connection connection,
      String name,
      String owner,
      List<JsonNode> concepts,
      @Nullable String since)
      throws SQLException {
    OffsetDateTime now = terminology.clock().instant().atOffset(ZoneOffset.UTC);
    if (concepts.isEmpty() && since == null) {
      // Begun anew.
      run(connection, "delete from term_closure_concept where name = ? and owner = ?", name, owner);
      run(
          connection,
          "insert into term_closure (name, owner, version, updated) values (?, ?, 0, ?)"
              + " on conflict (name, owner) do update set version = 0, updated = excluded.updated",
          name,
          owner,
          now);
      return map(name, 0, now, new ArrayList<>(), List.of());
    }
    int version =
        run(
            connection,
            "update term_closure set version = version + ?, updated = ? where name = ? and owner = ?",
            concepts.isEmpty() ? 0 : 1,
            now,
            name,
            owner);
    if (version == 0) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "terms.no-closure", name);
    }
    version = version(connection, name, owner);
    List<Member> members = members(connection, name, owner);
    List<Member> fresh = new ArrayList<>();
    for (JsonNode coding : concepts) {
      var member =
          new Member(coding.path("system").asString(""), coding.path("code").asString(""), version);
      if (member.code.isEmpty() || member.system.isEmpty()) {
        throw In.wrong("concept");
      }
      concept(member); // Refused if nobody knows it.
      boolean known =
          members.stream()
              .anyMatch(m -> m.system.equals(member.system) && m.code.equals(member.code));
      if (!known) {
        members.add(member);
        fresh.add(member);
        run(
            connection,
            "insert into term_closure_concept (name, owner, version, system, code)"
                + " values (?, ?, ?, ?, ?) on conflict (name, owner, system, code) do nothing",
            name,
            owner,
            version,
            member.system,
            member.code);
      }
    }
    if (members.size() > MOST) {
      throw new Refusal(Refusal.Kind.TOO_COSTLY, "terms.too-many", members.size(), MOST);
    }
    if (since != null) {
      int from = Integer.parseInt(since);
      members.stream().filter(member -> member.version > from).forEach(fresh::add);
    }
    return map(name, version, now, fresh, members);
  }

  private static int run(Connection connection, String sql, Object... values) throws SQLException {
    try (var statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      return statement.executeUpdate();
    }
  }

  private static int version(Connection connection, String name, String owner) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "select version from term_closure where name = ? and owner = ?")) {
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

  private record Known(Concepts concepts, Concept concept) {}

  private Known concept(Member member) {
    Concepts concepts =
        terminology
            .catalogue()
            .concepts(terminology.catalogue().need("CodeSystem", member.system, null));
    Concept concept = concepts.find(member.code);
    if (concept == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "terms.not-in-system", member.code, member.system);
    }
    return new Known(concepts, concept);
  }

  /** What is new: pairs with at least one of the fresh ones. */
  private ObjectNode map(
      String name, int version, OffsetDateTime now, List<Member> fresh, List<Member> all) {
    ObjectNode map = Json.MAPPER.createObjectNode();
    map.put("resourceType", "ConceptMap");
    map.put("id", java.util.UUID.randomUUID().toString());
    map.put("version", Integer.toString(version));
    map.put("name", name);
    map.put("status", "active");
    map.put("experimental", true);
    map.put("date", now.toString());
    var bySystem = new java.util.TreeMap<String, ArrayNode>();
    for (String system : fresh.stream().map(Member::system).distinct().toList()) {
      relate(
          fresh.stream().filter(m -> m.system.equals(system)).toList(),
          all.stream().filter(m -> m.system.equals(system)).toList(),
          bySystem.computeIfAbsent(system, _ -> Json.MAPPER.createArrayNode()));
    }
    bySystem.forEach(
        (system, elements) -> {
          if (!elements.isEmpty()) {
            ObjectNode group = map.withArray("group").addObject();
            group.put("source", system).put("target", system);
            group.set("element", elements);
          }
        });
    return map;
  }

  private void relate(List<Member> fresh, List<Member> all, ArrayNode elements) {
    Set<String> news = new java.util.HashSet<>();
    fresh.forEach(member -> news.add(member.code));
    var known = new java.util.LinkedHashMap<String, Concept>();
    Concepts concepts = null;
    for (Member member : all) {
      Known one = concept(member);
      concepts = one.concepts;
      known.put(member.code, one.concept);
    }
    if (concepts == null) {
      return;
    }
    for (var source : known.entrySet()) {
      var above = concepts.tree().above(source.getValue().nr());
      ArrayNode targets = Json.MAPPER.createArrayNode();
      for (var target : known.entrySet()) {
        boolean isNew = news.contains(source.getKey()) || news.contains(target.getKey());
        if (isNew
            && !target.getKey().equals(source.getKey())
            && above.get(target.getValue().nr())) {
          targets.addObject().put("code", target.getKey()).put("equivalence", "subsumes");
        }
      }
      if (!targets.isEmpty()) {
        elements.addObject().put("code", source.getKey()).set("target", targets);
      }
    }
  }
}
