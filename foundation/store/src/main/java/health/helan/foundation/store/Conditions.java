package health.helan.foundation.store;

import health.helan.foundation.store.objects.ObjectKey;
import health.helan.foundation.store.search.SearchRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Resolves the conditions of a whole bundle: those by identifier in one query of the directory, the
 * others by search.
 */
final class Conditions {
  /** Types that are looked up by identifier, so that their identifiers stand in the directory. */
  static final Set<String> DIRECTORY_TYPES =
      Set.of(
          "Patient",
          "Practitioner",
          "PractitionerRole",
          "Organization",
          "Location",
          "HealthcareService",
          "Device",
          "Coverage",
          "RelatedPerson");

  private final IndexKey indexKey;
  private final AccessPolicy policy;
  private final Matching matching;

  /** The search engine, as conditions use it. */
  interface Matching {
    /** Up to {@code limit} matches that the caller may see. */
    List<Keyed> match(
        Connection connection,
        Caller caller,
        String type,
        List<SearchRequest.Parameter> criteria,
        int limit)
        throws SQLException;
  }

  Conditions(IndexKey indexKey, AccessPolicy policy, Matching matching) {
    this.indexKey = indexKey;
    this.policy = policy;
    this.matching = matching;
  }

  private static final String BY_KEYS =
      "select key, mac, type, id, home from directory where key = any(?)";

  /** Stands before an object's key, as its system would before an identifier. */
  static final String OBJECT = "object|";

  /** Those of some objects that a Binary speaks of, or has spoken of in a version of its past. */
  Set<ObjectKey> referenced(Connection connection, Set<ObjectKey> objects) throws SQLException {
    var byKey = new HashMap<Long, List<ObjectKey>>();
    for (ObjectKey object : objects) {
      IndexKey.Lookup lookup = directoryLookup("Binary", OBJECT + object);
      byKey.computeIfAbsent(lookup.key(), _ -> new ArrayList<>()).add(object);
    }
    var referenced = new HashSet<ObjectKey>();
    try (var statement = connection.prepareStatement(BY_KEYS)) {
      statement.setArray(1, connection.createArrayOf("bigint", byKey.keySet().toArray()));
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          // 64 bits by chance alike would keep an object too many, never one too few.
          referenced.addAll(byKey.getOrDefault(rows.getLong(1), List.of()));
        }
      }
    }
    return referenced;
  }

  /**
   * @param identifier {@code system|value}
   */
  IndexKey.Lookup directoryLookup(String type, String identifier) {
    return indexKey.lookup("identifier|" + type + "|" + identifier);
  }

  void resolve(Connection connection, Caller caller, Collection<Condition> conditions)
      throws SQLException {
    var byKey = new HashMap<Long, List<Condition>>();
    var macs = new HashMap<Condition, byte[]>();
    for (Condition condition : conditions) {
      if (!policy.may(caller, AccessPolicy.Action.SEARCH, condition.type())) {
        throw new Refusal(Refusal.Kind.FORBIDDEN, "store.may-not-read", condition.type());
      }
      List<SearchRequest.Parameter> parameters = parse(condition.criteria());
      String identifier = identifier(condition.type(), parameters);
      if (identifier != null && policy.isUnlimited(caller)) {
        IndexKey.Lookup lookup = directoryLookup(condition.type(), identifier);
        byKey.computeIfAbsent(lookup.key(), _ -> new ArrayList<>()).add(condition);
        macs.put(condition, lookup.mac());
      } else {
        if (parameters.isEmpty()) {
          throw new Refusal(Refusal.Kind.INVALID, "store.condition-is-empty", condition.type());
        }
        condition.found(matching.match(connection, caller, condition.type(), parameters, 2));
      }
    }
    if (byKey.isEmpty()) {
      return;
    }
    try (var statement = connection.prepareStatement(BY_KEYS)) {
      statement.setArray(1, connection.createArrayOf("bigint", byKey.keySet().toArray()));
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          byte[] mac = rows.getBytes(2);
          for (Condition condition : byKey.getOrDefault(rows.getLong(1), List.of())) {
            if (condition.type().equals(rows.getString(3))
                && Arrays.equals(mac, macs.get(condition))) {
              var found = new ArrayList<>(condition.found());
              found.add(new Keyed(rows.getString(3), rows.getString(4), rows.getInt(5)));
              condition.found(found);
            }
          }
        }
      }
    }
  }

  /** {@code system|value} when the directory can answer; null when a search must. */
  private static @Nullable String identifier(
      String type, List<SearchRequest.Parameter> parameters) {
    if (parameters.size() != 1 || !DIRECTORY_TYPES.contains(type)) {
      return null;
    }
    SearchRequest.Parameter only = parameters.getFirst();
    String value = only.value();
    if (!only.name().equals("identifier")
        || value.indexOf('|') < 0
        || value.endsWith("|")
        || value.indexOf(',') >= 0
        || value.indexOf('\\') >= 0) {
      return null;
    }
    return value;
  }

  /** Parameters of a query string as sent. */
  static List<SearchRequest.Parameter> parse(String query) {
    var parameters = new ArrayList<SearchRequest.Parameter>();
    for (String part : query.split("&")) {
      if (part.isEmpty()) {
        continue;
      }
      int equals = part.indexOf('=');
      String name = equals < 0 ? part : part.substring(0, equals);
      String value = equals < 0 ? "" : part.substring(equals + 1);
      try {
        parameters.add(
            new SearchRequest.Parameter(
                URLDecoder.decode(name, StandardCharsets.UTF_8),
                URLDecoder.decode(value, StandardCharsets.UTF_8)));
      } catch (IllegalArgumentException e) {
        throw new Refusal(Refusal.Kind.INVALID, "store.query-not-decodable");
      }
    }
    return parameters;
  }
}
