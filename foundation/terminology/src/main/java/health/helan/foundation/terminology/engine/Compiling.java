package health.helan.foundation.terminology.engine;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.WriteFollower;
import health.helan.foundation.store.sql.CopyBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Compiles terminology resources in the transaction that writes them: who has just written a value
 * set may expand it (docs/adr/0051). What did not change but for its status keeps its concepts.
 */
public final class Compiling implements WriteFollower {
  public static final Set<String> TYPES =
      Set.of("CodeSystem", "ValueSet", "ConceptMap", "NamingSystem");

  private static final SecureRandom RANDOM = new SecureRandom();

  /** Says of a write that is about to happen whether it may. */
  public interface Check {
    void check(Caller caller, Followed written);
  }

  private final Check check;

  public Compiling(Check check) {
    this.check = check;
  }

  @Override
  public boolean concerns(String type) {
    return TYPES.contains(type);
  }

  @Override
  public void check(Caller caller, Followed written) {
    check.check(caller, written);
  }

  @Override
  public void follow(Connection transaction, List<Followed> written, Instant at)
      throws SQLException {
    // First, so that two who compile wait for each other here and nowhere later.
    forget(transaction);
    for (Followed one : written) {
      compile(transaction, one, at);
    }
  }

  /** Every instance asks the tables anew from when this is committed. */
  static void forget(Connection transaction) throws SQLException {
    try (var statement =
        transaction.prepareStatement("update term_generation set value = ? where id = 1")) {
      statement.setString(1, Ids.next(0));
      statement.executeUpdate();
    }
  }

  private record Before(long key, byte[] source, int size) {}

  private static @Nullable Before before(Connection transaction, Followed one) throws SQLException {
    try (var statement =
        transaction.prepareStatement(
            "select key, source, size from term_resource where type = ? and id = ?")) {
      statement.setString(1, one.type());
      statement.setString(2, one.id());
      try (var rows = statement.executeQuery()) {
        return rows.next() ? new Before(rows.getLong(1), rows.getBytes(2), rows.getInt(3)) : null;
      }
    }
  }

  private static void compile(Connection transaction, Followed one, Instant at)
      throws SQLException {
    Before before = before(transaction, one);
    ObjectNode after = one.after();
    if (before != null) {
      try (var statement =
          transaction.prepareStatement("delete from term_resource where key = ?")) {
        statement.setLong(1, before.key);
        statement.executeUpdate();
      }
    }
    if (after == null) {
      if (before != null) {
        SystemTables.delete(transaction, before.key);
      }
      return;
    }
    ObjectNode body = after.deepCopy();
    body.remove("text");
    byte[] source = source(one.type(), body);
    boolean same = before != null && Arrays.equals(before.source, source);
    long key = same && before != null ? before.key : RANDOM.nextLong();
    int size = before == null ? 0 : before.size;
    if (!same) {
      if (before != null) {
        SystemTables.delete(transaction, before.key);
      }
      size =
          switch (one.type()) {
            case "CodeSystem" -> concepts(transaction, key, body);
            case "ConceptMap" -> elements(transaction, key, body);
            default -> 0;
          };
    }
    if (same) {
      Staging.drop(transaction, Staging.load(body)); // Loaded again, and nothing was new.
    }
    body.remove("concept");
    for (JsonNode group : body.path("group")) {
      ((ObjectNode) group).remove("element");
    }
    var header =
        new Header(
            key,
            one.type(),
            Catalogue.text(body, "url"),
            Catalogue.text(body, "version"),
            Catalogue.text(body, "status"),
            false,
            one.id(),
            one.version(),
            at,
            size,
            one.type().equals("CodeSystem") ? Catalogue.text(body, "valueSet") : "");
    Catalogue.put(
        transaction, header, "store", size, source, Json.MAPPER.writeValueAsString(body), at);
  }

  /** Digest of what concepts and elements are made from; of the whole for other types. */
  private static byte[] source(String type, ObjectNode body) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      for (String name :
          new String[] {"concept", "group", "hierarchyMeaning", "caseSensitive", "content"}) {
        digest.update(Json.MAPPER.writeValueAsBytes(body.path(name)));
      }
      digest.update(Staging.load(body).getBytes(java.nio.charset.StandardCharsets.UTF_8));
      digest.update(type.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      if (type.equals("ValueSet") || type.equals("NamingSystem")) {
        // Nothing is kept of them but the body: the key says which.
        digest.update(Json.MAPPER.writeValueAsBytes(body));
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int concepts(Connection transaction, long key, ObjectNode body)
      throws SQLException {
    var tables = new SystemTables();
    tables.addNested(body.path("concept"), Shipped.isHierarchy(body));
    String load = Staging.load(body);
    if (!load.isEmpty()) {
      Staging.take(transaction, load, tables);
    }
    tables.write(transaction, key);
    return tables.size();
  }

  private static int elements(Connection transaction, long key, ObjectNode body)
      throws SQLException {
    var rows = new CopyBuffer(11);
    int nr = 0;
    for (JsonNode group : body.path("group")) {
      String source = Catalogue.text(group, "source");
      String target = Catalogue.text(group, "target");
      for (JsonNode element : group.path("element")) {
        for (JsonNode to : element.path("target")) {
          String equivalence = to.path("equivalence").asString("");
          rows.row()
              .int8(key)
              .int4(nr++)
              .text(source)
              .text(Catalogue.text(element, "code"))
              .text(Catalogue.text(element, "display"))
              .text(target)
              .text(Catalogue.text(group, "targetVersion"))
              .text(Catalogue.text(to, "code"))
              .text(Catalogue.text(to, "display"))
              .text(equivalence);
          ObjectNode extra = extra(to);
          rows.raw(extra == null ? null : Json.MAPPER.writeValueAsBytes(extra));
        }
      }
    }
    if (rows.rows() > 0) {
      rows.send(
          transaction,
          "term_mapping (map, nr, source_system, source_code, source_display, target_system,"
              + " target_version, target_code, target_display, equivalence, extra)");
    }
    return nr;
  }

  private static @Nullable ObjectNode extra(JsonNode target) {
    ObjectNode extra = Json.MAPPER.createObjectNode();
    for (String name : new String[] {"comment", "dependsOn", "product"}) {
      JsonNode value = target.path(name);
      if (value.isString() || value instanceof ArrayNode array && !array.isEmpty()) {
        extra.set(name, value);
      }
    }
    return extra.isEmpty() ? null : extra;
  }

  /** Compiles what was stored before there was a compiler; nothing if somebody else did. */
  public static void catchUp(Connection connection, Followed one, Instant at) throws SQLException {
    connection.setAutoCommit(false);
    try {
      forget(connection);
      if (before(connection, one) == null) {
        compile(connection, one, at);
        connection.commit();
      } else {
        connection.rollback();
      }
    } catch (SQLException | RuntimeException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
  }
}
